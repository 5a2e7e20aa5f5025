"""What lowers a price beside its own rules: a code, and what somebody has bought or been
given before. Decided under lock when a time is taken, frozen as lines of the booking, and
given back when it comes to nothing."""

from bookings.means.reducing import (
    Reduced,
    has_used_a_pass,
    keep_means,
    let_go_means,
    lock_means,
    lock_means_of,
    lock_to_lower_again,
    lower_again,
    preview,
    preview_together,
    recount_means,
    reduce,
    use_means,
)
from bookings.means.wanted import NO_MEANS, NO_PASSES, Asked, Means, Planned

__all__ = [
    "NO_MEANS",
    "NO_PASSES",
    "Asked",
    "Means",
    "Planned",
    "Reduced",
    "has_used_a_pass",
    "keep_means",
    "let_go_means",
    "lock_means",
    "lock_means_of",
    "lock_to_lower_again",
    "lower_again",
    "preview",
    "preview_together",
    "recount_means",
    "reduce",
    "use_means",
]
