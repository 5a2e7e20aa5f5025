"""Our objects agree with the pinned package: nothing made up, nothing forgotten."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.standin.cast import Make
from tools.stripe_standin import StandIn, routes, strict

KINDS = {
    "account": stripe.Account,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
# Fields of the objects that are not always sent.
SOMETIMES = {"OBJECT_NAME", "source", "deleted", "transfer", "secret"}


def everything(
    v1: Any, standin: StandIn, session: Make, paid: Make, owner: Callable[[], str]
) -> None:
    """One of each kind."""
    standin.pay(session().id)
    made = paid()
    v1.customers.create({"email": "ada@example.no"})
    v1.setup_intents.create({})
    v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    share = v1.transfers.create(
        {
            "amount": 5_000,
            "currency": "nok",
            "destination": owner(),
            "source_transaction": made.latest_charge,
        }
    )
    v1.transfers.reversals.create(share.id, {"amount": 1})
    v1.refunds.create({"payment_intent": made.id, "amount": 1_000})
    standin.advance(8 * 86_400)
    v1.payouts.create({"amount": 100, "currency": "nok"})
    standin.dispute(made.latest_charge)


def test_every_object_has_the_fields_of_the_package(
    v1: Any, standin: StandIn, session: Make, paid: Make, owner: Callable[[], str]
) -> None:
    everything(v1, standin, session, paid, owner)
    seen, wrong = set(), set()

    for (body,) in standin._store.sql("select body from object"):
        doc = json.loads(body)
        kind = KINDS.get(doc["object"])
        if kind is None:
            continue
        seen.add(doc["object"])
        given = {name for name in doc if not name.startswith("_")}
        known = set(kind.__annotations__)
        needed = {
            name for name, hint in kind.__annotations__.items() if "Optional" not in str(hint)[:30]
        }
        wrong |= {f"{doc['object']}.{name} is made up" for name in given - known}
        wrong |= {f"{doc['object']}.{name} is missing" for name in needed - given - SOMETIMES}

    assert wrong == set()
    assert seen == set(KINDS)


@pytest.mark.parametrize("name", sorted(routes.RESOURCES))
def test_every_route_has_its_parameter_type(name: str) -> None:
    resource = routes.RESOURCES[name]
    one = f"/v1/{name}/id_1"
    addresses = [("GET", f"/v1/{name}"), ("GET", one)]
    addresses += [("POST", f"/v1/{name}")] if resource.create else []
    addresses += [("POST", one)] if resource.update else []
    addresses += [("DELETE", one)] if resource.delete else []
    addresses += [("POST", f"{one}/{action}") for action in resource.actions]
    addresses += [("GET", f"{one}/{below}") for below in resource.nested]

    for method, path in addresses:
        spec = routes.resolve(method, path).spec
        assert strict.fields(spec) is not None
