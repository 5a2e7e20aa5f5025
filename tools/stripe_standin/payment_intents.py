"""Payment intents: from a wish to pay, past the bank, to money received or kept on hold."""

from typing import Any, NoReturn

import stripe

from tools.stripe_standin import charges
from tools.stripe_standin.cards import decline_error, declined
from tools.stripe_standin.customers import card_of, payment_method
from tools.stripe_standin.errors import ApiError, Doc, invalid
from tools.stripe_standin.money import MINIMUM, in_words
from tools.stripe_standin.scope import DAY, HERE, Scope, check_metadata, merge_metadata, public
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    *("requires_payment_method", "requires_capture", "requires_confirmation"),
    *("requires_action", "processing"),
)
AUTHORISATION_LASTS = 7 * DAY
# Ledig uses separate charges and transfers; pretending to do the other kinds would mislead.
ELSEWHERE = ("application_fee_amount", "transfer_data", "on_behalf_of")


def create(scope: Scope, params: Doc, *, session: str | None = None) -> Doc:
    refuse_other_charge_types(params)
    currency = params["currency"].lower()
    check_amount(params["amount"], currency)
    if params.get("customer"):
        scope.get("customer", params["customer"], param="customer")
    id_ = new_id("pi")
    intent = shape(
        stripe.PaymentIntent,
        id_,
        scope.now,
        amount=params["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
        capture_method=params.get("capture_method", "automatic_async"),
        client_secret=new_id(f"{id_}_secret", 25),
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=currency,
        customer=params.get("customer"),
        description=params.get("description"),
        metadata=check_metadata(params.get("metadata")),
        payment_method_options=params.get("payment_method_options") or {},
        payment_method_types=["card"],
        receipt_email=params.get("receipt_email"),
        setup_future_usage=params.get("setup_future_usage"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        status="requires_payment_method",
        transfer_group=params.get("transfer_group"),
        _session=session,
        _authenticated=False,
        _return_url=params.get("return_url"),
    )
    if params.get("payment_method"):
        intent["payment_method"] = payment_method(scope, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    scope.add(intent)
    scope.emit("payment_intent.created", intent)
    if not params.get("confirm"):
        return intent
    passed_on = ("off_session", "return_url")
    return confirm(scope, intent, {name: params[name] for name in passed_on if name in params})


def refuse_other_charge_types(params: Doc) -> None:
    for name in ELSEWHERE:
        if name in params:
            message = f"The stand-in does not do {name}: Ledig uses separate charges and transfers."
            raise invalid(message, param=name)


def check_amount(amount: int, currency: str) -> None:
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    least = MINIMUM.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {in_words(least, currency)} {currency}"
        raise invalid(message, code="amount_too_small", param="amount")
    if amount > 99_999_999:
        message = f"Amount must be no more than {in_words(99_999_999, currency)} {currency}"
        raise invalid(message, code="amount_too_large", param="amount")


def unexpected(intent: Doc, message: str) -> ApiError:
    code = "payment_intent_unexpected_state"
    return invalid(message, code=code, payment_intent=public(intent))


def update(scope: Scope, intent: Doc, params: Doc) -> Doc:
    refuse_other_charge_types(params)
    done = intent["status"] in ("succeeded", "canceled", "requires_capture")
    if done and set(params) - {"metadata", "description", "transfer_group"}:
        message = (
            "This PaymentIntent could not be updated because it has a status of "
            f"{intent['status']}."
        )
        raise unexpected(intent, message)
    merge_metadata(intent, params.get("metadata"))
    if "amount" in params:
        check_amount(params["amount"], intent["currency"])
    if params.get("customer"):
        scope.get("customer", params["customer"], param="customer")
    fields = ("amount", "customer", "description", "setup_future_usage", "transfer_group")
    intent |= {name: params[name] or None for name in fields if name in params}
    if params.get("payment_method"):
        intent["payment_method"] = payment_method(scope, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    return scope.save(intent)


def confirm(scope: Scope, intent: Doc, params: Doc) -> Doc:
    """Ask the bank. The answer is money, money on hold, a question to the person, or a no."""
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, _why_not_confirmed(intent["status"]))
    if params.get("payment_method"):
        intent["payment_method"] = payment_method(scope, params["payment_method"])["id"]
        intent["_authenticated"] = False
    if not intent["payment_method"]:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method."
        )
        raise unexpected(intent, message)
    intent["_return_url"] = params.get("return_url") or intent["_return_url"]
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params["setup_future_usage"] or None
    method = scope.get("payment_method", intent["payment_method"])
    if method["customer"] and method["customer"] != intent["customer"]:
        message = (
            f"The provided PaymentMethod {method['id']} belongs to a Customer: you must pass it "
            "as `customer` when confirming the PaymentIntent."
        )
        raise invalid(message, param="payment_method")
    card = card_of(method)
    off_session = bool(params.get("off_session"))
    asks = card.challenge == "always" or (
        card.challenge == "unless_saved" and not (off_session and method["_saved"])
    )
    if asks and not intent["_authenticated"]:
        if off_session:
            fail(scope, intent, "authentication_required")
        return _ask(scope, intent)
    if card.decline:
        fail(scope, intent, card.decline)
    return _accept(scope, intent, method)


def _why_not_confirmed(status: str) -> str:
    if status == "succeeded":
        return (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
    return f"You cannot confirm this PaymentIntent because it has a status of {status}."


def _ask(scope: Scope, intent: Doc) -> Doc:
    redirect = {"return_url": intent["_return_url"], "url": f"{HERE}/3ds/{intent['id']}"}
    intent["next_action"] = {"redirect_to_url": redirect, "type": "redirect_to_url"}
    intent["status"] = "requires_action"
    scope.save(intent)
    scope.emit("payment_intent.requires_action", intent)
    return intent


def _accept(scope: Scope, intent: Doc, method: Doc) -> Doc:
    if intent["setup_future_usage"] and intent["customer"]:
        method |= {"customer": intent["customer"], "_saved": True}
        scope.save(method)
    charge = charges.authorise(scope, intent, method)
    intent |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
    if intent["capture_method"] != "manual":
        return charges.settle(scope, intent, charge, intent["amount"])
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    scope.save(intent)
    scope.store.remind(scope.now + AUTHORISATION_LASTS, intent["id"])
    scope.emit("charge.succeeded", charge)
    scope.emit("payment_intent.amount_capturable_updated", intent)
    return intent


def fail(scope: Scope, intent: Doc, reason: str, **error_fields: Any) -> NoReturn:
    """The bank said no: a failed charge stays, and the intent waits for another card."""
    method = scope.get("payment_method", intent["payment_method"])
    error = decline_error(reason, public(method)) | error_fields
    charge = charges.fail(scope, intent, method, error)
    intent |= {
        "last_payment_error": {**error, "charge": charge["id"]},
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
        "_authenticated": False,
    }
    scope.save(intent)
    scope.emit("charge.failed", charge)
    scope.emit("payment_intent.payment_failed", intent)
    raise declined(
        error,
        charge=charge["id"],
        payment_intent=public(intent),
        payment_method=error["payment_method"],
    )


def authenticate(scope: Scope, intent: Doc, *, approved: bool) -> Doc:
    """The person answered the bank's question. Raises the decline if it ends in one."""
    if intent["status"] != "requires_action":
        return intent
    if not approved:
        message = (
            "We are unable to authenticate your payment method. Please choose a different payment "
            "method and try again."
        )
        code = "payment_intent_authentication_failure"
        fail(scope, intent, "authentication_required", code=code, message=message)
    intent["_authenticated"] = True
    return confirm(scope, intent, {})


def capture(scope: Scope, intent: Doc, params: Doc) -> Doc:
    refuse_other_charge_types(params)
    if intent["status"] != "requires_capture":
        message = (
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture."
        )
        raise unexpected(intent, message)
    asked = "amount_to_capture" in params
    amount = params["amount_to_capture"] if asked else intent["amount_capturable"]
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount_to_capture")
    if amount > intent["amount_capturable"]:
        message = (
            f"The requested capture amount of {in_words(amount, intent['currency'])} is greater "
            "than the amount you can capture for this charge, "
            f"{in_words(intent['amount_capturable'], intent['currency'])}."
        )
        raise invalid(message, code="amount_too_large", param="amount_to_capture")
    merge_metadata(intent, params.get("metadata"))
    charge = scope.get("charge", intent["latest_charge"])
    return charges.settle(scope, intent, charge, amount)


def cancel(scope: Scope, intent: Doc, params: Doc) -> Doc:
    if intent["status"] not in CANCELABLE:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            f"{', '.join(CANCELABLE)}."
        )
        raise unexpected(intent, message)
    if intent["status"] == "requires_capture":
        charge = scope.get("charge", intent["latest_charge"])
        charges.release(scope, charge)
        scope.emit("charge.refunded", charge)
    return _end(scope, intent, params.get("cancellation_reason"))


def expire_authorisation(scope: Scope, intent: Doc) -> None:
    """A bank keeps money on hold for seven days; then it lets go by itself."""
    if intent["status"] == "requires_capture":
        charge = scope.get("charge", intent["latest_charge"])
        charges.release(scope, charge)
        scope.emit("charge.expired", charge)
        _end(scope, intent, "automatic")


def _end(scope: Scope, intent: Doc, reason: str | None) -> Doc:
    intent |= {
        "amount_capturable": 0,
        "canceled_at": scope.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    scope.save(intent)
    scope.emit("payment_intent.canceled", intent)
    return intent
