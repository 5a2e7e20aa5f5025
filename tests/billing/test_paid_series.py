"""Series that cost money: one order, one payment, one letter."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import operations
from billing.models import Order, OrderStatus, Refund
from billing.operations.repeating import cancel_series
from bookings.emails import mail_for
from bookings.models import Booking, Delivery, Kind, Series, Status
from bookings.occurrences import occurrences
from bookings.operations import Pick
from bookings.operations.shapes import Shape
from bookings.operations.shifting import SeriesUnpaid
from bookings.recurrence import rrule_for
from spaces.models import Space
from tests.billing.test_settling import work
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def room() -> Space:
    return make_space(price=20_000)


def weekly(space: Space, count: int = 3) -> tuple[Series, list[Pick]]:
    zone = space.place.zone
    first = (timezone.now().astimezone(zone) + timedelta(days=5)).date()
    series = Series(
        space=space,
        rrule=rrule_for("weekly", first, None, weekdays=(), count=count, zone=zone),
        starts_on=first,
        opens=10 * 60,
        closes=12 * 60,
        time_zone=zone.key,
    )
    picks = [Pick(one.day, space, one.span) for one in occurrences(series) if one.span]
    return series, picks


def test_book_series_holds_all_on_one_order(standin: StandIn, room: Space, student: User) -> None:
    series, picks = weekly(room)

    operations.book_series(series=series, picks=picks, by=student, now=timezone.now())

    order = Order.objects.get()
    amounts = [line.amount for line in order.lines.all()]
    assert (len(amounts), sum(amounts)) == (3, order.amount)
    assert order.checkout_url
    assert set(series.bookings.values_list("status", flat=True)) == {Status.HELD}
    assert not Delivery.objects.exists()


def test_book_series_paid_confirms_all_and_tells_once(
    standin: StandIn, room: Space, student: User
) -> None:
    series, picks = weekly(room)
    now = timezone.now()
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)

    work(standin, now)

    assert set(series.bookings.values_list("status", flat=True)) == {Status.CONFIRMED}
    told = Delivery.objects.filter(recipient=student)
    assert [one.kind for one in told] == [Kind.SERIES_BOOKED]
    assert not Delivery.objects.filter(kind=Kind.CONFIRMED).exists()


def test_book_series_with_the_same_key_is_the_same_series(
    standin: StandIn, room: Space, student: User
) -> None:
    now = timezone.now()
    (series, picks), (again, _picks) = weekly(room), weekly(room)

    first = operations.book_series(series=series, picks=picks, by=student, now=now, key="k")

    assert operations.book_series(series=again, picks=picks, by=student, now=now, key="k") == first
    assert Booking.objects.count() == 3


def test_cancel_series_says_what_comes_back_with_each_credit_note(
    standin: StandIn, room: Space, student: User
) -> None:
    series, picks = weekly(room)
    now = timezone.now()
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)

    cancel_series(series=series, by=student, now=now)

    letter = mail_for(Delivery.objects.get(kind=Kind.SERIES_CANCELLED, recipient=student)).body
    assert "1\xa0200\xa0kr er på vei tilbake" in letter
    assert letter.count("/documents/") == 4


def test_move_series_pays_back_what_it_then_costs_less(
    standin: StandIn, room: Space, student: User
) -> None:
    series, picks = weekly(room)
    now = timezone.now()
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)

    operations.move_series(
        series=series, to=Shape(600, 660), first=picks[1].day, by=student, now=now
    )

    assert sorted(Refund.objects.values_list("amount", flat=True)) == [20_000, 20_000]
    amounts = Booking.objects.order_by("period").values_list("amount", flat=True)
    assert list(amounts) == [40_000, 20_000, 20_000]


def test_a_series_that_is_not_paid_cannot_be_moved(
    standin: StandIn, room: Space, student: User
) -> None:
    series, picks = weekly(room)
    now = timezone.now()
    operations.book_series(series=series, picks=picks, by=student, now=now)

    with pytest.raises(SeriesUnpaid), transaction.atomic():
        operations.move_series(series=series, to=Shape(660, 780), by=student, now=now)


def test_cancel_series_lets_go_of_what_was_to_be_paid(
    standin: StandIn, room: Space, student: User
) -> None:
    series, picks = weekly(room)
    now = timezone.now()
    operations.book_series(series=series, picks=picks, by=student, now=now)

    cancel_series(series=series, by=student, now=now)
    work(standin, now)

    assert Order.objects.get().status == OrderStatus.VOID
    assert set(series.bookings.values_list("status", flat=True)) == {Status.CANCELLED}


def test_a_series_too_cheap_to_be_paid_leaves_nothing_behind(
    standin: StandIn, student: User
) -> None:
    """Its bookings are history, of no series; and the same can be tried again."""
    cheap = make_space(price=10)

    for _once_more in range(2):
        series, picks = weekly(cheap, count=2)
        with pytest.raises(operations.PaymentsClosed):
            operations.book_series(
                series=series, picks=picks, by=student, now=timezone.now(), key="key"
            )

    assert not Series.objects.exists()
    assert set(Booking.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert not Booking.objects.exclude(series=None).exists()
