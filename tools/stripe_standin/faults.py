"""Things that go wrong on the way to Stripe, on demand."""

import fnmatch
import threading
import time
from dataclasses import dataclass
from typing import Literal

from tools.stripe_standin.errors import ApiError
from tools.stripe_standin.wire import Dropped

DropAt = Literal["before", "after"]


@dataclass
class Fault:
    """The next `times` requests that match get slow, fail, or never hear back."""

    method: str = "*"
    path: str = "*"
    status: int | None = None
    seconds: float = 0.0
    drop: DropAt | None = None
    times: int = 1

    def matches(self, method: str, path: str) -> bool:
        return fnmatch.fnmatch(method, self.method) and fnmatch.fnmatch(path, self.path)

    def before(self) -> None:
        """What happens on the way in: nothing has been done yet."""
        time.sleep(self.seconds)
        if self.drop == "before":
            raise Dropped
        if self.status == 429:
            message = "Request rate limit exceeded."
            raise ApiError(429, "invalid_request_error", message, code="rate_limit")
        if self.status is not None:
            message = "An unknown error occurred (the stand-in was asked to fail)."
            raise ApiError(self.status, "api_error", message)

    def after(self) -> None:
        """What happens on the way out: the work is done, but the caller cannot know."""
        if self.drop == "after":
            raise Dropped


class Faults:
    """A queue of faults; paths take `*`, as in `/v1/payment_intents/*/capture`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[Fault] = []

    def fail(self, method: str, path: str, *, status: int = 500, times: int = 1) -> None:
        self.add(Fault(method, path, status=status, times=times))

    def delay(self, method: str, path: str, *, seconds: float, times: int = 1) -> None:
        self.add(Fault(method, path, seconds=seconds, times=times))

    def drop_before(self, method: str, path: str, *, seconds: float = 0.0, times: int = 1) -> None:
        """Nothing is done and nothing is answered."""
        self.add(Fault(method, path, seconds=seconds, drop="before", times=times))

    def drop_after(self, method: str, path: str, *, seconds: float = 0.0, times: int = 1) -> None:
        """Everything is done and nothing is answered."""
        self.add(Fault(method, path, seconds=seconds, drop="after", times=times))

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._queue.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()

    def __len__(self) -> int:
        """How many kinds of trouble are still to come."""
        return len(self._queue)

    def take(self, method: str, path: str) -> Fault:
        """The first fault that matches, used up by one; or one that does nothing."""
        with self._lock:
            for fault in self._queue:
                if fault.matches(method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._queue.remove(fault)
                    return fault
        return Fault()
