"""What a space costs: the cheapest the buyer is entitled to, for the time it takes."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import Affiliation, Organisation, Role
from spaces.models import Allocation, Audience, Per, Price, Space, Vat
from spaces.money import Money
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer, NotForSale, Quote, cheapest, quote
from tests.factories import NOW, make_member, make_organisation, make_space, make_user

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANYBODY, STUDENT = Buyer(), Buyer(affiliations=frozenset({"student"}))


def priced(*prices: Price, organisation: int = 1) -> Space:
    """A space as it comes with its prices, from no database."""
    space = Space(pk=1, organisation_id=organisation, allocation=Allocation.ANY)
    space._prefetched_objects_cache = {"prices": Space.objects.none()}  # type: ignore[attr-defined]
    rows = sorted(prices, key=lambda price: price.amount)
    space._prefetched_objects_cache["prices"]._result_cache = rows  # type: ignore[attr-defined]
    return space


def hourly(amount: int, audience: Audience = Audience.EVERYONE, **fields: str) -> Price:
    return Price(per=Per.HOUR, amount=amount, audience=audience, **fields)


def daily(amount: int, audience: Audience = Audience.EVERYONE) -> Price:
    return Price(per=Per.DAY, amount=amount, audience=audience)


def lasting(hours: float) -> Period:
    return period(START, START + timedelta(hours=hours))


def cost(space: Space, hours: float, quantity: int = 1, buyer: Buyer = ANYBODY) -> int:
    return quote(space, lasting(hours), quantity=quantity, buyer=buyer).total.amount


# --- Examples ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "total"), [(1, 20_000), (0.5, 10_000), (1.25, 25_000), (1 / 12, 1_667)]
)
def test_elapsed_time_is_billed(hours: float, total: int) -> None:
    assert cost(priced(hourly(20_000)), hours) == total


def test_a_night_when_the_clock_changes_costs_what_it_lasts() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    for day, hours in ((date(2026, 10, 25), 5), (date(2027, 3, 28), 3)):
        span = period(at_minute(day, 0, oslo), at_minute(day, 4 * 60, oslo))
        total = quote(priced(hourly(10_000)), span, buyer=ANYBODY).total
        assert total == Money(hours * 10_000)


@pytest.mark.parametrize(
    ("hours", "total"),
    [
        (3, 30_000),
        (5, 50_000),  # as much as a day
        (8, 50_000),  # and no more
        (24, 50_000),
        (26, 70_000),  # a day and two hours
        (31, 100_000),
        (48, 100_000),
    ],
)
def test_a_day_price_caps_the_hours_of_each_day(hours: int, total: int) -> None:
    assert cost(priced(hourly(10_000), daily(50_000)), hours) == total


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (24.5, 2), (72, 3)])
def test_with_a_day_price_alone_each_begun_day_counts(hours: float, days: int) -> None:
    assert cost(priced(daily(50_000)), hours) == days * 50_000


def test_a_day_price_above_that_of_its_hours_caps_nothing() -> None:
    assert cost(priced(hourly(1_000), daily(50_000)), 24) == 24_000
    assert cost(priced(hourly(1_000), daily(50_000)), 49) == 49_000


def test_a_free_day_is_one_day() -> None:
    (line,) = quote(priced(hourly(100), daily(0)), lasting(24), buyer=ANYBODY).lines
    assert (line.per, line.count) == (Per.DAY.value, Fraction(1))


def test_the_cheapest_price_one_is_entitled_to_counts() -> None:
    space = priced(hourly(20_000), hourly(5_000, Audience.STUDENT), hourly(0, Audience.OWN))

    assert cost(space, 2) == 40_000
    assert cost(space, 2, buyer=STUDENT) == 10_000
    assert cost(space, 2, buyer=Buyer(organisations=frozenset({1}))) == 0
    assert cost(space, 2, buyer=Buyer(organisations=frozenset({2}))) == 40_000


def test_a_dearer_price_of_ones_own_is_not_taken() -> None:
    space = priced(hourly(20_000), hourly(30_000, Audience.STUDENT))
    assert cost(space, 1, buyer=STUDENT) == 20_000


def test_prices_of_two_audiences_are_not_mixed() -> None:
    """The student's hour and everybody's day are two offers."""
    space = priced(hourly(20_000), daily(50_000), hourly(6_000, Audience.STUDENT))
    assert cost(space, 8, buyer=STUDENT) == 48_000
    assert cost(space, 9, buyer=STUDENT) == 50_000


def test_without_a_price_it_is_not_for_sale() -> None:
    with pytest.raises(NotForSale):
        quote(priced(), lasting(1), buyer=ANYBODY)
    with pytest.raises(NotForSale):
        quote(priced(hourly(1, Audience.STUDENT)), lasting(1), buyer=ANYBODY)


def test_vat_is_within_the_price() -> None:
    (line,) = quote(priced(hourly(12_500, vat=Vat.STANDARD_25)), lasting(1), buyer=ANYBODY).lines
    assert (line.amount.amount, line.vat_percent, line.vat_amount.amount) == (12_500, 25, 2_500)
    frozen = line.as_json()
    assert (frozen["count"], frozen["vat_amount"], frozen["unit_amount"]) == ("1", 2_500, 12_500)


def test_the_price_to_show_is_the_cheapest_hour_or_else_day() -> None:
    space = priced(hourly(20_000), daily(10_000), hourly(5_000, Audience.STUDENT))

    assert cheapest(space, ANYBODY) == space.prices.all()[2]
    assert cheapest(space, STUDENT) == space.prices.all()[0]
    assert cheapest(priced(daily(700)), ANYBODY)
    assert cheapest(priced(hourly(700, Audience.OWN)), ANYBODY) is None


# --- Who the buyer is -------------------------------------------------------------------


def affiliate(kind: str, organisation: Organisation, hours_left: int | None) -> Buyer:
    person = make_user()
    expires_at = None if hours_left is None else NOW + timedelta(hours=hours_left)
    Affiliation.objects.create(
        user=person,
        kind=kind,
        organisation=organisation,
        verified_at=NOW - timedelta(days=300),
        expires_at=expires_at,
    )
    return Buyer.of(person, NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours_left", "counts"), [(None, True), (1, True), (0, False), (-1, False)]
)
def test_an_affiliation_counts_until_it_expires(hours_left: int | None, counts: bool) -> None:
    space = make_space(price=20_000)
    Price.objects.create(space=space, audience="student", amount=5_000)
    buyer = affiliate("student", make_organisation(), hours_left)

    assert cost(space, 1, buyer=buyer) == (5_000 if counts else 20_000)


@pytest.mark.django_db
def test_the_owners_own_people_are_members_and_employees_but_not_students() -> None:
    space = make_space(price=20_000)
    Price.objects.create(space=space, audience="own", amount=0)
    owner = space.organisation

    assert cost(space, 1, buyer=Buyer.of(make_member(owner, Role.HOST), NOW)) == 0
    assert cost(space, 1, buyer=affiliate("employee", owner, None)) == 0
    assert cost(space, 1, buyer=affiliate("student", owner, None)) == 20_000
    assert cost(space, 1, buyer=Buyer.of(make_member(make_organisation()), NOW)) == 20_000
    assert cost(space, 1, buyer=Buyer.of(None, NOW)) == 20_000


# --- Properties -------------------------------------------------------------------------

prices = st.builds(
    Price,
    per=st.sampled_from(Per),
    audience=st.sampled_from([Audience.EVERYONE, Audience.STUDENT]),
    amount=st.integers(0, 1_000_000),
    vat=st.sampled_from(Vat),
)
lists = st.lists(
    prices, min_size=1, max_size=4, unique_by=lambda price: (price.audience, price.per)
)
minutes = st.integers(1, 10 * 24 * 60)


def ask(found: list[Price], length: int, quantity: int = 1, buyer: Buyer = STUDENT) -> Quote:
    span = period(START, START + timedelta(minutes=length))
    return quote(priced(*found), span, quantity=quantity, buyer=buyer)


@given(found=lists, length=minutes, quantity=st.integers(1, 60))
def test_a_quote_is_the_sum_of_its_lines(found: list[Price], length: int, quantity: int) -> None:
    asked = ask(found, length, quantity)

    assert asked.total.amount == sum(line.amount.amount for line in asked.lines) >= 0
    assert len({line.audience for line in asked.lines}) == 1
    assert all(line.count > 0 for line in asked.lines)
    for line in asked.lines:
        assert 0 <= line.vat_amount.amount <= line.amount.amount
    hours = sum(line.count * (24 if line.per == Per.DAY else 1) for line in asked.lines)
    assert hours >= Fraction(length, 60)  # all of it is paid for


@given(found=lists, length=minutes, quantity=st.integers(1, 60))
def test_more_units_never_cost_less(found: list[Price], length: int, quantity: int) -> None:
    assert ask(found, length, quantity).total <= ask(found, length, quantity + 1).total


@given(found=lists, length=minutes, longer=minutes)
def test_longer_never_costs_less(found: list[Price], length: int, longer: int) -> None:
    assert ask(found, length).total <= ask(found, length + longer).total


@given(found=lists, cuts=st.lists(minutes, min_size=2, max_size=4), quantity=st.integers(1, 9))
def test_in_pieces_it_has_a_price_and_is_hardly_cheaper(
    found: list[Price], cuts: list[int], quantity: int
) -> None:
    """Each piece has a price that is no less than nothing, and what splitting saves is
    rounding: less than a minor unit for each line of each piece."""
    pieces = [ask(found, length, quantity) for length in cuts]
    assert all(piece.total.amount >= 0 for piece in pieces)

    whole = ask(found, sum(cuts), quantity)
    lines = sum(len(piece.lines) for piece in pieces) + len(whole.lines)
    assert whole.total.amount <= sum(piece.total.amount for piece in pieces) + lines


@given(found=lists, length=minutes)
def test_an_affiliation_never_makes_it_dearer(found: list[Price], length: int) -> None:
    assume(any(price.audience == Audience.EVERYONE for price in found))
    assert ask(found, length).total <= ask(found, length, buyer=ANYBODY).total


@given(hour=st.integers(0, 100_000), day=st.integers(0, 1_000_000), quantity=st.integers(1, 9))
def test_no_day_costs_more_than_the_day_price(hour: int, day: int, quantity: int) -> None:
    totals = [
        ask([hourly(hour), daily(day)], hours * 60, quantity).total.amount for hours in range(1, 73)
    ]
    assert all(later >= sooner for sooner, later in pairwise(totals))
    for hours, total in enumerate(totals, 1):
        assert total <= day * quantity * -(-hours // 24)
        assert total <= hour * quantity * hours
