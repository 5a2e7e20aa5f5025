"""Checkout sessions: a page of ours to pay on, for one payment, until it is paid or expires."""

import stripe

from tools.stripe_standin import customers, payment_intents
from tools.stripe_standin.errors import Doc, invalid, missing_param
from tools.stripe_standin.money import MINIMUM, in_words
from tools.stripe_standin.scope import DAY, HERE, Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import list_of, shape
from tools.stripe_standin.store import new_id

SHORTEST, LONGEST = 30 * 60, DAY
# The caller reads its clock a moment before we read ours.
CLOCK_SLACK = 10
# They would change the total or the flow, so ignoring them would lie.
NOT_HERE = {
    *("adaptive_pricing", "automatic_tax", "custom_fields", "discounts", "invoice_creation"),
    *("optional_items", "shipping_options", "subscription_data"),
    *("tax_id_collection", "shipping_address_collection", "return_url"),
}


def create(scope: Scope, params: Doc) -> Doc:
    """For a payment; where `mode` is setup, see `setups`."""
    check_supported(params)
    scope.check_return(params["success_url"], "success_url")
    scope.check_return(params.get("cancel_url"), "cancel_url")
    data = params.get("payment_intent_data") or {}
    payment_intents.refuse_other_charge_types(data)
    check_metadata(data.get("metadata"))
    if params.get("customer"):
        if params.get("customer_email"):
            message = "You may only specify one of these parameters: customer, customer_email."
            raise invalid(message, code="parameters_exclusive", param="customer")
        scope.get("customer", params["customer"], param="customer")
    items, currency = _line_items(params.get("line_items") or [])
    total = sum(item["amount_total"] for item in items)
    least = MINIMUM.get(currency, 1)
    if total < least:
        message = (
            "The Checkout Session's total amount due must add up to at least "
            f"{in_words(least, currency)} {currency}"
        )
        raise invalid(message, code="amount_too_small")
    id_ = new_id("cs_test", 58)
    session = shape(
        stripe.checkout.Session,
        id_,
        scope.now,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax=dict.fromkeys(("liability", "provider", "status")) | {"enabled": False},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=currency,
        custom_fields=[],
        custom_text=dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        )
        | (params.get("custom_text") or {}),
        customer=params.get("customer"),
        customer_creation=params.get("customer_creation", "if_required"),
        customer_email=params.get("customer_email"),
        expires_at=expires_at(scope, params),
        locale=params.get("locale"),
        metadata=check_metadata(params.get("metadata")),
        mode="payment",
        payment_method_collection="if_required",
        payment_method_types=["card"],
        payment_status="unpaid",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        submit_type=params.get("submit_type"),
        success_url=params["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{HERE}/c/pay/{id_}",
        _line_items=items,
        _payment_intent_data=data,
    )
    scope.store.remind(session["expires_at"], id_)
    return scope.add(session)


def check_supported(params: Doc) -> None:
    for name in sorted(NOT_HERE & set(params)):
        message = f"The stand-in does not know what to do with {name}."
        raise invalid(message, param=name)
    if params.get("mode", "payment") not in ("payment", "setup"):
        raise invalid("The stand-in only does mode=payment and mode=setup.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The stand-in only does ui_mode=hosted_page.", param="ui_mode")
    if not params.get("success_url"):
        raise missing_param("success_url")
    setup = params.get("mode") == "setup"
    if not setup and not params.get("line_items"):
        raise missing_param("line_items")
    if not setup and params.get("setup_intent_data"):
        message = "You can only pass `setup_intent_data` in `setup` mode."
        raise invalid(message, param="setup_intent_data")
    if params.get("saved_payment_method_options") and not params.get("customer"):
        message = "You must pass a `customer` to use `saved_payment_method_options`."
        raise invalid(message, param="saved_payment_method_options")


