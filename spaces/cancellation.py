"""Cancellation tiers: what comes back of a price, by how long before the start one cancels.

A tier is [minutes before the start, percent]. Of those whose notice is kept, the best
counts; where none is, nothing comes back.
"""

from collections.abc import Iterable

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
