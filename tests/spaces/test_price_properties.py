"""What holds of every price list: checked against an oracle that walks the clock."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spaces.models import Audience, Per, Price
from spaces.models.price import PER_MINUTES
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer, NotForSale, Quote, quote
from tests.spaces.test_prices import ANYBODY, STUDENT, daily, hourly, priced

OSLO = ZoneInfo("Europe/Oslo")
DAYS = (date(2026, 10, 24), date(2026, 11, 24), date(2027, 3, 27))  # before both clock changes
HALF_HOUR = timedelta(minutes=30)

# --- Price lists and times --------------------------------------------------------------

halves = st.integers(0, 47).map(lambda n: n * 30)
windows = st.tuples(halves, st.integers(1, 48)).map(lambda w: (w[0], w[0] + w[1] * 30))
days = st.sampled_from([date(2026, 10, 25), date(2026, 11, 25), date(2027, 3, 28)])


@st.composite
def some_prices(draw: st.DrawFn) -> Price:
    per = draw(st.sampled_from(Per))
    price = Price(
        per=per,
        audience=draw(st.sampled_from([Audience.EVERYONE, Audience.STUDENT])),
        amount=draw(st.integers(0, 200_000)),
        min_people=draw(st.sampled_from([None, None, 5])),
        valid_from=draw(st.none() | days),
    )
    if draw(st.booleans()) and price.valid_from is None:
        price.valid_until = draw(days)
    if per == Per.HOUR and draw(st.booleans()):
        price.weekdays = sorted(draw(st.sets(st.integers(1, 7), min_size=1, max_size=6)))
    if per == Per.HOUR and draw(st.booleans()):
        price.opens, price.closes = draw(windows)
    return price


plain_prices = st.builds(
    Price,
    per=st.sampled_from(Per),
    audience=st.sampled_from([Audience.EVERYONE, Audience.STUDENT]),
    amount=st.integers(0, 1_000_000),
)
plain_lists = st.lists(
    plain_prices, min_size=1, max_size=6, unique_by=lambda price: (price.audience, price.per)
)
lists = st.lists(some_prices(), max_size=5).map(
    lambda found: [hourly(17_300), *found]
)  # everything has a price
spans = st.builds(
    lambda day, start, halves: period(
        at_minute(day, start, OSLO), at_minute(day, start, OSLO) + halves * HALF_HOUR
    ),
    st.sampled_from(DAYS),
    halves,
    st.integers(1, 200),
)
minutes = st.integers(1, 40 * 24 * 60)
quantities = st.integers(1, 60)


def ask(
    found: list[Price], span: Period, quantity: int = 1, people: int = 1, buyer: Buyer = STUDENT
) -> Quote:
    return quote(priced(*found), span, quantity=quantity, people=people, buyer=buyer)


def lasting(length: int) -> Period:
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return period(start, start + timedelta(minutes=length))


# --- The oracle -------------------------------------------------------------------------


def by_the_clock(found: list[Price], span: Period, people: int, buyer: Buyer) -> Fraction | None:
    """The price of one unit, half hour by half hour: slow, and told in other words."""
    mine = [p for p in found if buyer.belongs_to(p, priced()) and (p.min_people or 0) <= people]
    moments, moment = [], span.lower
    while moment < span.upper:
        moments.append(moment)
        moment += HALF_HOUR
    total = Fraction(0)
    for part in same_list(moments, mine):
        today = part[0].astimezone(OSLO).date()
        valid = [p for p in mine if stands(p, today)]
        hours = [hour_price([p for p in valid if p.per == Per.HOUR], m) for m in part]
        cost = capped(hours, [p for p in valid if p.per != Per.HOUR], list(Per)[::-1])
        if cost is None:
            return None
        total += cost
    return total


def same_list(moments: list[datetime], prices: list[Price]) -> list[list[datetime]]:
    parts: list[list[datetime]] = []
    before = None
    for moment in moments:
        day = moment.astimezone(OSLO).date()
        standing = tuple(stands(price, day) for price in prices)
        if standing != before:
            parts.append([])
        parts[-1].append(moment)
        before = standing
    return parts


def stands(price: Price, day: date) -> bool:
    return (price.valid_from or day) <= day <= (price.valid_until or day)


def hour_price(prices: list[Price], moment: datetime) -> Price | None:
    wall = moment.astimezone(OSLO)
    best = []
    for audience in Audience:
        holding = [p for p in prices if p.audience == audience and holds(p, wall)]
        if holding:
            best.append(min(holding, key=narrowness))
    return min(best, key=lambda price: price.amount, default=None)


def holds(price: Price, wall: datetime) -> bool:
    minute = wall.hour * 60 + wall.minute
    opens, closes = (0, 1440) if price.opens is None else (price.opens, price.closes or 0)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        if price.weekdays and day.isoweekday() not in price.weekdays:
            continue
        if opens <= minute + back * 1440 < closes:
            return True
    return False


def narrowness(price: Price) -> tuple[int, int, int, int, int, int]:
    window = 1440 if price.opens is None else (price.closes or 0) - price.opens
    return (
        window,
        len(price.weekdays) or 7,
        -(price.min_people or 0),
        not (price.valid_from or price.valid_until),
        -(price.valid_from or date.min).toordinal() if price.valid_from else 0,
        price.amount,
    )


def capped(hours: list[Price | None], packages: list[Price], lengths: list[Per]) -> Fraction | None:
    """The hours in chunks of the longest length, each at most its package."""
    if not lengths:
        if None in hours:
            return None
        return sum((Fraction(price.amount, 2) for price in hours if price), Fraction(0))
    of_length = [price for price in packages if price.per == lengths[0]]
    if not of_length:
        return capped(hours, packages, lengths[1:])
    best = min(
        min((p for p in of_length if p.audience == audience), key=narrowness).amount
        for audience in {price.audience for price in of_length}
    )
    step, total = PER_MINUTES[lengths[0]] // 30, Fraction(0)
    for start in range(0, len(hours), step):
        parts = capped(hours[start : start + step], packages, lengths[1:])
        total += best if parts is None else min(parts, Fraction(best))
    return total


# --- Properties -------------------------------------------------------------------------


@given(found=lists, span=spans, people=st.integers(1, 9), quantity=st.integers(1, 9))
def test_the_quote_is_what_the_clock_says(
    found: list[Price], span: Period, people: int, quantity: int
) -> None:
    asked = ask(found, span, quantity, people)
    exact = by_the_clock(found, span, max(people, quantity), STUDENT)
    assert exact is not None
    assert abs(asked.total.amount - exact * quantity) <= Fraction(len(asked.lines), 2)


@given(found=st.lists(some_prices(), min_size=1, max_size=4), span=spans)
def test_without_a_price_for_all_of_it_there_is_no_quote(found: list[Price], span: Period) -> None:
    exact = by_the_clock(found, span, 1, STUDENT)
    if exact is None:
        with pytest.raises(NotForSale):
            ask(found, span)
    else:
        assert abs(ask(found, span).total.amount - exact) <= len(ask(found, span).lines)


@given(found=st.lists(some_prices(), min_size=1, max_size=4), span=spans, cut=st.integers(1, 199))
def test_in_two_parts_it_is_for_sale_just_when_the_whole_is(
    found: list[Price], span: Period, cut: int
) -> None:
    """Splitting never makes a price negative or undefined."""
    middle = span.lower + cut * HALF_HOUR
    assume(middle < span.upper)
    parts = (period(span.lower, middle), period(middle, span.upper))
    try:
        ask(found, span)
    except NotForSale:
        with pytest.raises(NotForSale):
            [ask(found, part) for part in parts]
    else:
        assert all(ask(found, part).total.amount >= 0 for part in parts)


@given(
    found=lists,
    span=spans,
    moved=st.integers(-20_000, 20_000),
    percent=st.integers(0, 100),
    fee=st.integers(0, 50_000),
)
def test_moved_to_any_time_it_has_a_price_that_is_not_negative(
    found: list[Price], span: Period, moved: int, percent: int, fee: int
) -> None:
    """Over a year either way, across dates of prices and both clock changes."""
    space = priced(*found, discounts={60: percent}, minimum_charge=fee, cleaning_fee=fee)
    there = period(span.lower + moved * HALF_HOUR, span.upper + moved * HALF_HOUR)
    asked = quote(space, there, buyer=STUDENT)
    assert asked.total.amount == sum(line.amount.amount for line in asked.lines) >= 0


@given(found=lists, day=st.integers(0, 3), start=halves, length=st.integers(1, 200))
def test_a_week_later_it_costs_the_same(
    found: list[Price], day: int, start: int, length: int
) -> None:
    """Where no date begins or ends, and no clock changes, between."""
    for price in found:
        price.valid_from = price.valid_until = None
    assume(len({(*narrowness(price), price.per, price.audience) for price in found}) == len(found))
    first = date(2026, 11, 23) + timedelta(days=day)

    def total(monday: date) -> int:
        begins = at_minute(monday, start, OSLO)
        return ask(found, period(begins, begins + length * HALF_HOUR)).total.amount

    assert total(first) == total(first + timedelta(days=7)) == total(first + timedelta(days=14))


@given(found=lists, span=spans, quantity=quantities)
def test_a_quote_is_the_sum_of_its_lines(found: list[Price], span: Period, quantity: int) -> None:
    asked = ask(found, span, quantity)

    assert asked.total.amount == sum(line.amount.amount for line in asked.lines) >= 0
    assert all(line.count > 0 for line in asked.lines)
    for line in asked.lines:
        assert 0 <= line.vat_amount.amount <= line.amount.amount
    paid_for = sum(line.count * PER_MINUTES[Per(line.per)] for line in asked.lines)
    assert paid_for >= (span.upper - span.lower).total_seconds() / 60  # all of it


@given(
    found=lists,
    span=spans,
    percent=st.integers(1, 100),
    fees=st.tuples(st.integers(0, 50_000), st.integers(0, 50_000)),
)
def test_with_discounts_and_fees_it_is_never_less_than_nothing(
    found: list[Price], span: Period, percent: int, fees: tuple[int, int]
) -> None:
    least, cleaning = fees
    space = priced(
        *found,
        discounts={60: percent},
        minimum_charge=least,
        cleaning_fee=cleaning,
        vat="reduced_12",
    )
    asked = quote(space, span, buyer=STUDENT)
    assert asked.total.amount == sum(line.amount.amount for line in asked.lines)
    assert asked.total.amount == 0 or asked.total.amount >= least + cleaning
    assert sum(amount.amount for _rate, amount in asked.vat) >= -1  # rounding of the lines


@given(found=plain_lists, length=minutes, quantity=quantities)
def test_more_units_never_cost_less(found: list[Price], length: int, quantity: int) -> None:
    assume(any(price.audience == Audience.EVERYONE for price in found))
    span = lasting(length)
    assert ask(found, span, quantity).total <= ask(found, span, quantity + 1).total


@given(found=lists, span=spans, more=st.integers(1, 100))
def test_longer_never_costs_less(found: list[Price], span: Period, more: int) -> None:
    """But for rounding, less than a minor unit for each line; and for discounts, which are
    meant to."""
    longer = period(span.lower, span.upper + more * HALF_HOUR)
    whole = ask(found, longer)
    assert ask(found, span).total.amount <= whole.total.amount + len(whole.lines)


@given(
    found=plain_lists, cuts=st.lists(minutes, min_size=2, max_size=4), quantity=st.integers(1, 9)
)
def test_in_pieces_it_is_hardly_cheaper(found: list[Price], cuts: list[int], quantity: int) -> None:
    """Where an hour always costs the same, what splitting saves is rounding: less than a
    minor unit for each line of each piece."""
    pieces = [ask(found, lasting(length), quantity) for length in cuts]
    whole = ask(found, lasting(sum(cuts)), quantity)
    lines = sum(len(piece.lines) for piece in pieces) + len(whole.lines)
    assert whole.total.amount <= sum(piece.total.amount for piece in pieces) + lines


@given(found=plain_lists, length=minutes)
def test_an_affiliation_never_makes_it_dearer(found: list[Price], length: int) -> None:
    assume(any(price.audience == Audience.EVERYONE for price in found))
    span = lasting(length)
    assert ask(found, span).total <= ask(found, span, buyer=ANYBODY).total


@given(hour=st.integers(0, 100_000), day=st.integers(0, 1_000_000), quantity=st.integers(1, 9))
def test_no_day_costs_more_than_the_day_price(hour: int, day: int, quantity: int) -> None:
    for hours in range(1, 73):
        total = ask([hourly(hour), daily(day)], lasting(hours * 60), quantity).total.amount
        assert total <= day * quantity * -(-hours // 24)
        assert total <= hour * quantity * hours