def expires_at(scope: Scope, params: Doc) -> int:
    at: int = params.get("expires_at", scope.now + LONGEST)
    lasts = at - scope.now
    if lasts < SHORTEST - CLOCK_SLACK:
        message = (
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
        raise invalid(message, param="expires_at")
    if lasts > LONGEST + CLOCK_SLACK:
        message = (
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        )
        raise invalid(message, param="expires_at")
    return at


def _line_items(given: list[Doc]) -> tuple[list[Doc], str]:
    items = [_line_item(at, item) for at, item in enumerate(given)]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    return items, currencies.pop()


def _line_item(at: int, given: Doc) -> Doc:
    path = f"line_items[{at}]"
    price = given.get("price_data")
    if price is None:
        raise missing_param(f"{path}[price_data]")
    if "unit_amount" not in price:
        raise missing_param(f"{path}[price_data][unit_amount]")
    if "product_data" not in price:
        raise missing_param(f"{path}[price_data][product_data]")
    if "quantity" not in given:
        raise missing_param(f"{path}[quantity]")
    unit, quantity = price["unit_amount"], given["quantity"]
    if unit < 0 or quantity < 1:
        name = "quantity" if quantity < 1 else "price_data][unit_amount"
        message = f"This value must be greater than or equal to {1 if quantity < 1 else 0}."
        raise invalid(message, code="parameter_invalid_integer", param=f"{path}[{name}]")
    currency = price["currency"].lower()
    amount = unit * quantity
    return shape(
        stripe.LineItem,
        new_id("li"),
        0,
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=currency,
        description=price["product_data"]["name"],
        metadata=given.get("metadata") or {},
        price={
            "id": new_id("price"),
            "object": "price",
            "currency": currency,
            "type": "one_time",
            "unit_amount": unit,
        },
        quantity=quantity,
        _details=price["product_data"].get("description"),
    )


def line_items(scope: Scope, session: Doc, params: Doc) -> Doc:
    return list_of(f"/v1/checkout/sessions/{session['id']}/line_items", session["_line_items"])


def update(scope: Scope, session: Doc, params: Doc) -> Doc:
    if set(params) - {"metadata"}:
        raise invalid("The stand-in only updates the metadata of a Checkout Session.")
    merge_metadata(session, params.get("metadata"))
    return scope.save(session)


def expire(scope: Scope, session: Doc, params: Doc) -> Doc:
    if session["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
        raise invalid(message)
    if session["payment_intent"]:
        intent = scope.get("payment_intent", session["payment_intent"])
        payment_intents.cancel(scope, intent, {"cancellation_reason": "expired"})
    session |= {"status": "expired", "url": None}
    scope.save(session)
    scope.emit("checkout.session.expired", session)
    return session


def pay(scope: Scope, session: Doc, number: str, **card: int) -> Doc:
    """Pay with a card and return the intent; paying what is paid already changes nothing. With
    a customer of one's own, the card is kept where the intent says so."""
    if session["status"] == "complete":
        return scope.get("payment_intent", session["payment_intent"])
    if session["status"] == "expired":
        raise invalid("This Checkout Session is no longer active.")
    method = customers.new_payment_method(
        scope,
        number,
        **card,
        billing_details={"email": session["customer_email"]},
    )
    intent = _intent(scope, session)
    back = f"{HERE}/c/pay/{session['id']}"
    return finish(
        scope,
        session,
        payment_intents.confirm(
            scope, intent, {"payment_method": method["id"], "return_url": back}
        ),
    )


def _intent(scope: Scope, session: Doc) -> Doc:
    """The session's intent comes into being with the first attempt to pay."""
    if session["payment_intent"]:
        return scope.get("payment_intent", session["payment_intent"])
    data = session["_payment_intent_data"]
    keeps_card = data.get("setup_future_usage") or session["customer_creation"] == "always"
    if keeps_card and not session["customer"]:
        customer = customers.create_customer(scope, {"email": session["customer_email"]})
        session["customer"] = customer["id"]
    intent = payment_intents.create(
        scope,
        data
        | {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "customer": session["customer"],
        },
        session=session["id"],
    )
    session["payment_intent"] = intent["id"]
    scope.save(session)
    return intent


def finish(scope: Scope, session: Doc, intent: Doc) -> Doc:
    """Complete the session once its intent is paid or on hold."""
    done = intent["status"] in ("succeeded", "requires_capture")
    if done and session["status"] == "open":
        email = session["customer_email"]
        if session["customer"]:
            email = scope.get("customer", session["customer"])["email"] or email
        fields = ("address", "business_name", "email", "individual_name", "name", "phone")
        session |= {
            "customer_details": dict.fromkeys(fields)
            | {"email": email, "tax_exempt": "none", "tax_ids": []},
            # Money on hold is not paid, and Stripe does not change this later: ask the intent.
            "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
            "status": "complete",
            "url": None,
        }
        scope.save(session)
        scope.emit("checkout.session.completed", session)
    return intent


def success_url(session: Doc) -> str:
    filled: str = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return filled


def cancel_url(session: Doc) -> str | None:
    url: str | None = session["cancel_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"]) if url else None
