"""The stand-in as one thing: start it, talk to it, make things go wrong, look inside."""

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tools.stripe_standin import (
    checkout,
    connect,
    controls,
    disputes,
    endpoints,
    hosted,
    setups,
    upkeep,
)
from tools.stripe_standin.api import Api
from tools.stripe_standin.errors import ApiError, Doc
from tools.stripe_standin.faults import Faults
from tools.stripe_standin.scope import Scope
from tools.stripe_standin.server import Server
from tools.stripe_standin.store import Closed, Store
from tools.stripe_standin.webhooks import RETRY_DELAYS, Delivered, Receiver, Webhooks
from tools.stripe_standin.wire import Request, Response

SECRET = "whsec_standin"
TICK = 0.5


class StandIn:
    """A Stripe of one's own on 127.0.0.1.

    In memory and on a free port unless told otherwise. `receiver` takes webhooks in this process
    instead of over HTTP.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = SECRET,
        thin_webhook_url: str | None = None,
        port: int = 0,
        state: Path | str | None = None,
        return_origins: tuple[str, ...] = (),
        receiver: Receiver | None = None,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.webhook_secret = webhook_secret
        self._webhook_url = webhook_url or ("in-process:" if receiver else None)
        self._thin_webhook_url = thin_webhook_url
        self._store = Store(Path(state) if state is not None else None)
        self._api = Api(self._store, return_origins)
        self._ticks = threading.Event()
        try:
            self._server = Server(port, self._answer)
        except OSError:
            self._store.close()
            raise
        self.faults = Faults()
        self.webhooks = Webhooks(
            self._store,
            base=lambda: self.url,
            receiver=receiver,
            retry_delays=retry_delays,
        )
        self._set_endpoints()

    @property
    def url(self) -> str:
        return self._server.url

    # -- starting and stopping

    def start(self) -> "StandIn":
        self._server.start()
        self.webhooks.start()
        threading.Thread(target=self._tick, name="standin-clock", daemon=True).start()
        return self

    def stop(self) -> None:
        self._ticks.set()
        self._server.stop()
        self.webhooks.stop()
        self._store.close()

    def __enter__(self) -> "StandIn":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- looking inside

    @property
    def delivered(self) -> list[Delivered]:
        """Every attempt to deliver an event so far, oldest first."""
        return self.webhooks.delivered

    @property
    def events(self) -> list[Doc]:
        """Every event so far, delivered or not, of whichever account, oldest first."""
        rows = self._store.sql("select id from object where kind = 'event' order by seq")
        found = [self._store.find(row[0]) for row in rows]
        return [pair[1] for pair in found if pair]

    # -- making things happen

    def reset(self) -> None:
        """Forget everything, and behave again."""
        self.faults.clear()
        self.webhooks.mode = "normal"
        self.webhooks.forget()
        with self._store.transaction():
            self._store.clear()
            self._set_endpoints()

    def advance(self, seconds: int) -> int:
        """Move the clock on, let what is due happen, and tell what time it is now."""
        with self._store.transaction():
            self._store.advance(seconds)
            upkeep.run(self._api.scope())
            now = self._store.now()
        self.webhooks.wake()
        return now

    def pay(self, session: str, card: str = "4242424242424242") -> str:
        """Pay a Checkout session, or save a card on one, as a person would who approves what
        the bank asks.

        Returns where the person ends up, or raises the decline.
        """
        declined: ApiError | None = None
        with self._store.transaction():
            scope, doc = self._find(session)
            try:
                if doc["mode"] == "setup":
                    return checkout.success_url(setups.save(scope, doc, card))
                intent = checkout.pay(scope, doc, card)
                if intent["status"] == "requires_action":
                    path = f"/3ds/{intent['id']}"
                    hosted.answer(scope, Request("POST", path, "", {}, "answer=approve"))
                    doc = self._find(session)[1]
            except ApiError as error:
                declined = error
        self.webhooks.wake()
        if declined:
            raise declined
        return checkout.success_url(doc)

    def dispute(self, charge: str) -> str:
        """Let the cardholder's bank take a charge back; the dispute's id."""
        with self._store.transaction():
            scope, doc = self._find(charge)
            dispute = disputes.open_dispute(scope, doc)
        self.webhooks.wake()
        return str(dispute["id"])

    def onboard(self, account: str, *, complete: bool = True) -> None:
        """Let an owner fill in the hosted page, wholly or without the document asked for."""
        with self._store.transaction():
            scope, doc = self._find(account)
            connect.onboard(scope, doc, complete=complete)
        self.webhooks.wake()

    def change_fee(self, charge: str, fee: int) -> None:
        """Let Stripe's fee for a charge be another than it has told."""
        with self._store.transaction():
            scope, doc = self._find(charge)
            txn = scope.get("balance_transaction", doc["balance_transaction"])
            scope.save({**txn, "fee": fee, "net": txn["amount"] - fee})

    def resend(self, event: str) -> None:
        """Deliver an event once more."""
        with self._store.transaction():
            scope, doc = self._find(event)
            self._store.delete(event)
            scope.queue(doc)
        self.webhooks.wake()

    def _find(self, id_: str) -> tuple[Scope, Doc]:
        found = self._store.find(id_)
        if found is None:
            raise LookupError(f"the stand-in has no {id_}")
        return self._api.scope(account=found[0]), found[1]

    def _set_endpoints(self) -> None:
        scope = self._api.scope()
        with self._store.transaction():
            endpoints.set_own(scope, endpoints.OWN, self._webhook_url, self.webhook_secret)
            endpoints.set_own(
                scope, endpoints.OWN_THIN, self._thin_webhook_url, self.webhook_secret
            )

    # -- answering

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/_standin/"):
            return controls.answer(self, request)
        fault = self.faults.take(request.method, request.path)
        try:
            if request.path.startswith(("/v1/", "/v2/")):
                return self._api.answer(request, fault, self.url)
            fault.before()
            with self._store.transaction():
                upkeep.run(self._api.scope())
                response = hosted.answer(self._api.scope(), request)
            fault.after()
            return response
        finally:
            self.webhooks.wake()

    def _tick(self) -> None:
        while not self._ticks.wait(TICK):
            with suppress(Closed), self._store.transaction():
                upkeep.run(self._api.scope())
