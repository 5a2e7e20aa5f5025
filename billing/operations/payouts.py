"""How an owner comes to be paid: an account at Stripe, and what Stripe pays out of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation
from billing import stripe_gateway, stripe_owners
from billing.models import Payout, PayoutAccount
from billing.operations.sending import check_account, note_account


class PayoutsClosed(Refused):
    code = "payouts_closed"
    message = _("Nobody can be paid through Ledig yet: the district has no agreement with Stripe.")


OFTEN = timedelta(hours=1)  # accounts that wait for something are looked at again so often


def begin_payouts(*, organisation: Organisation, by: User, now: datetime) -> str:
    """The address of Stripe's own page, where the owner says who they are: for the first time,
    or to say what is missing. An account is opened once.

    Raises `PayoutsClosed` without keys, and `PaymentsUnavailable`.
    """
    if not stripe_gateway.is_configured():
        raise PayoutsClosed
    account = _row(organisation=organisation, by=by, now=now)
    if not account.stripe_id:
        state = stripe_owners.open_account(account, email=account.opened_by.email)
        note_account(account, state, now=now)
    here = [organisation.slug]
    return stripe_owners.onboarding_link(
        account,
        refresh_url=settings.PUBLIC_URL + reverse("payouts_refresh", args=here),
        return_url=settings.PUBLIC_URL + reverse("payouts_return", args=here),
    )


@operation
def _row(*, organisation: Organisation, by: User, now: datetime) -> PayoutAccount:
    account, _is_new = PayoutAccount.objects.select_related("opened_by").get_or_create(
        organisation=organisation, defaults={"opened_by": by, "opened_at": now}
    )
    return account


def check_waiting_accounts(*, now: datetime) -> int:
    """Look at those that wait for something, should Stripe's word of it have been lost."""
    waits = Q(can_receive=False) | Q(can_pay_out=False) | ~Q(missing=[])
    due = PayoutAccount.objects.filter(waits, checked_at__lte=now - OFTEN).exclude(stripe_id="")
    found = list(due.order_by("checked_at")[:50])
    for account in found:
        check_account(account, now=now)
    return len(found)


def note_payout(account: str, stripe_id: str, *, now: datetime) -> Payout | None:
    """Fetch a payout anew and keep it; None when the account is no owner's of ours."""
    owner = PayoutAccount.objects.filter(stripe_id=account).first()
    if owner is None:
        return None
    state = stripe_owners.payout_state(account, stripe_id)
    payout, _is_new = Payout.objects.update_or_create(
        stripe_id=state.stripe_id,
        defaults={
            "organisation_id": owner.organisation_id,
            "amount": state.amount,
            "currency": state.currency,
            "status": state.status,
            "arrives_on": state.arrives_on,
            "created_at": state.created_at,
            "changed_at": now,
        },
    )
    return payout
