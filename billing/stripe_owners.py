"""Stripe for those who are paid: their accounts, transfers to them, and what becomes of it.

Accounts are of Stripe's second API (`/v2/core/accounts`), with the configuration of a
recipient: the platform charges, and owners only receive. As in `stripe_gateway`, each call
that changes anything has an idempotency key from a saved row, and none is made inside a
transaction.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from billing.models import PayoutAccount, Transfer, TransferReversal
from billing.stripe_gateway import PaymentRefused, PaymentsUnavailable, _call, _client

__all__ = ["PaymentRefused", "PaymentsUnavailable"]

WHOLE = {"include": ["configuration.recipient", "identity", "requirements"]}


@dataclass(frozen=True, slots=True)
class AccountState:
    """`missing` are Stripe's own names of what it waits for from the owner."""

    stripe_id: str
    is_submitted: bool
    can_receive: bool
    can_pay_out: bool
    missing: tuple[str, ...]


def open_account(account: PayoutAccount, *, email: str) -> AccountState:
    organisation = account.organisation
    opened = _call(
        _client().v2.core.accounts.create,
        {
            "contact_email": email,
            "display_name": organisation.name,
            "dashboard": "express",
            "identity": {"country": "no", "entity_type": "company"},
            "configuration": {
                "recipient": {
                    "capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}
                }
            },
            "defaults": {
                "currency": "nok",
                "responsibilities": {
                    "fees_collector": "application",
                    "losses_collector": "application",
                },
            },
            "metadata": {"organisation": str(organisation.pk)},
            **WHOLE,
        },
        {"idempotency_key": f"account:{account.pk}"},
    )
    return _state(opened)


def account_state(stripe_id: str) -> AccountState:
    return _state(_call(_client().v2.core.accounts.retrieve, stripe_id, WHOLE))


def onboarding_link(account: PayoutAccount, *, refresh_url: str, return_url: str) -> str:
    """Stripe's own page, where the owner says who they are. The link works for minutes, and
    once: each visit asks for a new one, so it has no idempotency key."""
    link = _call(
        _client().v2.core.account_links.create,
        {
            "account": account.stripe_id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {
                    "refresh_url": refresh_url,
                    "return_url": return_url,
                },
            },
        },
    )
    url: str = link.url
    return url


def send_transfer(transfer: Transfer) -> str:
    """Stripe's id of it."""
    order = transfer.order
    asked: dict[str, Any] = {
        "amount": transfer.amount,
        "currency": order.currency.lower(),
        "destination": transfer.destination,
        "transfer_group": f"order_{order.pk}",
        "metadata": {"transfer": str(transfer.pk), "order": str(order.pk)},
    }
    if transfer.is_of_charge:
        asked["source_transaction"] = order.charge_id
    key = {"idempotency_key": f"transfer:{transfer.pk}"}
    answer: str = _call(_client().v1.transfers.create, asked, key).id
    return answer


def fetch_back(reversal: TransferReversal) -> str:
    """Stripe's id of it."""
    answer: str = _call(
        _client().v1.transfers.reversals.create,
        reversal.transfer.stripe_id,
        {"amount": reversal.amount, "metadata": {"reversal": str(reversal.pk)}},
        {"idempotency_key": f"reversal:{reversal.pk}"},
    ).id
    return answer


@dataclass(frozen=True, slots=True)
class PayoutState:
    stripe_id: str
    amount: int
    currency: str
    status: str
    arrives_on: date
    created_at: datetime


def payout_state(account: str, stripe_id: str) -> PayoutState:
    """Fetch a payout from an owner's account to their bank anew."""
    options = {"stripe_account": account}
    found = _call(_client().v1.payouts.retrieve, stripe_id, {}, options)
    return PayoutState(
        stripe_id=found.id,
        amount=found.amount,
        currency=found.currency.upper(),
        status=found.status,
        arrives_on=datetime.fromtimestamp(found.arrival_date, UTC).date(),
        created_at=datetime.fromtimestamp(found.created, UTC),
    )


def _state(account: Any) -> AccountState:
    recipient: Any = account.configuration.recipient if account.configuration else None
    balance: Any = recipient.capabilities.stripe_balance if recipient else None
    entries = account.requirements.entries if account.requirements else ()
    wanted = [entry for entry in entries or () if entry.awaiting_action_from == "user"]
    return AccountState(
        stripe_id=account.id,
        is_submitted=not any(_is_first(entry.description) for entry in wanted),
        can_receive=bool(balance) and balance.stripe_transfers.status == "active",
        can_pay_out=bool(balance) and balance.payouts.status == "active",
        missing=tuple(entry.description for entry in wanted),
    )


def _is_first(description: str) -> bool:
    """Asked of everybody before they have been through Stripe's pages."""
    return "tos_acceptance" in description or "terms_of_service" in description
