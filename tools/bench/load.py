"""Load from a few client processes, each on one kept-alive connection."""

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

CLIENTS = 4
FIRST = 24  # of each client, not counted: PostgreSQL plans a statement its first eight times


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    expected: int = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a load. Times in milliseconds, as a client saw them."""

    per_second: float
    p50: float
    p95: float
    count: int
    unexpected: int

    @classmethod
    def of(cls, times: list[float], seconds: float, unexpected: int = 0) -> "Measured":
        if len(times) < 2:
            raise SystemExit(f"Too few answers to measure ({len(times)}).")
        cuts = statistics.quantiles(times, n=20)
        return cls(
            per_second=len(times) / seconds,
            p50=1000 * statistics.median(times),
            p95=1000 * cuts[18],
            count=len(times),
            unexpected=unexpected,
        )


def measure(url: str, shares: list[list[Request]], *, seconds: float, repeat: bool) -> Measured:
    """Send each client its share, over and over or once, for at most `seconds`."""
    return together(_ask, [(url, share, seconds, repeat) for share in shares])


def together(
    work: Callable[..., tuple[list[float], int]],
    arguments: list[Any],
    *,
    ready: Callable[[], None] | None = None,
) -> Measured:
    """Run one process for each of `arguments`, all starting at once, when each is `ready`."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(len(arguments))
    with context.Pool(len(arguments), _remember, (gate, ready)) as pool:
        answers = pool.starmap(_at_once, [(work, given) for given in arguments], chunksize=1)
    times = [one for _began, _ended, client, _bad in answers for one in client]
    elapsed = max(a[1] for a in answers) - min(a[0] for a in answers)
    return Measured.of(times, elapsed, sum(bad for *_rest, bad in answers))


_gate: Any = None


def _remember(gate: Any, ready: Callable[[], None] | None) -> None:
    global _gate
    _gate = gate
    if ready is not None:
        ready()


def _at_once(
    work: Callable[..., tuple[list[float], int]], given: tuple[Any, ...]
) -> tuple[float, float, list[float], int]:
    _gate.wait()
    began = time.time()
    times, unexpected = work(*given)
    return began, time.time(), times, unexpected


def _ask(url: str, share: list[Request], seconds: float, repeat: bool) -> tuple[list[float], int]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    requests: Iterator[Request] = cycle(share) if repeat else iter(share)
    times, unexpected, until = [], 0, time.perf_counter() + seconds
    for request in requests:
        began = time.perf_counter()
        if began > until:
            break
        connection.request(request.method, request.path, request.body or None, request.headers)
        answer = connection.getresponse()
        said = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != request.expected:
            unexpected += 1
            print(f"{request.method} {request.path}: {answer.status} {said[:300]!r}", flush=True)
    connection.close()
    return times, unexpected
