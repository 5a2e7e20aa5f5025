"""What a space costs: the cheapest the buyer is entitled to, for the time it takes."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts.models import Affiliation, Organisation, Role
from spaces.models import Allocation, Audience, LengthDiscount, Per, Place, Price, Space, Vat
from spaces.money import Money
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer, Line, NoPriceThen, NotForSale, Rate, cheapest, quote
from tests.factories import NOW, make_member, make_organisation, make_space, make_user

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANYBODY, STUDENT = Buyer(), Buyer(affiliations=frozenset({"student"}))


numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def norwegian() -> Iterator[None]:
    with translation.override("nb"):
        yield


def priced(*prices: Price, discounts: dict[int, int] | None = None, **fields: Any) -> Space:
    """A space as it comes with its prices, from no database. `discounts`: percent by minutes."""
    space = Space(
        **{
            "pk": 1,
            "organisation_id": 1,
            "allocation": Allocation.ANY,
            "place": Place(time_zone="Europe/Oslo"),
            **fields,
        }
    )
    for price in prices:
        price.pk = next(numbers)
    off = [LengthDiscount(from_minutes=n, percent=p) for n, p in (discounts or {}).items()]
    known = {"prices": sorted(prices, key=lambda one: one.amount), "length_discounts": off}
    cache = space._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    for name, rows in known.items():
        cache[name] = Space.objects.none()
        cache[name]._result_cache = rows
    return space


def hourly(amount: int, audience: Audience = Audience.EVERYONE, **fields: Any) -> Price:
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


def test_each_time_is_had_at_the_cheapest_price_that_is_ones_own() -> None:
    """The student's hours, capped by everybody's day."""
    space = priced(hourly(20_000), daily(50_000), hourly(6_000, Audience.STUDENT))
    assert cost(space, 8, buyer=STUDENT) == 48_000
    assert cost(space, 9, buyer=STUDENT) == 50_000
    assert cost(space, 26, buyer=STUDENT) == 62_000
    assert cost(space, 26) == 90_000


def test_without_a_price_it_is_not_for_sale() -> None:
    with pytest.raises(NotForSale):
        quote(priced(), lasting(1), buyer=ANYBODY)
    with pytest.raises(NotForSale):
        quote(priced(hourly(1, Audience.STUDENT)), lasting(1), buyer=ANYBODY)


def test_vat_is_within_the_price() -> None:
    space = priced(hourly(12_500), vat=Vat.STANDARD_25)
    (line,) = quote(space, lasting(1), buyer=ANYBODY).lines
    assert (line.amount.amount, line.vat_percent, line.vat_amount.amount) == (12_500, 25, 2_500)
    frozen = line.as_json()
    assert (frozen["count"], frozen["vat_amount"], frozen["unit_amount"]) == ("1", 2_500, 12_500)
    assert Line.from_json(frozen) == line


def test_the_price_to_show_is_the_cheapest_hour_or_else_day() -> None:
    space = priced(hourly(20_000), daily(10_000), hourly(5_000, Audience.STUDENT))

    assert cheapest(space, ANYBODY) == Rate(space.prices.all()[2], is_from=False)
    assert cheapest(space, STUDENT) == Rate(space.prices.all()[0], is_from=False)
    assert cheapest(priced(daily(700)), ANYBODY)
    assert cheapest(priced(hourly(700, Audience.OWN)), ANYBODY) is None


def test_where_only_some_times_have_a_price_it_is_shown_as_from() -> None:
    space = priced(hourly(9_000, opens=16 * 60, closes=22 * 60))
    rate = cheapest(space, ANYBODY)
    assert rate is not None
    assert rate.is_from


# --- Times, dates, groups, deals --------------------------------------------------------

OSLO = ZoneInfo("Europe/Oslo")
TUESDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 28)


def at(day: date, opens: float, closes: float) -> Period:
    """Wall-clock hours in Trondheim."""
    return period(at_minute(day, int(opens * 60), OSLO), at_minute(day, int(closes * 60), OSLO))


def paid(space: Space, span: Period, buyer: Buyer = ANYBODY, **more: Any) -> int:
    return quote(space, span, buyer=buyer, **more).total.amount


def test_an_evening_price_holds_in_the_evening() -> None:
    space = priced(hourly(10_000), hourly(4_000, opens=16 * 60, closes=22 * 60))
    assert paid(space, at(TUESDAY, 14, 16)) == 20_000
    assert paid(space, at(TUESDAY, 15, 18)) == 10_000 + 8_000
    assert paid(space, at(TUESDAY, 21, 23)) == 4_000 + 10_000
    lines = quote(space, at(TUESDAY, 15, 18), buyer=ANYBODY).lines
    assert [(int(line.count), line.note) for line in lines] == [(1, ""), (2, "kl. 16–22")]


def test_a_price_past_midnight_belongs_to_the_day_it_began() -> None:
    space = priced(
        hourly(10_000), hourly(20_000, weekdays=[6], opens=22 * 60, closes=26 * 60)
    )  # the night of Saturday
    assert paid(space, at(SATURDAY, 22, 26)) == 80_000
    assert paid(space, at(SATURDAY, 0, 2)) == 20_000  # Friday's night
    assert paid(space, at(SATURDAY, 25, 27)) == 20_000 + 10_000


def test_the_more_particular_price_goes_before_also_when_it_is_dearer() -> None:
    space = priced(
        hourly(10_000),
        hourly(15_000, weekdays=[6, 7]),
        hourly(30_000, weekdays=[6], opens=18 * 60, closes=20 * 60),
    )
    assert paid(space, at(SATURDAY, 17, 21)) == 15_000 + 60_000 + 15_000


def test_a_deal_between_two_organisations() -> None:
    """Their people free before 16, at everybody's price after."""
    theirs = Buyer(organisations=frozenset({7}))
    partner = Organisation(pk=7, name="SINTEF")
    space = priced(
        hourly(10_000),
        hourly(0, Audience.ORGANISATION, organisation=partner, opens=0, closes=16 * 60),
    )
    assert paid(space, at(TUESDAY, 14, 17), theirs) == 10_000
    assert paid(space, at(TUESDAY, 14, 17)) == 30_000
    lines = quote(space, at(TUESDAY, 14, 17), buyer=theirs).lines
    assert [line.note for line in lines] == ["SINTEF, kl. 00–16", ""]


