"""The receipts and credit notes that a letter leads to.

They belong to an app above this one, which says here how to find them.
"""

from collections.abc import Callable, Iterable

from bookings.models import Booking, Kind

Paper = tuple[str, str]  # what it is called, and where it is

PAID = (  # what a booker is told when money has moved
    Kind.CONFIRMED,
    Kind.CHANGED,
    Kind.CANCELLED,
    Kind.REFUNDED,
    Kind.FEE_CHARGED,
    Kind.FEE_WAIVED,
    Kind.DEPOSIT_CLAIMED,
    Kind.PAID_TOO_LATE,
    Kind.SERIES_BOOKED,
    Kind.SERIES_CHANGED,
    Kind.SERIES_CANCELLED,
)

_known: list[Callable[[Booking], Iterable[Paper]]] = []


def add_papers(find: Callable[[Booking], Iterable[Paper]]) -> None:
    """Lead letters to a booker to what `find` has about their booking."""
    _known.append(find)


def papers_of(booking: Booking, kind: Kind) -> list[Paper]:
    if kind not in PAID:
        return []
    return [paper for find in _known for paper in find(booking)]
