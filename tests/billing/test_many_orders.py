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
from django.utils import timezone

from accounts.models import Organisation
from billing import ledger, operations
from billing.models import Case, Code, Order, OrderLine, OrderStatus, PayoutAccount, Transfer
from billing.models.payout import PayoutState
from billing.operations import earn_due, reconcile, send_due
from billing.operations.earning import left_of
from bookings import operations as bookings
from bookings.models import Booking, Status
from bookings.operations import Item
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import period
from tests.billing.owners import agree_fee
from tests.factories import make_space, make_user
from tests.standin.cast import Browser
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
ORDERS = int(os.environ.get("ORDERS", "60"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Story:
    """One after the other: some pay, some do not, some cancel early or late, some get a part
    back, some go to their bank."""

    def __init__(self, standin: StandIn, spaces: list[Space]) -> None:
        self.standin, self.spaces = standin, spaces
        self.random = random.Random(20261128)
        self.start = timezone.now()
        self.ends: Counter[str] = Counter()
        self.hour = 0

    def order(self) -> None:
        now = self.start
        some = self.random.sample(self.spaces, self.random.choice([1, 1, 1, 2, 3]))
        items = []
        for space in some:
            self.hour += 1
            begins = (now + 2 * DAY).replace(minute=0, second=0, microsecond=0) + self.hour * HOUR
            items.append(Item(space, period(begins, begins + HOUR)))
        booked = operations.book_together(items=items, by=make_user(), now=now)
        order = Order.objects.get(lines__booking=booked[0])
        end = self.random.choice(["keep", "keep", "cancel", "late", "goodwill", "walk", "bank"])
        self.ends[end] += 1
        if end == "walk":
            return
        self.standin.pay(order.session_id)
        operations.settle_order(order, now=now)
        booking = self.random.choice(booked)
        booking.refresh_from_db()
        match end:
            case "cancel" | "late":
                at = now if end == "cancel" else booking.start - HOUR
                operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=at)
            case "goodwill":
                self._give_back(booking, now)
            case "bank":
                order.refresh_from_db()
                self.standin.dispute(order.charge_id)

    def _give_back(self, booking: Booking, now: datetime) -> None:
        line = booking.order_lines.get()
        amount = self.random.randint(1, line.amount)
        by = make_user()
        operations.give_back_some(
            booking=booking, amount=amount, left=line.amount, by=by, reason="Støy", now=now
        )

    def settle(self, now: datetime) -> None:
        """Until nothing waits any more."""
        self.standin.webhooks.deliver()
        for minutes in range(1, 12):
            if not operations.settle(now=now + minutes * MINUTE):
                return


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
    client: Any = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
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
    bookings.finish_due(now=after)
    while earn_due(now=after):
        pass
    while send_due(now=after):
        story.settle(after)
    story.settle(after + HOUR)

    assert min(story.ends.values()) > 0
    books = ledger.trial_balance()
    assert sum(books.values()) == 0
    held = client.v1.balance.retrieve()
    assert books[Code.STRIPE_BALANCE, "NOK"] == sum(
        part.amount for part in (*held.available, *held.pending)
    )
    for line in OrderLine.objects.filter(order__status=OrderStatus.PAID, earned_at__isnull=False):
        about = {"order": line.order, "organisation": line.owner}
        kept = left_of(line)
        fee = -ledger.balance_of(Code.PLATFORM_FEE, **about)
        fee -= ledger.balance_of(Code.PLATFORM_VAT, **about)
        sent = Transfer.objects.filter(order=line.order, organisation=line.owner, status="sent")
        assert sum(sent.values_list("amount", flat=True)) + fee == kept
        assert ledger.balance_of(Code.HELD, **about) == 0
    assert ledger.balance_of(Code.TRANSFERRING) == ledger.balance_of(Code.OWNER_PAYABLE) == 0
    assert Booking.objects.filter(status=Status.HELD).count() == 0
    reconcile(now=timezone.now() + DAY, back=30 * DAY)
    assert list(Case.objects.open()) == []
