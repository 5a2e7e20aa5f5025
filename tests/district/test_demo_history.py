"""The demo's ten weeks of sales are lived through, not written: books and Stripe agree."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.utils import timezone

from accounts.models import Organisation
from billing import audit, ledger, statements
from billing.models import (
    CartItem,
    Code,
    Dispute,
    Order,
    OrderStatus,
    Payout,
    PayoutAccount,
    PayoutState,
    Refund,
    Transfer,
)
from bookings import audit as bookings
from bookings.models import Booking, ChangeStatus, Delivery, DeliveryState, Series, Status
from bookings.occurrences import span_on
from bookings.queries.series import days_of
from district.demo import history, seeding
from tools.demo.history import STATE, Bank, live
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(settings: Any, tmp_path: Path) -> Iterator[StandIn]:
    today = timezone.localdate(timezone=seeding.ZONE)
    seeding.seed(today=today)
    settings.STRIPE_SECRET_KEY = "sk_test_standin"
    with StandIn(state=tmp_path / "stripe.json") as standin:
        settings.STRIPE_API_BASE = standin.url
        bank = Bank(standin)
        history.live(bank, today=today, zone=seeding.ZONE)
        bank.until(datetime.now(UTC))
        yield standin


def test_history_leaves_owners_paid_and_books_that_agree(lived: StandIn) -> None:
    states = {one.organisation.slug: one.state for one in PayoutAccount.objects.all()}
    assert states == {
        **dict.fromkeys(history.READY, PayoutState.READY),
        history.UNFINISHED: PayoutState.RESTRICTED,
    }
    owner = Organisation.objects.get(slug="elveporten")
    found = statements.overview(owner)
    assert found.held.amount > 0
    assert found.sent.amount > 0
    assert len(statements.months_of(owner, seeding.ZONE)) >= 3
    assert len(statements.coming(owner)) >= 2
    assert Payout.objects.filter(organisation=owner, status="paid").count() >= 3
    assert Transfer.objects.filter(status="sent").count() >= 12
    assert Dispute.objects.get().is_open
    assert Refund.objects.get().reason
    waiting = Organisation.objects.get(slug="fjordsans")  # has not begun at Stripe
    assert statements.overview(waiting).payable.amount > 0

    assert history.is_lived()
    unsent = Delivery.objects.filter(booking__order_lines__isnull=False)
    assert not unsent.filter(state=DeliveryState.PENDING, not_before__lt=timezone.now()).exists()
    client: Any = stripe.StripeClient("sk_test_standin", base_addresses={"api": lived.url})
    balance = client.v1.balance.retrieve()
    at_stripe = sum(int(part.amount) for part in (*balance.available, *balance.pending))
    assert ledger.balance_of(Code.STRIPE_BALANCE) == at_stripe
    broken = [one for one in bookings.audit(audit.CHECKS, now=timezone.now()) if one.count]
    assert broken == []
    require_together()
    assert timezone.now() - timedelta(days=1) < datetime.fromtimestamp(lived.advance(0), UTC)


def require_together() -> None:
    """What is booked together and for others is as the README says it is."""
    now = timezone.now()
    running = Series.objects.get(booker__email="student@demo.ledig.no")
    days = days_of(running, now=now)
    assert {day.status for day in days} >= {None, Status.COMPLETED, Status.CONFIRMED}
    coming = [day.booking for day in days if day.is_coming and day.booking]
    assert any(one.period != span_on(running, one.recurrence_date or now.date()) for one in coming)
    of_owner = Booking.objects.filter(space__organisation__slug="elveporten")
    assert of_owner.filter(status=Status.REQUESTED, series__isnull=False).count() >= 2
    asked_to_change = of_owner.filter(changes__status=ChangeStatus.REQUESTED)
    assert asked_to_change.filter(changes__series_change=None).exists()
    assert asked_to_change.filter(changes__series_change__isnull=False).count() >= 2
    assert of_owner.filter(made_by__email="vert@demo.ledig.no", status=Status.CONFIRMED).exists()
    asked = Booking.objects.filter(asked_with__isnull=False, status=Status.REQUESTED)
    assert {one.booker.email for one in asked} == {"student@demo.ledig.no"}
    assert len({one.space.is_instant for one in asked}) == 2
    assert Order.objects.get(lines__booking=asked[0]).status == OrderStatus.AUTHORISED
    assert CartItem.objects.filter(user=asked[0].booker).exists()
    firma = Booking.objects.filter(booker__email="firma@demo.ledig.no", period__startswith__gt=now)
    assert any(one.end - one.start == timedelta(days=3) for one in firma)


def test_history_that_was_ended_in_the_midst_of_it_leaves_the_clock_right(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_standin"
    ago = datetime.now(UTC) - timedelta(days=70)

    def ended(bank: Bank, **_: object) -> None:
        bank.until(ago)
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "live", ended)
    with pytest.raises(KeyboardInterrupt):
        live(tmp_path)
    live(tmp_path)

    with StandIn(state=tmp_path / STATE) as standin:
        here = datetime.fromtimestamp(standin.advance(0), UTC)
    assert abs(datetime.now(UTC) - here) < timedelta(minutes=5)