def test_a_price_for_groups() -> None:
    space = priced(hourly(10_000), hourly(18_000, min_people=20))
    assert paid(space, at(TUESDAY, 10, 11), people=19) == 10_000
    assert paid(space, at(TUESDAY, 10, 11), people=20) == 18_000
    assert paid(space, at(TUESDAY, 10, 11), quantity=20) == 20 * 18_000  # who takes 20 desks


def test_a_new_price_from_a_date_on() -> None:
    new_year = date(2027, 1, 1)
    space = priced(hourly(10_000), hourly(12_000, valid_from=new_year))
    assert paid(space, at(date(2026, 12, 31), 22, 24)) == 20_000
    assert paid(space, at(date(2026, 12, 31), 23, 25)) == 10_000 + 12_000
    assert paid(space, at(new_year, 10, 12)) == 24_000


def test_a_time_without_a_price_is_not_for_sale() -> None:
    space = priced(hourly(4_000, opens=16 * 60, closes=22 * 60))
    with pytest.raises(NoPriceThen):
        paid(space, at(TUESDAY, 15, 18))
    assert paid(space, at(TUESDAY, 16, 18)) == 8_000


def test_longer_prices_cap_shorter_ones_from_the_start_on() -> None:
    space = priced(
        hourly(10_000),
        Price(per=Per.HALF_DAY, amount=30_000),
        daily(50_000),
        Price(per=Per.WEEK, amount=200_000),
        Price(per=Per.MONTH, amount=600_000),
    )
    assert cost(space, 3) == 30_000  # as much as half a day
    assert cost(space, 6) == 30_000 + 20_000
    assert cost(space, 24 * 3 + 1) == 160_000
    assert cost(space, 24 * 8) == 250_000
    assert cost(space, 24 * 29) == 600_000
    assert cost(space, 24 * 31) == 650_000
    lines = quote(space, lasting(24 * 8 + 6), buyer=ANYBODY).lines
    assert [(line.per, int(line.count)) for line in lines] == [("week", 1), ("day", 2)]


def test_what_comes_off_and_on() -> None:
    space = priced(
        hourly(10_000),
        discounts={240: 10, 480: 25},
        minimum_charge=15_000,
        cleaning_fee=5_000,
        deposit=100_000,
    )
    assert cost(space, 1) == 10_000 + 5_000 + 5_000
    assert cost(space, 3) == 30_000 + 5_000
    assert cost(space, 4) == 36_000 + 5_000
    assert cost(space, 8) == 60_000 + 5_000
    asked = quote(space, lasting(1), buyer=ANYBODY)
    assert [line.item for line in asked.lines] == ["time", "minimum", "cleaning"]
    assert asked.deposit == Money(100_000)
    assert [Line.from_json(line.as_json()) for line in asked.lines] == list(asked.lines)


def test_what_is_free_of_charge_has_no_fees() -> None:
    space = priced(
        hourly(10_000), hourly(0, Audience.STUDENT), minimum_charge=15_000, cleaning_fee=5_000
    )
    assert cost(space, 8, buyer=STUDENT) == 0


def test_a_booking_sold_before_there_were_other_lines_is_read_as_time() -> None:
    old = {"per": "day", "count": "2", "quantity": 1, "unit_amount": 5, "amount": 10}
    line = Line.from_json({**old, "currency": "NOK", "audience": "everyone", "vat": "exempt_3_11"})
    assert (line.item, line.per, int(line.count), line.note) == ("time", "day", 2, "")


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
