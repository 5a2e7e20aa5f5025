"""On what condition a calendar program writes (RFC 9110, 13.1; RFC 4791, 5.3.2.1)."""

import hashlib
from dataclasses import dataclass


class PreconditionFailed(Exception):
    """The event is not, or no longer, what the program thinks it is."""


class UidTaken(Exception):
    """The calendar has another event with this UID, at this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass(frozen=True)
class Precondition:
    """The tags that a request names."""

    if_match: tuple[str, ...] = ()
    if_none_match: tuple[str, ...] = ()

    def require(self, tag: str | None) -> None:
        """`tag` is of what is there now; None when nothing is. Raises `PreconditionFailed`."""
        if self.if_match and not (tag and (tag in self.if_match or "*" in self.if_match)):
            raise PreconditionFailed
        if tag and (tag in self.if_none_match or "*" in self.if_none_match):
            raise PreconditionFailed


def tag_of(text: str) -> str:
    """Of the very bytes, so it says what a strong tag promises."""
    return '"' + hashlib.sha256(text.encode()).hexdigest()[:32] + '"'
