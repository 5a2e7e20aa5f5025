"""Who waits for what: the student first in line for a time of the company's, and third for
another; and what was searched for in vain."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from bookings.forms import AnyTime, Recurring, Wanted
from bookings.models import Booking, Status, Unmet, UnmetSearch, Waiting
from bookings.queries.fitting import wish_for
from district.demo.bookings import identifier
from district.demo.plans import FIRMA, STUDENT
from spaces.models import Kind
from spaces.periods import at_minute

OTHERS = ("maja.lindqvist@demo.ledig.no", "erik.stene@demo.ledig.no")
FIRST_IN_LINE, THIRD_IN_LINE = "bydelsrommet", "lune"
IN_VAIN = (  # kind, people, hour, how often
    (Kind.MEETING_ROOM, 9, 9, 14),
    (Kind.MEETING_ROOM, 5, 12, 9),
    (Kind.EVENT_HALL, 65, 17, 6),
    (Kind.LAB, 2, 10, 5),
    (Kind.STUDIO, 1, 19, 4),
)

IN_VAIN_AT_ANY_TIME = (  # kind, people, minutes, how often
    (Kind.EVENT_HALL, 129, 480, 3),
    (Kind.LAB, 9, 240, 2),
)


def write_waiting(*, today: date, zone: ZoneInfo) -> None:
    midnight = at_minute(today, 0, zone)
    chance = random.Random("waiting")
    people = {user.email: user for user in User.objects.filter(email__in=(STUDENT, *OTHERS))}
    lines = (
        (booking_in(FIRST_IN_LINE, midnight, booker__email=FIRMA), (STUDENT, OTHERS[0])),
        (booking_in(THIRD_IN_LINE, midnight), (*OTHERS, STUDENT)),
    )
    Waiting.objects.bulk_create(
        Waiting(
            id=identifier(midnight - timedelta(hours=9 - place), chance),
            person=people[email],
            space=booking.space,
            period=booking.period,
            created_at=midnight - timedelta(hours=9 - place),
            until=booking.start,
            look_at=midnight,
        )
        for booking, emails in lines
        for place, email in enumerate(emails)
    )
    searches(people[STUDENT], today, midnight, chance)
    UnmetSearch.objects.bulk_create(
        UnmetSearch(
            day=today + timedelta(days=day),
            hour=hour,
            kind=kind,
            people=least,
            reason=Unmet.NONE_FREE,
            count=max(1, often // (day + 1)),
        )
        for kind, least, hour, often in IN_VAIN
        for day in range(3)
    )
    UnmetSearch.objects.bulk_create(
        UnmetSearch(
            day=today,
            hour=8,
            last_day=today + timedelta(days=6),
            minutes=minutes,
            kind=kind,
            people=least,
            reason=Unmet.NONE_FREE,
            count=often,
        )
        for kind, least, minutes, often in IN_VAIN_AT_ANY_TIME
    )


def booking_in(slug: str, midnight: datetime, **of: str) -> Booking:
    """One that stands, some days ahead, and that others may want."""
    coming = Booking.objects.filter(
        space__slug=slug,
        status=Status.CONFIRMED,
        period__startswith__gt=midnight + timedelta(days=2),
        **of,
    )
    return coming.exclude(booker__email__in=(STUDENT, *OTHERS)).order_by("period")[0]


def searches(by: User, today: date, midnight: datetime, chance: random.Random) -> None:
    """In vain, so that they stay: for more people than anything of its kind there holds."""
    first, tomorrow = today + timedelta(days=5), today + timedelta(days=1)
    at_night = Wanted(first, 3 * 60, 5 * 60, kind=(Kind.MEETING_ROOM,), people=40)
    search(by, at_night, midnight, chance, hours=2, until=at_night.span.lower)
    hall, a_day = (Kind.EVENT_HALL,), 8 * 60
    last = tomorrow + timedelta(days=6)
    any_day = AnyTime(tomorrow, 480, 1080, kind=hall, people=400, last=last, length=a_day)
    latest = any_day.whole.upper - timedelta(minutes=a_day)
    search(by, any_day, midnight, chance, hours=1, until=latest)
    tuesday = tomorrow + timedelta(days=(1 - tomorrow.weekday()) % 7)
    course = Recurring(tuesday, 600, 720, kind=(Kind.MEETING_ROOM,), people=40)
    search(by, course, midnight, chance, hours=3, until=course.times[-1].lower, had=0)


def search(
    by: User,
    asked: Wanted,
    midnight: datetime,
    chance: random.Random,
    *,
    hours: int,
    until: datetime,
    had: int | None = None,
) -> None:
    """One that was kept so many hours before midnight."""
    wish, made = wish_for(asked), midnight - timedelta(hours=hours)
    Waiting.objects.create(
        id=identifier(made, chance),
        person=by,
        search=wish["search"],
        period=wish["span"],
        minutes=wish["minutes"],
        had=had,
        created_at=made,
        until=until,
        look_at=midnight,
    )
