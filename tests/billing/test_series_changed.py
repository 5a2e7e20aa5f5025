"""A series, or the rest of it, longer, elsewhere or for more: paid in one go, or owed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing import operations
from billing.models import AccountInvoice, Order, OrderLine, OrderStatus, Refund
from billing.operations.settling import settle_order
from bookings import operations as bookings
from bookings.models import ChangeStatus, Delivery, Kind, Series
from bookings.operations import Pick
from bookings.operations.shapes import Shape
from bookings.operations.shifting import CostsMore, shifts_of
from bookings.operations.waiting_changes import expire_changes_due
from bookings.quotas import QuotaUsed
from bookings.refusals import SlotTaken
from spaces.models import Quota, Space
from tests.billing.test_on_account import agree
from tests.bookings.test_series import OSLO, TUESDAY, as_wanted, at, tuesdays
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_series,
    make_space,
)
from tools.stripe_standin import StandIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
LONGER = Shape(600, 780)


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Nidelva", slug="nidelva", price=10_000)


@pytest.fixture
def paid(standin: StandIn, space: Space, booker: User) -> Series:
    """Three Tuesdays 10–12, paid for."""
    series = tuesdays(space, 3)
    booked = operations.book_series(series=series, picks=as_wanted(series), by=booker, now=NOW)
    pay(standin)
    return booked


def unpaid() -> Order:
    return Order.objects.get(status=OrderStatus.OPEN)


def pay(standin: StandIn) -> Order:
    order = unpaid()
    standin.pay(order.session_id)
    return settle_order(order, now=NOW)


def hours(series: Series) -> list[tuple[int, int]]:
    return [
        (one.start.astimezone(OSLO).hour, one.end.astimezone(OSLO).hour)
        for one in series.bookings.order_by("period")
    ]


def told(kind: Kind, person: User) -> int:
    return Delivery.objects.filter(kind=kind, recipient=person).count()


def test_move_series_to_another_space_takes_the_rule_along(cast: Cast, space: Space) -> None:
    space.prices.update(amount=0)
    other = make_space(space.place, name="Fjord", capacity=20)
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    second = series.bookings.order_by("period")[1]
    elsewhere = make_space(space.place, name="Fjell")
    bookings.reschedule(booking=second, by=cast.booker, now=NOW, space=elsewhere)

    moved = operations.move_series(
        series=series, to=Shape(600, 720, space=other), by=cast.booker, now=NOW
    )

    names = moved.bookings.order_by("period").values_list("space__name", flat=True)
    assert list(names) == ["Fjord", "Fjell", "Fjord"]
    assert moved.space == other
    assert told(Kind.SERIES_CHANGED, cast.booker) == 1


def test_move_series_takes_more_desks_or_none(cast: Cast, space: Space) -> None:
    desks = make_space(space.place, units=4, allocation="any", capacity=4)
    series = make_series(desks, at(TUESDAY), count=3, by=cast.booker)
    second = series.bookings.order_by("period")[1].period
    operations.book(space=desks, span=second, quantity=2, by=cast.other, now=NOW)

    with pytest.raises(SlotTaken), transaction.atomic():
        operations.move_series(
            series=series, to=Shape(600, 720, quantity=3), by=cast.booker, now=NOW
        )
    moved = operations.move_series(
        series=series, to=Shape(600, 720, quantity=2), by=cast.booker, now=NOW
    )
    assert set(moved.bookings.values_list("quantity", flat=True)) == {2}
    assert moved.quantity == 2


def test_what_costs_more_is_paid_in_one_go_and_made_once_it_is(
    standin: StandIn, paid: Series, booker: User
) -> None:
    same = operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)

    order = unpaid()
    assert (order.amount, order.lines.count()) == (3 * 10_000, 3)
    assert (same.closes, hours(paid)) == (720, [(10, 12)] * 3)

    pay(standin)
    paid.refresh_from_db()
    assert hours(paid) == [(10, 13)] * 3
    assert (paid.opens, paid.closes) == (600, 780)
    assert told(Kind.SERIES_CHANGED, booker) == 1
    assert told(Kind.CHANGED, booker) == 0


def test_paid_from_a_day_on_it_is_a_series_of_its_own(
    standin: StandIn, paid: Series, booker: User
) -> None:
    first = paid.bookings.order_by("period")[1].recurrence_date
    operations.move_series(series=paid, by=booker, now=NOW, first=first, to=LONGER)
    pay(standin)

    branch = Series.objects.exclude(pk=paid.pk).get()
    paid.refresh_from_db()
    assert (hours(paid), hours(branch)) == ([(10, 12)], [(10, 13)] * 2)
    assert (paid.closes, branch.closes) == (720, 780)


def test_the_rule_follows_the_only_one_that_is_left(
    standin: StandIn, paid: Series, booker: User
) -> None:
    only, *others = paid.bookings.order_by("-period")
    for one in others:
        operations.cancel(booking=one, by=booker, now=NOW, as_owner=False)
    operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    pay(standin)

    only.refresh_from_db()
    paid.refresh_from_db()
    assert (only.period.upper - only.period.lower, paid.closes) == (3 * HOUR, 780)
    assert (told(Kind.SERIES_CHANGED, booker), told(Kind.CHANGED, booker)) == (1, 0)


def test_the_rule_follows_one_last_day_as_a_series_of_its_own(
    standin: StandIn, paid: Series, booker: User
) -> None:
    last = paid.bookings.order_by("period")[2].recurrence_date
    operations.move_series(series=paid, by=booker, now=NOW, first=last, to=LONGER)
    pay(standin)

    branch = Series.objects.exclude(pk=paid.pk).get()
    paid.refresh_from_db()
    assert (hours(paid), hours(branch)) == ([(10, 12)] * 2, [(10, 13)])
    assert (paid.closes, branch.closes) == (720, 780)


def test_one_booking_of_a_series_changed_by_itself_leaves_the_rule(
    standin: StandIn, paid: Series, booker: User
) -> None:
    operations.extend(booking=paid.bookings.order_by("period")[1], minutes=60, by=booker, now=NOW)
    pay(standin)

    paid.refresh_from_db()
    assert (hours(paid), paid.closes) == ([(10, 12), (10, 13), (10, 12)], 720)


# --- Quotas -----------------------------------------------------------------------------


def test_what_costs_more_fits_the_quotas_as_a_whole_or_is_not_paid_for(
    standin: StandIn, paid: Series, booker: User, space: Space
) -> None:
    """Eight hours a month: three times two, each of which could be four by itself."""
    Quota.objects.create(space=space, counts="minutes", amount=480, window="month")
    third = paid.bookings.order_by("period")[2].recurrence_date
    assert third is not None

    with pytest.raises(QuotaUsed) as no, transaction.atomic():
        operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    shifts = shifts_of(paid, LONGER, now=NOW)

    assert no.value.details["date"] == third.isoformat()
    assert [bool(one.refusal) for one in shifts] == [False, False, True]
    assert not Order.objects.filter(status=OrderStatus.OPEN).exists()


def test_what_just_fits_the_quotas_is_paid_and_made(
    standin: StandIn, paid: Series, booker: User, space: Space
) -> None:
    Quota.objects.create(space=space, counts="minutes", amount=540, window="month")
    assert not any(one.refusal for one in shifts_of(paid, LONGER, now=NOW))

    operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    pay(standin)

    assert hours(paid) == [(10, 13)] * 3


# --- The order of locks -----------------------------------------------------------------


def locks(statements: CaptureQueriesContext) -> list[str]:
    """Which of these were locked, in the order of the first time."""
    marks = {
        "quotas": "pg_advisory_xact_lock(share",
        "series": 'FOR NO KEY UPDATE OF "bookings_series"',
        "agreement": 'FOR NO KEY UPDATE OF "accounts_creditagreement"',
    }
    told = [statement["sql"] for statement in statements.captured_queries]
    return list(dict.fromkeys(name for sql in told for name, mark in marks.items() if mark in sql))


def test_a_paid_change_locks_the_series_before_the_quotas(
    standin: StandIn, paid: Series, booker: User, space: Space
) -> None:
    Quota.objects.create(space=space, counts="minutes", amount=600, window="month")
    with CaptureQueriesContext(connection) as asking:
        operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    with CaptureQueriesContext(connection) as paying:
        pay(standin)
    assert locks(asking) == locks(paying) == ["series", "quotas"]


def test_a_day_added_on_account_locks_the_series_before_the_agreement(
    standin: StandIn, space: Space, booker: User
) -> None:
    company = make_organisation(slug="firma")
    make_member(company, user=booker)
    agree(space.organisation, company)
    series = tuesdays(space, 3, organisation=company)
    *picks, left = as_wanted(series)
    booked = operations.book_series(series=series, picks=picks, by=booker, now=NOW, on_account=True)

    with CaptureQueriesContext(connection) as adding:
        operations.add_to_series(series=booked, pick=left, by=booker, now=NOW)
    with CaptureQueriesContext(connection) as moving:
        operations.move_series(series=booked, by=booker, now=NOW, to=LONGER)

    assert locks(adding) == locks(moving) == ["series", "agreement"]


def test_withdrawing_locks_the_units_of_all_at_once(
    standin: StandIn, booker: User, space: Space
) -> None:
    other = make_space(space.place, name="Fjord", price=10_000)
    series = tuesdays(space, 2)
    first, second = as_wanted(series)
    picks = [first, Pick(second.day, other, second.span)]
    series = operations.book_series(series=series, picks=picks, by=booker, now=NOW)
    pay(standin)
    operations.move_series(series=series, by=booker, now=NOW, to=LONGER)

    with CaptureQueriesContext(connection) as statements:
        operations.withdraw(booking=series.bookings.order_by("period")[1], by=booker, now=NOW)

    told = [one["sql"] for one in statements.captured_queries]
    locked = next(sql for sql in told if "spaces_unit" in sql and "FOR" in sql)
    assert all(str(one.pk) in locked for one in (space, other))


def test_what_is_never_paid_leaves_all_as_it_was(
    standin: StandIn, paid: Series, booker: User
) -> None:
    operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)

    expire_changes_due(now=NOW + HOUR)

    paid.refresh_from_db()
    assert (paid.closes, hours(paid)) == (720, [(10, 12)] * 3)
    assert set(paid.bookings.values_list("changes__status", flat=True)) == {ChangeStatus.EXPIRED}


def test_withdrawing_one_takes_back_all_that_was_to_be_paid_with_it(
    standin: StandIn, paid: Series, booker: User
) -> None:
    operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    order, second = unpaid(), paid.bookings.order_by("period")[1]

    operations.withdraw(booking=second, by=booker, now=NOW)

    ended = paid.bookings.values_list("changes__status", flat=True)
    assert list(ended) == [ChangeStatus.ENDED] * 3
    order.refresh_from_db()
    assert order.status == OrderStatus.VOIDING


def test_paid_too_late_for_one_that_part_goes_back(
    standin: StandIn, paid: Series, booker: User, space: Space
) -> None:
    operations.move_series(series=paid, by=booker, now=NOW, to=LONGER)
    expire_changes_due(now=NOW + HOUR)
    second = paid.bookings.order_by("period")[1]
    make_booking(space, second.end, second.end + HOUR)

    pay(standin)

    assert hours(paid) == [(10, 13), (10, 12), (10, 13)]
    assert Refund.objects.get().amount == 10_000


def test_what_costs_more_for_some_and_not_for_others_is_changed_one_by_one(
    standin: StandIn, booker: User, space: Space
) -> None:
    free = make_space(space.place, name="Fjord")
    series = tuesdays(space, 3)
    first, second, third = as_wanted(series)
    picks = [first, second, Pick(third.day, free, third.span)]
    booked = operations.book_series(series=series, picks=picks, by=booker, now=NOW)
    pay(standin)

    with pytest.raises(CostsMore), transaction.atomic():
        operations.move_series(series=booked, by=booker, now=NOW, to=LONGER)

    assert hours(booked) == [(10, 12)] * 3


def test_on_account_it_is_owed_at_once(standin: StandIn, space: Space, booker: User) -> None:
    company = make_organisation(slug="firma")
    make_member(company, user=booker)
    agree(space.organisation, company)
    series = tuesdays(space, 3, organisation=company)
    booked = operations.book_series(
        series=series, picks=as_wanted(series), by=booker, now=NOW, on_account=True
    )

    moved = operations.move_series(series=booked, by=booker, now=NOW, to=LONGER)

    assert (moved.closes, hours(moved)) == (780, [(10, 13)] * 3)
    owed = OrderLine.objects.filter(order__status=OrderStatus.ACCOUNT)
    assert sum(owed.values_list("amount", flat=True)) == 3 * 30_000
    assert told(Kind.SERIES_CHANGED, booker) == 1
    assert not AccountInvoice.objects.exists()


def test_the_page_shows_the_difference_and_leads_to_pay_it(
    standin: StandIn, client: Client, paid: Series, booker: User, space: Space
) -> None:
    make_space(space.place, name="Fjord", price=20_000)
    url = reverse("series_move", args=[paid.pk])
    asked = {"from": "10:00", "to": "13:00", "space": space.pk}

    page = client.get(url, asked)
    assert "To pay now, in one go" in page.content.decode()
    assert page.context["moves"].due.amount == 30_000

    seen_less = client.post(url, {**asked, "shown": "100"})
    assert seen_less.status_code == 422
    answer = client.post(url, {**asked, "shown": "30000"})
    assert answer.status_code == 303
    assert answer["Location"] == unpaid().checkout_url


def test_the_page_offers_the_owners_other_rooms_only(
    client: Client, paid: Series, space: Space
) -> None:
    mine = make_space(space.place, name="Fjord")
    make_space(name="Another owner's")
    form = client.get(reverse("series_move", args=[paid.pk])).context["form"]
    assert set(form.spaces) == {space.pk, mine.pk}


@pytest.fixture
def preview(client: Client, paid: Series) -> Callable[..., Any]:
    def ask(**asked: Any) -> Any:
        url = f"/api/v1/series/{paid.pk}/reschedule/?preview=1"
        return client.post(url, asked, content_type="application/json")

    return ask


def test_the_api_previews_what_each_costs(preview: Callable[..., Any], space: Space) -> None:
    other = make_space(space.place, name="Fjord", price=20_000)
    told = preview(**{"from": "10:00", "to": "12:00", "space": other.pk}).json()["bookings"]
    assert [one["due"]["amount"] for one in told] == [20_000] * 3
    assert {one["space"] for one in told} == {other.pk}


def test_the_api_keeps_a_series_on_its_clock(preview: Callable[..., Any]) -> None:
    far = make_space(make_place(time_zone="America/New_York"))
    answer = preview(**{"from": "10:00", "to": "12:00", "space": far.pk})
    assert answer.status_code == 400
