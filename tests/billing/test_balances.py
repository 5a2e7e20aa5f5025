"""What an owner has with us adds up: each statement goes on where the one before it ended."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from billing import operations, statements
from billing.models import Payout, SendStatus, Transfer
from billing.statements import kroner
from spaces.models import Space
from spaces.money import Money
from tests.billing.owners import AFTER, DAY, agree_fee, make_paid, make_ready, send_all
from tests.cast import Cast
from tests.factories import NOW, make_place, make_space

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # 2027 in Trondheim


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    space = make_space(make_place(cast.organisation), name="Nidelva", price=50_000)
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    return space


def test_overview_follows_the_money(space: Space) -> None:
    owner = space.organisation
    order = make_paid(space)
    assert statements.overview(owner).held == Money(100_000)
    operations.earn_due(now=AFTER)
    assert statements.overview(owner).payable == Money(90_000)
    operations.send_due(now=AFTER)
    assert statements.overview(owner).under_way == Money(90_000)
    send_all()
    assert statements.overview(owner).sent == Money(90_000)
    operations.refund(line=order.lines.get(), amount=50_000, now=AFTER)
    assert statements.overview(owner).owed == Money(45_000)
    send_all()
    found = statements.overview(owner)
    assert (found.sent, found.owed, found.held) == (Money(45_000), Money(0), Money(0))


def test_months_are_those_of_the_place_and_go_on_where_the_last_one_ended(space: Space) -> None:
    owner = space.organisation
    order = make_paid(space)
    operations.earn_due(now=NEW_YEAR)
    line = order.lines.get()
    if line.earned_at is None:  # over only later
        operations.earn_due(now=AFTER)
    make_paid(space)
    operations.earn_due(now=AFTER + 40 * DAY)
    operations.send_due(now=AFTER + 40 * DAY)
    send_all(AFTER + 41 * DAY)

    months = sorted(statements.months_of(owner, OSLO))
    shown = [statements.statement(owner, month, OSLO) for month in months]

    assert shown[0].opening == Money(0)
    for one, following in itertools.pairwise(shown):
        assert following.opening == one.closing
    for one in shown:
        moved = sum(movement.amount.amount for movement in one.movements)
        assert one.opening.amount + moved == one.closing.amount
        assert [movement.balance for movement in one.movements][-1] == one.closing
    assert shown[-1].closing == Money(0)


def test_statement_says_price_fee_and_vat_of_what_is_earned(space: Space) -> None:
    make_paid(space)
    operations.earn_due(now=AFTER)
    (month,) = statements.months_of(space.organisation, OSLO)

    (earned,) = statements.statement(space.organisation, month, OSLO).movements

    assert (earned.price, earned.fee, earned.fee_vat) == (
        Money(100_000),
        Money(10_000),
        Money(2_000),
    )
    assert earned.amount == Money(90_000)
    assert earned.booking is not None
    assert earned.booking.space == space


def test_statement_takes_as_many_queries_for_thirty_as_for_one(
    space: Space, django_assert_max_num_queries
) -> None:
    orders = [make_paid(space) for _ in range(12)]
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()
    for order in orders:
        operations.refund(line=order.lines.get(), amount=10_000, now=AFTER)
    send_all()
    (month,) = statements.months_of(space.organisation, OSLO)

    with django_assert_max_num_queries(7):
        found = statements.statement(space.organisation, month, OSLO)
    assert len(found.movements) == 48
    assert all(one.booking for one in found.movements)


def test_coming_is_by_day_and_says_what_a_bank_asks_about(space: Space) -> None:
    for _ in range(3):
        make_paid(space)

    found = statements.coming(space.organisation)

    assert [one.money for one in found] == [Money(100_000)] * 3
    assert [one.after for one in found] == sorted(one.after for one in found)
    assert not any(one.is_disputed for one in found)


@pytest.mark.parametrize("name", ["=1+1", "+47", "-x", "@a"])
def test_csv_is_for_spreadsheets_and_holds_no_formula(space: Space, name: str) -> None:
    Space.objects.update(name=name)
    make_paid(space, amount=123_450)
    operations.earn_due(now=AFTER)
    (month,) = statements.months_of(space.organisation, OSLO)

    text = statements.as_csv(statements.statement(space.organisation, month, OSLO), OSLO)

    head, opening, earned, closing = text.strip().split("\r\n")
    assert head.startswith("Dato;Hva;Rom")
    assert "Inngående saldo" in opening
    assert f"'{name};" in earned
    assert "1234,50;123,45;24,69;1111,05;1111,05" in earned
    assert "1111,05" in closing


@given(st.integers(-(10**9), 10**9))
def test_kroner_is_the_same_sum(amount: int) -> None:
    assert round(float(kroner(Money(amount)).replace(",", ".")) * 100) == amount


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["owner", "finance"])
def test_pages_of_those_who_may_see_them(
    client: Client, cast: Cast, space: Space, who: str
) -> None:
    make_paid(space)
    operations.earn_due(now=AFTER)
    make_paid(space)
    Payout.objects.create(
        stripe_id="po_1",
        organisation=space.organisation,
        amount=77_700,
        currency="NOK",
        status="paid",
        arrives_on=date(2026, 11, 20),
        created_at=NOW,
        changed_at=NOW,
    )
    cast.sign_in(client, who)

    page = client.get(f"/owner/money/{space.organisation.slug}/").content.decode()
    assert "777\xa0kr" in page
    assert "Our fee is 10" in page
    (month,) = statements.months_of(space.organisation, OSLO)
    at = f"/owner/money/{space.organisation.slug}/{month.year}-{month.month}/"
    assert "Opening balance" in client.get(at).content.decode()
    told = client.get(at, {"as": "csv"})
    assert told["Content-Type"].startswith("text/csv")
    assert "Nidelva" in told.content.decode()


@pytest.mark.parametrize("at", ["", "2026-11/", "?as=csv"])
@pytest.mark.parametrize("who", ["host", "manager", "foreign", "booker", "operator"])
def test_pages_are_not_there_for_others(
    client: Client, cast: Cast, space: Space, who: str, at: str
) -> None:
    cast.sign_in(client, who)
    assert client.get(f"/owner/money/{space.organisation.slug}/{at}").status_code == 404


@pytest.mark.parametrize("at", ["2026-13/", "0-1/", "2026-0/"])
def test_a_month_that_is_none_is_not_there(
    client: Client, cast: Cast, space: Space, at: str
) -> None:
    cast.sign_in(client, "owner")
    assert client.get(f"/owner/money/{space.organisation.slug}/{at}").status_code == 404


def test_what_is_owed_is_said(client: Client, cast: Cast, space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()
    operations.refund(line=order.lines.get(), amount=100_000, now=AFTER)
    cast.sign_in(client, "owner")

    page = client.get(f"/owner/money/{space.organisation.slug}/").content.decode()

    assert "owed by you" in page
    assert Transfer.objects.get().status == SendStatus.SENT
    assert timedelta(days=1) < AFTER - NOW
