"""Rows for tests, made directly and with as little as they need. Nothing here follows the
product's rules: a test of a rule calls the operation."""

import itertools
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Member, Organisation, OrganisationKind, Role, User
from bookings.models import OCCUPYING, Booking, Occupancy, Series, Status
from bookings.occurrences import occurrences
from bookings.recurrence import rrule_for
from spaces.models import (
    AddOn,
    Allocation,
    CalendarSource,
    Kind,
    Listing,
    OpeningHours,
    Place,
    Price,
    Space,
    Unit,
)
from spaces.models.calendars import SEALED_FOR
from spaces.periods import Period, period, widened
from spaces.sealing import seal

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, 12:00 in Trondheim

numbers = itertools.count(1)


def make_user(email: str = "", **fields: Any) -> User:
    n = next(numbers)
    fields.setdefault("name", f"Person {n}")
    return User.objects.create_user(email or f"person{n}@example.org", **fields)


def make_organisation(name: str = "", **fields: Any) -> Organisation:
    n = next(numbers)
    fields.setdefault("kind", OrganisationKind.COMPANY)
    fields.setdefault("slug", f"organisation-{n}")
    return Organisation.objects.create(name=name or f"Organisation {n}", **fields)


def make_member(
    organisation: Organisation, role: Role = Role.OWNER, user: User | None = None
) -> User:
    user = user or make_user()
    Member.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_place(organisation: Organisation | None = None, **fields: Any) -> Place:
    n = next(numbers)
    values = {
        "name": f"Place {n}",
        "slug": f"place-{n}",
        "address": "Klæbuveien 72",
        "postcode": "7030",
        "city": "Trondheim",
        "latitude": 63.4189,
        "longitude": 10.3953,
    }
    return Place.objects.create(
        organisation=organisation or make_organisation(), **{**values, **fields}
    )


def make_space(
    place: Place | None = None,
    *,
    kind: Kind = Kind.MEETING_ROOM,
    units: int | list[Unit] = 1,
    allocation: Allocation = Allocation.ALL,
    hours: str | tuple[int, int] = "always",
    price: int | None = 0,
    **fields: Any,
) -> Space:
    """A published space. `units`: how many to make, or the ones to share. `hours`: "always",
    "never", or opening and closing minute of every day. `price`: øre an hour; None: no price
    row, so that nobody can buy it."""
    place = place or make_place()
    n = next(numbers)
    values = {
        "name": f"Space {n}",
        "slug": f"space-{n}",
        "capacity": 8,
        "listing": Listing.PUBLISHED,
        "on_holidays": "open",
    }
    space = Space.objects.create(
        place=place,
        organisation=place.organisation,
        kind=kind,
        allocation=allocation,
        **{**values, **fields},
    )
    if isinstance(units, int):
        names = (f"{space.name} {number}" for number in range(1, units + 1))
        units = [Unit.objects.create(place=place, name=name) for name in names]
    space.units.set(units)
    if hours != "never":
        opens, closes = (0, 24 * 60) if isinstance(hours, str) else hours
        OpeningHours.objects.bulk_create(
            OpeningHours(space=space, weekday=weekday, opens=opens, closes=closes)
            for weekday in range(1, 8)
        )
    if price is not None:
        Price.objects.create(space=space, amount=price)
    return space


def make_add_on(
    place: Place,
    spaces: Collection[Space] = (),
    *,
    count: int | None = None,
    amount: int = 0,
    **fields: Any,
) -> AddOn:
    """Something to book along; with a `count`, of which there are so many."""
    name = {"nb": "Projektor", "en": "Projector"}
    values = {"name": name, "is_counted": count is not None, **fields}
    add_on = AddOn.objects.create(place=place, amount=amount, **values)
    add_on.spaces.set(spaces)
    Unit.objects.bulk_create(
        Unit(place=place, add_on=add_on, name=f"{add_on} {n}") for n in range(count or 0)
    )
    return add_on


def make_booking(
    space: Space | None = None,
    start: datetime = NOW + timedelta(days=1),
    end: datetime | None = None,
    by: User | None = None,
    status: Status = Status.CONFIRMED,
    **fields: Any,
) -> Booking:
    """A booking with its occupancies: the first units, without looking who has them."""
    space = space or make_space()
    span = period(start, end or start + timedelta(hours=2))
    values: dict[str, Any] = {"created_at": NOW, "changed_at": NOW, "cancellation": [[0, 100]]}
    if status in (Status.HELD, Status.REQUESTED):
        values["expires_at"] = NOW + timedelta(hours=1)
    booking = Booking.objects.create(
        place=space.place,
        space=space,
        booker=by or make_user(),
        period=span,
        status=status,
        **{**values, **fields},
    )
    if status in OCCUPYING:
        taken = space.units.order_by("pk")
        Occupancy.objects.bulk_create(
            Occupancy(
                place=space.place,
                unit=unit,
                during=widened(span, space.buffer_before, space.buffer_after),
                booking=booking,
                held_until=booking.expires_at,
            )
            for unit in (taken[: booking.quantity] if space.is_pool else taken)
        )
    return booking


def make_series(
    space: Space, start: datetime, *, count: int = 2, by: User | None = None, **fields: Any
) -> Series:
    """So many bookings of two hours, a week apart, on the wall clock of the place."""
    zone = space.place.zone
    first = start.astimezone(zone)
    opens = first.hour * 60 + first.minute
    series = Series.objects.create(
        place=space.place,
        space=space,
        booker=by or make_user(),
        rrule=rrule_for("weekly", first.date(), count=count),
        starts_on=first.date(),
        opens=opens,
        closes=opens + 120,
        time_zone=zone.key,
        created_at=NOW,
        **fields,
    )
    for one in occurrences(series):
        assert one.span is not None
        make_booking(
            space,
            one.span.lower,
            one.span.upper,
            by=series.booker,
            series=series,
            recurrence_date=one.day,
            title=series.title,
        )
    return series


def make_source(
    space: Space,
    *times: Period,
    address: str = "https://calendar.example/rom.ics?key=secret",
    now: datetime = NOW,
    **fields: Any,
) -> CalendarSource:
    """An outside calendar in use, read just now. Without an address it came as a file."""
    is_read_again = bool(address) and not fields.get("is_paused")
    values: dict[str, Any] = {
        "name": "Outlook",
        "host": "calendar.example" if address else "",
        "sealed_address": seal(address, SEALED_FOR) if address else b"",
        "is_paused": False,
        "used_from": now,
        "created_at": now,
        "whole_at": now,
        "read_at": now,
        "tried_at": now,
        "due_at": now + timedelta(minutes=15) if is_read_again else None,
        "stale_at": now + timedelta(hours=6) if is_read_again else None,
    }
    return CalendarSource.objects.create(
        space=space,
        times=list(times),
        **{"added_by": fields.pop("added_by", None) or make_user(), **values, **fields},
    )
