"""Webhook endpoints: where events go, and with which secret they are signed."""

from typing import Any

import stripe

from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id

# The ones given when the stand-in starts; they take everything.
OWN, OWN_THIN = "we_standin", "we_standin_thin"


def create(scope: Scope, params: Doc) -> Doc:
    _check(params)
    endpoint = _new(
        scope,
        new_id("we"),
        params["url"],
        new_id("whsec", 32),
        description=params.get("description"),
        enabled_events=params["enabled_events"],
        metadata=check_metadata(params.get("metadata")),
        _connect=params.get("connect", False),
    )
    scope.add(endpoint)
    return {**endpoint, "secret": endpoint["_secret"]}  # told once, as Stripe does


def _new(scope: Scope, id_: str, url: str, secret: str, **values: Any) -> Doc:
    endpoint = shape(
        stripe.WebhookEndpoint,
        id_,
        scope.now,
        url=url,
        status="enabled",
        _secret=secret,
        _thin=False,
        _everyone=False,
        _connect=False,
    )
    del endpoint["secret"]
    return {**endpoint, "enabled_events": ["*"], "metadata": {}, **values}


def _check(params: Doc) -> None:
    if not params.get("url", "http://").startswith(("http://", "https://")):
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise invalid(message, code="url_invalid", param="url")


def update(scope: Scope, endpoint: Doc, params: Doc) -> Doc:
    _check(params)
    merge_metadata(endpoint, params.get("metadata"))
    fields = ("description", "enabled_events", "url")
    endpoint |= {name: params[name] for name in fields if name in params}
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return scope.save(endpoint)


def delete(scope: Scope, endpoint: Doc, params: Doc) -> Doc:
    scope.store.delete(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def set_own(scope: Scope, id_: str, url: str | None, secret: str) -> None:
    """Put the endpoint of the command line in place; an old one is replaced or removed."""
    scope.store.delete(id_)
    if url:
        thin = id_ == OWN_THIN
        scope.add(_new(scope, id_, url, secret, _thin=thin, _everyone=not thin))
        # What still waits goes where the endpoint is now.
        scope.store.sql(
            "update delivery set url = ?, secret = ? where state = 'new' and endpoint = ?",
            *(url, secret, id_),
        )
