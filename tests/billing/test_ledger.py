"""The ledger keeps its rules whatever the application does."""

from datetime import timedelta

import hypothesis
import pytest
from django.db import IntegrityError, connection, models, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing import ledger
from billing.models import (
    Account,
    Balance,
    Code,
    Entry,
    Order,
    OrderLine,
    Refund,
    RefundStatus,
    Transaction,
)
from spaces.models import Space
from tests.factories import NOW, make_booking, make_space

pytestmark = pytest.mark.django_db


def make_order(amount: int = 100_000, space: Space | None = None) -> Order:
    start = NOW + timedelta(hours=2 * Order.objects.count())
    booking = make_booking(space, start)
    order = Order.objects.create(
        buyer=booking.booker,
        amount=amount,
        created_at=NOW,
        not_before=NOW,
        session_expires_at=NOW + timedelta(hours=1),
    )
    OrderLine.objects.create(
        order=order,
        kind="booking",
        booking=booking,
        owner=booking.space.organisation,
        amount=amount,
    )
    return order


def make_refund(order: Order, amount: int) -> Refund:
    line = order.lines.get()
    return Refund.objects.create(
        order=order,
        booking=line.booked,
        line=line,
        amount=amount,
        created_at=NOW,
        not_before=NOW,
    )


def account(code: Code = Code.STRIPE_BALANCE, currency: str = "NOK", **limits: int) -> Account:
    return Account.objects.create(code=code, currency=currency, **limits)


def post(*legs: tuple[Account, int]) -> Transaction:
    entry = Transaction.objects.create(source=f"test:{Transaction.objects.count()}", at=NOW)
    for to, amount in legs:
        Entry.objects.create(transaction=entry, account=to, amount=amount)
    return entry


