"""Whatever happens to money, in whatever order and however often it is told: no øre appears or
is lost, and nobody is given more than was paid."""

import hypothesis
import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.errors import Refused
from billing import audit, ledger, operations
from billing.models import (
    Code,
    Dispute,
    Order,
    Refund,
    RefundStatus,
    SendStatus,
    Transfer,
    TransferReversal,
)
from billing.operations import disputing, sending, settling
from billing.operations.earning import left_of
from billing.stripe_gateway import DisputeState, Movement
from bookings import audit as promises
from tests.billing.owners import AFTER, agree_fee, make_paid, make_ready
from tests.factories import make_space, make_user

pytestmark = pytest.mark.django_db

FEE = 15_000  # of a dispute


class Money(RuleBasedStateMachine):
    """The product's own operations; Stripe is a number here, which moves when it says so."""

    orders, refunds, disputes = Bundle("orders"), Bundle("refunds"), Bundle("disputes")

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.spaces = [make_space(price=10_000), make_space(price=10_000)]
        for space, points in zip(self.spaces, (0, 777), strict=True):
            agree_fee(space.organisation, points)
            make_ready(space.organisation)
        self.at_stripe = 0

    def teardown(self) -> None:
        broken = [one for one in promises.audit(audit.CHECKS, now=AFTER) if one.count]
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)
        assert broken == []

    @rule(target=orders, amount=st.integers(300, 500_000), both=st.booleans())
    def somebody_pays(self, amount: int, both: bool) -> Order:
        order = make_paid(*self.spaces[: 2 if both else 1], amount=amount)
        operations.issue_receipts(order=order, now=AFTER)
        self.at_stripe += order.amount
        return order

    @rule()
    def the_stays_are_over(self) -> None:
        operations.earn_due(now=AFTER)
        operations.send_due(now=AFTER)

    @rule(worked=st.booleans())
    def transfers_come_through(self, worked: bool) -> None:
        status = SendStatus.SENT if worked else SendStatus.FAILED
        for one in Transfer.objects.filter(status=SendStatus.INTENDED):
            for _told in range(2):
                sending._transfer_came_to(one.pk, status, f"tr_{one.pk}", "", now=AFTER)
            self.at_stripe -= one.amount if worked else 0
        Transfer.objects.filter(status=SendStatus.FAILED).update(not_before=AFTER)

    @rule(worked=st.booleans())
    def some_of_them_come_back(self, worked: bool) -> None:
        status = SendStatus.SENT if worked else SendStatus.FAILED
        for one in TransferReversal.objects.filter(status=SendStatus.INTENDED):
            for _told in range(2):
                sending._reversal_came_to(one.pk, status, f"trr_{one.pk}", "", now=AFTER)
            self.at_stripe += one.amount if worked else 0

    @rule(target=refunds, order=orders, amount=st.integers(1, 500_000), most=st.booleans())
    def some_is_given_back(self, order: Order, amount: int, most: bool) -> object:
        line = order.lines.order_by("pk")[0]
        left = left_of(line)
        amount = left if most and left else amount
        try:
            refund = operations.refund(line=line, amount=amount, now=AFTER)
        except ledger.MoreThanPaid:
            assert amount > left
            return hypothesis.stateful.multiple()
        assert amount <= left
        return refund

    @rule(refund=refunds, worked=st.booleans())
    def stripe_says_of_a_refund(self, refund: Refund, worked: bool) -> None:
        """That it went, that it did not, or days later that it came back; each twice."""
        refund.refresh_from_db()
        before = refund.status
        if before == RefundStatus.DROPPED or disputing.is_asked_about(
            Order.objects.get(pk=refund.order_id)
        ):
            return
        status = RefundStatus.SUCCEEDED if worked else RefundStatus.FAILED
        for _told in range(2):
            settling._refund_came_to(refund.pk, status, f"re_{refund.pk}", "", now=AFTER)
        if worked and before == RefundStatus.INTENDED:
            self.at_stripe -= refund.amount
        if not worked and before == RefundStatus.SUCCEEDED:
            self.at_stripe += refund.amount

    @rule(target=refunds, refund=refunds)
    def a_failed_one_is_sent_anew(self, refund: Refund) -> object:
        try:
            return operations.resend_refund(refund=refund, by=make_user(), now=AFTER)
        except Refused:
            return hypothesis.stateful.multiple()

    @rule(target=disputes, order=orders)
    def a_bank_asks(self, order: Order) -> object:
        gone = order.refunds.filter(status=RefundStatus.SUCCEEDED)
        amount = order.amount - sum(gone.values_list("amount", flat=True))
        if not amount or order.disputes.exists():
            return hypothesis.stateful.multiple()
        self.at_stripe -= amount + FEE
        return self.tell(f"dp_{order.pk}", order, amount, "needs_response")

    @rule(dispute=disputes, won=st.booleans())
    def it_decides(self, dispute: Dispute, won: bool) -> None:
        dispute.refresh_from_db()
        if dispute.is_open:
            self.at_stripe += dispute.amount if won else 0
            status = "won" if won else "lost"
            self.tell(dispute.stripe_id, dispute.order, dispute.amount, status)

    def tell(self, pk: str, order: Order, amount: int, status: str) -> Dispute:
        moved = [Movement(f"{pk}-out", -amount, FEE)]
        if status == "won":
            moved.append(Movement(f"{pk}-in", amount, 0))
        state = DisputeState(pk, order.pk, amount, "general", status, None, AFTER, tuple(moved))
        disputing._apply(order.pk, state, now=AFTER)
        return disputing._apply(order.pk, state, now=AFTER)

    @invariant()
    def what_we_say_is_at_stripe_is_there(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        books = ledger.trial_balance()
        assert sum(books.values()) == 0
        assert books.get((Code.STRIPE_BALANCE, "NOK"), 0) == self.at_stripe

    @invariant()
    def nobody_has_more_than_was_paid(self) -> None:
        for order in Order.objects.all():
            kept = [left_of(line) for line in order.lines.all()]
            assert min(kept) >= 0
            sent = order.transfers.filter(status=SendStatus.SENT)
            back = TransferReversal.objects.filter(transfer__in=sent, status=SendStatus.SENT)
            has = sum(sent.values_list("amount", flat=True))
            assert has - sum(back.values_list("amount", flat=True)) <= order.amount


def test_whatever_happens_to_money_no_ore_appears_or_is_lost() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")
    usual = hypothesis.settings.default
    run_state_machine_as_test(
        Money,
        settings=hypothesis.settings(
            usual, max_examples=usual.max_examples // 10, stateful_step_count=12
        ),
    )
