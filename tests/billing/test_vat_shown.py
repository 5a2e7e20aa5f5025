"""Prices before VAT, for who books for an organisation: what is to be paid stays the same."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role, User
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


def tomorrow_at_noon() -> dict[str, str]:
    day = (timezone.now() + timedelta(days=1)).date().isoformat()
    return {"date": day, "from": "12:00", "to": "14:00"}


def plain(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\xa0", " ")


@pytest.fixture
def manager(client: Client) -> User:
    """Who books for a company, and reads prices before VAT."""
    manager = make_member(make_organisation(), Role.MANAGER, make_user(language="nb"))
    client.force_login(manager)
    client.post(reverse("show_vat"), {"show": "without"})
    return manager


def test_rows_and_the_panel_of_a_space_say_the_same_price_without_vat(
    client: Client, manager: User
) -> None:
    space = make_space(price=50_000, vat=Vat.STANDARD_25)
    exempt = make_space(price=33_300)
    asked = tomorrow_at_noon()

    found = plain(client.get(reverse("search"), asked))
    page = plain(client.get(space.get_absolute_url(), asked))

    assert "<b>800 kr</b> <span>uten mva. · 400 kr/time</span>" in found
    assert "<b>666 kr</b> <span>uten mva. · 333 kr/time</span>" in found
    assert '"label": "800\\u00a0kr"' in found  # on the map
    assert '"label": "666\\u00a0kr"' in found
    assert "<b>400 kr/time uten mva.</b>" in page
    assert "<b>800 kr uten mva.</b>" in page  # what floats over it on a phone
    anytime = plain(client.get(reverse("anytime")))
    assert "uten mva." in anytime
    client.logout()
    found = plain(client.get(reverse("search"), asked))
    assert "<b>1 000 kr</b> <span>500 kr/time</span>" in found
    assert "uten mva." not in found
    assert exempt.name in found


def test_the_cart_adds_up_without_vat_and_says_what_is_to_be_paid(
    client: Client, manager: User
) -> None:
    space = make_space(price=50_000, vat=Vat.STANDARD_25)
    asked = {**tomorrow_at_noon(), "quantity": "1"}
    client.post(reverse("cart_add", args=[space.slug]), asked)

    page = plain(client.get(reverse("cart")))

    assert "800 kr uten mva." in page
    assert "<dt>Sum uten mva.</dt><dd>800 kr</dd>" in page
    assert "<dt>Å betale, med mva.</dt><dd>1 000 kr</dd>" in page


def test_a_quote_over_the_api_says_both(client: Client) -> None:
    space = make_space(price=50_000, vat=Vat.STANDARD_25)
    start = (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    asked = {"space": space.pk, "start": start, "end": start + timedelta(hours=2)}

    answer = client.post(reverse("api_quotes"), asked, content_type="application/json").json()

    assert (answer["price"]["amount"], answer["price_excl_vat"]["amount"]) == (100_000, 80_000)
