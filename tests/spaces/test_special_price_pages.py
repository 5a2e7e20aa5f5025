"""Owners set prices for some times, groups, dates and organisations."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from spaces.models import Price, Space
from tests.cast import Cast
from tests.factories import make_organisation, make_place, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), price=300_00)


SPECIAL = {"audience": "everyone", "per": "hour", "amount": "150"}


def add(client: Client, space: Space, **wish: Any) -> Any:
    return client.post(f"/owner/spaces/{space.slug}/prices/special/", {**SPECIAL, **wish})


def special(space: Space) -> Price:
    return space.prices.exclude(pk__in=space.prices.plain().values("pk")).get()


def test_an_evening_price_is_added_changed_and_removed(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")

    add(client, space, weekdays=["1", "5"], hours="16-22", valid_from="2027-01-01")
    price = special(space)
    assert (price.weekdays, price.opens, price.closes) == ([1, 5], 960, 1320)
    assert price.valid_from == date(2027, 1, 1)
    page = client.get(f"/owner/spaces/{space.slug}/prices/").content.decode()
    assert "Mon, Fri, at 16:00–22:00, from 1 January 2027" in page

    there = f"/owner/spaces/{space.slug}/prices/special/{price.pk}/"
    assert 'value="16:00–22:00"' in client.get(there).content.decode()
    client.post(there, {**SPECIAL, "amount": "99.5", "hours": "18-02"})
    price.refresh_from_db()
    assert (price.amount, price.opens, price.closes, price.weekdays) == (99_50, 1080, 1560, [])

    client.post(f"{there}drop/")
    assert not space.prices.exclude(amount=300_00).exists()


def test_a_deal_with_another_organisation(client: Client, cast: Cast, space: Space) -> None:
    partner = make_organisation("SINTEF")
    cast.sign_in(client, "manager")

    assert add(client, space, audience="organisation").status_code == 422
    add(client, space, audience="organisation", organisation=partner.pk, amount="0")

    assert special(space).organisation == partner
    tried = {"who": f"organisation-{partner.pk}", "first": "2026-11-24", "last": "2026-11-24"}
    answer: Any = client.get(
        f"/owner/spaces/{space.slug}/prices/", {**tried, "from": "10:00", "to": "12:00"}
    )
    assert answer.context["quote"].total.amount == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},  # that is a price of the table
        {"hours": "16-22, 23-24"},
        {"per": "day", "hours": "16-22"},
        {"per": "week", "weekdays": ["6"]},
        {"valid_from": "2027-02-01", "valid_until": "2027-01-01"},
        {"min_people": "1"},
        {"weekdays": ["8"]},
        {"min_people": "20", "amount": "-1"},
    ],
)
def test_what_is_no_special_price_is_refused(
    client: Client, cast: Cast, space: Space, wrong: dict[str, Any]
) -> None:
    cast.sign_in(client, "manager")

    assert add(client, space, **wrong).status_code == 422
    assert space.prices.get().amount == 300_00


def test_the_same_price_twice_is_refused(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    add(client, space, min_people="20")

    answer = add(client, space, min_people="20", amount="1")

    assert answer.status_code == 422
    assert "There is a price for just that already." in answer.content.decode()
    assert special(space).amount == 150_00


def test_saving_the_table_lets_special_prices_stand(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")
    add(client, space, min_people="20")

    client.post(
        f"/owner/spaces/{space.slug}/prices/",
        {
            "everyone-hour": "320",
            "everyone-half_day": "1000",
            "everyone-week": "9000",
            "vat": "exempt_3_11",
            "from-0": "240",
            "percent-0": "10",
            "minimum_charge": "200",
            "cleaning_fee": "350",
            "deposit": "",
        },
    )

    assert special(space).amount == 150_00
    assert space.prices.plain().count() == 3
    assert list(space.length_discounts.values_list("from_minutes", "percent")) == [(240, 10)]
    space.refresh_from_db()
    assert (space.vat, space.minimum_charge, space.cleaning_fee) == ("exempt_3_11", 200_00, 350_00)


@pytest.mark.parametrize(
    "wrong",
    [
        {"from-0": "240"},
        {"percent-0": "10"},
        {"from-0": "240", "percent-0": "10", "from-1": "240", "percent-1": "20"},
        {"from-0": "240", "percent-0": "101"},
        {"cleaning_fee": "mye"},
    ],
)
def test_half_a_discount_is_refused(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str]
) -> None:
    cast.sign_in(client, "manager")
    said = {"everyone-hour": "320", "vat": "exempt_3_11", **wrong}

    assert client.post(f"/owner/spaces/{space.slug}/prices/", said).status_code == 422
    assert not space.length_discounts.exists()


def test_the_space_page_tells_all_of_it(client: Client, space: Space) -> None:
    space.prices.create(amount=150_00, opens=960, closes=1320)
    space.prices.create(amount=1000_00, per="half_day")
    space.prices.create(amount=1_00, weekdays=[7], valid_until=date(2026, 11, 1))  # is over
    space.length_discounts.create(from_minutes=480, percent=20)
    space.cleaning_fee = 350_00
    space.save()

    page = client.get(space.get_absolute_url()).content.decode()

    for words in ("Per half day", "At 16:00–22:00", "20 % off from 8 hours.", "Cleaning of 350"):
        assert words in page, words
    assert "Sun" not in page.split("What it costs")[1].split("The owner")[0]
