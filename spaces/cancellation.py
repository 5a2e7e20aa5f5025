"""Cancellation tiers: what comes back of a price, by how long before the start one cancels.

A tier is [minutes before the start, percent]. Of those whose notice is kept, the best
counts; where none is, nothing comes back.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Tier = tuple[int, int]  # minutes before the start, percent that comes back


def in_order(tiers: Iterable[Iterable[int]]) -> list[Tier]:
    """The longest notice first."""
    return sorted(((minutes, percent) for minutes, percent in tiers), reverse=True)


def percent_back(tiers: Iterable[Tier], notice: float) -> int:
    """With so many minutes to go."""
    return max((percent for minutes, percent in tiers if notice >= minutes), default=0)


def within(tiers: Iterable[Tier], longest_notice: int | None) -> list[Tier]:
    """The tiers where no more notice than that may be asked for."""
    if longest_notice is None:
        return list(tiers)
    best: dict[int, int] = {}
    for minutes, percent in tiers:
        minutes = min(minutes, longest_notice)
        best[minutes] = max(percent, best.get(minutes, 0))
    return in_order(best.items())


def free_until(tiers: Iterable[Tier]) -> int | None:
    """The shortest notice with which everything comes back."""
    return min((minutes for minutes, percent in tiers if percent == 100), default=None)


def with_free_until(tiers: Iterable[Tier], minutes: int) -> list[Tier]:
    """The same tiers but for that; those that are then better than free go."""
    kept = [(before, percent) for before, percent in tiers if percent < 100 and before < minutes]
    return in_order([(minutes, 100), *kept])


# --- In words ---------------------------------------------------------------------------


def in_words(ahead: Sequence[Tier]) -> list[str]:
    """What cancelling costs, of the tiers whose notice can still be kept: sentences."""
    if not ahead:
        return [_("So close to the start nothing is paid back if you cancel.")]
    sentences = [tier(minutes, percent) for minutes, percent in ahead if minutes]
    until_start = next((percent for minutes, percent in ahead if not minutes), 0)
    if not sentences:
        return [at_the_end(until_start)]
    if until_start:
        return [*sentences, _("After that you get %(percent)s %% back.") % {"percent": until_start}]
    return [*sentences, _("After that nothing is paid back.")]


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
