"""Pages where money moves: booking, one booking, paying, cancelling, answering."""

from billing.views.answering import approve, decline
from billing.views.booking import book, booking
from billing.views.cancelling import cancel
from billing.views.money import money
from billing.views.paying import paid, pay

__all__ = ["approve", "book", "booking", "cancel", "decline", "money", "paid", "pay"]
