"""What one request may see and change: the store, through the eyes of one account."""

from dataclasses import dataclass, replace
from typing import Any

import stripe

from tools.stripe_standin.errors import Doc, invalid, no_such
from tools.stripe_standin.store import PLATFORM, Store, new_id

API_VERSION: str = stripe.api_version  # the pinned package decides which API this is
# Accounts, and the money that moves between them, belong to the platform whoever asks.
PLATFORM_KINDS = {"account", "webhook_endpoint", "transfer", "application_fee"}
# Links into the stand-in are stored without its address, which may change with a restart.
HERE = "standin:/"
DAY = 86_400

LABELS = {"payment_intent": "payment_intent", "payment_method": "PaymentMethod"}


def public(value: Any) -> Any:
    """A document without its private fields, which start with an underscore."""
    if isinstance(value, dict):
        return {name: public(inner) for name, inner in value.items() if name[:1] != "_"}
    if isinstance(value, list):
        return [public(inner) for inner in value]
    return value


@dataclass(frozen=True)
class Scope:
    store: Store
    account: str = PLATFORM
    request_id: str | None = None
    idempotency_key: str | None = None
    return_origins: tuple[str, ...] = ()

    @property
    def now(self) -> int:
        return self.store.now()

    def on(self, account: str) -> "Scope":
        """The same request, seen from another account."""
        return replace(self, account=account)

    @property
    def platform(self) -> "Scope":
        return self.on(PLATFORM)

    def owner(self, kind: str) -> str:
        return PLATFORM if kind in PLATFORM_KINDS else self.account

    def add(self, doc: Doc) -> Doc:
        self.store.insert(self.owner(doc["object"]), doc)
        return doc

    def save(self, doc: Doc) -> Doc:
        self.store.update(doc)
        return doc

    def get(self, kind: str, id_: str, *, label: str | None = None, param: str = "id") -> Doc:
        found = self.store.find(id_)
        if found and found[0] == self.owner(kind) and found[1]["object"] == kind:
            return found[1]
        raise no_such(label or LABELS.get(kind, kind), id_, param=param)

    def where(self, kind: str, **equal: Any) -> list[Doc]:
        return self.store.select(
            self.owner(kind), kind, [(name, "=", value) for name, value in equal.items()]
        )

    def emit(self, type_: str, doc: Doc, **previous: Any) -> None:
        """Record that something happened, and queue it for every webhook that wants it."""
        data: Doc = {"object": public(doc)}
        if previous:
            data["previous_attributes"] = previous
        event: Doc = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type_,
        }
        if self.account != PLATFORM:
            event["account"] = self.account
        self.queue(event)

    def queue(self, event: Doc) -> None:
        endpoints = self.platform.where("webhook_endpoint", status="enabled")
        wanted = [endpoint for endpoint in reversed(endpoints) if _wants(endpoint, event)]
        if "pending_webhooks" in event:
            event["pending_webhooks"] = len(wanted)
        self.add(event)
        for endpoint in wanted:
            self.store.sql(
                "insert into delivery (event, endpoint, url, secret, state) "
                "values (?, ?, ?, ?, 'new')",
                *(event["id"], endpoint["id"], endpoint["url"], endpoint["_secret"]),
            )

    def check_return(self, url: str | None, param: str) -> None:
        """A person is only ever sent back to an http address, and to a known one if any is."""
        if url is None:
            return
        if not url.startswith(("http://", "https://")):
            message = "Not a valid URL"
            raise invalid(message, code="url_invalid", param=param)
        if self.return_origins and origin(url) not in self.return_origins:
            message = f"This stand-in only returns to {', '.join(self.return_origins)}."
            raise invalid(message, code="url_invalid", param=param)


def origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _wants(endpoint: Doc, event: Doc) -> bool:
    thin = event["object"] == "v2.core.event"
    if thin != endpoint["_thin"] and event["type"] not in endpoint["enabled_events"]:
        return False
    if not endpoint["_everyone"] and not thin and endpoint["_connect"] != ("account" in event):
        return False
    return "*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"]


def merge_metadata(doc: Doc, given: Any) -> None:
    """Merge as Stripe does: an empty value removes its key, an empty string removes all."""
    if given is None:
        return
    if given == "":
        doc["metadata"] = {}
        return
    check_metadata(given)
    merged = {**doc["metadata"], **given}
    doc["metadata"] = {name: value for name, value in merged.items() if value != ""}


def check_metadata(given: Any) -> Doc:
    found: Doc = given or {}
    if len(found) > 50:
        raise invalid("You can have up to 50 metadata keys.", param="metadata")
    for name, value in found.items():
        if len(name) > 40:
            message = f"Metadata keys can be at most 40 characters: {name}"
            raise invalid(message, param=f"metadata[{name}]")
        if len(value) > 500:
            message = (
                "Metadata values can have up to 500 characters, but you passed in a value that is "
                f"{len(value)} characters. Invalid value: {value[:60]}…"
            )
            raise invalid(message, param=f"metadata[{name}]")
    return found
