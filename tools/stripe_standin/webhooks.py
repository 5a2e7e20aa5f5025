"""Signed deliveries of events, tried again until they are taken or given up."""

import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Literal

from tools.stripe_standin.errors import Doc
from tools.stripe_standin.store import Closed, Store
from tools.stripe_standin.wire import with_address

Mode = Literal["normal", "duplicate", "shuffle", "hold"]
MODES = ("normal", "duplicate", "shuffle", "hold")
# Takes the body and the signature, answers with a status.
Receiver = Callable[[bytes, str], int]

RETRY_DELAYS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
TIMEOUT = 10.0
SHUFFLE_WINDOW = 0.05
# Everyone who waits looks again this often.
BEAT = 0.25
NAP = 0.005
REMEMBERED = 2000


@dataclass(frozen=True)
class Delivered:
    """One attempt: what was sent, and how it was answered (None: not at all)."""

    event: Doc
    body: bytes
    signature: str
    url: str
    status: int | None


def sign(body: bytes, secret: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"


class Webhooks:
    def __init__(
        self,
        store: Store,
        *,
        base: Callable[[], str],
        receiver: Receiver | None = None,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.mode: Mode = "normal"
        self.delivered: list[Delivered] = []
        self._store = store
        self._base = base
        self._receiver = receiver
        self._retry_delays = retry_delays
        self._sending = threading.RLock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._shuffle = random.Random(1)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        # What was waiting for its next try when we stopped is tried at once.
        self._store.sql("update delivery set due_at = null where state = 'new'")
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="standin-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout=1)

    def wake(self) -> None:
        self._wake.set()

    def forget(self) -> None:
        with self._sending:
            self.delivered.clear()

    def waiting(self) -> int:
        """Deliveries not yet taken nor given up."""
        return int(self._store.sql("select count(*) from delivery where state = 'new'")[0][0])

    def wait(self, timeout: float = 5.0) -> bool:
        """Wait until everything is delivered; False if it is not by then."""
        # Naps are counted, not timed: a test may have stopped the clocks of this process.
        for _ in range(round(timeout / NAP)):
            if not self.waiting():
                with self._sending:  # the last delivery may have a twin on its way
                    return True
            time.sleep(NAP)
        return False

    def deliver(self, *, reverse: bool = False) -> int:
        """Send what waits, in this thread and at once, and tell how many were sent.

        What the receiver sets off meanwhile waits for the next call.
        """
        with self._sending:
            rows = self._store.sql("select seq from delivery where state = 'new' order by seq")
            return self._send_all([row[0] for row in rows[:: -1 if reverse else 1]])

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(BEAT)
            self._wake.clear()
            if self._stopping.is_set() or self.mode == "hold":
                continue
            if self.mode == "shuffle":
                time.sleep(SHUFFLE_WINDOW)
            with suppress(Closed), self._sending:
                rows = self._store.sql(
                    "select seq from delivery where state = 'new' "
                    "and (due_at is null or due_at <= ?) order by seq",
                    time.time(),
                )
                self._send_all([row[0] for row in rows])

    def _send_all(self, numbers: list[int]) -> int:
        if self.mode == "shuffle":
            self._shuffle.shuffle(numbers)
        sent = 0
        for number in numbers:
            for _ in range(2 if self.mode == "duplicate" else 1):
                if self._stopping.is_set():
                    return sent
                sent += self._send(number)
        return sent

    def _send(self, number: int) -> bool:
        rows = self._store.sql(
            "select event, url, secret, attempts from delivery where seq = ?", number
        )
        event = self._store.find(rows[0][0]) if rows else None
        if event is None:
            return False  # reset meanwhile
        _, url, secret, attempts = rows[0]
        body = with_address(json.dumps(event[1], indent=2), self._base()).encode()
        # Receivers compare with their own clock, so this is never the moved one.
        signature = sign(body, secret, int(time.time()))
        status = self._post(url, body, signature)
        self.delivered.append(Delivered(event[1], body, signature, url, status))
        del self.delivered[:-REMEMBERED]
        if status is not None and 200 <= status < 300:
            self._taken(number, event[1]["id"])
        else:
            self._try_later(number, attempts)
        return True

    def _post(self, url: str, body: bytes, signature: str) -> int | None:
        if self._receiver:
            return self._receiver(body, signature)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (Ledig stand-in)",
        }
        try:
            request = urllib.request.Request(url, data=body, headers=headers)
            with _opener.open(request, timeout=TIMEOUT) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except (OSError, ValueError):
            return None  # nobody there, or not in time

    def _taken(self, number: int, event_id: str) -> None:
        with self._store.transaction():
            changed = self._store.sql(
                "update delivery set state = 'taken' where seq = ? and state = 'new' returning seq",
                number,
            )
            found = self._store.find(event_id)
            if changed and found and "pending_webhooks" in found[1]:
                found[1]["pending_webhooks"] -= 1
                self._store.update(found[1])

    def _try_later(self, number: int, attempts: int) -> None:
        again = attempts < len(self._retry_delays)
        due_at = time.time() + self._retry_delays[attempts] if again else None
        self._store.sql(
            "update delivery set attempts = ?, due_at = ?, state = ? where seq = ? "
            "and state = 'new'",
            *(attempts + 1, due_at, "new" if again else "given up", number),
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> None:
        """A webhook that redirects has not taken the event."""


# Never through a proxy: a stand-in talks to the machine it runs on.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
