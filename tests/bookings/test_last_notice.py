"""Until when a booker may cancel or change, as it was sold."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import translation

from billing import operations as billing
from bookings import operations, terms
from bookings.models import Booking, Change
from bookings.operations.offering import AlreadyBegun
from bookings.operations.shapes import Shape
from bookings.refusals import TooLate, WrongState
from spaces.models import Space
from spaces.periods import period
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_series, make_space

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = NOW + 3 * DAY
LAST = START - DAY


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def booking(cast: Cast) -> Booking:
    space = make_space(make_place(cast.organisation), last_notice=24 * 60)
    span = period(START, START + 2 * HOUR)
    made = operations.hold(space=space, span=span, by=cast.booker, now=NOW)
    Space.objects.update(last_notice=0)  # what is sold keeps what was said
    return made


def cancel(booking: Booking, now: datetime, *, as_owner: bool = False) -> Booking:
    return operations.cancel(booking=booking, by=booking.booker, as_owner=as_owner, now=now)


def reschedule(booking: Booking, now: datetime, **wish: Any) -> Change:
    with transaction.atomic():
        return operations.reschedule(booking=booking, by=booking.booker, now=now, **wish)


def test_a_booker_cancels_until_the_notice_and_not_after(booking: Booking) -> None:
    with pytest.raises(TooLate):
        cancel(booking, LAST)
    assert cancel(booking, LAST - MINUTE).status == "cancelled"


def test_the_owner_cancels_until_it_starts(booking: Booking) -> None:
    assert cancel(booking, START - MINUTE, as_owner=True).status == "cancelled"


def test_after_the_notice_it_only_becomes_more(booking: Booking) -> None:
    for span in (
        period(START + HOUR, START + 3 * HOUR),
        period(START, START + HOUR),
    ):
        with pytest.raises(TooLate):
            reschedule(booking, LAST, span=span)
    with pytest.raises(TooLate):
        reschedule(booking, LAST, space=make_space(booking.space.place))

    reschedule(booking, LAST, span=period(START, START + 4 * HOUR))

    booking.refresh_from_db()
    assert booking.end == START + 4 * HOUR
    assert operations.release(booking=booking, by=booking.booker, now=START + HOUR).status == "made"


def test_who_is_moved_by_the_owner_may_cancel_until_it_starts(cast: Cast, booking: Booking) -> None:
    operations.reschedule(
        booking=booking,
        span=period(START + HOUR, START + 3 * HOUR),
        by=cast.host,
        now=LAST,
        as_owner=True,
        reason="A leak",
    )
    booking.refresh_from_db()
    assert cancel(booking, START).status == "cancelled"


def test_a_request_can_be_taken_back_at_any_time(cast: Cast) -> None:
    space = make_space(is_instant=False, last_notice=48 * 60)
    span = period(NOW + 5 * HOUR, NOW + 6 * HOUR)
    asked = operations.hold(space=space, span=span, by=cast.booker, now=NOW)
    assert cancel(asked, NOW + HOUR).status == "cancelled"


def test_the_terms_promise_nothing_that_cannot_be_had(booking: Booking) -> None:
    booking.booker.language = "en"
    booking.cancellation = [[2 * 24 * 60, 100], [0, 50]]

    def said(now: datetime) -> list[str]:
        return terms.cancellation(
            booking, start=booking.start, now=now, last_notice=booking.last_notice
        )

    with translation.override("en"):
        assert said(NOW) == [
            "Free cancellation until 2 days before.",
            "Until 24 hours before you get 50 % back.",
            "Later than 24 hours before, it can no longer be cancelled or changed.",
        ]
        assert said(LAST) == ["So close to the start it can no longer be cancelled or changed."]


def test_the_page_says_until_when_and_offers_it_no_longer(
    client: Client, cast: Cast, booking: Booking
) -> None:
    with time_machine.travel(NOW, tick=False):
        cast.sign_in(client, "booker")
        page = client.get(booking.get_absolute_url()).content.decode()
        assert "You can cancel or change it until Wednesday 25 November at 12:00." in page
    with time_machine.travel(LAST, tick=False):
        page = client.get(booking.get_absolute_url()).content.decode()
        assert f"/bookings/{booking.pk}/cancel/" not in page
        assert "who can cancel it" in page
        cast.sign_in(client, "host")
        page = client.get(booking.get_absolute_url()).content.decode()
        assert f"/bookings/{booking.pk}/cancel/" in page


# --- Checked in before it starts ------------------------------------------------------------

EARLY = START - 14 * MINUTE


@pytest.fixture
def here(booking: Booking) -> Booking:
    return operations.check_in(booking=booking, by=booking.booker, as_owner=False, now=EARLY)


@pytest.mark.parametrize("as_owner", [False, True])
def test_who_has_checked_in_keeps_the_start_and_the_space(
    cast: Cast, here: Booking, as_owner: bool
) -> None:
    """Else it would be another day's booking that nobody has to come to and nobody can cancel."""
    by = cast.host if as_owner else cast.booker
    for wish in (
        {"span": period(START + 7 * DAY, START + 7 * DAY + 2 * HOUR)},
        {"space": make_space(here.space.place)},
    ):
        with pytest.raises(AlreadyBegun), transaction.atomic():
            operations.reschedule(booking=here, by=by, now=EARLY, as_owner=as_owner, **wish)
    reschedule(here, EARLY, span=period(START, START + 3 * HOUR))
    here.refresh_from_db()
    assert (here.period, here.status) == (period(START, START + 3 * HOUR), "checked_in")


def test_who_has_checked_in_is_still_bound_by_the_notice(here: Booking) -> None:
    with pytest.raises(TooLate):
        reschedule(here, EARLY, span=period(START, START + HOUR))
    with pytest.raises(TooLate):
        cancel(here, EARLY)


def test_a_move_that_waited_is_over_once_they_have_checked_in(cast: Cast) -> None:
    space = make_space(price=20_000)
    booking = make_booking(space, START, START + 2 * HOUR, by=cast.booker)
    change = reschedule(booking, EARLY, span=period(START + DAY, START + DAY + 3 * HOUR))
    assert change.status == "held"
    operations.check_in(booking=booking, by=cast.booker, as_owner=False, now=EARLY)

    with pytest.raises(WrongState):
        operations.make_change(change=change, now=EARLY + MINUTE)


def test_the_owner_cancels_what_was_checked_in_early(here: Booking) -> None:
    """Their power may fail in between."""
    here.last_notice = 0
    here.save()
    with pytest.raises(WrongState):
        cancel(here, EARLY)
    with pytest.raises(WrongState):
        cancel(here, START, as_owner=True)
    assert cancel(here, EARLY, as_owner=True).status == "cancelled"
    assert not here.occupancies.exists()


def test_of_a_series_what_they_have_come_to_stays_for_the_booker_and_not_for_the_owner(
    cast: Cast,
) -> None:
    space = make_space(make_place(cast.organisation))
    series = make_series(space, START, count=3, by=cast.booker)
    first = series.bookings.order_by("period")[0]
    operations.check_in(booking=first, by=cast.booker, as_owner=False, now=EARLY)

    to = Shape(15 * 60, 17 * 60)
    operations.move_series(series=series, to=to, by=cast.booker, now=EARLY)
    first.refresh_from_db()
    assert first.start == START
    assert len(billing.cancel_series(series=series, by=cast.booker, now=EARLY)) == 2
    assert billing.cancel_series_as_owner(series=series, by=cast.owner, now=EARLY) == [first]
