"""Objects with every field the pinned `stripe` package knows, so that reading one never fails
here and works there, or the other way round."""

import functools
from typing import Any

import stripe

from tools.stripe_standin.errors import Doc
from tools.stripe_standin.store import new_id

# The API leaves these out unless they are asked for, or applicable.
LEFT_OUT = {
    "OBJECT_NAME",
    "cash_balance",
    "deleted",
    "invoice_credit_balance",
    "line_items",
    "refunds",
    "source",
    "sources",
    "subscriptions",
    "tax",
    "tax_ids",
}


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in kind.__annotations__ if name not in LEFT_OUT)


def shape(kind: Any, id_: str, created: int, **values: Any) -> Doc:
    """A new document of a kind: null wherever nothing is given."""
    doc: Doc = {"id": id_, "object": kind.OBJECT_NAME}
    doc |= dict.fromkeys(_fields(kind))
    doc |= {"id": id_, "object": kind.OBJECT_NAME, "created": created, "livemode": False}
    return doc | values


def list_of(url: str, data: list[Doc], *, has_more: bool = False) -> Doc:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def charge(created: int, **values: Any) -> Doc:
    return shape(stripe.Charge, new_id("ch"), created, **values)
