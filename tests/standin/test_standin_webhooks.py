"""Events on their way to the product: signed, repeated, out of order, late, never lost."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.standin.cast import SECRET, Inbox, client_for
from tools.stripe_standin import StandIn

SECONDS = 10.0


def pay(standin: StandIn, **params: Any) -> Any:
    return client_for(standin.url).v1.payment_intents.create(
        {
            "amount": 10_000,
            "currency": "nok",
            "payment_method": "pm_card_visa",
            "confirm": True,
            **params,
        }
    )


@pytest.fixture
def sending(inbox: Inbox) -> Iterator[StandIn]:
    """A stand-in that delivers to the inbox, and tries again soon."""
    with StandIn(
        webhook_url=inbox.url, webhook_secret=SECRET, retry_delays=(0.05, 0.1, 0.2)
    ) as standin:
        yield standin


def test_events_arrive_signed_and_in_order(sending: StandIn, inbox: Inbox) -> None:
    made = pay(sending)

    assert sending.webhooks.wait(SECONDS)

    assert inbox.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    told = inbox.events()[2]
    assert (told.data.object.id, told.data.object.status) == (made.id, "succeeded")
    assert (told.api_version, told.livemode) == (stripe.api_version, False)


def test_event_verifies_with_the_client_and_not_with_another_secret(
    sending: StandIn, inbox: Inbox
) -> None:
    pay(sending)
    sending.webhooks.wait(SECONDS)
    body, signature = inbox.letters[0]

    client = client_for(sending.url)
    assert client.construct_event(body, signature, SECRET).object == "event"
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body + b" ", signature, SECRET)


def test_event_names_the_request_that_caused_it(sending: StandIn) -> None:
    params = {"amount": 10_000, "currency": "nok"}
    v1 = client_for(sending.url).v1
    made = v1.payment_intents.create(params, {"idempotency_key": "k1"})

    (event,) = v1.events.list().data

    assert event.request.id == made.last_response.headers["Request-Id"]
    assert event.request.idempotency_key == "k1"
    assert v1.events.retrieve(event.id).type == "payment_intent.created"


def test_checkout_tells_when_completed(sending: StandIn, inbox: Inbox) -> None:
    v1 = client_for(sending.url).v1
    price = {"currency": "nok", "unit_amount": 5000, "product_data": {"name": "Rom"}}
    made = v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1/ok",
            "line_items": [{"quantity": 1, "price_data": price}],
        }
    )

    sending.pay(made.id)
    sending.webhooks.wait(SECONDS)

    assert inbox.types()[-1] == "checkout.session.completed"
    assert inbox.events()[-1].data.object.payment_status == "paid"


def test_refund_tells_what_changed(sending: StandIn, inbox: Inbox) -> None:
    v1 = client_for(sending.url).v1
    v1.refunds.create({"payment_intent": pay(sending).id, "amount": 4_000})
    sending.webhooks.wait(SECONDS)

    assert inbox.types()[-2:] == ["refund.created", "charge.refunded"]
    assert inbox.events()[-1].data.object.amount_refunded == 4_000


def test_failed_delivery_is_tried_again(sending: StandIn, inbox: Inbox) -> None:
    inbox.fail_next = 2
    client_for(sending.url).v1.customers.create({"email": "ada@example.no"})

    assert sending.webhooks.wait(SECONDS)

    assert len(inbox.refused) == 2
    assert inbox.types() == ["customer.created"]
    assert inbox.letters[0][0] == inbox.refused[0]
    assert [attempt.status for attempt in sending.delivered] == [500, 500, 200]
    (event,) = client_for(sending.url).v1.events.list().data
    assert event.pending_webhooks == 0


def test_failing_delivery_is_given_up_in_the_end(sending: StandIn, inbox: Inbox) -> None:
    inbox.fail_next = 100
    client_for(sending.url).v1.customers.create({"email": "ada@example.no"})

    assert sending.webhooks.wait(SECONDS)

    assert len(inbox.refused) == 4
    assert inbox.letters == []
    inbox.fail_next = 0
    sending.resend(sending.events[0]["id"])
    assert sending.webhooks.wait(SECONDS)
    assert inbox.types() == ["customer.created"]


def test_duplicate_mode_delivers_everything_twice(sending: StandIn, inbox: Inbox) -> None:
    sending.webhooks.mode = "duplicate"
    pay(sending)
    sending.webhooks.wait(SECONDS)

    ids = [event.id for event in inbox.events()]
    assert len(ids) == 8
    assert len(set(ids)) == 4


def test_shuffle_mode_delivers_out_of_order(sending: StandIn, inbox: Inbox) -> None:
    sending.webhooks.mode = "shuffle"
    pay(sending)
    sending.webhooks.wait(SECONDS)

    ordered = [event["type"] for event in sending.events]
    assert sorted(inbox.types()) == sorted(ordered)
    assert inbox.types() != ordered


def test_hold_mode_delivers_on_demand_in_this_thread(sending: StandIn, inbox: Inbox) -> None:
    sending.webhooks.mode = "hold"
    pay(sending)
    time.sleep(0.4)
    assert inbox.letters == []
    assert sending.webhooks.waiting() == 4

    assert sending.webhooks.deliver(reverse=True) == 4

    assert inbox.types()[0] == "charge.updated"
    assert inbox.types()[-1] == "payment_intent.created"
    assert sending.webhooks.deliver() == 0


def test_receiver_in_this_process_takes_events_that_call_back() -> None:
    seen: list[str] = []

    def receive(body: bytes, signature: str) -> int:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        if event.type == "payment_intent.succeeded":
            fresh = client_for(standin.url).v1.payment_intents.retrieve(event.data.object.id)
            seen.append(fresh.status)
        return 200

    with StandIn(receiver=receive, webhook_secret=SECRET) as standin:
        standin.webhooks.mode = "hold"
        pay(standin)
        standin.webhooks.deliver()

    assert seen == ["succeeded"]


def test_registered_endpoint_gets_what_it_asked_for(inbox: Inbox) -> None:
    with StandIn() as standin:
        v1 = client_for(standin.url).v1
        made = v1.webhook_endpoints.create(
            {"url": inbox.url, "enabled_events": ["customer.created"]}
        )
        assert made.secret.startswith("whsec_")
        pay(standin)
        v1.customers.create({"email": "ada@example.no"})
        assert standin.webhooks.wait(SECONDS)

        assert inbox.types(made.secret) == ["customer.created"]
        assert not hasattr(v1.webhook_endpoints.retrieve(made.id), "secret")
        v1.webhook_endpoints.delete(made.id)
        v1.customers.create({"email": "grace@example.no"})
        assert standin.webhooks.waiting() == 0


def test_connected_account_is_named_in_its_events(sending: StandIn, inbox: Inbox) -> None:
    v1 = client_for(sending.url).v1
    account = v1.accounts.create({"capabilities": {"transfers": {"requested": True}}})
    v1.accounts.update(account.id, {"email": "eier@example.no"})
    sending.webhooks.wait(SECONDS)

    (event,) = inbox.events()
    assert (event.type, event.account) == ("account.updated", account.id)


def test_dispute_is_told(sending: StandIn, inbox: Inbox) -> None:
    sending.dispute(pay(sending).latest_charge)
    sending.webhooks.wait(SECONDS)
    assert inbox.types()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
