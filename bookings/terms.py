"""What was agreed, in words: when one may cancel and what comes back."""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaces import formats
from spaces.cancellation import Tier


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
    if not ahead:
        return [_("So close to the start nothing is paid back if you cancel.")]
    sentences = [tier(minutes, percent) for minutes, percent in ahead if minutes]
    until_start = next((percent for minutes, percent in ahead if not minutes), 0)
    if not sentences:
        return [at_the_end(until_start)]
    if until_start:
        return [*sentences, _("After that you get %(percent)s %% back.") % {"percent": until_start}]
    return [*sentences, _("After that nothing is paid back.")]


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


def tier(minutes: int, percent: int) -> str:
    if percent == 100:
        return _("Free cancellation until %(time)s before.") % {"time": length(minutes)}
    told = {"time": length(minutes), "percent": percent}
    return _("Until %(time)s before you get %(percent)s %% back.") % told


def at_the_end(percent: int) -> str:
    if percent == 100:
        return _("Free cancellation until it starts.")
    told = {"percent": percent}
    return _("So close to the start you get %(percent)s %% back if you cancel.") % told


def length(minutes: int) -> str:
    """A deadline as people say it: `24 hours`, `7 days`, `90 minutes`."""
    if minutes % 1440 == 0 and minutes > 1440:
        days = minutes // 1440
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
