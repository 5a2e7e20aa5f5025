"""Calendars kept elsewhere: one that is also booked in Outlook, which clashes once, and one
that has not been there for a while.

Their files are served by the demo itself (`/demo/calendars/`), and are read there as any
other address is: `CALENDAR_TEST_HOSTS` lets them be.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from bookings import operations
from bookings.calendars.problems import Problem
from bookings.calendars.reading import read
from bookings.models import Booking, Occupancy, Status
from bookings.operations.calendars import Said
from district.demo.closing import answering
from spaces.models import CalendarSource, Space
from spaces.periods import Period, at_minute, period

ALSO_IN_OUTLOOK, LOST = "nidelva", "podboksen"
LONG_AGO = timedelta(hours=30)
WEEKS = 4
HOURS = range(8, 16)


def folder() -> Path:
    return Path(settings.LEDIG_HOME) / "demo-calendars"


def write_calendars(spaces: dict[str, Space], *, today: date, zone: ZoneInfo) -> None:
    """Attached yesterday, so that they are due to be read as soon as there is a worker."""
    midnight = at_minute(today, 0, zone)
    room = spaces[ALSO_IN_OUTLOOK]
    text = outlook(weekly_free(room, today, zone), meeting(room, midnight))
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / f"{room.slug}.ics").write_text(text, newline="")
    attach(room, "Outlook", text, midnight - timedelta(minutes=15))
    lost = spaces[LOST]
    source = attach(lost, "Podkastlagets kalender", outlook((), None), midnight - LONG_AGO)
    operations.note_problem(
        source=source, problem=Problem.GONE, now=midnight - LONG_AGO + timedelta(minutes=15)
    )
    CalendarSource.objects.filter(pk=source.pk).update(due_at=midnight)


def attach(space: Space, name: str, text: str, now: datetime) -> CalendarSource:
    found = read(text.encode(), (now, now + timedelta(days=731)), space.place.zone)
    source = operations.add_calendar(
        space=space,
        unit=None,
        name=name,
        host="127.0.0.1",
        address=f"http://127.0.0.1:{settings.PORT}/demo/calendars/{space.slug}.ics",
        said=Said(
            times=tuple(period(start, end) for start, end in found.times),
            maker=found.maker,
            events=found.events,
            skipped=found.skipped,
        ),
        by=answering(space.place),
        now=now,
    )
    return operations.use_calendar(source=source, now=now)


def weekly_free(space: Space, today: date, zone: ZoneInfo) -> Iterator[Period]:
    """Of each weekday the first two hours in the morning or afternoon that nobody has booked
    in the coming weeks: at most three."""
    found = 0
    for offset in range(1, 8):
        day = today + timedelta(days=offset)
        if day.isoweekday() > 5:
            continue
        for hour in HOURS:
            spans = [
                period(
                    at_minute(day + timedelta(weeks=week), hour * 60, zone),
                    at_minute(day + timedelta(weeks=week), (hour + 2) * 60, zone),
                )
                for week in range(WEEKS + 2)
            ]
            taken = Occupancy.objects.filter(unit__spaces=space)
            if not any(taken.filter(during__overlap=span).exists() for span in spans):
                found += 1
                yield spans[0]
                break
        if found == 3:
            return


def meeting(space: Space, midnight: datetime) -> Period | None:
    """At the time of a booking in the coming days: somebody did not look here first."""
    soon = midnight + timedelta(days=2)
    booking = (
        Booking.objects.filter(space=space, status=Status.CONFIRMED, period__startswith__gt=soon)
        .order_by("period", "pk")
        .first()
    )
    return None if booking is None else period(booking.start, booking.end)


def outlook(weekly: Iterable[Period], once: Period | None) -> str:
    """A calendar as Outlook publishes one."""
    events = [
        event(f"weekly-{number}", span, f"RRULE:FREQ=WEEKLY;COUNT={WEEKS + 2}")
        for number, span in enumerate(weekly)
    ]
    if once is not None:
        events.append(event("once", once))
        day = once.lower.replace(hour=6, minute=0)
        free = period(day, day + timedelta(hours=1))
        events.append(event("free", free, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"))
        events.append(event("cancelled", free, "STATUS:CANCELLED"))
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "METHOD:PUBLISH",
            "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
            "VERSION:2.0",
            *events,
            "END:VCALENDAR",
            "",
        ]
    )


def event(uid: str, span: Period, *more: str) -> str:
    zone = ZoneInfo("Europe/Oslo")
    start, end = (f"{at.astimezone(zone):%Y%m%dT%H%M%S}" for at in (span.lower, span.upper))
    return "\r\n".join(
        [
            "BEGIN:VEVENT",
            f"UID:{uid}@outlook.demo",
            f"DTSTAMP:{span.lower.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;TZID=W. Europe Standard Time:{start}",
            f"DTEND;TZID=W. Europe Standard Time:{end}",
            "SUMMARY:Opptatt",
            *more,
            "END:VEVENT",
        ]
    )
