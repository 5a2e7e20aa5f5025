"""A change that waits is of the booking as it is, whatever it is called and whoever comes along."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bookings import operations
from bookings.about import NOTHING_MORE
from bookings.models import Booking, Change, ChangeStatus, Kind
from bookings.operations.moves import record
from bookings.refusals import IsOver, WrongState
from spaces.models import Space
from spaces.periods import period
from tests.factories import NOW, make_series, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OLA = ("Ola", "ola@example.org")


def rename(booking: Booking) -> None:
    about = NOTHING_MORE
    told = {"by": booking.booker, "now": NOW}
    operations.describe(booking=booking, title="Budget", about=about, **told)


def rename_all(booking: Booking) -> None:
    assert booking.series is not None
    told = {"by": booking.booker, "now": NOW}
    operations.rename_series(series=booking.series, title="Budget", **told)


def uninvite(booking: Booking) -> None:
    guest = booking.attendees.get()
    operations.uninvite(attendee=guest, by=booking.booker, now=NOW)


def invite_again(booking: Booking) -> None:
    uninvite(booking)
    operations.invite(booking=booking, people=[OLA], by=booking.booker, now=NOW)


def first_of_series(space: Space) -> Booking:
    booking = make_series(space, NOW + DAY, by=make_user()).bookings.order_by("period")[0]
    operations.invite(booking=booking, people=[OLA], by=booking.booker, now=NOW)
    return booking


def longer(booking: Booking) -> Change:
    span = period(booking.start, booking.end + HOUR)
    return operations.reschedule(booking=booking, by=booking.booker, now=NOW, span=span)


BUMPS = [rename, rename_all, uninvite, invite_again]


@pytest.mark.parametrize("bump", BUMPS)
def test_a_change_is_paid_for_although_the_booking_is_described_anew(
    bump: Callable[[Booking], None],
) -> None:
    booking = first_of_series(make_space(price=10_000))
    change = longer(booking)
    assert change.status == ChangeStatus.HELD

    bump(booking)
    before = Booking.objects.get(pk=booking.pk).sequence
    made = operations.make_change(change=change, now=NOW + MINUTE)

    assert made.status == ChangeStatus.MADE
    assert made.booking.end == booking.end + HOUR
    assert made.booking.sequence == before + 1 > booking.sequence + 1


def test_an_owner_says_yes_to_a_change_although_it_is_renamed() -> None:
    space = make_space(is_instant=False)
    booking = first_of_series(space)
    change = longer(booking)
    assert change.status == ChangeStatus.REQUESTED

    rename(booking)
    made = operations.approve_change(change=change, by=make_user(), now=NOW + MINUTE)

    assert made.status == ChangeStatus.MADE


def test_a_change_paid_late_is_made_although_it_is_renamed_meanwhile() -> None:
    booking = first_of_series(make_space(price=10_000))
    change = longer(booking)
    operations.expire_changes_due(now=NOW + HOUR)

    rename(booking)

    assert operations.make_change(change=change, now=NOW + HOUR).status == ChangeStatus.MADE


def test_a_change_from_before_another_change_stays_of_what_is_no_more() -> None:
    space = make_space(price=10_000)
    booking = first_of_series(space)
    change = longer(booking)
    operations.expire_changes_due(now=NOW + HOUR)
    booking.refresh_from_db()
    shorter = period(booking.start, booking.end - HOUR)
    Booking.objects.filter(pk=booking.pk).update(amount=20_000)
    booking.refresh_from_db()
    told = {"by": booking.booker, "now": NOW + HOUR}
    operations.reschedule(booking=booking, span=shorter, **told)
    rename(booking)

    with pytest.raises(WrongState):
        operations.make_change(change=change, now=NOW + HOUR)


def test_a_change_paid_for_when_it_is_over_is_not_made() -> None:
    booking = first_of_series(make_space(price=10_000))
    change = longer(booking)

    with pytest.raises(IsOver):
        operations.make_change(change=change, now=change.end)


@pytest.mark.parametrize("fields", [{"is_instant": False}, {"price": 10_000}])
def test_a_change_to_another_time_is_over_once_the_old_one_begins(fields: dict[str, Any]) -> None:
    """Else they would use the one, and have the other for the same price."""
    booking = first_of_series(make_space(**fields))
    week = timedelta(weeks=1, hours=5)
    Booking.objects.filter(pk=booking.pk).update(amount=0)
    booking.refresh_from_db()
    told = {"by": booking.booker, "now": booking.start - MINUTE}
    span = period(booking.start + week, booking.end + week)
    change = operations.reschedule(booking=booking, span=span, **told)

    assert change.expires_at == booking.start
    is_paid = change.status == ChangeStatus.HELD
    make = operations.make_change if is_paid else partial(operations.approve_change, by=make_user())
    with pytest.raises(WrongState):
        make(change=change, now=booking.start)


# --- Of a series -----------------------------------------------------------------------------


def test_rename_series_is_in_the_history_and_told_to_guests_of_what_has_another_name() -> None:
    series = make_series(make_space(), NOW + DAY, by=make_user(), title="Budget")
    first, second = series.bookings.order_by("period")
    for booking in (first, second):
        record(booking, Kind.CONFIRMED, by=series.booker, now=NOW, is_told=False)
        operations.invite(booking=booking, people=[OLA], by=series.booker, now=NOW)
    second.title = "Accounts"
    second.save(update_fields=["title"])

    operations.rename_series(series=series, title="Accounts", by=series.booker, now=NOW)

    (event,) = first.events.filter(kind=Kind.DESCRIBED)
    assert (event.by, event.data) == (series.booker, {"changed": ["title"]})
    told = first.deliveries.get(kind=Kind.DESCRIBED)
    assert (told.address, told.version) == ("ola@example.org", 1)
    assert not second.events.filter(kind=Kind.DESCRIBED).exists()
    assert not second.deliveries.filter(kind=Kind.DESCRIBED).exists()
