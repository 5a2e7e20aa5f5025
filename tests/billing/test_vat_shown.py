"""Prices before VAT, for who books for an organisation: what is to be paid stays the same."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from spaces.models import Vat
from spaces.money import Money
from spaces.prices import Line
from spaces.prices.lines import net_of, vat_of
from tests.factories import make_booking, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db


@given(st.lists(st.tuples(st.integers(-10_000, 10_000_000), st.sampled_from(Vat)), min_size=1))
def test_net_and_vat_come_to_the_total(sold: list[tuple[int, Vat]]) -> None:
    lines = [
        Line("time", "", Fraction(1), 1, Money(amount), Money(amount), "everyone", vat)
        for amount, vat in sold
    ]
    total = net_of(lines).amount + sum(vat.amount for _rate, vat in vat_of(lines))
    assert total == sum(amount for amount, _vat in sold)


def test_a_company_reads_a_price_without_vat(client: Client) -> None:
    manager = make_member(make_organisation(), Role.MANAGER, make_user(language="nb"))
    space = make_space(price=50_000, vat=Vat.STANDARD_25)
    start = timezone.now() + timedelta(days=2)
    money = Money(50_000)
    line = Line("time", "hour", Fraction(1), 1, money, money, "everyone", space.vat).as_json()
    booking = make_booking(space, start, by=manager, lines=[line], amount=50_000)
    address, show = booking.get_absolute_url(), reverse("show_vat")
    client.force_login(manager)

    def page() -> str:
        return client.get(address).text.replace("\xa0", " ")

    assert "Sum uten mva." not in page()
    answer = client.post(show, {"show": "without", "next": address})
    assert answer["Location"] == address
    without = page()
    assert "400 kr × 1 time" in without
    assert "Sum uten mva." in without
    assert "Å betale, med mva." in without
    client.post(show, {"show": "with", "next": "https://elsewhere.example/"})
    assert "400 kr" not in page()


def test_a_consumer_is_always_told_the_price_with_vat(client: Client) -> None:
    student = make_user()
    client.force_login(student)
    client.post(reverse("show_vat"), {"show": "without"})
    booking = make_booking(make_space(), by=student, amount=50_000, currency="NOK")
    assert "Sum uten mva." not in client.get(booking.get_absolute_url()).text
