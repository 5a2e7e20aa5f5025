"""What was agreed, in words: when one may cancel and what comes back."""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from spaces import formats
from spaces.cancellation import Tier, in_words


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


def cancellation(terms: Terms, *, start: datetime | None, now: datetime) -> list[str]:
    """What cancelling costs, from now on: sentences. Without a start: in general."""
    ahead = [
        (minutes, percent)
        for minutes, percent in terms.tiers
        if start is None or start - timedelta(minutes=minutes) > now
    ]
    return in_words(ahead)


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
