"""Many random orders, from the click to the owner's account, settled to the øre.

`ORDERS=1000` makes as many; fewer do for each run of the tests.
"""

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.db import connection
from django.utils import timezone

from accounts.models import CreditAgreement, CreditStatus, Organisation
from billing import audit, ledger, operations
from billing.models import (
    Case,
    Code,
    Dispute,
    Order,
    OrderLine,
    OrderStatus,
    PayoutAccount,
    Refund,
    RefundStatus,
    Transfer,
    TransferReversal,
)
from billing.models.payout import PayoutState
from billing.operations import earn_due, reconcile, send_due
from billing.operations.earning import left_of
from billing.operations.refunding import left_to_give
from bookings import audit as promises
from bookings import operations as bookings
from bookings.means import Means
from bookings.models import Booking, Campaign, Counts, PassType, Status
from bookings.operations import Item
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import period
from tests.billing.owners import agree_fee
from tests.factories import NOW, make_member, make_organisation, make_space, make_user
from tests.standin.cast import Browser
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
ORDERS = int(os.environ.get("ORDERS", "30"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLAIN, NEVER_REFUNDED = "4242424242424242", "4000000000005126"
ENDS = (
    *("kept", "kept", "walked away", "by code", "on account", "by pass", "extended"),
    *("cancelled", "cancelled late", "goodwill", "goodwill after", "not to be given back"),
    *("asked for back", "won", "lost after"),
)


class Story:
    """One after the other, of one owner or of several: each comes to an end of its own."""

    def __init__(self, standin: StandIn, spaces: list[Space]) -> None:
        self.standin, self.spaces = standin, spaces
        self.random = random.Random(20261128)
        self.start = timezone.now()
        self.ends: Counter[str] = Counter()
        self.hours = {space.pk: 0 for space in spaces}
        self.later: list[tuple[str, Booking]] = []
        self.company = make_organisation()
        self.member = make_member(self.company)
        self.passes = [_made_by(space.organisation, self.company) for space in spaces]

    @property
    def api(self) -> Any:
        return stripe.StripeClient("sk_test_ledig", base_addresses={"api": self.standin.url}).v1

    def item(self, space: Space) -> Item:
        first = (self.start + 2 * DAY).replace(minute=0, second=0, microsecond=0)
        begins = first + self.hours[space.pk] * HOUR
        self.hours[space.pk] += 2
        return Item(space, period(begins, begins + HOUR))

    def order(self) -> None:
        end = ENDS[self.ends.total() % len(ENDS)]
        self.ends[end] += 1
        now = self.start
        if end == "by pass":
            self.by_pass(now)
            return
        some = self.random.sample(self.spaces, self.random.choice([1, 1, 1, 2, 3]))
        is_owed = end == "on account"
        booked = operations.book_together(
            items=[self.item(space) for space in some],
            by=self.member if is_owed else make_user(),
            organisation=self.company if is_owed else None,
            on_account=is_owed,
            means=Means("TI" if end == "by code" else ""),
            now=now,
        )
        booking = self.random.choice(booked)
        if end == "walked away":
            return
        if not is_owed:
            card = NEVER_REFUNDED if end == "not to be given back" else PLAIN
            self.pay(Order.objects.get(lines__booking=booking), card)
            booking.refresh_from_db()
        self.goes_on(end, booking, now)

    def goes_on(self, end: str, booking: Booking, now: datetime) -> None:
        match end:
            case "cancelled" | "cancelled late" | "not to be given back" | "on account":
                at = booking.start - HOUR if end == "cancelled late" else now
                if end != "on account" or self.random.random() < 0.3:
                    told = {"by": booking.booker, "as_owner": False, "now": at}
                    operations.cancel(booking=booking, **told)
            case "extended":
                change = operations.extend(booking=booking, by=booking.booker, now=now)
                self.pay(Order.objects.get(lines__change=change), PLAIN)
            case "goodwill":
                self.give_back(booking, now)
            case "asked for back" | "won":
                dispute = self.standin.dispute(booking.order_lines.get().order.charge_id)
                if end == "won":
                    self.answer(dispute, "winning_evidence")
            case "goodwill after" | "lost after":
                self.later.append((end, booking))

    def pay(self, order: Order, card: str) -> None:
        self.standin.pay(order.session_id, card)
        operations.settle_order(order, now=self.start)

    def by_pass(self, now: datetime) -> None:
        """Bought, and two hours of its ten used."""
        kept, by = self.random.choice(self.passes), make_user()
        self.pay(operations.buy_pass(pass_type=kept, by=by, now=now), PLAIN)
        space = next(one for one in self.spaces if one.organisation == kept.owner)
        for _ in range(2):
            item = self.item(space)
            told = {"space": space, "span": item.span, "by": by, "now": now}
            assert operations.book(**told).status == Status.CONFIRMED

    def after_all(self, now: datetime) -> None:
        """When the owners have had their money."""
        for end, booking in self.later:
            if end == "goodwill after":
                self.give_back(booking, now)
            else:
                dispute = self.standin.dispute(booking.order_lines.get().order.charge_id)
                self.settle(now)
                self.answer(dispute, "losing_evidence")

    def give_back(self, booking: Booking, now: datetime) -> None:
        left = left_to_give(booking).amount
        told = {"by": make_user(), "reason": "Støy", "now": now}
        amount = self.random.randint(1, left)
        operations.give_back_some(booking=booking, amount=amount, left=left, **told)

    def answer(self, dispute: str, evidence: str) -> None:
        self.api.disputes.update(dispute, {"evidence": {"uncategorized_text": evidence}})

    def settle(self, now: datetime) -> None:
        """Until nothing waits any more."""
        for minutes in range(1, 100):
            told = self.standin.webhooks.deliver()
            if not operations.settle(now=now + minutes * MINUTE) and not told:
                return


def _made_by(owner: Organisation, customer: Organisation) -> PassType:
    """What an owner has agreed to: codes, an account for the customer, and a pass."""
    day = timezone.localdate() - DAY
    Campaign.objects.create(owner=owner, name="Ti", code="TI", percent=10, first_day=day)
    CreditAgreement.objects.create(
        owner=owner,
        customer=customer,
        status=CreditStatus.AGREED,
        limit=1_000_000_000,
        invoice_email="faktura@example.org",
        asked_by=make_member(customer),
        asked_at=NOW,
    )
    of = {"name": "Ti timer", "counts": Counts.MINUTES, "amount": 600, "price": 299_999}
    return PassType.objects.create(owner=owner, **of)


def be_paid(organisation: Organisation) -> None:
    """Its owner goes through Stripe's own pages."""
    now = timezone.now()
    link = operations.begin_payouts(organisation=organisation, by=make_user(), now=now)
    Browser().post(link, answer="complete")
    account = PayoutAccount.objects.get(organisation=organisation)
    assert operations.check_account(account, now=now).state == PayoutState.READY


def test_many_random_orders_are_settled_to_the_ore(standin: StandIn, settings: Any) -> None:
    spaces = [
        make_space(price=price, cancellation=[[24 * 60, 100], [0, 25]])
        for price in (9_900, 12_345, 33_333, 64_001, 100_000)
    ]
    for number, space in enumerate(spaces):
        agree_fee(space.organisation, points=300 + 77 * number)
        be_paid(space.organisation)
    story = Story(standin, spaces)
    for _ in range(ORDERS):
        story.order()
    operations.expire_holds(now=story.start + HOLD + HOUR)
    story.settle(story.start + HOLD + HOUR)

    standin.advance(10 * 86_400)  # the money has cleared
    after = story.start + 400 * DAY
    story.settle(after)  # some of what was given back has come to us again
    pay_owners(story, after)
    story.after_all(after + DAY)
    story.settle(after + DAY)
    pay_owners(story, after + 2 * DAY)

    assert min(story.ends[end] for end in ENDS) > 0
    books = ledger.trial_balance()
    assert sum(books.values()) == 0
    held = story.api.balance.retrieve()
    assert books[Code.STRIPE_BALANCE, "NOK"] == sum(
        part.amount for part in (*held.available, *held.pending)
    )
    assert ledger.balance_of(Code.TRANSFERRING) == 0
    assert ledger.balance_of(Code.REFUNDS_DUE) == 0
    for space in spaces:
        agrees_with(space.organisation)
    undecided = [dispute.order_id for dispute in Dispute.objects.all() if dispute.is_open]
    failed = Refund.objects.open_cases().values_list("line", flat=True)
    for line in OrderLine.objects.filter(order__status=OrderStatus.PAID, earned_at=None):
        assert line.order_id in undecided or line.pk in failed
    assert Refund.objects.filter(status=RefundStatus.FAILED).count() > 0
    assert Booking.objects.filter(status=Status.HELD).count() == 0
    assert [one for one in promises.audit(audit.CHECKS, now=after + 3 * DAY) if one.count] == []
    reconcile(now=timezone.now() + 12 * DAY, back=40 * DAY)
    with connection.cursor() as cursor:  # of a thousand orders this takes a while
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert list(Case.objects.open()) == []


def pay_owners(story: Story, now: datetime) -> None:
    while bookings.finish_due(now=now):
        pass
    while earn_due(now=now):
        pass
    while send_due(now=now):
        story.settle(now)
    while operations.send_documents(now=now):
        pass


def agrees_with(owner: Organisation) -> None:
    """What bookers have paid and not had back is the owner's, but for our fees; and what they
    have of it is what they were sent, less what was fetched back."""
    lines = OrderLine.objects.filter(owner=owner, order__status=OrderStatus.PAID)
    earned = sum(left_of(line) for line in lines.exclude(earned_at=None))
    fees = -ledger.balance_of(Code.PLATFORM_FEE, organisation=owner)
    fees -= ledger.balance_of(Code.PLATFORM_VAT, organisation=owner)
    sent = Transfer.objects.filter(organisation=owner, status="sent")
    back = TransferReversal.objects.filter(transfer__in=sent, status="sent")
    has = sum(sent.values_list("amount", flat=True)) - sum(back.values_list("amount", flat=True))
    waits = -ledger.balance_of(Code.OWNER_PAYABLE, organisation=owner)
    owes = ledger.balance_of(Code.OWNER_DEBT, organisation=owner)
    assert has + waits - owes == earned - fees
    assert waits == 0 or owes == 0
    held = sum(left_of(line) for line in lines.filter(earned_at=None))
    failed = Refund.objects.open_cases().filter(line__in=lines)  # owed to bookers all the same
    held += sum(failed.values_list("amount", flat=True))
    assert -ledger.balance_of(Code.HELD, organisation=owner) == held
