"""Stripe for saved cards: customers, pages where a card is saved, charges with nobody there.

As in `stripe_gateway`, each call that changes anything has an idempotency key from a saved
row, and none is made inside a transaction.
"""

from billing.models import CardSetup, Order, StripeCustomer
from billing.stripe_gateway import (
    CardSeen,
    Checkout,
    PaymentRefused,
    PaymentState,
    PaymentsUnavailable,
    _call,
    _client,
    card_seen,
    state_of,
)

__all__ = ["PaymentRefused", "PaymentsUnavailable"]

WHOLE = ["latest_charge.balance_transaction", "payment_method"]
CAME_THROUGH = ("succeeded", "requires_capture", "processing")


def open_customer(customer: StripeCustomer) -> str:
    """The id of a person at Stripe, who is told their mail address and no more."""
    key = f"customer:{customer.pk}:{int(customer.created_at.timestamp())}"
    answer = _call(
        _client().v1.customers.create,
        {"email": customer.user.email, "metadata": {"user": str(customer.pk)}},
        {"idempotency_key": key},
    )
    return str(answer.id)


def open_setup(
    setup: CardSetup, *, customer: str, success_url: str, cancel_url: str, locale: str
) -> Checkout:
    """Open the hosted page where a card is saved and nothing is paid."""
    session = _call(
        _client().v1.checkout.sessions.create,
        {
            "mode": "setup",
            "currency": setup.consent.currency.lower(),
            "customer": customer,
            "client_reference_id": str(setup.pk),
            "expires_at": int(setup.expires_at.timestamp()),
            "locale": locale,
            "setup_intent_data": {"metadata": {"setup": str(setup.pk)}},
            "success_url": success_url,
            "cancel_url": cancel_url,
        },
        {"idempotency_key": f"setup:{setup.pk}"},
    )
    return Checkout(session_id=session.id, url=session.url or "")


def setup_state(setup: CardSetup) -> tuple[bool, CardSeen | None]:
    """Whether its page is still open, and the card that was saved on it."""
    session = _call(
        _client().v1.checkout.sessions.retrieve,
        setup.session_id,
        {"expand": ["setup_intent.payment_method"]},
    )
    intent = session.setup_intent
    is_done = intent is not None and intent.status == "succeeded"
    return session.status == "open", card_seen(intent.payment_method) if is_done else None


def charge(order: Order, *, customer: str) -> PaymentState:
    """Charge the order's saved card while its holder is not there, or reserve on it.

    Raises `PaymentRefused` when the bank says no, or would ask the holder first
    (`authentication_required`). A repeated try looks first for what an earlier one may have
    done: idempotency keys are forgotten after a day, and a card is charged once.
    """
    assert order.card is not None
    if order.attempts:
        since = {"gte": int(order.created_at.timestamp()) - 60}  # their clock may be behind
        theirs = _call(
            _client().v1.payment_intents.list,
            {
                "customer": customer,
                "created": since,
                "limit": 100,
                "expand": [f"data.{one}" for one in WHOLE],
            },
        )
        for found in theirs.data:
            is_this = found.metadata.to_dict() == {"order": str(order.pk)}
            if is_this and found.status in CAME_THROUGH:
                return state_of(found)
    return state_of(
        _call(
            _client().v1.payment_intents.create,
            {
                "amount": order.amount,
                "currency": order.currency.lower(),
                "customer": customer,
                "payment_method": order.card.stripe_id,
                "capture_method": "manual" if order.is_captured_later else "automatic",
                "confirm": True,
                "off_session": True,
                "metadata": {"order": str(order.pk)},
                "transfer_group": f"order_{order.pk}",
                "expand": WHOLE,
            },
            {"idempotency_key": f"charge:{order.pk}"},
        )
    )


def card_state(stripe_id: str) -> CardSeen | None:
    return card_seen(_call(_client().v1.payment_methods.retrieve, stripe_id))


def remove(stripe_id: str) -> None:
    """Detach a card from its customer: it can never be charged again. Done already is done."""
    try:
        _call(
            _client().v1.payment_methods.detach,
            stripe_id,
            {},
            {"idempotency_key": f"detach:{stripe_id}"},
        )
    except PaymentRefused:
        found = card_state(stripe_id)
        if found is not None and found.is_kept:
            raise
