"""An owner registers with Stripe and is paid, on the real package against the stand-in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.test import Client
from django.utils import timezone, translation

from billing import ledger, operations
from billing.models import (
    Code,
    Payout,
    PayoutAccount,
    PayoutState,
    SendStatus,
    StripeEvent,
    Transfer,
)
from billing.operations import earning, sending
from billing.stripe_gateway import PaymentsUnavailable
from billing.views.money import in_words
from bookings.models import Booking
from spaces.models import Space
from spaces.periods import period
from tests.billing.conftest import receive
from tests.billing.test_settling import book, stripe_balance, work
from tests.cast import Cast
from tests.factories import make_place, make_space, make_user
from tools.stripe_standin import StandIn
from tools.stripe_standin.webhooks import sign

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), price=32_000)


def v1(standin: StandIn) -> Any:
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url}).v1


def account_of(cast: Cast) -> PayoutAccount:
    return PayoutAccount.objects.get(organisation=cast.organisation)


def begin(cast: Cast, now: datetime) -> str:
    return operations.begin_payouts(organisation=cast.organisation, by=cast.owner, now=now)


def test_begin_opens_one_account_and_leads_to_stripe(
    standin: StandIn, cast: Cast, client: Client
) -> None:
    cast.sign_in(client, "finance")
    at = f"/owner/money/{cast.organisation.slug}/"
    first = client.post(at + "begin/")
    again = client.get(at + "anew/")

    assert first.status_code in (302, 303)
    assert first["Location"].startswith(standin.url)
    assert again["Location"].startswith(standin.url)
    assert len(v1(standin).accounts.list().data) == 1
    assert account_of(cast).state == PayoutState.BEGUN
    assert "Still missing" in client.get(at).content.decode()


def test_begin_again_after_a_lost_answer_opens_one_account(
    standin: StandIn, cast: Cast, now: datetime
) -> None:
    standin.faults.drop_after("POST", "/v2/core/accounts", times=2)
    with pytest.raises(PaymentsUnavailable):
        begin(cast, now)
    assert account_of(cast).state == PayoutState.NOT_BEGUN
    standin.faults.clear()
    begin(cast, now)

    assert len(v1(standin).accounts.list().data) == 1


def test_states_follow_what_stripe_says(
    standin: StandIn, cast: Cast, now: datetime, client: Client
) -> None:
    begin(cast, now)
    standin.onboard(account_of(cast).stripe_id, complete=False)
    work(standin, now)
    assert account_of(cast).state == PayoutState.RESTRICTED
    with translation.override("en"):
        assert "identity" in in_words(account_of(cast).missing[0])

    standin.onboard(account_of(cast).stripe_id)
    cast.sign_in(client, "owner")
    page = client.get(f"/owner/money/{cast.organisation.slug}/back/", follow=True)
    assert "You can be paid now" in page.content.decode()
    assert account_of(cast).state == PayoutState.READY


def test_a_lost_word_of_stripe_is_made_up_for(standin: StandIn, cast: Cast, now: datetime) -> None:
    begin(cast, now)
    standin.onboard(account_of(cast).stripe_id)

    assert operations.check_waiting_accounts(now=now) == 0
    assert operations.check_waiting_accounts(now=now + HOUR) == 1
    assert account_of(cast).state == PayoutState.READY
    assert operations.check_waiting_accounts(now=now + 3 * HOUR) == 0


def test_a_thin_event_alone_tells_of_an_account(
    standin: StandIn, cast: Cast, now: datetime, settings: Any
) -> None:
    """Of Stripe's second API, from a destination with a secret of its own; it comes twice."""
    begin(cast, now)
    standin.onboard(account_of(cast).stripe_id)
    standin.webhooks.deliver()
    told = [one for one in standin.delivered if one.event["object"] == "v2.core.event"]
    StripeEvent.objects.exclude(type__startswith="v2.").delete()
    assert set(StripeEvent.objects.values_list("object_id", flat=True)) == {
        account_of(cast).stripe_id
    }

    operations.settle(now=now + HOUR)
    assert account_of(cast).state == PayoutState.READY
    settings.STRIPE_THIN_WEBHOOK_SECRET = "whsec_thin"
    assert {receive(one.body, one.signature) for one in told} == {400}
    at = int(timezone.now().timestamp())
    assert {receive(one.body, sign(one.body, "whsec_thin", at)) for one in told} == {200}
    assert StripeEvent.objects.count() == len(told)


def test_from_payment_to_the_owners_bank(
    standin: StandIn, cast: Cast, space: Space, now: datetime
) -> None:
    begin(cast, now)
    standin.onboard(account_of(cast).stripe_id)
    start = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    booking, order = book(space, period(start, start + 2 * HOUR), make_user(), now)
    standin.pay(order.session_id)
    work(standin, now)
    Booking.objects.filter(pk=booking.pk).update(status="completed")
    over = now + timedelta(days=3)
    operations.earn_due(now=over)
    operations.send_due(now=over)
    work(standin, over)

    transfer = Transfer.objects.get()
    assert (transfer.status, transfer.amount) == (SendStatus.SENT, 64_000)
    there = v1(standin).transfers.retrieve(transfer.stripe_id)
    order.refresh_from_db()
    assert there.source_transaction == order.charge_id
    assert there.transfer_group == f"order_{order.pk}"
    assert ledger.balance_of(Code.STRIPE_BALANCE) == stripe_balance(standin)

    standin.advance(10 * 86_400)
    work(standin, over, rounds=3)
    (payout,) = Payout.objects.all()
    assert payout.organisation == cast.organisation
    assert payout.amount == 64_000


def test_what_stripe_refuses_is_sent_when_the_owner_can_be_paid(
    standin: StandIn, cast: Cast, space: Space, now: datetime
) -> None:
    begin(cast, now)
    standin.onboard(account_of(cast).stripe_id)
    work(standin, now)
    start = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    booking, order = book(space, period(start, start + 2 * HOUR), make_user(), now)
    standin.pay(order.session_id)
    work(standin, now)
    Booking.objects.filter(pk=booking.pk).update(status="completed")
    over = now + timedelta(days=3)
    operations.earn_due(now=over)
    PayoutAccount.objects.update(stripe_id="acct_gone")
    operations.send_due(now=over)
    sending.send_transfer(Transfer.objects.get(), now=over)

    assert Transfer.objects.get().status == SendStatus.FAILED
    assert earning.due_to_earn(over).count() == 0
    assert -ledger.balance_of(Code.OWNER_PAYABLE) == 64_000
