"""Checkout sessions where nothing is paid: a page of ours to save a card on."""

import stripe

from tools.stripe_standin import checkout, customers
from tools.stripe_standin.errors import Doc, invalid, missing_param
from tools.stripe_standin.scope import HERE, Scope, check_metadata
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id

ONLY_FOR_PAYMENTS = ("line_items", "payment_intent_data", "submit_type")


def create(scope: Scope, params: Doc) -> Doc:
    if params.get("mode") != "setup":
        return checkout.create(scope, params)
    checkout.check_supported(params)
    scope.check_return(params["success_url"], "success_url")
    scope.check_return(params.get("cancel_url"), "cancel_url")
    for name in ONLY_FOR_PAYMENTS:
        if name in params:
            raise invalid(f"You can not pass `{name}` in `setup` mode.", param=name)
    if not params.get("currency"):
        raise missing_param("currency")
    if not params.get("customer"):
        raise missing_param("customer")
    customer = scope.get("customer", params["customer"], param="customer")
    data = params.get("setup_intent_data") or {}
    intent = customers.create_setup_intent(
        scope, {"customer": customer["id"], "usage": "off_session", **data}
    )
    id_ = new_id("cs_test", 58)
    session = shape(
        stripe.checkout.Session,
        id_,
        scope.now,
        automatic_tax=dict.fromkeys(("liability", "provider", "status")) | {"enabled": False},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=params["currency"].lower(),
        custom_fields=[],
        customer=customer["id"],
        customer_email=None,
        expires_at=checkout.expires_at(scope, params),
        locale=params.get("locale"),
        metadata=check_metadata(params.get("metadata")),
        mode="setup",
        payment_method_collection="always",
        payment_method_types=["card"],
        payment_status="no_payment_required",
        phone_number_collection={"enabled": False},
        setup_intent=intent["id"],
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        ui_mode="hosted_page",
        url=f"{HERE}/c/pay/{id_}",
    )
    scope.store.remind(session["expires_at"], id_)
    return scope.add(session)


def save(scope: Scope, session: Doc, number: str, **card: int) -> Doc:
    """Save a card and return the session; done already is done. Raises what the bank says."""
    if session["status"] == "complete":
        return session
    if session["status"] == "expired":
        raise invalid("This Checkout Session is no longer active.")
    intent = scope.get("setup_intent", session["setup_intent"])
    method = customers.new_payment_method(scope, number, **card)
    customers.confirm_setup_intent(scope, intent, {"payment_method": method["id"]})
    session |= {"status": "complete", "url": None}
    scope.save(session)
    scope.emit("checkout.session.completed", session)
    return session