def commit() -> None:
    """What a commit would say: the tests run in a transaction that never does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def paid() -> Order:
    order = make_order()
    ledger.captured(order, charge_id="ch_1", gross=100_000, now=NOW)
    return order


def constraint(error: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    name: str | None = error.value.__cause__.diag.constraint_name
    return name


# --- The rules --------------------------------------------------------------------------


def test_what_balances_is_accepted() -> None:
    post((account(), 700), (account(Code.PSP_FEE), 300), (account(Code.HELD), -1000))
    commit()
    assert {code: amount for (code, _), amount in ledger.trial_balance().items()} == {
        Code.STRIPE_BALANCE: 700,
        Code.PSP_FEE: 300,
        Code.HELD: -1000,
    }


@pytest.mark.parametrize("amounts", [(1000,), (1000, -999), (1, 1, -3)])
def test_what_does_not_balance_is_refused_at_commit(amounts: tuple[int, ...]) -> None:
    codes = (Code.STRIPE_BALANCE, Code.PSP_FEE, Code.HELD)
    post(*[(account(code), amount) for code, amount in zip(codes, amounts, strict=False)])
    with pytest.raises(IntegrityError) as refused:
        commit()
    assert constraint(refused) == "ledger_sums_to_zero"


def test_each_currency_balances_by_itself() -> None:
    post((account(), 1000), (account(currency="EUR"), -1000))
    with pytest.raises(IntegrityError) as refused:
        commit()
    assert constraint(refused) == "ledger_sums_to_zero"


@pytest.mark.django_db(transaction=True)
def test_unbalanced_entries_never_commit() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        post((account(), 1000))
    assert not Transaction.objects.exists()
    assert not Balance.objects.exists()


@pytest.mark.parametrize("amount", [0, 10**12 + 1, -(10**12) - 1])
def test_an_entry_of_nothing_or_of_too_much_is_refused(amount: int) -> None:
    with pytest.raises(IntegrityError) as refused:
        post((account(), amount))
    assert constraint(refused) == "ledger_entry_amount"


@pytest.mark.parametrize(
    ("limits", "amount"), [({"ceiling": 100}, 101), ({"floor": -100}, -101), ({"ceiling": 0}, 1)]
)
def test_an_account_stays_within_its_limits(limits: dict[str, int], amount: int) -> None:
    limited, other = account(**limits), account(Code.HELD)
    nearly = amount - 1 if amount > 0 else amount + 1
    if nearly:
        post((limited, nearly), (other, -nearly))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        post((limited, amount), (other, -amount))
    assert constraint(refused) == "ledger_account_limits"


@pytest.mark.parametrize("model", [Entry, Transaction])
@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
def test_what_is_posted_stays(paid: Order, model: type[models.Model], change: str) -> None:
    table = model._meta.db_table
    column = "amount" if model is Entry else "at"
    statement = {
        "update": f"UPDATE {table} SET {column} = {column}",
        "delete": f"DELETE FROM {table}",
        "truncate": f"TRUNCATE {table} CASCADE",
    }[change]
    commit()  # what is still to be checked would be in the way of TRUNCATE
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.objects.count() == 2


def test_an_account_is_opened_once() -> None:
    account()
    with pytest.raises(IntegrityError) as refused:
        account()
    assert constraint(refused) == "ledger_account_once"


# --- The postings -----------------------------------------------------------------------


def test_captured_is_held_for_the_order(paid: Order) -> None:
    assert ledger.held_for(paid).amount == 100_000
    assert ledger.trial_balance()[Code.STRIPE_BALANCE, "NOK"] == 100_000


def test_captured_twice_posts_once(paid: Order) -> None:
    assert not ledger.captured(paid, charge_id="ch_1", gross=100_000, now=NOW)
    assert ledger.held_for(paid).amount == 100_000


def test_the_fee_may_be_told_later_and_is_posted_once(paid: Order) -> None:
    assert ledger.fee_charged(paid, charge_id="ch_1", fee=1_500, now=NOW)
    assert not ledger.fee_charged(paid, charge_id="ch_1", fee=1_500, now=NOW)

    books = ledger.trial_balance()
    assert books[Code.STRIPE_BALANCE, "NOK"] == 98_500
    assert books[Code.PSP_FEE, "NOK"] == 1_500
    assert ledger.held_for(paid).amount == 100_000


def test_a_refund_is_set_aside_and_then_sent(paid: Order) -> None:
    refund = make_refund(paid, 60_000)

    ledger.refund_promised(refund, now=NOW)
    assert ledger.held_for(paid).amount == 40_000
    assert ledger.trial_balance()[Code.REFUNDS_DUE, "NOK"] == -60_000

    ledger.refund_sent(refund, now=NOW)
    assert ledger.trial_balance()[Code.REFUNDS_DUE, "NOK"] == 0
    assert ledger.trial_balance()[Code.STRIPE_BALANCE, "NOK"] == 40_000


def test_a_refund_that_fails_is_held_again(paid: Order) -> None:
    refund = make_refund(paid, 60_000)
    ledger.refund_promised(refund, now=NOW)

    ledger.refund_failed(refund, now=NOW)

    assert ledger.held_for(paid).amount == 100_000
    ledger.refund_promised(make_refund(paid, 100_000), now=NOW)


def test_a_refund_of_more_than_is_left_is_refused(paid: Order) -> None:
    ledger.refund_promised(make_refund(paid, 60_000), now=NOW)
    with pytest.raises(ledger.MoreThanPaid), transaction.atomic():
        ledger.refund_promised(make_refund(paid, 40_001), now=NOW)
    ledger.refund_promised(make_refund(paid, 40_000), now=NOW)


def test_nothing_is_refunded_from_another_order(paid: Order) -> None:
    with pytest.raises(ledger.MoreThanPaid):
        ledger.refund_promised(make_refund(make_order(), 1), now=NOW)


# --- Anything, in any order -------------------------------------------------------------


class Books(RuleBasedStateMachine):
    """Orders that are paid and refunded, with everything said again now and then."""

    orders: Bundle[Order] = Bundle("orders")
    refunds: Bundle[Refund] = Bundle("refunds")

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.space = make_space()
        self.captured: dict[object, int] = {}
        self.fees: dict[object, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(target=orders, amount=st.integers(1, 500_000))
    def somebody_orders(self, amount: int) -> Order:
        return make_order(amount, self.space)

    @rule(order=orders)
    def it_is_paid(self, order: Order) -> None:
        is_new = ledger.captured(order, charge_id=f"ch_{order.pk}", gross=order.amount, now=NOW)
        assert is_new == (order.pk not in self.captured)
        self.captured[order.pk] = order.amount

    @rule(order=orders, fee=st.integers(1, 2_000))
    def the_fee_is_told(self, order: Order, fee: int) -> None:
        if order.pk in self.captured:
            is_new = ledger.fee_charged(order, charge_id=f"ch_{order.pk}", fee=fee, now=NOW)
            assert is_new == (order.pk not in self.fees)
            self.fees.setdefault(order.pk, fee)

    @rule(target=refunds, order=orders, amount=st.integers(1, 500_000), most=st.booleans())
    def some_is_promised_back(self, order: Order, amount: int, most: bool) -> object:
        left = self.captured.get(order.pk, 0) - self.returned(order)
        amount = left if most and left else amount
        try:
            with transaction.atomic():
                refund = make_refund(order, amount)
                ledger.refund_promised(refund, now=NOW)
        except ledger.MoreThanPaid:
            assert amount > left
            return multiple()
        assert amount <= left
        return refund

    @rule(refund=refunds)
    def it_is_promised_again(self, refund: Refund) -> None:
        assert not ledger.refund_promised(refund, now=NOW)

    @rule(refund=refunds, worked=st.booleans())
    def it_is_sent(self, refund: Refund, worked: bool) -> None:
        refund.refresh_from_db()
        ended = (RefundStatus.SUCCEEDED, RefundStatus.FAILED)
        if refund.status in ended:
            worked = refund.status == RefundStatus.SUCCEEDED  # told again
        posted = ledger.refund_sent if worked else ledger.refund_failed
        assert posted(refund, now=NOW) == (refund.status not in ended)
        refund.status = RefundStatus.SUCCEEDED if worked else RefundStatus.FAILED
        refund.save()

    def returned(self, order: Order, *statuses: RefundStatus) -> int:
        found = order.refunds.exclude(status=RefundStatus.FAILED)
        if statuses:
            found = found.filter(status__in=statuses)
        return sum(found.values_list("amount", flat=True))

    @invariant()
    def every_transaction_balances(self) -> None:
        commit()
        assert sum(ledger.trial_balance().values()) == 0

    @invariant()
    def balances_are_the_sums_of_their_entries(self) -> None:
        sums = Account.objects.annotate(total=models.Sum("entries__amount"))
        for of_account in sums.select_related("balance"):
            assert of_account.balance.amount == of_account.total

    @invariant()
    def what_is_held_is_what_is_left(self) -> None:
        for order in Order.objects.all():
            back = self.returned(order)
            assert 0 <= back <= self.captured.get(order.pk, 0)
            assert ledger.held_for(order).amount == self.captured.get(order.pk, 0) - back

    @precondition(lambda self: self.captured)
    @invariant()
    def stripe_has_what_came_less_what_went(self) -> None:
        sent = sum(self.returned(order, RefundStatus.SUCCEEDED) for order in Order.objects.all())
        expected = sum(self.captured.values()) - sum(self.fees.values()) - sent
        assert ledger.trial_balance().get((Code.STRIPE_BALANCE, "NOK"), 0) == expected


def test_whatever_happens_no_money_appears_or_is_lost() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")
    usual = hypothesis.settings.default
    run_state_machine_as_test(
        Books, settings=hypothesis.settings(usual, max_examples=usual.max_examples // 3)
    )
