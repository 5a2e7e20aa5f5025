"""How one gets in: the way and the code, for those who come, while they come.

A provider says what opens the door for a booking; another lock is another provider.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings

from bookings.models import Booking, Status
from spaces.models import CodeFrom, Door
from spaces.operations.doors import CODE
from spaces.sealing import unseal

BEFORE = timedelta(minutes=30)  # so long before the start it is shown, until the end
DIGITS = 6


class CodeProvider(Protocol):
    def __call__(self, booking: Booking, door: Door) -> str:
        """What opens the door; empty where nothing does."""


def no_code(booking: Booking, door: Door) -> str:
    return ""


def code_of_owner(booking: Booking, door: Door) -> str:
    """The same for all, as the owner wrote it."""
    return unseal(door.sealed_code, CODE)


def code_of_booking(booking: Booking, door: Door) -> str:
    """Six digits from the booking, its space and its start: so another once it is moved."""
    told = f"{booking.pk}:{booking.space_id}:{booking.start.timestamp():.0f}"
    key = f"door-code:{settings.SECRET_KEY}".encode()
    digest = hmac.new(key, told.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"


PROVIDERS: dict[str, CodeProvider] = {
    CodeFrom.NOBODY: no_code,
    CodeFrom.OWNER: code_of_owner,
    CodeFrom.BOOKING: code_of_booking,
}


@dataclass(frozen=True, slots=True)
class WayIn:
    """`code` and `text` may be empty."""

    code: str
    text: str


def is_known(door: Door) -> bool:
    return door.code_from != CodeFrom.NOBODY or bool(door.way_in)


def is_shown(booking: Booking, now: datetime) -> bool:
    stands = booking.status in (Status.CONFIRMED, Status.CHECKED_IN)
    return stands and booking.start - BEFORE <= now < booking.end


def way_in_from(booking: Booking, *, now: datetime) -> datetime | None:
    """When it will be shown; None when it is already, will never be, or there is nothing."""
    door: Door | None = getattr(booking.space, "door", None)
    opens = booking.start - BEFORE
    if door is None or not is_known(door) or booking.status != Status.CONFIRMED or opens <= now:
        return None
    return opens


def way_in(booking: Booking, *, now: datetime) -> WayIn | None:
    """None outside of its time, and where there is nothing to tell. Who may see the booking
    may see this: the caller has asked."""
    door: Door | None = getattr(booking.space, "door", None)
    if door is None or not is_shown(booking, now):
        return None
    found = WayIn(PROVIDERS[door.code_from](booking, door), door.way_in_text)
    return found if found.code or found.text else None
