"""What a space costs for a period and a person: pure arithmetic over its price rows.

Who buys (`buyers`), which price holds at which time (`stretches`), what it comes to line by
line (`quoting`, `lines`), and what to say before a time is chosen (`rates`).
"""

from spaces.prices.buyers import Buyer
from spaces.prices.lines import Line, Quote
from spaces.prices.quoting import NoPriceThen, NotForSale, are_paid_apart, quote, total
from spaces.prices.rates import Rate, cheapest

__all__ = [
    "Buyer",
    "Line",
    "NoPriceThen",
    "NotForSale",
    "Quote",
    "Rate",
    "are_paid_apart",
    "cheapest",
    "quote",
    "total",
]
