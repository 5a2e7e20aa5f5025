"""What an owner sees when trying the prices of a space, for somebody and some time."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from spaces.models import Allocation, Audience, Per, Price, Space
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db
DAY = (timezone.localtime() + timedelta(days=3)).date()


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    space = make_space(make_place(cast.organisation), price=None, vat="standard_25")
    for audience, per, kroner in (
        (Audience.EVERYONE, Per.HOUR, 200),
        (Audience.EVERYONE, Per.DAY, 900),
        (Audience.STUDENT, Per.HOUR, 50),
        (Audience.OWN, Per.HOUR, 0),
    ):
        space.prices.create(audience=audience, per=per, amount=kroner * 100)
    return space


def ask(client: Client, space: Space, **wish: Any) -> HttpResponse:
    wish = {"who": "everyone", "first": DAY, "from": "10:00", "last": DAY, "to": "12:00"} | wish
    return client.get(f"/owner/spaces/{space.slug}/prices/", wish)  # type: ignore[return-value]


def total(answer: HttpResponse) -> int:
    return answer.context["quote"].total.amount  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("who", "kroner"),
    [("everyone", 400), ("student", 100), ("own", 0), ("employee", 400), ("startup", 400)],
)
def test_each_sees_the_price_they_would_pay(
    cast: Cast, space: Space, client: Client, who: str, kroner: int
) -> None:
    client.force_login(cast.owner)
    assert total(ask(client, space, who=who)) == kroner * 100


def test_the_lines_say_how_the_total_came_about(cast: Cast, space: Space, client: Client) -> None:
    client.force_login(cast.owner)

    answer = ask(client, space, last=DAY + timedelta(days=1))  # a day and two hours

    lines = answer.context["quote"].lines  # type: ignore[attr-defined]
    assert [(line.per, line.amount.amount) for line in lines] == [
        (Per.DAY, 90_000),
        (Per.HOUR, 40_000),
    ]
    assert total(answer) == 130_000


def test_several_desks_are_tried_at_once(cast: Cast, space: Space, client: Client) -> None:
    client.force_login(cast.owner)
    assert total(ask(client, space, quantity=3)) == 40_000  # a room is one, whatever is asked

    Space.objects.update(allocation=Allocation.ANY)
    assert total(ask(client, space, quantity=3)) == 120_000


def test_who_has_no_price_is_told_apart_from_who_has_it_free(
    cast: Cast, space: Space, client: Client
) -> None:
    Price.objects.filter(audience=Audience.EVERYONE).delete()
    client.force_login(cast.owner)

    answer = ask(client, space)

    assert answer.status_code == 200
    assert "quote" not in answer.context  # type: ignore[attr-defined]
    assert answer.context["refusal"]  # type: ignore[attr-defined]
    assert total(ask(client, space, who="own")) == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"to": "09:00"}, "last"),
        ({"to": "10:00"}, "last"),
        ({"who": "nobody"}, "who"),
        ({"first": "soon"}, "first"),
        ({"first": "9999-12-31"}, "first"),
        ({"from": "25:00"}, "from"),
    ],
)
def test_what_cannot_be_counted_is_said_beside_its_field(
    cast: Cast, space: Space, client: Client, wish: dict[str, str], field: str
) -> None:
    client.force_login(cast.owner)

    answer = ask(client, space, **wish)

    assert answer.status_code == 200
    assert field in answer.context["simulator"].errors  # type: ignore[attr-defined]
    assert "quote" not in answer.context  # type: ignore[attr-defined]


def test_nothing_is_answered_before_it_is_asked(cast: Cast, space: Space, client: Client) -> None:
    client.force_login(cast.owner)
    answer = client.get(f"/owner/spaces/{space.slug}/prices/")
    assert not answer.context["simulator"].is_bound
    assert "quote" not in answer.context
