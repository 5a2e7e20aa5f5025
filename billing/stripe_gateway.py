"""Stripe, and nothing else, behind our own words.

The only module that imports `stripe`. Every call has a time-out and, where it changes
anything, an idempotency key that comes from a saved row; none is made inside a
transaction. With no keys the same code talks to the stand-in at STRIPE_API_BASE.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings

from billing.models import Order, Refund

TIMEOUT = 8  # seconds


class PaymentsUnavailable(Exception):
    """Stripe did not answer, or not in time: what happened there is unknown. Ask again,
    with the same idempotency key."""


class PaymentRefused(Exception):
    """Stripe understood and said no; asking again will not help."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A hosted payment page."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card at Stripe, kept with a customer or not."""

    stripe_id: str
    is_kept: bool
    fingerprint: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class PaymentState:
    """What Stripe holds to be true of an order's payment now. Amounts in minor units."""

    session_is_open: bool
    session_is_expired: bool
    intent_id: str
    authorised: int
    captured: int
    fee: int
    charge_id: str
    is_released: bool
    card: CardSeen | None = None
    lapses_at: datetime | None = None  # what is authorised, unless it is drawn before


@dataclass(frozen=True, slots=True)
class RefundState:
    stripe_id: str
    status: str  # pending, succeeded, failed, canceled
    why: str = ""  # it failed, in Stripe's word


