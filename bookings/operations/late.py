"""What comes late is asked for its quotas again.

A hold that runs out, and a change that waits, count in no quota: their booker may have used
it up elsewhere by the time the money or the answer comes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bookings.models import Booking, Change, Status
from bookings.quotas import Share, lock_shares, shares_again
from spaces.periods import Period

CLOCKS_APART = timedelta(minutes=1)  # on a server that is ahead it has run out already


def lock_quotas(
    bookings: Iterable[Booking] = (), changes: Iterable[Change] = (), *, now: datetime
) -> None:
    """Whoever books out of the same quotas waits, until the transaction ends. Call it before
    the rows of these bookings are locked: those who change one lock in that order."""
    waiting = (one for change in changes for one in _shares_of_change(change, now=now))
    lock_shares([*(one for booking in bookings for one in _shares_of(booking, now=now)), *waiting])


def require_quotas(booking: Booking, *, now: datetime) -> None:
    """Raise `QuotaUsed` when a locked booking comes late, and no longer fits into its quotas.
    What comes in time has its part already, whatever the quotas have become."""
    _require(_shares_of(booking, now=now), booking.period, now=now)


def require_quotas_of_change(change: Change, *, now: datetime) -> None:
    """Raise `QuotaUsed` when what a locked booking is to become does not fit into its quotas."""
    _require(_shares_of_change(change, now=now), change.period, now=now)


def _require(shares: Iterable[Share], span: Period, *, now: datetime) -> None:
    shares = list(shares)
    lock_shares(shares)
    for share in shares:
        share.require(span, now)


def _shares_of(booking: Booking, *, now: datetime) -> Iterator[Share]:
    if booking.status == Status.EXPIRED or booking.has_run_out(now + CLOCKS_APART):
        yield from shares_again(booking, booking.space, booking.period, now=now)


def _shares_of_change(change: Change, *, now: datetime) -> Iterator[Share]:
    yield from shares_again(change.booking, change.space, change.period, now=now)
