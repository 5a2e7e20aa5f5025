"""One API call: who asks, is it well formed, has it been asked before, and the answer."""

import base64
import binascii
import json
import threading
from typing import Any

from tools.stripe_standin import accounts_v2, forms, listing, routes, upkeep
from tools.stripe_standin.errors import ApiError, Doc, invalid
from tools.stripe_standin.faults import Fault
from tools.stripe_standin.scope import API_VERSION, DAY, Scope, public
from tools.stripe_standin.store import PLATFORM, Store, new_id
from tools.stripe_standin.strict import conform
from tools.stripe_standin.wire import Request, Response, json_response

KEYS_LAST = DAY


class Api:
    def __init__(self, store: Store, return_origins: tuple[str, ...] = ()) -> None:
        self._store = store
        self._return_origins = return_origins
        self._running: set[tuple[str, str]] = set()
        self._running_lock = threading.Lock()

    def scope(self, **values: Any) -> Scope:
        return Scope(self._store, return_origins=self._return_origins, **values)

    def answer(self, request: Request, fault: Fault, base: str) -> Response:
        request_id = new_id("req", 14)
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        key = request.headers.get("idempotency-key")
        try:
            authenticate(request.headers.get("authorization", ""))
            check_version(request.headers.get("stripe-version"))
            scope = self.scope(
                account=request.headers.get("stripe-account") or PLATFORM,
                request_id=request_id,
                idempotency_key=key,
            )
            status, body, replayed = self._once(request, scope, key, fault)
        except ApiError as error:
            status, body, replayed = error.status, json.dumps(error.body), False
        if key and request.method == "POST":
            headers["Idempotency-Key"] = key
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        response = json_response(status, json.loads(body), base)
        response.headers |= headers
        return response

    def _once(
        self, request: Request, scope: Scope, key: str | None, fault: Fault
    ) -> tuple[int, str, bool]:
        """Do the work, or answer as the first time the same key was used."""
        if not key or request.method == "GET":
            fault.before()
            status, body = self._work(request, scope, None)
            fault.after()
            return status, body, False
        claim = (scope.account, key)
        with self._running_lock:
            if claim in self._running:
                raise _key_in_use(key)
            self._running.add(claim)
        try:
            fault.before()
            first = self._first_answer(request, scope, key)
            status, body = first or self._work(request, scope, key)
            fault.after()
            return status, body, first is not None
        finally:
            with self._running_lock:
                self._running.discard(claim)

    def _first_answer(self, request: Request, scope: Scope, key: str) -> tuple[int, str] | None:
        rows = self._store.sql(
            "select request, status, body from answer where account = ? and key = ? and at > ?",
            *(scope.account, key, self._store.now() - KEYS_LAST),
        )
        if not rows:
            return None
        asked, status, body = rows[0]
        if asked != _fingerprint(request):
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request."
            )
            raise ApiError(400, "idempotency_error", message)
        return status, body

    def _work(self, request: Request, scope: Scope, key: str | None) -> tuple[int, str]:
        """Run the call in one transaction, and remember its answer in the same one."""
        second_api = request.path.startswith("/v2/")
        resolve = accounts_v2.resolve if second_api else routes.resolve
        bound = resolve(request.method, request.path)
        # A malformed request is not remembered under its key: nothing began.
        params = conform(bound.spec, _params(request, second_api=second_api))
        paths = params.pop("expand", [])
        try:
            with self._store.transaction():
                upkeep.run(self.scope())
                if scope.account != PLATFORM:
                    scope.platform.get("account", scope.account)
                try:
                    doc = public(bound.run(scope, params))
                    status, body = 200, json.dumps(listing.expand(scope, doc, paths))
                except ApiError as error:
                    if not error.keeps:
                        raise
                    status, body = error.status, json.dumps(error.body)
                self._remember(request, scope, key, status, body)
        except ApiError as error:
            status, body = error.status, json.dumps(error.body)
            self._remember(request, scope, key, status, body)
        return status, body

    def _remember(
        self, request: Request, scope: Scope, key: str | None, status: int, body: str
    ) -> None:
        if key:
            self._store.sql(
                "insert or replace into answer values (?, ?, ?, ?, ?, ?)",
                *(scope.account, key, _fingerprint(request), status, body, self._store.now()),
            )


def _params(request: Request, *, second_api: bool) -> Doc:
    if request.method != "POST":
        return forms.parse(request.query)
    if not second_api:
        return forms.parse(request.body)
    try:
        found = json.loads(request.body or "{}")
    except ValueError:
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise invalid("The request body must be a JSON object.")
    return found


def _fingerprint(request: Request) -> str:
    same = json.dumps(forms.parse(request.body), sort_keys=True)
    if request.path.startswith("/v2/"):
        same = request.body
    return f"{request.method} {request.path} {same}"


def _key_in_use(key: str) -> ApiError:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably "
        "means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later."
    )
    return ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")


def authenticate(header: str) -> None:
    """Any test key will do. A live key has no business here, and is told so."""
    scheme, _, value = header.partition(" ")
    if scheme == "Basic":
        try:
            value = base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    if value.startswith(("sk_live", "rk_live")):
        message = "This is Ledig's stand-in for Stripe: it refuses live keys. Use a sk_test key."
        raise ApiError(401, "invalid_request_error", message)
    if not value:
        message = (
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY')."
        )
        raise ApiError(401, "invalid_request_error", message)
    if not value.startswith(("sk_test", "rk_test")):
        message = f"Invalid API Key provided: {value[:8]}{'*' * 8}"
        raise ApiError(401, "invalid_request_error", message)


def check_version(version: str | None) -> None:
    if version not in (None, API_VERSION):
        message = f"This stand-in speaks {API_VERSION}, the version of the pinned stripe package."
        raise invalid(message)
