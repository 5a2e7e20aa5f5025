"""Connected accounts: the owners of rooms, and the hosted page where they register."""

from time import gmtime, strftime
from typing import Any
from urllib.parse import urlencode

import stripe

from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import HERE, Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import list_of, shape
from tools.stripe_standin.store import new_id

LINK_LASTS = 300
DUE = (
    *("business_profile.url", "external_account", "representative.first_name"),
    "tos_acceptance.date",
)
DOCUMENT = "representative.verification.document"


def create(scope: Scope, params: Doc) -> Doc:
    controller = params.get("controller") or {}
    dashboard = (controller.get("stripe_dashboard") or {}).get("type", "express")
    id_ = new_id("acct", 16)
    account = shape(
        stripe.Account,
        id_,
        scope.now,
        business_profile=params.get("business_profile") or {},
        business_type=params.get("business_type"),
        capabilities=dict.fromkeys(params.get("capabilities") or {}, "inactive"),
        charges_enabled=False,
        controller={
            "fees": {"payer": (controller.get("fees") or {}).get("payer", "application")},
            "is_controller": True,
            "losses": controller.get("losses") or {"payments": "application"},
            "requirement_collection": controller.get("requirement_collection", "stripe"),
            "stripe_dashboard": {"type": dashboard},
            "type": "application",
        },
        country=params.get("country", "NO"),
        default_currency="nok",
        details_submitted=False,
        email=params.get("email"),
        external_accounts=list_of(f"/v1/accounts/{id_}/external_accounts", []),
        future_requirements=_requirements([]),
        metadata=check_metadata(params.get("metadata")),
        payouts_enabled=False,
        requirements=_requirements(list(DUE)),
        settings={"payouts": {"schedule": {"delay_days": 7, "interval": "daily"}}},
        tos_acceptance={},
        type=params.get("type", "none"),
        _display_name=None,
    )
    del account["livemode"]
    _set_schedule(account, params)
    return scope.add(account)


def _requirements(due: list[str]) -> Doc:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _set_schedule(account: Doc, params: Doc) -> None:
    schedule = ((params.get("settings") or {}).get("payouts") or {}).get("schedule") or {}
    account["settings"]["payouts"]["schedule"] |= schedule


def update(scope: Scope, account: Doc, params: Doc) -> Doc:
    merge_metadata(account, params.get("metadata"))
    fields = ("business_type", "email")
    account |= {name: params[name] for name in fields if name in params}
    account["business_profile"] |= params.get("business_profile") or {}
    for name in params.get("capabilities") or {}:
        account["capabilities"].setdefault(name, "inactive")
    _set_schedule(account, params)
    scope.save(account)
    scope.on(account["id"]).emit("account.updated", account)
    return account


def delete(scope: Scope, account: Doc, params: Doc) -> Doc:
    scope.store.delete(account["id"])
    return {"id": account["id"], "object": "account", "deleted": True}


def create_link(scope: Scope, params: Doc) -> Doc:
    account = scope.get("account", params["account"], param="account")
    link = {"created": scope.now, "expires_at": scope.now + LINK_LASTS}
    url = onboarding_url(scope, account, params)
    return {"object": "account_link", **link, "url": url}


def onboarding_url(scope: Scope, account: Doc, given: Doc) -> str:
    for name in ("return_url", "refresh_url"):
        scope.check_return(given.get(name), name)
    query = {
        "return_url": given.get("return_url") or "",
        "refresh_url": given.get("refresh_url") or "",
        "expires_at": scope.now + LINK_LASTS,
    }
    return f"{HERE}/setup/{account['id']}?{urlencode(query)}"


def onboard(scope: Scope, account: Doc, *, complete: bool) -> Doc:
    """The owner filled in the hosted page, wholly or without the document asked for."""
    account["details_submitted"] = True
    if complete:
        names = account["capabilities"] or {"transfers": ""}
        account |= {
            "capabilities": dict.fromkeys(names, "active"),
            "charges_enabled": "card_payments" in names,
            "payouts_enabled": True,
            "requirements": _requirements([]),
        }
    else:
        account["requirements"] = _requirements([DOCUMENT])
    scope.platform.save(account)
    scope.on(account["id"]).emit("account.updated", account)
    _announce(scope, account, "[requirements].updated")
    _announce(scope, account, "[configuration.recipient].capability_status_updated")
    return account


def can_receive(account: Doc) -> bool:
    return bool(account["capabilities"].get("transfers") == "active")


def require_transfers(scope: Scope, id_: str) -> Doc:
    account = scope.get("account", id_, label="destination", param="destination")
    if not can_receive(account):
        message = (
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments"
        )
        raise invalid(message, code="insufficient_capabilities_for_transfer")
    return account


def _announce(scope: Scope, account: Doc, what: str) -> None:
    """A thin event of the second API: it only says where to look."""
    related: dict[str, Any] = {"id": account["id"], "type": "v2.core.account"}
    scope.platform.queue(
        {
            "id": new_id("evt"),
            "object": "v2.core.event",
            "context": None,
            "created": iso(scope.now),
            "livemode": False,
            "reason": None,
            "related_object": related | {"url": f"/v2/core/accounts/{account['id']}"},
            "type": f"v2.core.account{what}",
        }
    )


def iso(at: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S.000Z", gmtime(at))
