"""The knobs over HTTP, for the demo: POST a small JSON body to `/_standin/…`."""

import json
from typing import TYPE_CHECKING, Any

from tools.stripe_standin.errors import ApiError, invalid
from tools.stripe_standin.faults import Fault
from tools.stripe_standin.webhooks import MODES
from tools.stripe_standin.wire import Request, Response, json_response

if TYPE_CHECKING:
    from tools.stripe_standin.standin import StandIn

FAULT_FIELDS = {"method", "path", "status", "seconds", "drop", "times"}


def answer(standin: "StandIn", request: Request) -> Response:
    knob = request.path.removeprefix("/_standin/")
    if request.method == "GET":
        if knob == "health":
            return json_response(200, {"ok": True, "waiting": standin.webhooks.waiting()})
        if knob == "delivered":
            return json_response(200, {"data": _delivered(standin)})
    if request.method != "POST":
        return json_response(404, {"error": {"message": "Unknown knob"}})
    # A page in a browser can send a form anywhere, but not this content type without asking.
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return json_response(415, {"error": {"message": "Send application/json"}})
    try:
        given = json.loads(request.body or "{}")
        return json_response(200, _turn(standin, knob, given))
    except (ApiError, LookupError, TypeError, ValueError) as error:
        return json_response(400, {"error": {"message": str(error)}})


def _turn(standin: "StandIn", knob: str, given: dict[str, Any]) -> dict[str, Any]:
    if knob == "reset":
        standin.reset()
        return {}
    if knob == "advance":
        return {"now": standin.advance(int(given["seconds"]))}
    if knob == "faults":
        if given.get("clear"):
            standin.faults.clear()
            return {}
        if unknown := set(given) - FAULT_FIELDS:
            raise invalid(f"Unknown fields: {', '.join(sorted(unknown))}")
        standin.faults.add(Fault(**given))
        return {}
    if knob == "webhooks":
        if given.get("mode") not in MODES:
            raise invalid(f"mode must be one of {', '.join(MODES)}")
        standin.webhooks.mode = given["mode"]
        standin.webhooks.wake()
        return {}
    if knob == "deliver":
        return {"sent": standin.webhooks.deliver(reverse=bool(given.get("reverse")))}
    if knob == "resend":
        standin.resend(given["event"])
        return {}
    if knob == "pay":
        return {"url": standin.pay(given["session"], given.get("card", "4242424242424242"))}
    if knob == "dispute":
        return {"id": standin.dispute(given["charge"])}
    raise invalid(f"Unknown knob: {knob}")


def _delivered(standin: "StandIn") -> list[dict[str, Any]]:
    return [
        {
            "event": attempt.event["id"],
            "type": attempt.event["type"],
            "url": attempt.url,
            "status": attempt.status,
        }
        for attempt in standin.delivered
    ]
