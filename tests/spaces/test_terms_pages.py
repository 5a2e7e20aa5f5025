"""How a space is booked and what it costs, as its owner sets it."""

import pytest
from django.test import Client

from spaces.models import Price, Space
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db

RULES = {
    "is_instant": "False",
    "step": "15",
    "min_length": "60",
    "max_length": "480",
    "lead_time": "120",
    "horizon_days": "60",
    "buffer_before": "0",
    "buffer_after": "15",
    "answer_within": "720",
    "last_notice": "120",
}
TIERS = {"notice-0": "2880", "back-0": "100", "notice-1": "0", "back-1": "50"}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), step=25)


def test_the_rules_are_set(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")

    assert client.post(f"/owner/spaces/{space.slug}/rules/", RULES | TIERS).status_code == 302

    space.refresh_from_db()
    assert not space.is_instant
    assert {name: str(getattr(space, name)) for name in RULES} == RULES
    assert space.cancellation == [[2880, 100], [0, 50]]


def test_a_step_that_is_in_no_list_stays_as_it_is(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")

    client.post(f"/owner/spaces/{space.slug}/rules/", RULES | {"step": "25"})

    space.refresh_from_db()
    assert space.step == 25


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"min_length": "720", "max_length": "60"}, "shorter than the shortest"),
        ({"step": "240", "min_length": "15", "max_length": "60"}, "shorter than the step"),
        ({"notice-0": "2880", "back-0": "101"}, "less than or equal to 100"),
        ({"notice-0": "2880"}, "Choose both until when and how much."),
        (
            {"notice-0": "60", "back-0": "100", "notice-1": "60", "back-1": "50"},
            "That is there already.",
        ),
        ({"horizon_days": "0"}, "greater than or equal to 1"),
        ({"step": "7"}, "Select a valid choice"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str], words: str
) -> None:
    cast.sign_in(client, "manager")

    answer = client.post(f"/owner/spaces/{space.slug}/rules/", RULES | wrong)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Space.objects.get().step == 25


@pytest.mark.parametrize(
    ("sent", "amounts"),
    [
        ({"everyone-hour": "250"}, [("everyone", "hour", 25_000)]),
        ({"everyone-hour": "0"}, [("everyone", "hour", 0)]),
        (
            {"own-day": "99.5", "student-hour": "12.05"},
            [("own", "day", 9_950), ("student", "hour", 1_205)],
        ),
        ({}, []),
    ],
)
def test_prices_are_set_in_kroner(
    client: Client,
    cast: Cast,
    space: Space,
    sent: dict[str, str],
    amounts: list[tuple[str, str, int]],
) -> None:
    cast.sign_in(client, "manager")

    answer = client.post(f"/owner/spaces/{space.slug}/prices/", {**sent, "vat": "exempt_3_11"})

    assert answer.status_code == 302
    found = Price.objects.order_by("audience").values_list("audience", "per", "amount")
    assert list(found) == amounts


@pytest.mark.parametrize("amount", ["-1", "1.005", "mye", "1000001", "nan"])
def test_what_is_no_price_is_refused(client: Client, cast: Cast, space: Space, amount: str) -> None:
    cast.sign_in(client, "manager")

    answer = client.post(
        f"/owner/spaces/{space.slug}/prices/", {"everyone-hour": amount, "vat": "exempt_3_11"}
    )

    assert answer.status_code == 422
    assert Price.objects.get().amount == 0
