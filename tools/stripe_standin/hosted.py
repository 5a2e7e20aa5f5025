"""What the pages do: the same functions the API calls, driven by a person's forms."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from tools.stripe_standin import checkout, connect, pages, payment_intents, setups
from tools.stripe_standin.errors import ApiError, Doc
from tools.stripe_standin.scope import Scope
from tools.stripe_standin.wire import Request, Response, redirect

View = Callable[[Scope, Doc, Request], Response]


def answer(scope: Scope, request: Request) -> Response:
    """A page, in the same transaction as what it changes."""
    if request.path == "/assets/standin.css":
        return pages.stylesheet()
    for pattern, kind, view in VIEWS:
        if match := pattern.fullmatch(request.path):
            found = scope.store.find(match[1])
            if found and found[1]["object"] == kind:
                return view(scope.on(found[0]), found[1], request)
    sentence = "Denne siden finnes ikke hos stedfortrederen for Stripe."
    return pages.message("Fant ikke siden", sentence, status=404)


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body).items()}


def pay(scope: Scope, session: Doc, request: Request) -> Response:
    back = checkout.cancel_url(session)
    if session["mode"] == "setup":
        return save_card(scope, session, request, back)
    if session["status"] == "expired":
        sentence = "Fristen for å betale er gått ut. Ingen penger er trukket."
        return pages.message("Betalingen er utløpt", sentence, status=410, back=back)
    problem, number = _earlier_problem(scope, session), pages.FIRST_CARD
    if request.method == "POST" and session["status"] == "open":
        form = _form(request)
        number = form.get("number", "")
        try:
            intent = checkout.pay(scope, session, number, **_expiry(form))
        except ApiError as error:
            if error.status != 402:
                raise
            problem = pages.refusal(error.body["error"])
        else:
            if intent["status"] == "requires_action":
                return redirect(f"/3ds/{intent['id']}")
    if session["status"] == "complete":
        return redirect(checkout.success_url(session))
    status = 422 if request.method == "POST" else 200
    return pages.checkout(session, problem=problem, number=number, back=back, status=status)


def save_card(scope: Scope, session: Doc, request: Request, back: str | None) -> Response:
    if session["status"] == "expired":
        return pages.message("Siden er utløpt", "Intet kort er lagret.", status=410, back=back)
    problem, number = None, pages.FIRST_CARD
    if request.method == "POST" and session["status"] == "open":
        form = _form(request)
        number = form.get("number", "")
        try:
            setups.save(scope, session, number, **_expiry(form))
        except ApiError as error:
            if error.status != 402:
                raise
            problem = pages.refusal(error.body["error"])
    if session["status"] == "complete":
        return redirect(checkout.success_url(session))
    status = 422 if request.method == "POST" else 200
    return pages.setup(session, problem=problem, number=number, back=back, status=status)


def _earlier_problem(scope: Scope, session: Doc) -> str | None:
    """What the bank said last, for someone who comes back to the page."""
    if not session["payment_intent"]:
        return None
    intent = scope.get("payment_intent", session["payment_intent"])
    waits = intent["status"] == "requires_payment_method"
    return pages.refusal(intent["last_payment_error"]) if waits else None


def _expiry(form: dict[str, str]) -> dict[str, int]:
    match = re.fullmatch(r"(0[1-9]|1[0-2]) ?/ ?(\d\d)", form.get("expiry", ""))
    return {"exp_month": int(match[1]), "exp_year": 2000 + int(match[2])} if match else {}


def challenge(scope: Scope, intent: Doc, request: Request) -> Response:
    session = scope.get("checkout.session", intent["_session"]) if intent["_session"] else None
    if request.method == "GET" and intent["status"] == "requires_action":
        target = session["success_url"] if session else intent["_return_url"]
        return pages.challenge(intent, (target,) if target else ())
    if request.method == "POST":
        try:
            approved = _form(request).get("answer") == "approve"
            intent = payment_intents.authenticate(scope, intent, approved=approved)
        except ApiError as error:
            if not error.keeps:
                raise
    if session is None:
        return _back_to_caller(intent)
    checkout.finish(scope, session, intent)
    if session["status"] == "complete":
        return redirect(checkout.success_url(session))
    return redirect(f"/c/pay/{session['id']}")


def _back_to_caller(intent: Doc) -> Response:
    if not intent["_return_url"]:
        return pages.message("Ferdig", "Du kan lukke denne siden.", status=200)
    succeeded = intent["status"] in ("succeeded", "requires_capture")
    query = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if succeeded else "failed",
    }
    separator = "&" if "?" in intent["_return_url"] else "?"
    return redirect(f"{intent['_return_url']}{separator}{urlencode(query)}")


def onboarding(scope: Scope, account: Doc, request: Request) -> Response:
    query = parse_qs(request.query)
    back = query.get("return_url", [""])[0]
    if int(query.get("expires_at", ["0"])[0]) < scope.now:
        refresh = query.get("refresh_url", [""])[0]
        if pages.is_web(refresh):
            return redirect(refresh)
        return pages.message("Lenken er utløpt", "Be om en ny lenke.", status=410)
    if request.method == "GET":
        return pages.onboarding(account, (back,) if back else ())
    connect.onboard(scope, account, complete=_form(request).get("answer") == "complete")
    if pages.is_web(back):
        return redirect(back)
    return pages.message("Takk", "Du kan lukke denne siden.", status=200)


def receipt(scope: Scope, charge: Doc, request: Request) -> Response:
    return pages.receipt(charge)


VIEWS: tuple[tuple[re.Pattern[str], str, View], ...] = (
    (re.compile(r"/c/pay/(\w+)"), "checkout.session", pay),
    (re.compile(r"/3ds/(\w+)"), "payment_intent", challenge),
    (re.compile(r"/setup/(\w+)"), "account", onboarding),
    (re.compile(r"/receipts/(\w+)"), "charge", receipt),
)
