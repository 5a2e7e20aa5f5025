"""Which price holds at which time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from spaces.models import Per, Price
from spaces.periods import Period, at_minute, midnight, period

ONE_DAY = timedelta(days=1)
ALL_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Elapsed minutes within which an hour costs the same; `hourly` is None where no price
    per hour holds."""

    minutes: int
    hourly: Price | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a booking within which the same prices are valid: its stretches in order, and
    the prices for more than an hour, the longest first."""

    stretches: tuple[Stretch, ...]
    packages: tuple[Price, ...]


def pieces(span: Period, prices: Sequence[Price], zone: ZoneInfo, people: int) -> Iterator[Piece]:
    """The span, cut at the midnights where a dated price begins or ends.

    Dates are those of `zone`. So a booking over new year is priced as two, each part at the
    prices of its days.
    """
    fitting = [price for price in prices if (price.min_people or 0) <= people]
    for part in _parts(span, fitting, zone):
        day = part.lower.astimezone(zone).date()
        valid = [price for price in fitting if _is_valid(price, day)]
        hourly = [price for price in valid if price.per == Per.HOUR]
        packages = [price for price in valid if price.per != Per.HOUR]
        yield Piece(tuple(_stretches(part, hourly, zone)), tuple(_best_packages(packages)))


def _parts(span: Period, prices: Iterable[Price], zone: ZoneInfo) -> Iterator[Period]:
    days = {price.valid_from for price in prices if price.valid_from}
    days |= {price.valid_until + ONE_DAY for price in prices if price.valid_until}
    start = span.lower
    for cut in sorted(midnight(day, zone) for day in days):
        if start < cut < span.upper:
            yield period(start, cut)
            start = cut
    yield period(start, span.upper)


def _is_valid(price: Price, day: date) -> bool:
    begins, ends = price.valid_from, price.valid_until
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def _stretches(part: Period, hourly: list[Price], zone: ZoneInfo) -> Iterator[Stretch]:
    """Consecutive and as long as can be. Windows are read on the wall clock, and what lies
    between is elapsed time: a night when clocks change has an hour less or more."""
    windows = [(price, _windows(price, part, zone)) for price in hourly]
    edges = {part.lower, part.upper}
    for _price, spans in windows:
        edges |= {edge for span in spans for edge in span if part.lower < edge < part.upper}
    at = sorted(edges)
    offsets = [round((edge - part.lower).total_seconds() / 60) for edge in at]
    begun, current = 0, _dearness(windows, at[0])
    for edge, offset in zip(at[1:-1], offsets[1:-1], strict=True):
        price = _dearness(windows, edge)
        if price is not current:
            if offset > begun:
                yield Stretch(offset - begun, current)
            begun, current = offset, price
    yield Stretch(offsets[-1] - begun, current)


Windows = list[tuple[Price, list[tuple[datetime, datetime]]]]


def _windows(price: Price, part: Period, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """When a price per hour holds, around `part`."""
    if not price.is_windowed:
        return [(part.lower, part.upper)]
    opens, closes = price.opens, price.closes or 0
    first = part.lower.astimezone(zone).date() - ONE_DAY  # whose evening may reach into it
    days = (part.upper.astimezone(zone).date() - first).days
    return [
        (midnight(day, zone), midnight(day + ONE_DAY, zone))
        if opens is None
        else (at_minute(day, opens, zone), at_minute(day, closes, zone))
        for day in (first + timedelta(days=n) for n in range(days + 1))
        if not price.weekdays or day.isoweekday() in price.weekdays
    ]


def _dearness(windows: Windows, moment: datetime) -> Price | None:
    """What an hour costs at a moment: of each audience the price that is most particular
    about it, and of those the cheapest."""
    by_audience: dict[tuple[str, int | None], Price] = {}
    for price, spans in windows:
        if any(begins <= moment < ends for begins, ends in spans):
            key = price.audience, price.organisation_id
            known = by_audience.get(key)
            if known is None or _particular(price) < _particular(known):
                by_audience[key] = price
    return min(by_audience.values(), key=lambda price: price.amount, default=None)


def _best_packages(packages: list[Price]) -> list[Price]:
    """Of each length the cheapest that one may have, the longest first."""
    by_audience: dict[tuple[str, str, int | None], Price] = {}
    for price in packages:
        key = price.per, price.audience, price.organisation_id
        known = by_audience.get(key)
        if known is None or _particular(price) < _particular(known):
            by_audience[key] = price
    best: dict[str, Price] = {}
    for price in by_audience.values():
        if price.per not in best or price.amount < best[price.per].amount:
            best[price.per] = price
    return sorted(best.values(), key=lambda price: -price.minutes)


def _particular(price: Price) -> tuple[int, int, int, int, int]:
    """Less for a price that is more particular: the narrower window, then the fewer
    weekdays, the larger group, the dates, the later beginning; then the cheaper."""
    window = ALL_DAY if price.opens is None else (price.closes or 0) - price.opens
    dated = price.valid_from or price.valid_until
    return (
        window * 10 + (len(price.weekdays) or 7),
        -(price.min_people or 0),
        0 if dated else 1,
        -(price.valid_from.toordinal() if price.valid_from else 0),
        price.amount,
    )
