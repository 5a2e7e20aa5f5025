"""Whatever a search offers somebody, a booking by them accepts: a sample of all of it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client

from accounts.errors import Refused
from accounts.models import User
from bookings import operations
from bookings.queries.offers import Slot
from spaces.models import Quota, Space
from spaces.periods import Period, period
from tests.bookings.test_obtaining import PEOPLE, TIME, Town
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

AFTERNOON = period(NOW + timedelta(hours=25), NOW + timedelta(hours=27))  # as TIME says it
SAMPLE = 4  # of each list of offers
Offer = tuple[Space, Period, int, int | None]


@pytest.fixture
def town() -> Town:
    """With a second page, and spaces that are taken then but free later."""
    town = Town()
    later = [
        town.space("Later"),
        town.space("Later, students", price=None),
        town.space("Later, evenings", price=None),
        town.space("Later, company"),
        town.space("Later, once", quota={"counts": "bookings", "amount": 1, "window": "week"}),
        town.space("Later, trained"),
    ]
    later[1].prices.create(audience="student", amount=50_00)
    later[2].prices.create(amount=0, opens=17 * 60, closes=23 * 60)
    later[3].access_rules.create(organisation=town.company)
    training = town.owner.trainings.get()
    later[5].trainings.add(training)
    for space in later:
        make_booking(space, AFTERNOON.lower, AFTERNOON.upper)
    desks = town.space("Later, desks", units=2, allocation="any", capacity=2)
    for start, end in ((24, 26), (26, 28)):  # one desk is free at each moment, none throughout
        lower, upper = NOW + timedelta(hours=start), NOW + timedelta(hours=end)
        unit = desks.units.order_by("pk")[(start - 24) // 2]
        taken = make_booking(desks, lower, upper, status="cancelled")
        taken.occupancies.create(place=desks.place, unit=unit, during=period(lower, upper))
    make_booking(later[4], NOW + timedelta(hours=40), by=town.student)
    make_booking(later[4], NOW + timedelta(hours=44), by=town.employee)
    Quota.objects.create(owner=town.company, counts="bookings", amount=1, window="day")
    halves = make_place(town.company, latitude=63.43)
    for n in range(10):
        make_space(halves, name=f"Half {n}", capacity=5, hours=(540, 1200), price=100_00 * n)
    return town


def at_a_time(client: Client) -> Iterator[tuple[str, list[Offer]]]:
    for page in (1, 2):
        results = client.get("/", {**TIME, "page": page}).context["results"]
        for kind in ("free", "later"):
            rows = getattr(results, kind)
            yield (
                f"{kind} {page}",
                [(row.space, row.span, row.quantity, row.wanted.people) for row in rows],
            )


ANY_TIME = (
    {"page": 2},
    {"free": "on", "to": "22:00", "last": "2026-12-04"},
    {"minutes": 180, "from": "13:00", "to": "16:00", "max_price": 150},
    {"people": 10, "max_price": 100, "sort": "start"},
)


def at_any_time(client: Client) -> Iterator[tuple[str, list[list[Offer]]]]:
    """Of two rooms, both."""
    for asked in ANY_TIME:
        page = client.get("/anytime/", {"date": "2026-11-24", "last": "2026-11-27", **asked})
        for kind in ("spaces", "misses"):
            slots = [slot for _space, found in page.context[kind] for slot in found]
            yield f"{kind} {asked}", [both(slot) for slot in slots]


def both(slot: Slot) -> list[Offer]:
    return [(one.space, one.span, one.quantity, one.people) for one in slot.rooms or (slot,)]


def instead(client: Client, dice: random.Random) -> Iterator[tuple[str, list[Offer]]]:
    start, end = (moment.isoformat() for moment in (AFTERNOON.lower, AFTERNOON.upper))
    spaces = Space.objects.filter(place__organisation__name="Owner").order_by("name")
    taken = Q(name__startswith="Later")
    for space in [*spaces.filter(taken), *dice.sample(list(spaces.exclude(taken)), SAMPLE)]:
        told = client.get(f"/api/v1/spaces/{space.pk}/why/", {"from": start, "to": end}).json()
        if told["bookable"]:
            continue
        if told["next_free"] is not None:
            assert told["next_free"]["start"] != start
            yield f"next free {space}", [(space, span_of(told["next_free"]), 1, None)]
        yield (
            f"instead of {space}",
            [
                (Space.objects.get(pk=one["space"]), span_of(one), one["quantity"], None)
                for one in told["alternatives"]
            ],
        )


def span_of(told: dict[str, Any]) -> Period:
    return period(*map(datetime.fromisoformat, (told["start"], told["end"])))


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_offered_is_booked(client: Client, town: Town, who: str) -> None:
    person: User = getattr(town, who)
    client.force_login(person)
    dice = random.Random(who)
    offers = [
        *((kind, [[one] for one in found]) for kind, found in at_a_time(client)),
        *at_any_time(client),
        *((kind, [[one] for one in found]) for kind, found in instead(client, dice)),
    ]
    kinds = {kind.split()[0] for kind, found in offers if found}
    assert kinds == {"free", "later", "spaces", "misses", "next", "instead"}
    for kind, found in offers:
        for together in dice.sample(found, min(SAMPLE, len(found))):
            assert refusal(together, person) is None, (kind, together)


def refusal(together: list[Offer], person: User, now: datetime = NOW) -> Refused | None:
    """Why they cannot all be booked; nothing of them stays."""
    with transaction.atomic():
        for space, span, quantity, people in together:
            try:
                operations.hold(
                    space=space, span=span, by=person, now=now, quantity=quantity, people=people
                )
            except Refused as no:
                transaction.set_rollback(True)
                return no
        transaction.set_rollback(True)
    return None
