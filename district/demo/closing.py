"""What is closed: spaces for some days, a whole place for one, and a room that is cleaned
every week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import RUNS_BOOKINGS, User
from bookings.closures import rrule_for
from bookings.models import ClosureRule
from bookings.operations import close, close_often, close_place
from spaces.models import Place, Space
from spaces.periods import at_minute, day_span


@dataclass(frozen=True, slots=True)
class ClosurePlan:
    slug: str  # of a space, or of a place
    first: int  # days from now
    days: int
    reason: str


SPACES = (
    ClosurePlan("kvartsalen", 8, 2, "Scenegulvet slipes"),
    ClosurePlan("vatlab-3", 15, 1, "Service på avtrekk"),
    ClosurePlan("sveiseboden", -12, 2, "Bytte av avsug"),
)
PLACES = (ClosurePlan("kjemifloya", 19, 1, "Vannet er stengt"),)
CLEANED = ("bydelsrommet", 8 * 60, 9 * 60, "Renhold")  # on Mondays


def write_closures(
    places: dict[str, Place], spaces: dict[str, Space], *, today: date, zone: ZoneInfo
) -> None:
    now = at_minute(today, 0, zone) - timedelta(days=20)
    for plan in SPACES:
        space = spaces[plan.slug]
        span = day_span(today + timedelta(days=plan.first), zone, plan.days)
        close(space=space, span=span, reason=plan.reason, by=answering(space.place), now=now)
    for plan in PLACES:
        place = places[plan.slug]
        span = day_span(today + timedelta(days=plan.first), zone, plan.days)
        close_place(place=place, span=span, reason=plan.reason, by=answering(place), now=now)
    close_often(rule=cleaning(spaces, today, now), now=now)


def cleaning(spaces: dict[str, Space], today: date, now: datetime) -> ClosureRule:
    slug, opens, closes, reason = CLEANED
    space = spaces[slug]
    monday = today - timedelta(days=today.weekday() + 14)
    return ClosureRule(
        place=space.place,
        space=space,
        rrule=rrule_for("weekly", monday, None),
        starts_on=monday,
        opens=opens,
        closes=closes,
        reason=reason,
        made_by=answering(space.place),
        created_at=now,
    )


def answering(place: Place) -> User:
    return User.objects.filter(
        memberships__organisation=place.organisation_id, memberships__role__in=RUNS_BOOKINGS
    ).order_by("pk")[0]
