"""Who waits for what: the student first in line for a time of the company's, and third for
another; and what was searched for in vain."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from bookings.forms import AnyTime, Wanted
from bookings.models import Booking, Status, Unmet, UnmetSearch, Waiting
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
    search(people[STUDENT], today + timedelta(days=5), midnight, chance)
    search_any_time(people[STUDENT], today + timedelta(days=1), midnight, chance)
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


def search(by: User, day: date, midnight: datetime, chance: random.Random) -> None:
    """For more people than anything there holds, at night."""
    asked = Wanted(day, 3 * 60, 5 * 60, kind=(Kind.MEETING_ROOM,), people=40)
    Waiting.objects.create(
        id=identifier(midnight - timedelta(hours=2), chance),
        person=by,
        search=asked.query(),
        period=asked.span,
        created_at=midnight - timedelta(hours=2),
        until=asked.span.lower,
        look_at=midnight,
    )


def search_any_time(by: User, day: date, midnight: datetime, chance: random.Random) -> None:
    """A whole day in a hall that holds more than any there does, some day of the week."""
    last = day + timedelta(days=6)
    asked = AnyTime(
        day, 8 * 60, 18 * 60, kind=(Kind.EVENT_HALL,), people=400, last=last, length=8 * 60
    )
    Waiting.objects.create(
        id=identifier(midnight - timedelta(hours=1), chance),
        person=by,
        search=asked.query(),
        period=asked.whole,
        minutes=asked.length,
        created_at=midnight - timedelta(hours=1),
        until=asked.whole.upper - timedelta(minutes=asked.length),
        look_at=midnight,
    )