@dataclass(frozen=True, slots=True)
class Movement:
    """What a dispute has moved on our balance at Stripe; negative: taken."""

    stripe_id: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class DisputeState:
    stripe_id: str
    order_id: UUID | None  # None: not of ours
    amount: int
    reason: str
    status: str
    answer_by: datetime | None
    opened_at: datetime
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook event whose signature was right."""

    event_id: str
    type: str
    object_id: str
    account: str = ""  # of an owner, that it happened in


def is_configured() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def is_test_money() -> bool:
    """Whether what is paid is no real money: the stand-in's, or Stripe's own test mode."""
    return not settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def open_checkout(
    order: Order,
    *,
    lines: list[tuple[str, int]],
    success_url: str,
    cancel_url: str,
    locale: str,
    customer: str = "",
) -> Checkout:
    """Open the hosted page where `order` is paid. `lines` are (text, minor units). With a
    `customer`, the card is saved with them."""
    expires_at = int(order.session_expires_at.timestamp())
    intent: dict[str, Any] = {
        "metadata": {"order": str(order.pk)},
        "transfer_group": f"order_{order.pk}",
        "capture_method": "manual" if order.is_captured_later else "automatic",
    }
    if customer:  # the card is saved with the payment, as they have said yes to
        intent["setup_future_usage"] = "off_session"
        who: dict[str, Any] = {
            "customer": customer,
            "saved_payment_method_options": {"allow_redisplay_filters": ["always", "limited"]},
        }
    else:
        who = {"customer_email": order.buyer.email}
    session = _call(
        _client().v1.checkout.sessions.create,
        {
            **who,
            "mode": "payment",
            "client_reference_id": str(order.pk),
            "expires_at": expires_at,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": amount,
                        "product_data": {"name": text},
                    },
                }
                for text, amount in lines
            ],
            "locale": locale,
            "metadata": {"order": str(order.pk)},
            "payment_intent_data": intent,
            "success_url": success_url,
            "cancel_url": cancel_url,
        },
        {"idempotency_key": f"checkout:{order.pk}:{expires_at}:{order.consent_id or ''}"},
    )
    return Checkout(session_id=session.id, url=session.url or "")


def payment_state(order: Order) -> PaymentState:
    """Fetch the order's session anew, with its intent, charge, fee and card; or only its
    intent, where it was charged to a saved card."""
    if not order.session_id:
        found = _call(
            _client().v1.payment_intents.retrieve,
            order.intent_id,
            {"expand": ["latest_charge.balance_transaction", "payment_method"]},
        )
        return state_of(found)
    session = _call(
        _client().v1.checkout.sessions.retrieve,
        order.session_id,
        {
            "expand": [
                "payment_intent.latest_charge.balance_transaction",
                "payment_intent.payment_method",
            ]
        },
    )
    return state_of(session.payment_intent, session=session)


def state_of(intent: Any, *, session: Any = None) -> PaymentState:
    """An intent as Stripe has sent it, its charge and card expanded."""
    is_open = session is not None and session.status == "open"
    is_expired = session is not None and session.status == "expired"
    if intent is None:
        return PaymentState(
            session_is_open=is_open,
            session_is_expired=is_expired,
            intent_id="",
            authorised=0,
            captured=0,
            fee=0,
            charge_id="",
            is_released=False,
        )
    charge = intent.latest_charge
    captured = intent.amount_received if intent.status == "succeeded" else 0
    transaction = charge.balance_transaction if charge is not None and captured else None
    card = charge.payment_method_details.card if charge is not None else None
    lapses = getattr(card, "capture_before", None) if intent.status == "requires_capture" else None
    return PaymentState(
        session_is_open=is_open,
        session_is_expired=is_expired,
        intent_id=intent.id,
        authorised=intent.amount_capturable if intent.status == "requires_capture" else 0,
        captured=captured,
        fee=transaction.fee if transaction is not None else 0,
        charge_id=charge.id if charge is not None else "",
        is_released=intent.status == "canceled",
        card=card_seen(intent.payment_method),
        lapses_at=datetime.fromtimestamp(lapses, UTC) if lapses else None,
    )


def card_seen(method: Any) -> CardSeen | None:
    """A payment method as Stripe has sent it; None when there is none, or it is no card."""
    if method is None or isinstance(method, str) or method.type != "card":
        return None
    card = method.card
    return CardSeen(
        stripe_id=method.id,
        is_kept=method.customer is not None,
        fingerprint=card.fingerprint or "",
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
    )


def capture(order: Order) -> None:
    """Draw what was reserved, as far as the order now goes; the rest is let go."""
    _call(
        _client().v1.payment_intents.capture,
        order.intent_id,
        {"amount_to_capture": order.amount},
        {"idempotency_key": f"capture:{order.pk}"},
    )


def release(order: Order, state: PaymentState) -> None:
    """Let go of what was reserved, or close a payment page that nobody has paid on."""
    if state.authorised:
        _call(
            _client().v1.payment_intents.cancel,
            state.intent_id,
            {},
            {"idempotency_key": f"release:{order.pk}"},
        )
    elif state.session_is_open:
        _call(
            _client().v1.checkout.sessions.expire,
            order.session_id,
            {},
            {"idempotency_key": f"expire:{order.session_id}"},
        )


def send_refund(refund: Refund) -> RefundState:
    answer = _call(
        _client().v1.refunds.create,
        {
            "payment_intent": refund.order.intent_id,
            "amount": refund.amount,
            "metadata": {"refund": str(refund.pk), "booking": str(refund.booking_id or "")},
        },
        {"idempotency_key": f"refund:{refund.pk}"},
    )
    return _refund_state(answer)


def refund_state(refund: Refund) -> RefundState:
    answer = _call(_client().v1.refunds.retrieve, refund.stripe_id)
    return _refund_state(answer)


def _refund_state(answer: Any) -> RefundState:
    why = getattr(answer, "failure_reason", None) or ""
    return RefundState(answer.id, answer.status or "pending", why)


def dispute_state(stripe_id: str) -> DisputeState:
    """Fetch a dispute anew, with what it has moved and the order it is about."""
    found = _call(_client().v1.disputes.retrieve, stripe_id, {"expand": ["payment_intent"]})
    intent, due = found.payment_intent, found.evidence_details.due_by
    return DisputeState(
        stripe_id=found.id,
        order_id=_order_of(intent),
        amount=found.amount,
        reason=found.reason,
        status=found.status,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        opened_at=datetime.fromtimestamp(found.created, UTC),
        movements=tuple(
            Movement(one.id, one.amount, one.fee) for one in found.balance_transactions
        ),
    )


def _order_of(intent: Any) -> UUID | None:
    """The order whose payment it is, as `open_checkout` has written there."""
    metadata = intent.metadata.to_dict() if intent is not None else {}
    with suppress(ValueError):
        return UUID(metadata.get("order", ""))
    return None


def read_webhook(payload: bytes, signature: str) -> Notice | None:
    """The event in a webhook's raw body, or None when its signature is not Stripe's. Events of
    Stripe's second API, about owners' accounts, are thin: they only say where to look."""
    for read in (_snapshot, _thin):
        with suppress(ValueError, stripe.SignatureVerificationError):
            return read(payload, signature)
    return None


def _snapshot(payload: bytes, signature: str) -> Notice:
    event = _client().construct_event(payload, signature, settings.STRIPE_WEBHOOK_SECRET)
    subject: Any = event.data.object
    account = getattr(event, "account", None) or ""
    return Notice(event.id, event.type, getattr(subject, "id", ""), account)


def _thin(payload: bytes, signature: str) -> Notice:
    secret = settings.STRIPE_THIN_WEBHOOK_SECRET or settings.STRIPE_WEBHOOK_SECRET
    event: Any = _client().parse_event_notification(payload, signature, secret)
    about = getattr(event, "related_object", None)
    return Notice(event.id, event.type, about.id if about is not None else "")


@lru_cache(maxsize=4)
def _client_for(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=1,
    )


def _client() -> stripe.StripeClient:
    return _client_for(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def _call(method: Any, *arguments: Any) -> Any:
    try:
        return method(*arguments)
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise PaymentsUnavailable(str(error)) from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise PaymentRefused(error.code or "refused", error.user_message or str(error)) from error
    except stripe.StripeError as error:  # 5xx, and a key that is in use right now
        raise PaymentsUnavailable(str(error)) from error
