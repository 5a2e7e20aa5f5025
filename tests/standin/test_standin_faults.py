"""Things that go wrong between us and Stripe, and what a retry makes of them."""

import json
import time
import urllib.request
from typing import Any

import pytest
import stripe

from tests.standin.cast import Make, client_for
from tools.stripe_standin import StandIn

PARAMS = {"amount": 10_000, "currency": "nok"}


def knob(
    standin: StandIn,
    name: str,
    body: dict[str, Any] | None,
    method: str = "POST",
    content_type: str = "application/json",
) -> Any:
    request = urllib.request.Request(
        f"{standin.url}/_standin/{name}",
        data=json.dumps(body).encode() if method == "POST" else None,
        headers={"Content-Type": content_type},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.load(response)


def test_status_fails_before_anything_is_done(standin: StandIn, v1: Any) -> None:
    standin.faults.fail("POST", "/v1/payment_intents", status=503)

    with pytest.raises(stripe.APIError) as failure:
        v1.payment_intents.create(PARAMS)

    assert failure.value.http_status == 503
    assert v1.payment_intents.list().data == []
    assert v1.payment_intents.create(PARAMS).id


def test_too_many_requests(standin: StandIn, v1: Any) -> None:
    standin.faults.fail("GET", "/v1/balance", status=429)
    with pytest.raises(stripe.RateLimitError):
        v1.balance.retrieve()


def test_fault_hits_only_what_matches_and_as_often_as_told(
    standin: StandIn, v1: Any, intent: Make
) -> None:
    standin.faults.fail("POST", "/v1/payment_intents/*/cancel", times=2)
    made = intent()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            v1.payment_intents.cancel(made.id)
    assert v1.payment_intents.cancel(made.id).status == "canceled"


def test_delay_meets_the_time_limit_of_the_client(standin: StandIn) -> None:
    standin.faults.delay("POST", "/v1/payment_intents", seconds=0.6)
    impatient = client_for(standin.url, http_client=stripe.RequestsClient(timeout=0.2))

    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.payment_intents.create(PARAMS)

    patient = client_for(standin.url).v1
    until = time.monotonic() + 5
    while not patient.payment_intents.list().data and time.monotonic() < until:
        time.sleep(0.02)
    assert len(patient.payment_intents.list().data) == 1


def test_drop_before_does_nothing(standin: StandIn, v1: Any) -> None:
    standin.faults.drop_before("POST", "/v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        v1.payment_intents.create(PARAMS)
    assert v1.payment_intents.list().data == []


def test_drop_after_has_done_it_and_the_same_key_finds_it(standin: StandIn, v1: Any) -> None:
    standin.faults.drop_after("POST", "/v1/payment_intents")
    once = {"idempotency_key": "pay:1"}
    with pytest.raises(stripe.APIConnectionError):
        v1.payment_intents.create(PARAMS, once)

    (done,) = v1.payment_intents.list().data

    assert v1.payment_intents.create(PARAMS, once).id == done.id


def test_client_that_retries_does_not_notice(standin: StandIn) -> None:
    standin.faults.drop_after("POST", "/v1/refunds")
    v1 = client_for(standin.url, max_network_retries=1).v1
    made = v1.payment_intents.create({**PARAMS, "payment_method": "pm_card_visa", "confirm": True})

    v1.refunds.create({"payment_intent": made.id, "amount": 10_000})

    assert len(v1.refunds.list().data) == 1


def test_reset_forgets_everything(standin: StandIn, v1: Any, paid: Make) -> None:
    paid()
    standin.faults.fail("*", "*")
    knob(standin, "webhooks", {"mode": "hold"})
    standin.advance(1000)

    standin.reset()

    assert v1.payment_intents.list().data == []
    assert v1.balance.retrieve().pending[0].amount == 0
    assert standin.webhooks.mode == "normal"
    assert standin.events == []


def test_knobs_turn_over_http(standin: StandIn, v1: Any, session: Make) -> None:
    knob(standin, "faults", {"method": "GET", "path": "/v1/balance", "status": 500})
    with pytest.raises(stripe.APIError):
        v1.balance.retrieve()

    assert abs(knob(standin, "advance", {"seconds": 60})["now"] - time.time() - 60) < 5
    knob(standin, "webhooks", {"mode": "hold"})
    assert standin.webhooks.mode == "hold"
    assert knob(standin, "deliver", {}) == {"sent": 0}
    paid = knob(standin, "pay", {"session": session().id})
    assert paid["url"].startswith("http://127.0.0.1:8000/betalt")
    charge = v1.charges.list().data[0].id
    assert knob(standin, "dispute", {"charge": charge})["id"].startswith("du_")
    assert knob(standin, "delivered", None, method="GET") == {"data": []}
    assert knob(standin, "health", None, method="GET")["ok"]
    knob(standin, "reset", {})
    assert v1.charges.list().data == []


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("nonsense", {}, 400),
        ("webhooks", {"mode": "sideways"}, 400),
        ("faults", {"bogus": 1}, 400),
        ("pay", {"session": "cs_none"}, 400),
        ("advance", {}, 400),
    ],
)
def test_knobs_refuse_what_they_do_not_know(
    standin: StandIn, name: str, body: dict[str, Any] | None, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        knob(standin, name, body)
    refusal.value.close()
    assert refusal.value.code == status


def test_knobs_cannot_be_turned_by_a_form_in_a_browser(standin: StandIn) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        knob(standin, "reset", {}, content_type="text/plain")
    refusal.value.close()
    assert refusal.value.code == 415
