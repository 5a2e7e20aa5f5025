"""A day that is added to a series is bought as the others were; what is paid apart is said so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import CreditStatus, User
from billing import operations
from billing.models import Order, OrderStatus
from bookings import operations as bookings
from bookings.means import Means
from bookings.models import Campaign, Series, Status
from spaces.models import Space
from tests.billing.test_on_account import agree
from tests.billing.test_series import RULE
from tests.bookings.test_series import as_wanted, tuesdays
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

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Nidelva", slug="nidelva", price=10_000)


def two_of_three(space: Space, by: User, **said: Any) -> tuple[Series, Any]:
    """Booked but for the third, whose pick is returned too."""
    means = {name: said.pop(name) for name in ("means", "on_account") if name in said}
    series = tuesdays(space, 3, **said)
    picks = as_wanted(series)
    booked = operations.book_series(series=series, picks=picks[:2], by=by, now=NOW, **means)
    return booked, picks[2]


def test_add_to_series_has_the_code_of_the_others(
    booker: User, space: Space, standin: StandIn
) -> None:
    campaign = Campaign.objects.create(
        owner=space.organisation, name="Half", code="HALF", percent=50, first_day=NOW.date()
    )
    series, third = two_of_three(space, booker, means=Means(code="half"))

    added = operations.add_to_series(series=series, pick=third, by=booker, now=NOW)

    assert added.amount == 10_000
    assert campaign.uses.count() == 3


def test_add_to_series_is_at_full_price_once_the_code_is_over(
    booker: User, space: Space, standin: StandIn
) -> None:
    campaign = Campaign.objects.create(
        owner=space.organisation, name="Half", code="HALF", percent=50, first_day=NOW.date()
    )
    series, third = two_of_three(space, booker, means=Means(code="half"))
    Campaign.objects.filter(pk=campaign.pk).update(is_paused=True)

    added = operations.add_to_series(series=series, pick=third, by=booker, now=NOW)

    assert added.amount == 20_000


def test_add_to_series_is_owed_where_the_others_are(
    booker: User, space: Space, standin: StandIn
) -> None:
    company = make_organisation(slug="firma")
    make_member(company, user=booker)
    deal = agree(space.organisation, company)
    series, third = two_of_three(space, booker, organisation=company, on_account=True)

    added = operations.add_to_series(series=series, pick=third, by=booker, now=NOW)

    assert added.status == Status.CONFIRMED
    assert Order.objects.filter(status=OrderStatus.ACCOUNT, lines__booking=added).exists()

    bookings.cancel(booking=added, by=booker, now=NOW, as_owner=False)
    deal.status = CreditStatus.ENDED
    deal.save(update_fields=["status"])
    again = operations.add_to_series(series=series, pick=third, by=booker, now=NOW)
    assert again.status == Status.HELD


def test_add_to_series_by_card_where_that_is_said(
    client: Client, booker: User, space: Space, standin: StandIn
) -> None:
    company = make_organisation(slug="firma")
    make_member(company, user=booker)
    agree(space.organisation, company)
    series, third = two_of_three(space, booker, organisation=company, on_account=True)

    answer = client.post(
        f"/api/v1/series/{series.pk}/add/",
        {"date": third.day.isoformat(), "on_account": False},
        content_type="application/json",
    )

    assert answer.status_code == 201, answer.content
    assert series.bookings.get(recurrence_date=third.day).status == Status.HELD


def test_add_to_series_invites_who_is_invited_to_all_of_it(booker: User, space: Space) -> None:
    series = make_series(space, as_wanted(tuesdays(space, 3))[0].span.lower, count=3, by=booker)
    third = series.bookings.order_by("period").last()
    assert third is not None
    bookings.cancel(booking=third, by=booker, now=NOW, as_owner=False)
    space.prices.update(amount=0)
    bookings.invite_to_series(
        series=series, people=[("Kari", "kari@example.org")], by=booker, now=NOW
    )
    first = series.bookings.order_by("period").first()
    assert first is not None
    bookings.invite(booking=first, people=[("Ola", "ola@example.org")], by=booker, now=NOW)

    pick = as_wanted(tuesdays(Space.objects.for_listing().get(pk=space.pk), 3))[2]
    added = operations.add_to_series(series=series, pick=pick, by=booker, now=NOW)

    assert [one.email for one in added.attendees.all()] == ["kari@example.org"]


@pytest.mark.parametrize(
    ("day", "status", "code"),
    [("2026-11-25", 409, "no_occurrence"), ("2026-12-01", 409, "twice_that_day"), ("x", 400, "")],
)
def test_the_api_adds_only_a_day_that_is_left_out(
    client: Client, booker: User, space: Space, day: str, status: int, code: str
) -> None:
    series = make_series(space, as_wanted(tuesdays(space, 3))[0].span.lower, count=3, by=booker)
    answer = client.post(
        f"/api/v1/series/{series.pk}/add/", {"date": day}, content_type="application/json"
    )
    assert answer.status_code == status, answer.content
    assert answer.json().get("code", "") in (code, "invalid")


def test_the_page_gives_a_name_from_a_day_on(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, as_wanted(tuesdays(space, 3))[0].span.lower, count=3, by=booker)
    second = series.bookings.order_by("period")[1].recurrence_date
    url = reverse("series_rename", args=[series.pk])
    client.post(url, {"title": "Exams", "first": str(second)})
    titles = list(series.bookings.order_by("period").values_list("title", flat=True))
    assert titles == ["", "Exams", "Exams"]


# --- Paid with one card -----------------------------------------------------------------------


def test_the_table_says_beforehand_that_the_card_is_reserved_until_the_owner_answers(
    client: Client, booker: User, space: Space, standin: StandIn
) -> None:
    Space.objects.filter(pk=space.pk).update(is_instant=False)
    url = reverse("repeat", args=["nidelva"])
    page = client.get(url, {**RULE, "count": "3"}).content.decode()
    told = f"is reserved on your card, and charged only when {space.organisation} has said yes"
    assert told in page
    assert "Book the times, all or none" in page
    space.prices.update(amount=0)
    free = client.get(url, {**RULE, "count": "3"}).content.decode()
    assert "is reserved on your card" not in free
    assert "Book the times, all or none" in free


def test_the_cart_says_beforehand_that_each_currency_is_paid_for_by_itself(
    client: Client, booker: User, space: Space, standin: StandIn
) -> None:
    other = make_space(price=10_000)
    other.prices.update(currency="EUR")
    span = make_booking(make_space()).period
    for one in (space, other):
        operations.add_to_cart(items=[operations.Item(one, span)], by=booker, now=NOW)
    page = client.get(reverse("cart")).content.decode()
    assert "cannot be booked in one go" in page
    assert "Book all" not in page
