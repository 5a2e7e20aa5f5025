"""Identifiers that nobody can guess and that indexes like."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, 12 of their parts (6.2, method 3), so
    that what one process makes is in order, and 62 random bits."""
    millis, rest = divmod(time.time_ns(), 1_000_000)
    part = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8))
    value = (millis & ((1 << 48) - 1)) << 80 | part << 64 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
