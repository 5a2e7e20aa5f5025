"""Which function answers which address, and which of the package's types its parameters have."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from tools.stripe_standin import (
    charges,
    checkout,
    connect,
    customers,
    disputes,
    endpoints,
    listing,
    money,
    payment_intents,
    payouts,
    refunds,
    setups,
    transfers,
)
from tools.stripe_standin.errors import Doc, unrecognised
from tools.stripe_standin.scope import Scope
from tools.stripe_standin.strict import parameter_type

Create = Callable[[Scope, Doc], Doc]
Change = Callable[[Scope, Doc, Doc], Doc]
PATH = re.compile(
    r"/v1/(checkout/sessions|[a-z_]+)(?:/([A-Za-z0-9_]+))?(?:/([a-z_]+))?(?:/([A-Za-z0-9_]+))?"
)


@dataclass(frozen=True)
class Nested:
    """A list below an object, as `/v1/transfers/tr_1/reversals`."""

    types: str
    list: Change
    create: Change | None = None


@dataclass(frozen=True)
class Resource:
    kind: str
    types: str
    area: str = ""
    create: Create | None = None
    find: Callable[[Scope, str], Doc] | None = None  # where an id may be more than an id
    update: Change | None = None
    delete: Change | None = None
    actions: Mapping[str, Change] = field(default_factory=dict)
    nested: Mapping[str, Nested] = field(default_factory=dict)


@dataclass(frozen=True)
class Bound:
    """One address, ready to be run with conforming parameters."""

    run: Create
    types: tuple[str, str]

    @property
    def spec(self) -> type:
        return parameter_type(*self.types)


RESOURCES = {
    "accounts": Resource(
        "account",
        "Account",
        create=connect.create,
        update=connect.update,
        delete=connect.delete,
    ),
    "balance_transactions": Resource("balance_transaction", "BalanceTransaction"),
    "charges": Resource("charge", "Charge", update=charges.update),
    "checkout/sessions": Resource(
        "checkout.session",
        "Session",
        "checkout",
        create=setups.create,
        update=checkout.update,
        actions={"expire": checkout.expire},
        nested={"line_items": Nested("SessionLineItem", checkout.line_items)},
    ),
    "customers": Resource(
        "customer",
        "Customer",
        create=customers.create_customer,
        update=customers.update_customer,
        delete=customers.delete_customer,
        nested={"payment_methods": Nested("CustomerPaymentMethod", listing.of_customer)},
    ),
    "disputes": Resource(
        "dispute", "Dispute", update=disputes.update, actions={"close": disputes.close}
    ),
    "events": Resource("event", "Event"),
    "payment_intents": Resource(
        "payment_intent",
        "PaymentIntent",
        create=payment_intents.create,
        update=payment_intents.update,
        actions={
            "cancel": payment_intents.cancel,
            "capture": payment_intents.capture,
            "confirm": payment_intents.confirm,
        },
    ),
    "payment_methods": Resource(
        "payment_method",
        "PaymentMethod",
        create=customers.create_payment_method,
        find=customers.payment_method,
        update=customers.update_payment_method,
        actions={"attach": customers.attach, "detach": customers.detach},
    ),
    "payouts": Resource(
        "payout",
        "Payout",
        create=payouts.create,
        update=payouts.update,
        actions={"cancel": payouts.cancel},
    ),
    "refunds": Resource("refund", "Refund", create=refunds.create, update=refunds.update),
    "setup_intents": Resource(
        "setup_intent",
        "SetupIntent",
        create=customers.create_setup_intent,
        actions={
            "cancel": customers.cancel_setup_intent,
            "confirm": customers.confirm_setup_intent,
        },
    ),
    "transfers": Resource(
        "transfer",
        "Transfer",
        create=transfers.create,
        update=transfers.update,
        nested={"reversals": Nested("TransferReversal", transfers.reversals, transfers.reverse)},
    ),
    "webhook_endpoints": Resource(
        "webhook_endpoint",
        "WebhookEndpoint",
        create=endpoints.create,
        update=endpoints.update,
        delete=endpoints.delete,
    ),
}


def resolve(method: str, path: str) -> Bound:
    match = PATH.fullmatch(path)
    if match is None:
        raise unrecognised(method, path)
    name, id_, below, last = match.groups()
    if last is None:
        found = _single(method, path, name, id_) or _resource(method, path, name, id_, below)
        if found:
            return found
    raise unrecognised(method, path)


def _single(method: str, path: str, name: str, id_: str | None) -> Bound | None:
    if id_ is not None:
        return None
    if (method, name) == ("GET", "balance"):
        return Bound(lambda scope, _: money.balance(scope), ("", "BalanceRetrieve"))
    if (method, name) == ("POST", "account_links"):
        return Bound(connect.create_link, ("", "AccountLinkCreate"))
    if name == "balance_settings" and method == "GET":
        return Bound(payouts.settings, ("", "BalanceSettingsRetrieve"))
    if name == "balance_settings" and method == "POST":
        return Bound(payouts.update_settings, ("", "BalanceSettingsUpdate"))
    return None


def _resource(
    method: str, path: str, name: str, id_: str | None, below: str | None
) -> Bound | None:
    resource = RESOURCES.get(name)
    if resource is None:
        return None
    if id_ is None:
        if method == "GET":
            run = partial(listing.page, kind=resource.kind, url=path)
            return Bound(run, (resource.area, f"{resource.types}List"))
        if method == "POST" and resource.create:
            return Bound(resource.create, (resource.area, f"{resource.types}Create"))
        return None
    change, types = _change(method, resource, below)
    if change is None:
        return None
    return Bound(_on(resource, id_, change), (resource.area, types))


def _change(method: str, resource: Resource, below: str | None) -> tuple[Change | None, str]:
    if below is not None and below in resource.nested:
        nested = resource.nested[below]
        if method == "GET":
            return nested.list, f"{nested.types}List"
        return (nested.create if method == "POST" else None), f"{nested.types}Create"
    if below is not None:
        action = resource.actions.get(below) if method == "POST" else None
        return action, f"{resource.types}{below.title()}"
    if method == "GET":
        return _retrieve, f"{resource.types}Retrieve"
    if method == "POST":
        return resource.update, f"{resource.types}Update"
    return (resource.delete if method == "DELETE" else None), f"{resource.types}Delete"


def _retrieve(scope: Scope, doc: Doc, params: Doc) -> Doc:
    if doc["object"] == "balance_transaction":
        return money.with_status(doc, scope.now)
    return doc


def _on(resource: Resource, id_: str, change: Change) -> Create:
    def run(scope: Scope, params: Doc) -> Doc:
        found = resource.find(scope, id_) if resource.find else scope.get(resource.kind, id_)
        return change(scope, found, params)

    return run
