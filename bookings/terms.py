"""What was agreed, in words: when one may cancel and what comes back."""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from spaces import formats
from spaces.cancellation import Tier, in_order, in_words, length, tier


class Terms(Protocol):
    """A space, or a booking that has frozen the space's terms."""

    @property
    def tiers(self) -> list[Tier]: ...


class Fees(Protocol):
    """A space's rules in force, or a booking that has frozen them. In minor units."""

    @property
    def no_show_fee(self) -> int: ...

    @property
    def overstay_fee(self) -> int: ...


def cancellation(
    terms: Terms, *, start: datetime | None, now: datetime, last_notice: int = 0
) -> list[str]:
    """What cancelling costs, from now on: sentences. Without a start: in general. With a
    `last_notice`, in minutes, nobody can cancel later: then what would come back is not said."""
    if last_notice:
        return _with_a_last_notice(terms.tiers, last_notice, start=start, now=now)
    ahead = [
        (minutes, percent)
        for minutes, percent in terms.tiers
        if start is None or start - timedelta(minutes=minutes) > now
    ]
    return in_words(ahead)


def _with_a_last_notice(
    tiers: list[Tier], last: int, *, start: datetime | None, now: datetime
) -> list[str]:
    if start is not None and start - timedelta(minutes=last) <= now:
        return [fixed()]
    best: dict[int, int] = {}
    for minutes, percent in tiers:
        until = max(minutes, last)
        if start is None or start - timedelta(minutes=until) > now:
            best[until] = max(percent, best.get(until, 0))
    sentences = [tier(minutes, percent) for minutes, percent in in_order(best.items())]
    return [*(sentences or [_("Nothing is paid back if you cancel.")]), not_later(last)]


def not_later(minutes: int) -> str:
    """From when on a booker can do nothing about it any more, in general."""
    told = {"time": length(minutes)}
    return _("Later than %(time)s before, it can no longer be cancelled or changed.") % told


def fixed() -> str:
    return _("So close to the start it can no longer be cancelled or changed.")


def fees(terms: Fees) -> list[str]:
    """What not coming and staying too long cost, where they do."""
    said = []
    if terms.no_show_fee:
        told = {"price": formats.price(terms.no_show_fee)}
        said.append(_("Not coming costs %(price)s.") % told)
    if terms.overstay_fee:
        told = {"price": formats.price(terms.overstay_fee)}
        said.append(_("Staying too long costs %(price)s.") % told)
    return said
