"""Lists with cursors and filters, and the `expand` that follows ids to objects."""

from typing import Any

from tools.stripe_standin import money
from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import Scope, public
from tools.stripe_standin.shapes import list_of

CURSOR = {"created", "ending_before", "expand", "limit", "starting_after"}
RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
MOST = 100


def page(scope: Scope, params: Doc, *, kind: str, url: str, **fixed: Any) -> Doc:
    """Newest first, `limit` at a time, filtered by whatever the list's parameters name."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= MOST:
        bound = f"less than or equal to {MOST}" if limit > MOST else "greater than or equal to 1"
        message = f"This value must be {bound}."
        raise invalid(message, code="parameter_invalid_integer", param="limit")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        message = "You may only specify one of these parameters: ending_before, starting_after."
        raise invalid(message, code="parameters_exclusive")
    for name, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor:
            scope.get(kind, cursor, param=name)
    where = [(name, "=", value) for name, value in fixed.items()] + _filters(params)
    owner = scope.owner(kind)
    found = scope.store.select(owner, kind, where, limit=limit + 1, after=after, before=before)
    has_more = len(found) > limit
    if has_more:
        found = found[1:] if before else found[:-1]
    if kind == "balance_transaction":
        found = [money.with_status(txn, scope.now) for txn in found]
    return list_of(url, found, has_more=has_more)


def _filters(params: Doc) -> list[tuple[str, str, Any]]:
    where: list[tuple[str, str, Any]] = []
    for name, value in params.items():
        if name in ("created", "arrival_date", "available_on"):
            where += _range(name, value)
        elif name in CURSOR:
            continue
        elif name == "types":
            where.append(("type", "in", value))
        elif isinstance(value, dict):
            where += [(f"{name}.{inner}", "=", wanted) for inner, wanted in value.items()]
        else:
            where.append((name, "=", value))
    return where


def _range(name: str, value: Any) -> list[tuple[str, str, Any]]:
    if not isinstance(value, dict):
        return [(name, "=", value)]
    return [(name, RANGES[bound], at) for bound, at in value.items()]


def of_customer(scope: Scope, customer: Doc, params: Doc) -> Doc:
    url = f"/v1/customers/{customer['id']}/payment_methods"
    return page(scope, params, kind="payment_method", url=url, customer=customer["id"])


def expand(scope: Scope, doc: Doc, paths: list[str]) -> Doc:
    """Follow each path, as `data.latest_charge.balance_transaction`, from id to object."""
    for path in paths:
        if path.count(".") >= 4:
            message = f"You cannot expand more than 4 levels of a property ({path})."
            raise invalid(message, param="expand")
        doc = _follow(scope, doc, path)
    return doc


def _follow(scope: Scope, doc: Doc, path: str) -> Doc:
    name, _, rest = path.partition(".")
    value = doc.get(name, _includable(scope, doc, name))
    if isinstance(value, str):
        found = scope.store.find(value)
        value = public(found[1]) if found else _refuse(name)
    if isinstance(value, list):
        return doc | {name: [_follow(scope, item, rest) if rest else item for item in value]}
    if value is None:
        return doc if name in doc else _refuse(name)
    if not isinstance(value, dict):
        _refuse(name)
    return doc | {name: _follow(scope, value, rest) if rest else value}


def _includable(scope: Scope, doc: Doc, name: str) -> Doc | None:
    """Lists the API leaves out unless they are asked for."""
    kind = doc.get("object")
    if (kind, name) == ("checkout.session", "line_items"):
        items = scope.get("checkout.session", doc["id"])["_line_items"]
        return list_of(f"/v1/checkout/sessions/{doc['id']}/line_items", public(items))
    if (kind, name) == ("charge", "refunds"):
        refunds = public(scope.where("refund", charge=doc["id"]))
        return list_of(f"/v1/charges/{doc['id']}/refunds", refunds)
    return None


def _refuse(name: str) -> Any:
    message = (
        f"This property cannot be expanded ({name}). You may want to try expanding another "
        "property instead."
    )
    raise invalid(message, param="expand")
