"""The second API's view of connected accounts: JSON both ways, capabilities by configuration."""

import re
from collections.abc import Callable

from tools.stripe_standin import connect
from tools.stripe_standin.errors import Doc, unrecognised
from tools.stripe_standin.routes import Bound
from tools.stripe_standin.scope import Scope, merge_metadata

AREA = "v2.core"
ACCOUNT = re.compile(r"/v2/core/accounts/(\w+)")


def resolve(method: str, path: str) -> Bound:
    if (method, path) == ("POST", "/v2/core/accounts"):
        return Bound(create, (AREA, "AccountCreate"))
    if (method, path) == ("GET", "/v2/core/accounts"):
        return Bound(listing, (AREA, "AccountList"))
    if (method, path) == ("POST", "/v2/core/account_links"):
        return Bound(create_link, (AREA, "AccountLinkCreate"))
    if match := ACCOUNT.fullmatch(path):
        if method == "GET":
            return Bound(
                _on(match[1], lambda scope, account, _: view(account)), (AREA, "AccountRetrieve")
            )
        if method == "POST":
            return Bound(_on(match[1], update), (AREA, "AccountUpdate"))
    if (match := re.fullmatch(r"/v2/core/events/(\w+)", path)) and method == "GET":
        id_ = match[1]
        return Bound(lambda scope, _: scope.get("v2.core.event", id_), (AREA, "EventRetrieve"))
    raise unrecognised(method, path)


def _on(id_: str, change: Callable[[Scope, Doc, Doc], Doc]) -> Callable[[Scope, Doc], Doc]:
    return lambda scope, params: change(scope, scope.get("account", id_), params)


def create(scope: Scope, params: Doc) -> Doc:
    identity = params.get("identity") or {}
    account = connect.create(
        scope,
        {
            "business_type": identity.get("entity_type"),
            "capabilities": {"transfers": {"requested": True}},
            "controller": {"stripe_dashboard": {"type": params.get("dashboard", "none")}},
            "country": identity.get("country", "no").upper(),
            "email": params.get("contact_email"),
            "metadata": params.get("metadata"),
        },
    )
    account["_display_name"] = params.get("display_name")
    return view(scope.save(account))


def update(scope: Scope, account: Doc, params: Doc) -> Doc:
    merge_metadata(account, params.get("metadata"))
    if "contact_email" in params:
        account["email"] = params["contact_email"]
    if "display_name" in params:
        account["_display_name"] = params["display_name"]
    return view(scope.save(account))


def listing(scope: Scope, params: Doc) -> Doc:
    return {
        "data": [view(account) for account in scope.where("account")],
        "next_page_url": None,
        "previous_page_url": None,
    }


def view(account: Doc) -> Doc:
    due = account["requirements"]["currently_due"]
    entries = [
        {
            "awaiting_action_from": "user",
            "description": name,
            "errors": [],
            "minimum_deadline": {"status": "past_due"},
        }
        for name in due
    ]
    balance = {
        "payouts": _capability(active=account["payouts_enabled"]),
        "stripe_transfers": _capability(active=connect.can_receive(account)),
    }
    return {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "configuration": {
            "customer": None,
            "merchant": None,
            "recipient": {
                "applied": True,
                "capabilities": {"stripe_balance": balance},
                "default_outbound_destination": None,
            },
        },
        "contact_email": account["email"],
        "created": connect.iso(account["created"]),
        "dashboard": account["controller"]["stripe_dashboard"]["type"],
        "display_name": account["_display_name"],
        "identity": {
            "country": account["country"].lower(),
            "entity_type": account["business_type"],
        },
        "livemode": False,
        "metadata": account["metadata"],
        "requirements": {
            "entries": entries,
            "summary": {"minimum_deadline": {"status": "past_due"}} if due else None,
        },
    }


def _capability(*, active: bool) -> Doc:
    if active:
        return {"status": "active", "status_details": []}
    details = [{"code": "requirements_past_due", "resolution": "provide_info"}]
    return {"status": "restricted", "status_details": details}


def create_link(scope: Scope, params: Doc) -> Doc:
    account = scope.get("account", params["account"], param="account")
    use_case = params["use_case"]
    given = use_case.get("account_onboarding") or use_case.get("account_update") or {}
    return {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": connect.iso(scope.now),
        "expires_at": connect.iso(scope.now + connect.LINK_LASTS),
        "livemode": False,
        "url": connect.onboarding_url(scope, account, given),
        "use_case": use_case,
    }
