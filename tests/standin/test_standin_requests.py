"""The manners of the API: keys, versions, parameters, idempotency, lists and expansion."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.standin.cast import Make, client_for, detail
from tools.stripe_standin import StandIn


def key(name: str) -> dict[str, Any]:
    return {"idempotency_key": name}


# -- who asks


@pytest.mark.parametrize(
    ("api_key", "sentence"),
    [
        ("sk_live_abc", "refuses live keys"),
        ("rk_live_abc", "refuses live keys"),
        ("pk_test_abc", "Invalid API Key"),
    ],
)
def test_keys_other_than_test_keys_are_refused(
    standin: StandIn, api_key: str, sentence: str
) -> None:
    client = stripe.StripeClient(api_key, base_addresses={"api": standin.url})
    with pytest.raises(stripe.AuthenticationError, match=sentence):
        client.v1.balance.retrieve()


def test_another_api_version_is_refused(standin: StandIn) -> None:
    client = client_for(standin.url, stripe_version="2024-06-20")
    with pytest.raises(stripe.InvalidRequestError, match="pinned stripe package"):
        client.v1.balance.retrieve()


def test_answers_carry_request_id_and_version(intent: Make) -> None:
    headers = intent().last_response.headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == stripe.api_version


# -- what is asked


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"bogus": "1"}, "bogus", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        (
            {"automatic_payment_methods": {"enabled": True, "x": "1"}},
            "automatic_payment_methods[x]",
            "parameter_unknown",
        ),
        ({"amount": "ti"}, "amount", "parameter_invalid_integer"),
        ({"customer": ""}, "customer", "parameter_invalid_empty"),
        ({"capture_method": "later"}, "capture_method", None),
        ({"confirm": "maybe"}, "confirm", None),
        ({"customer": {"id": "cus_1"}}, "customer", None),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"transfer_data": {"destination": "acct_1"}}, "transfer_data", None),
        ({"expand": ["amount"]}, "expand", None),
    ],
)
def test_create_refuses(
    v1: Any, intent: Make, params: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        intent(**params)
    assert (refusal.value.param, refusal.value.code) == (param, code)
    assert v1.payment_intents.list().data == []


def test_create_names_what_is_missing(v1: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: currency"):
        v1.payment_intents.create({"amount": 1000})


def test_unknown_address_is_refused(client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.raw_request("post", "/v1/nonsense")


def test_metadata_keys_may_be_numbers(intent: Make) -> None:
    assert intent(metadata={"0": "a", "1": "b"}).metadata["1"] == "b"


# -- asking again


def test_same_key_same_answer(v1: Any) -> None:
    params = {"amount": 1000, "currency": "nok"}

    first = v1.payment_intents.create(params, key("k1"))
    again = v1.payment_intents.create(params, key("k1"))

    assert first.id == again.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(v1.payment_intents.list().data) == 1


def test_same_key_other_parameters_is_refused(v1: Any) -> None:
    v1.payment_intents.create({"amount": 1000, "currency": "nok"}, key("k1"))
    with pytest.raises(stripe.IdempotencyError) as refusal:
        v1.payment_intents.create({"amount": 1001, "currency": "nok"}, key("k1"))
    assert refusal.value.http_status == 400


def test_same_key_repeats_a_decline(v1: Any, intent: Make) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            v1.payment_intents.create(
                {
                    "amount": 1000,
                    "currency": "nok",
                    "payment_method": "pm_card_chargeDeclined",
                    "confirm": True,
                },
                key("k1"),
            )
    assert len(v1.charges.list().data) == 1


def test_same_key_after_a_malformed_request_starts_afresh(v1: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.create({"amount": 1000, "currency": "nok", "bogus": 1}, key("k1"))
    assert v1.payment_intents.create({"amount": 1000, "currency": "nok"}, key("k1")).id


def test_same_key_while_the_first_still_runs_is_refused(standin: StandIn, v1: Any) -> None:
    standin.faults.delay("POST", "/v1/payment_intents", seconds=0.5)
    params = {"amount": 1000, "currency": "nok"}
    first = threading.Thread(
        target=lambda: client_for(standin.url).v1.payment_intents.create(params, key("k1"))
    )
    first.start()
    while standin.faults:
        time.sleep(0.005)
    time.sleep(0.05)

    with pytest.raises(stripe.APIError) as refusal:
        v1.payment_intents.create(params, key("k1"))

    first.join()
    assert (refusal.value.http_status, detail(refusal.value).code) == (
        409,
        "idempotency_key_in_use",
    )
    assert len(v1.payment_intents.list().data) == 1


def test_same_key_is_forgotten_after_a_day(standin: StandIn, v1: Any) -> None:
    params = {"amount": 1000, "currency": "nok"}
    first = v1.payment_intents.create(params, key("k1"))
    standin.advance(86_401)
    assert v1.payment_intents.create(params, key("k1")).id != first.id


# -- lists


def test_list_pages_by_cursor(v1: Any, intent: Make) -> None:
    made = [intent().id for _ in range(5)][::-1]

    first = v1.payment_intents.list({"limit": 2})
    second = v1.payment_intents.list({"limit": 2, "starting_after": first.data[-1].id})
    back = v1.payment_intents.list({"limit": 2, "ending_before": made[3]})

    assert ([one.id for one in first.data], first.has_more) == (made[:2], True)
    assert ([one.id for one in second.data], second.has_more) == (made[2:4], True)
    assert ([one.id for one in back.data], back.has_more) == (made[1:3], True)
    assert [one.id for one in v1.payment_intents.list({"limit": 2}).auto_paging_iter()] == made


def test_list_filters(v1: Any, paid: Make) -> None:
    made = paid(transfer_group="order-7")
    paid()

    assert len(v1.charges.list({"payment_intent": made.id}).data) == 1
    assert len(v1.charges.list({"transfer_group": "order-7"}).data) == 1
    assert len(v1.events.list({"types": ["charge.succeeded", "charge.updated"]}).data) == 4
    assert v1.balance_transactions.list({"created": {"lt": made.created}}).data == []
    assert len(v1.balance_transactions.list({"created": {"gte": made.created}}).data) == 2


@pytest.mark.parametrize(
    "params", [{"limit": 101}, {"limit": 0}, {"starting_after": "pi_none"}, {"bogus": "1"}]
)
def test_list_refuses(v1: Any, params: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.list(params)


def test_expand_reaches_into_lists(v1: Any, paid: Make) -> None:
    paid()
    listed = v1.payment_intents.list({"expand": ["data.latest_charge.balance_transaction"]})
    assert listed.data[0].latest_charge.balance_transaction.amount == 10_000


def test_other_accounts_are_apart(v1: Any, owner: Callable[[], str]) -> None:
    acting = {"stripe_account": owner()}
    theirs = v1.customers.create({"email": "x@example.no"}, acting)

    assert v1.customers.list().data == []
    assert v1.customers.retrieve(theirs.id, {}, acting).email == "x@example.no"
    with pytest.raises(stripe.InvalidRequestError):
        v1.customers.list({}, {"stripe_account": "acct_none"})
