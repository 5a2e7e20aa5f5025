"""Money: whole minor units, rounded in one place."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.money import Money

amounts = st.integers(-(10**12), 10**12)
factors = st.fractions(min_value=-1000, max_value=1000)


@pytest.mark.parametrize(
    ("amount", "factor", "result"),
    [
        (100, 3, 300),
        (999, Fraction(1, 2), 500),  # half goes away from zero
        (-999, Fraction(1, 2), -500),
        (1001, Fraction(1, 2), 501),
        (100, Fraction(1, 3), 33),
        (200, Fraction(1, 3), 67),
        (0, Fraction(7, 3), 0),
        (12_500, Fraction(25, 125), 2_500),  # VAT within a price
        (10**18 + 1, Fraction(1, 2), 5 * 10**17 + 1),
    ],
)
def test_times_rounds_to_a_whole_unit(amount: int, factor: int | Fraction, result: int) -> None:
    assert Money(amount).times(factor) == Money(result)


@given(amount=amounts, factor=factors)
def test_times_is_never_further_off_than_half(amount: int, factor: Fraction) -> None:
    result = Money(amount).times(factor).amount
    exact = amount * factor
    assert abs(result - exact) <= Fraction(1, 2)
    if abs(result - exact) == Fraction(1, 2):
        assert abs(result) > abs(exact)


@given(amount=amounts, factor=factors)
def test_times_treats_both_sides_of_zero_alike(amount: int, factor: Fraction) -> None:
    assert Money(-amount).times(factor) == -Money(amount).times(factor)


@given(amount=amounts, one=factors, other=factors)
def test_times_keeps_order(amount: int, one: Fraction, other: Fraction) -> None:
    small, large = sorted((one, other))
    assert Money(abs(amount)).times(small) <= Money(abs(amount)).times(large)


@given(one=amounts, other=amounts)
def test_sums_are_exact(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="NOK and EUR do not add up"):
        Money(1) + Money(1, "EUR")
    with pytest.raises(ValueError, match="do not add up"):
        Money(1) - Money(1, "EUR")
    assert Money(1) != Money(1, "EUR")


def test_nothing_is_false() -> None:
    assert not Money(0)
    assert Money(-1)


def test_as_json_is_minor_units_and_currency() -> None:
    assert Money(12_345).as_json() == {"amount": 12_345, "currency": "NOK"}
