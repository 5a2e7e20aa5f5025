"""Busy times: what outside calendars say, kept for each unit by the database."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.models import BusyTime, Freed, Status, Waiting
from bookings.operations import confirm, hold, join, note_said, reschedule, wake
from bookings.operations.calendars import Said
from bookings.queries.month import month_of
from bookings.refusals import SlotTaken
from spaces.models import CalendarSource, Space
from spaces.periods import Period, at_minute, period
from tests.factories import NOW, make_booking, make_place, make_source, make_space, make_user

pytestmark = pytest.mark.django_db


def hour(of_day: int, days: int = 1) -> Period:
    start = NOW.replace(hour=of_day) + timedelta(days=days)
    return period(start, start + timedelta(hours=1))


def busy() -> set[tuple[int, datetime]]:
    return {(one.unit_id, one.during.lower) for one in BusyTime.objects.all()}


# --- Rows follow their source -----------------------------------------------------------


def test_each_unit_is_busy_when_the_spaces_calendar_says() -> None:
    hall = make_space(units=2)
    make_source(hall, hour(9), hour(11))

    units = hall.units.values_list("pk", flat=True)

    assert busy() == {(unit, hour(at).lower) for unit in units for at in (9, 11)}


def test_a_calendar_of_one_unit_is_about_no_other() -> None:
    desks = make_space(units=3, allocation="any")
    one = desks.units.order_by("pk")[1]
    make_source(desks, hour(9), unit=one)

    assert busy() == {(one.pk, hour(9).lower)}


def test_what_it_no_longer_says_is_busy_no_more_and_the_rest_is_not_written_again() -> None:
    source = make_source(make_space(), hour(9), hour(11))
    kept = BusyTime.objects.get(during=hour(11))
    Freed.objects.all().delete()

    source.times = [hour(11), hour(13)]
    source.save(update_fields=["times"])

    assert {at.hour for _unit, at in busy()} == {11, 13}
    assert BusyTime.objects.get(during=hour(11)).pk == kept.pk
    assert Freed.objects.get().during == hour(9)  # for those who wait


def test_the_same_time_said_twice_is_one() -> None:
    make_source(make_space(), hour(9), hour(9))

    assert BusyTime.objects.count() == 1


@pytest.mark.parametrize("ending", ["paused", "removed", "space removed"])
def test_what_is_not_in_use_makes_nothing_busy(ending: str) -> None:
    space = make_space()
    source = make_source(space, hour(9))

    if ending == "paused":
        source.is_paused, source.due_at, source.stale_at = True, None, None
        source.save()
    elif ending == "removed":
        source.delete()
    else:
        space.delete()

    assert busy() == set()


def test_a_space_made_of_other_units_is_busy_in_those() -> None:
    place = make_place()
    hall = make_space(place)
    was = hall.units.get()
    make_source(hall, hour(9))
    new = make_space(place).units.get()

    hall.units.add(new)
    assert {unit for unit, _at in busy()} == {was.pk, new.pk}
    hall.units.remove(was)

    assert {unit for unit, _at in busy()} == {new.pk}


def test_a_calendar_of_a_unit_that_is_no_longer_part_of_the_space_says_nothing() -> None:
    hall = make_space(units=2)
    one = hall.units.first()
    make_source(hall, hour(9), unit=one)

    hall.units.remove(one)

    assert busy() == set()


# --- What the database holds ------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_paused", True),  # and still due
        ("due_at", None),  # in use and never read again
        ("stale_at", None),
        ("used_from", None),
        ("problem", "too_slow"),  # since when?
        ("failures", 1),
        ("host", ""),  # a file with an address
        ("sealed_address", b""),
    ],
)
def test_a_source_is_what_it_says(field: str, value: object) -> None:
    source = make_source(make_space())
    setattr(source, field, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        source.save()


def test_the_address_is_sealed() -> None:
    source = make_source(make_space())

    assert source.address == "https://calendar.example/rom.ics?key=secret"
    assert b"secret" not in bytes(CalendarSource.objects.get().sealed_address)


# --- A calendar that is not read any more -----------------------------------------------


def is_instant(space: Space) -> tuple[bool, bool]:
    space.in_force.refresh_from_db()
    return space.in_force.is_instant, space.in_force.is_unsure


def test_while_a_calendar_is_too_old_to_trust_nothing_of_it_is_booked_at_once() -> None:
    now = timezone.now()
    place = make_place()
    left, right = make_space(place), make_space(place)
    whole = make_space(place, units=[left.units.get(), right.units.get()])
    source = make_source(left, now=now)
    assert is_instant(left) == (True, False)

    source.stale_at = now - timedelta(seconds=1)
    source.save()

    assert [is_instant(one) for one in (left, right, whole)] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    source.stale_at = now + timedelta(hours=6)
    source.save()
    assert [is_instant(one) for one in (left, right, whole)] == [(True, False)] * 3


def test_a_calendar_of_another_unit_makes_nobody_else_unsure() -> None:
    now = timezone.now()
    desks = make_space(units=2, allocation="any")
    first, second = desks.units.all()
    alone = [make_space(desks.place, units=[unit]) for unit in (first, second)]
    make_source(desks, unit=first, stale_at=now - timedelta(seconds=1))

    assert [is_instant(one)[1] for one in (desks, *alone)] == [True, True, False]


# --- What cannot be booked --------------------------------------------------------------


def test_what_is_busy_cannot_be_booked_nor_widened_into() -> None:
    space = make_space(buffer_after=30)
    make_source(space, hour(9), address="")
    person = make_user()

    for start, minutes in ((9, 60), (8, 60), (8, 90), (9, 30)):
        span = period(hour(start).lower, hour(start).lower + timedelta(minutes=minutes))
        with pytest.raises(SlotTaken):
            hold(space=space, span=span, by=person, now=NOW)
    free = period(hour(8).lower, hour(8).lower + timedelta(minutes=30))
    assert hold(space=space, span=free, by=person, now=NOW).status == Status.CONFIRMED
    assert hold(space=space, span=hour(10), by=person, now=NOW).status == Status.CONFIRMED


def test_of_a_pool_the_others_can_be_booked() -> None:
    desks = make_space(units=3, allocation="any")
    make_source(desks, hour(9), unit=desks.units.order_by("pk")[0])
    person = make_user()

    with pytest.raises(SlotTaken):
        hold(space=desks, span=hour(9), quantity=3, by=person, now=NOW)
    booking = hold(space=desks, span=hour(9), quantity=2, by=person, now=NOW)

    taken = booking.occupancies.values_list("unit", flat=True)
    assert set(taken) == set(desks.units.order_by("pk").values_list("pk", flat=True)[1:])


def test_a_booking_that_clashes_can_become_less_and_no_more() -> None:
    space = make_space(step=30, min_length=30)
    person = make_user()
    long = period(hour(9).lower, hour(10).upper)
    booking = hold(space=space, span=long, by=person, now=NOW)
    make_source(space, period(hour(9).lower, hour(11).upper))

    longer = period(long.lower, long.upper + timedelta(minutes=30))
    with pytest.raises(SlotTaken):
        reschedule(booking=booking, span=longer, by=person, now=NOW)
    reschedule(booking=booking, span=hour(9), by=person, now=NOW)

    booking.refresh_from_db()
    assert booking.period == hour(9)


def test_a_clashing_booking_that_is_paid_stands() -> None:
    space = make_space(price=10_000)
    held = hold(space=space, span=hour(9), by=make_user(), now=NOW)
    make_source(space, hour(9))

    assert confirm(booking=held, now=NOW).status == Status.CONFIRMED


def test_a_booking_asked_for_while_a_calendar_is_stale_waits_for_the_owner() -> None:
    now = timezone.now()
    space = make_space()
    make_source(space, now=now - timedelta(hours=7))
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    space = Space.objects.get(pk=space.pk)

    booking = hold(
        space=space, span=period(start, start + timedelta(hours=1)), by=make_user(), now=now
    )

    assert booking.status == Status.REQUESTED


def test_who_waits_is_offered_what_is_busy_no_more() -> None:
    space = make_space()
    source = make_source(space, hour(9))
    entry = join(space=space, span=hour(9), by=make_user(), now=NOW)
    Waiting.objects.update(look_at=NOW + timedelta(hours=1))
    Freed.objects.all().delete()

    note_said(source=source, said=Said(times=()), now=NOW)

    assert wake(now=NOW) == 1
    entry.refresh_from_db()
    assert entry.look_at == NOW


def test_the_month_counts_what_is_busy_once() -> None:
    space = make_space(hours=(8 * 60, 16 * 60))
    nine = at_minute(NOW.date(), 9 * 60, space.place.zone)
    make_booking(space, nine, nine + timedelta(hours=2))
    make_source(space, period(nine + timedelta(hours=1), nine + timedelta(hours=3)))
    month = month_of([space], NOW.date(), now=NOW)

    assert month.rows[0][1][NOW.day - 1].percent == round(100 * 3 / 8)
