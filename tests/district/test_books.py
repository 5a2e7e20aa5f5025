"""The trial balance: every øre of the ledger, down to what caused it, for operators alone."""

from datetime import timedelta

import pytest
from django.test import Client

from billing import ledger, operations, trial
from billing.models import Code, Refund, Transfer
from spaces.models import Space
from tests.billing.owners import AFTER, DAY, agree_fee, make_paid, make_ready, send_all
from tests.cast import NAMES, Cast
from tests.factories import NOW, make_space

pytestmark = pytest.mark.django_db

BOOKS = "/operator/books/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space() -> Space:
    """A stay that was paid, earned, sent, and half of it given back."""
    space = make_space(price=50_000)
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()
    operations.refund(line=order.lines.get(), amount=50_000, now=AFTER)
    return space


def test_each_column_sums_to_zero_and_closing_follows(space: Space) -> None:
    make_paid(space, at=AFTER + DAY)
    rows = trial.trial_balance(AFTER - DAY, AFTER + 2 * DAY)

    (sums,) = trial.sums(rows)
    assert (sums.opening.amount, sums.closing.amount) == (0, 0)
    assert sums.debit.amount == -sums.credit.amount
    for row in rows:
        assert row.opening + row.debit + row.credit == row.closing
    found = {row.code: row.closing.amount for row in rows}
    assert found == {code: amount for (code, _nok), amount in ledger.trial_balance().items()}
    held = next(row for row in rows if row.code == Code.HELD)
    assert held.opening.amount == -100_000


def test_days_end_with_the_day(space: Space) -> None:
    before = trial.trial_balance(None, NOW + timedelta(seconds=1))
    assert {row.code: row.closing.amount for row in before} == {
        Code.STRIPE_BALANCE: 100_000,
        Code.HELD: -100_000,
    }
    assert trial.trial_balance(None, NOW - DAY) == []


def test_accounts_of_a_code_come_to_it(space: Space) -> None:
    for _ in range(3):
        make_paid(space)
    held = list(trial.accounts_of(Code.HELD, AFTER + DAY))

    assert sum(one.stands for one in held) == -300_000
    assert [abs(one.stands) for one in held] == [100_000, 100_000, 100_000, 0]


def test_operators_go_from_the_sum_to_the_cause(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "operator")
    assert "/operator/books/held/" in client.get(BOOKS).content.decode()
    account = trial.accounts_of(Code.REFUNDS_DUE, AFTER + DAY).get()
    listed = client.get(f"{BOOKS}refunds_due/?last=2030-01-01").content.decode()
    assert f"account__id__exact={account.pk}" in listed
    entries = client.get(f"/operator/billing/entry/?account__id__exact={account.pk}")
    refund, transfer = Refund.objects.get(), Transfer.objects.get()
    assert f"/operator/billing/refund/{refund.pk}/change/" in entries.content.decode()
    assert client.get(f"/operator/billing/refund/{refund.pk}/change/").status_code == 200
    assert client.get(f"/operator/billing/transfer/{transfer.pk}/change/").status_code == 200


def test_csv_has_every_account_and_the_sum(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "operator")
    told = client.get(BOOKS, {"as": "csv", "last": "2030-01-01"})

    lines = told.content.decode().strip().splitlines()
    assert told["Content-Type"] == "text/csv"
    assert lines[-1].startswith(";Sum;NOK;0,00;")
    assert len(lines) == 2 + len(ledger.trial_balance())


@pytest.mark.parametrize("day", ["x", "2026-02-31", "2026-13-01"])
def test_a_day_that_is_none_is_said(client: Client, cast: Cast, day: str) -> None:
    cast.sign_in(client, "operator")
    assert 'role="alert"' in client.get(BOOKS, {"first": day}).content.decode()


def test_a_code_that_is_none_is_not_there(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "operator")
    assert client.get(BOOKS + "gold/").status_code == 404


@pytest.mark.parametrize("who", [name for name in NAMES if name not in ("operator", "")])
def test_nobody_else_sees_the_books(client: Client, cast: Cast, who: str) -> None:
    cast.sign_in(client, who)
    assert client.get(BOOKS).status_code == 404
    assert client.get(BOOKS + "held/").status_code == 404
