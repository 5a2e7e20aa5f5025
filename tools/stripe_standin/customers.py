"""Customers, their saved cards, and setup intents that save a card without a payment."""

import hashlib
from typing import Any

import stripe

from tools.stripe_standin.cards import ALIASES, CARDS, TOKENS, TestCard, decline_error, declined
from tools.stripe_standin.errors import ApiError, Doc, invalid
from tools.stripe_standin.scope import Scope, check_metadata, merge_metadata, public
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id


def create_customer(scope: Scope, params: Doc) -> Doc:
    details = {name: params.get(name) for name in ("address", "description", "email", "name")}
    customer = shape(
        stripe.Customer,
        new_id("cus", 14),
        scope.now,
        **details,
        balance=0,
        delinquent=False,
        invoice_prefix=new_id("x", 8)[2:].upper(),
        invoice_settings=dict.fromkeys(
            ("custom_fields", "default_payment_method", "footer", "rendering_options")
        ),
        metadata=check_metadata(params.get("metadata")),
        phone=params.get("phone"),
        preferred_locales=params.get("preferred_locales") or [],
        shipping=params.get("shipping"),
        tax_exempt="none",
    )
    scope.add(customer)
    scope.emit("customer.created", customer)
    return customer


def update_customer(scope: Scope, customer: Doc, params: Doc) -> Doc:
    merge_metadata(customer, params.get("metadata"))
    for name in ("address", "description", "email", "name", "phone", "shipping"):
        if name in params:
            customer[name] = params[name] or None
    if "preferred_locales" in params:
        customer["preferred_locales"] = params["preferred_locales"]
    settings = params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        method = scope.get("payment_method", settings["default_payment_method"])
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    scope.save(customer)
    scope.emit("customer.updated", customer)
    return customer


def delete_customer(scope: Scope, customer: Doc, params: Doc) -> Doc:
    for method in scope.where("payment_method", customer=customer["id"]):
        detach(scope, method, {})
    scope.store.delete(customer["id"])
    scope.emit("customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


# -- payment methods


def new_payment_method(scope: Scope, number: str, **given: Any) -> Doc:
    """A card of its own for every use, as when a person types the number."""
    number = "".join(number.split())
    card = CARDS.get(number)
    if card is None:
        message = "Your card number is incorrect."
        raise ApiError(402, "card_error", message, code="incorrect_number", param="number")
    details = {
        "brand": card.brand,
        "checks": None,
        "country": "NO",
        "display_brand": card.brand,
        "exp_month": given.get("exp_month", 12),
        "exp_year": given.get("exp_year", 2034),
        "fingerprint": hashlib.sha256(number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return scope.add(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(given.get("billing_details")),
            "card": details,
            "created": scope.now,
            "customer": None,
            "customer_account": None,
            "livemode": False,
            "metadata": given.get("metadata") or {},
            "type": "card",
            "_number": number,
            "_saved": False,
        }
    )


def billing_details(given: Doc | None) -> Doc:
    return dict.fromkeys(("address", "email", "name", "phone", "tax_id")) | (given or {})


def payment_method(scope: Scope, id_: str) -> Doc:
    """A saved method, or a fresh one for a test alias such as `pm_card_visa`."""
    if id_ in ALIASES:
        return new_payment_method(scope, ALIASES[id_])
    return scope.get("payment_method", id_, param="payment_method")


def card_of(method: Doc) -> TestCard:
    return CARDS[method["_number"]]


def create_payment_method(scope: Scope, params: Doc) -> Doc:
    if params.get("type", "card") != "card":
        raise invalid("The stand-in only knows cards.", param="type")
    card = params.get("card") or {}
    number = TOKENS.get(card.get("token", ""), card.get("number", ""))
    given = {name: card[name] for name in ("exp_month", "exp_year") if name in card}
    return new_payment_method(
        scope,
        number,
        **given,
        metadata=check_metadata(params.get("metadata")),
        billing_details=params.get("billing_details"),
    )


def update_payment_method(scope: Scope, method: Doc, params: Doc) -> Doc:
    merge_metadata(method, params.get("metadata"))
    method["billing_details"] |= params.get("billing_details") or {}
    method["card"] |= params.get("card") or {}
    scope.save(method)
    scope.emit("payment_method.updated", method)
    return method


def attach(scope: Scope, method: Doc, params: Doc) -> Doc:
    customer = scope.get("customer", params.get("customer", ""), param="customer")
    card = card_of(method)
    if not card.attaches:
        raise declined(decline_error(card.decline or "generic_decline", None))
    if method["customer"] not in (None, customer["id"]):
        message = "The payment method you provided has already been attached to a customer."
        raise invalid(message, code="payment_method_unexpected_state")
    method["customer"] = customer["id"]
    scope.save(method)
    scope.emit("payment_method.attached", method)
    return method


def detach(scope: Scope, method: Doc, params: Doc) -> Doc:
    if method["customer"] is None:
        message = (
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
        raise invalid(message, code="payment_method_unexpected_state")
    previous = method["customer"]
    method |= {"customer": None, "_saved": False}
    scope.save(method)
    scope.emit("payment_method.detached", method, customer=previous)
    return method


# -- setup intents


def create_setup_intent(scope: Scope, params: Doc) -> Doc:
    if params.get("customer"):
        scope.get("customer", params["customer"], param="customer")
    id_ = new_id("seti")
    intent = shape(
        stripe.SetupIntent,
        id_,
        scope.now,
        automatic_payment_methods=params.get("automatic_payment_methods"),
        client_secret=new_id(f"{id_}_secret", 25),
        customer=params.get("customer"),
        description=params.get("description"),
        metadata=check_metadata(params.get("metadata")),
        payment_method_types=["card"],
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    if params.get("payment_method"):
        intent["payment_method"] = payment_method(scope, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    scope.add(intent)
    scope.emit("setup_intent.created", intent)
    return confirm_setup_intent(scope, intent, {}) if params.get("confirm") else intent


def confirm_setup_intent(scope: Scope, intent: Doc, params: Doc) -> Doc:
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        message = (
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}."
        )
        raise invalid(message, code="setup_intent_unexpected_state", setup_intent=public(intent))
    named = params.get("payment_method") or intent["payment_method"]
    if not named:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise invalid(message, code="setup_intent_unexpected_state")
    method = payment_method(scope, named)
    card = card_of(method)
    if not card.attaches:
        error = decline_error(card.decline or "generic_decline", public(method))
        intent |= {"last_setup_error": error, "status": "requires_payment_method"}
        scope.save(intent)
        scope.emit("setup_intent.setup_failed", intent)
        raise declined(error, setup_intent=public(intent))
    # A real bank would ask here; the stand-in takes the person's consent as given.
    method |= {"customer": intent["customer"], "_saved": True}
    scope.save(method)
    intent |= {"payment_method": method["id"], "status": "succeeded", "last_setup_error": None}
    scope.save(intent)
    scope.emit("setup_intent.succeeded", intent)
    return intent


def cancel_setup_intent(scope: Scope, intent: Doc, params: Doc) -> Doc:
    if intent["status"] in ("succeeded", "canceled"):
        message = (
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}."
        )
        raise invalid(message, code="setup_intent_unexpected_state", setup_intent=public(intent))
    intent |= {"status": "canceled", "cancellation_reason": params.get("cancellation_reason")}
    scope.save(intent)
    scope.emit("setup_intent.canceled", intent)
    return intent
