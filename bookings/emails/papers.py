"""What letters say of money, beyond bookings: it belongs to an app above this one, which says
here how to find it. The receipts and credit notes that a letter leads to, and letters about
what is no booking.
"""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from bookings.emails.words import Letter
from bookings.models import Booking, Delivery, Kind
from spaces.formats import price
from spaces.money import Money

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
_owed: list[Callable[[Booking], bool]] = []
_letters: dict[Kind, Callable[[Delivery], Letter]] = {}


def add_papers(find: Callable[[Booking], Iterable[Paper]]) -> None:
    """Lead letters to a booker to what `find` has about their booking."""
    _known.append(find)


def add_letter(kind: Kind, write: Callable[[Delivery], Letter]) -> None:
    """Of this kind, which is about no booking, write letters so."""
    _letters[kind] = write


def add_account(is_owed: Callable[[Booking], bool]) -> None:
    """Ask `is_owed` whether a booking is on an invoice, and not paid at once."""
    _owed.append(is_owed)


def is_on_account(booking: Booking) -> bool:
    return any(is_owed(booking) for is_owed in _owed)


def comes_back(booking: Booking, amount: int) -> str:
    """So much of what it cost: how the buyer has it back."""
    told = {"amount": price(Money(amount, booking.currency))}
    if is_on_account(booking):
        return _("%(amount)s is taken off the invoice.") % told
    return _("%(amount)s is on its way back.") % told


def letter_about_money(delivery: Delivery) -> Letter | None:
    """Of a kind that was added; else None."""
    write = _letters.get(Kind(delivery.kind))
    return write(delivery) if write else None


def papers_of(booking: Booking, kind: Kind) -> list[Paper]:
    if kind not in PAID:
        return []
    return [paper for find in _known for paper in find(booking)]
