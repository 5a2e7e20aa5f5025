"""Pages where a card is saved, and what it can be charged for afterwards."""

from typing import Any

import pytest
import stripe

from tests.standin.cast import Browser, detail
from tools.stripe_standin import ApiError, StandIn

PAGE = {
    "mode": "setup",
    "currency": "nok",
    "success_url": "http://127.0.0.1:8000/saved/",
    "cancel_url": "http://127.0.0.1:8000/cards/",
}


@pytest.fixture
def customer(v1: Any) -> str:
    return str(v1.customers.create({"email": "kari@example.org"}).id)


def saved(v1: Any, standin: StandIn, customer: str, number: str) -> str:
    session = v1.checkout.sessions.create({**PAGE, "customer": customer})
    assert standin.pay(session.id, number) == PAGE["success_url"]
    found = v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    method = found.setup_intent.payment_method
    assert (found.status, found.setup_intent.status) == ("complete", "succeeded")
    assert (method.customer, method.card.last4) == (customer, number[-4:])
    return str(method.id)


def charge(v1: Any, customer: str, method: str, **more: Any) -> Any:
    return v1.payment_intents.create(
        {
            "amount": 10_000,
            "currency": "nok",
            "customer": customer,
            "payment_method": method,
            "confirm": True,
            "off_session": True,
            **more,
        }
    )


@pytest.mark.parametrize("number", ["4242424242424242", "4000002500003155"])
def test_a_saved_card_is_charged_off_session(
    v1: Any, standin: StandIn, customer: str, number: str
) -> None:
    method = saved(v1, standin, customer, number)
    assert charge(v1, customer, method).status == "succeeded"
    assert charge(v1, customer, method, capture_method="manual").status == "requires_capture"


@pytest.mark.parametrize(
    ("number", "code", "decline"),
    [
        ("4000002760003184", "authentication_required", "authentication_required"),
        ("4000000000000341", "card_declined", "generic_decline"),
    ],
)
def test_some_can_be_saved_and_not_charged_off_session(
    v1: Any,
    standin: StandIn,
    customer: str,
    number: str,
    code: str,
    decline: str,
) -> None:
    method = saved(v1, standin, customer, number)
    with pytest.raises(stripe.CardError) as no:
        charge(v1, customer, method)
    assert no.value.code == code
    assert detail(no.value).decline_code == decline
    assert [one.status for one in v1.payment_intents.list().data] == ["requires_payment_method"]


def test_a_card_without_cover_is_not_saved(v1: Any, standin: StandIn, customer: str) -> None:
    session = v1.checkout.sessions.create({**PAGE, "customer": customer})
    with pytest.raises(ApiError):
        standin.pay(session.id, "4000000000009995")
    assert v1.customers.payment_methods.list(customer).data == []


def test_the_page_says_what_it_does_and_what_is_wrong(
    v1: Any, browser: Browser, customer: str
) -> None:
    session = v1.checkout.sessions.create({**PAGE, "customer": customer})
    assert "Ingenting trekkes nå" in browser.get(session.url).body
    refused = browser.pay(session.url, "4000 0000 0000 0002")
    assert (refused.status, "avvist" in refused.body) == (422, True)
    assert browser.pay(session.url).location == PAGE["success_url"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"line_items": [{"quantity": 1}]}, "line_items"),
        ({"customer": "cus_other"}, "No such customer"),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(
    v1: Any, customer: str, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=says):
        v1.checkout.sessions.create({**PAGE, "customer": customer, **wrong})


def test_a_page_nobody_uses_expires(v1: Any, standin: StandIn, customer: str) -> None:
    session = v1.checkout.sessions.create({**PAGE, "customer": customer})
    standin.advance(86_401)
    assert v1.checkout.sessions.retrieve(session.id).status == "expired"
