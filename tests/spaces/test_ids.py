"""Identifiers: UUIDv7 as RFC 9562 lays it out."""

import time
from uuid import RFC_4122

import pytest

from spaces.ids import uuid7


def test_uuid7_says_which_version_and_variant_it_is() -> None:
    for made in (uuid7() for _ in range(1000)):
        assert (made.version, made.variant) == (7, RFC_4122)


def test_uuid7_begins_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_uuid7_sorts_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for millis in (0, 1, 2**31, 1_795_000_000_000, 2**48 - 1):
        monkeypatch.setattr(time, "time_ns", lambda millis=millis: millis * 1_000_000)
        made.append(uuid7())
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_uuid7_is_never_the_same_twice() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_uuid7_sorts_within_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for nanos in range(0, 1_000_000, 250):
        monkeypatch.setattr(time, "time_ns", lambda nanos=nanos: 1_795_000_000_000_000_000 + nanos)
        made.append(uuid7())
    assert made == sorted(made)
