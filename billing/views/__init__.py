"""Pages where money moves: booking, one booking, paying, cancelling, answering."""

from billing.views.answering import approve, decline
from billing.views.beside import claim_deposit, waive
from billing.views.booking import book, booking
from billing.views.cancelling import cancel
from billing.views.cards import (
    card_add,
    card_prefer,
    card_remove,
    card_saved,
    cards,
    cards_withdraw,
)
from billing.views.cart import cart, cart_add, cart_drop, cart_rooms
from billing.views.changing import change, extend, release, withdraw
from billing.views.paying import paid, pay
from billing.views.presence import check_in, leave_late, miss

__all__ = [
    "approve",
    "book",
    "booking",
    "cancel",
    "card_add",
    "card_prefer",
    "card_remove",
    "card_saved",
    "cards",
    "cards_withdraw",
    "cart",
    "cart_add",
    "cart_drop",
    "cart_rooms",
    "change",
    "check_in",
    "claim_deposit",
    "decline",
    "extend",
    "leave_late",
    "miss",
    "paid",
    "pay",
    "release",
    "waive",
    "withdraw",
]
