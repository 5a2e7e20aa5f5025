"""What lowers a price beside its own rules: a code, and what somebody has bought or been
given before. Decided under lock when a time is taken, frozen as lines of the booking, and
given back when it comes to nothing."""

from bookings.means.reducing import (
    Reduced,
    keep_means,
    let_go_means,
    lower_again,
    preview,
    recount_means,
    reduce,
    use_means,
)
from bookings.means.wanted import NO_MEANS, Asked, Means

__all__ = [
    "NO_MEANS",
    "Asked",
    "Means",
    "Reduced",
    "keep_means",
    "let_go_means",
    "lower_again",
    "preview",
    "recount_means",
    "reduce",
    "use_means",
]
