"""What every search offers somebody, a booking by them accepts: in districts of random rules.

The districts are the oracle's, with doors, trainings, quotas and prices as well, and what is
asked is a page or a program's question: of what it answers a sample is booked.
"""

import os
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts.models import Affiliation, AffiliationKind, Role, User
from bookings.queries.offers import Slot
from bookings.queries.week import Week
from spaces.models import AccessRule, Audience, Listing, Quota, Space
from spaces.periods import at_minute, period
from tests.bookings.test_availability_oracle import (
    EPOCH,
    SEED,
    District,
    Facts,
    LongDistrict,
    Oracle,
)
from tests.bookings.test_what_is_offered import Offer, refusal
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
PEOPLE = ("student", "stranger", "employee", "host")
SAMPLE = 3  # of each list of offers, and of spaces that are asked about
ROUNDS = int(os.environ.get("LEDIG_ORACLE", "1"))
Offers = Iterator[tuple[str, list[list[Offer]]]]  # those of a list are booked together


class Town(District):
    """What keeps people out, and what they pay, is by chance too."""

    def __init__(self, day: date) -> None:
        super().__init__("Europe/Oslo", day)
        self.owner = self.spaces[0].organisation
        self.student, self.stranger, self.employee = (make_user() for _ in range(3))
        self.host = make_member(self.owner, Role.HOST)
        kinds = (self.student, AffiliationKind.STUDENT), (self.employee, AffiliationKind.EMPLOYEE)
        for user, kind in kinds:
            Affiliation.objects.create(
                user=user, kind=kind, organisation=self.owner, verified_at=EPOCH
            )
        self.training = self.owner.trainings.create(name={"nb": "Laser"})

    def shuffle(self, dice: random.Random) -> tuple[list[Facts], Oracle]:
        facts, oracle = super().shuffle(dice)
        if dice.random() < 0.7:  # whose certificate runs out in these days
            ends = oracle.now + timedelta(hours=dice.randrange(12, 96))
            self.training.certificates.create(
                user=self.student, granted_by=self.host, granted_at=EPOCH, expires_at=ends
            )
        for space in self.spaces:
            self._doors(space, dice)
        self._quota(dice, owner=self.owner)
        return facts, oracle

    def _doors(self, space: Space, dice: random.Random) -> None:
        space.capacity = dice.choice((3, 4, 6, 8))
        space.is_instant = dice.random() < 0.8
        space.save(update_fields=["capacity", "is_instant"])
        space.in_force.refresh_from_db()
        space.prices.all().delete()
        for _ in range(dice.choice((1, 1, 2))):
            windowed = {"opens": 480, "closes": 1080} if dice.random() < 0.2 else {}
            audience = dice.choice((Audience.EVERYONE,) * 3 + (Audience.STUDENT, Audience.OWN))
            space.prices.get_or_create(
                audience=audience,
                min_people=dice.choice((None, None, None, 3)),
                **{"opens": None, "closes": None, **windowed},
                defaults={"amount": dice.choice((0, 50_00, 100_00))},
            )
        if dice.random() < 0.2:
            rule = dice.choice(({"affiliation": "student"}, {"organisation": self.owner}))
            AccessRule.objects.create(space=space, **rule)
        if dice.random() < 0.2:
            space.trainings.add(self.training)
        if dice.random() < 0.3:
            self._quota(dice, space=space)

    def _quota(self, dice: random.Random, **of: Any) -> None:
        counts, amount = dice.choice((("bookings", 1), ("bookings", 2), ("minutes", 300)))
        Quota.objects.create(
            counts=counts, amount=amount, window=dice.choice(("day", "week", "month")), **of
        )


class LongTown(Town, LongDistrict):
    """Open day and night but for now and then."""


# --- What is asked, and what is offered ----------------------------------------------------


def one_by_one(offers: Iterable[Offer]) -> list[list[Offer]]:
    return [[offer] for offer in offers]


def of_slot(slot: Slot) -> list[Offer]:
    return [(one.space, one.span, one.quantity, one.people) for one in slot.rooms or (slot,)]


def of_json(told: dict[str, Any]) -> list[Offer]:
    return [
        (
            Space.objects.get(pk=one["space"]),
            period(*(datetime.fromisoformat(one[edge]) for edge in ("start", "end"))),
            one["quantity"],
            one.get("people"),
        )
        for one in told.get("bookings", [told])
    ]


class Asking:
    """One person's questions about one time, in all the ways there are."""

    def __init__(self, client: Client, town: Town, now: datetime, dice: random.Random) -> None:
        self.client, self.town, self.now, self.dice = client, town, now, dice
        self.people = dice.choice((1, 1, 2, 7))
        self.day = (now + timedelta(hours=dice.randrange(1, 40))).astimezone(OSLO).date()
        self.hour = dice.choice((9, 12, 15))
        self.hours = dice.choice((1, 2, 3))
        self.span = period(self._at(self.hour), self._at(self.hour + self.hours))
        self.time = {
            "date": f"{self.day}",
            "from": f"{self.hour}:00",
            "to": f"{self.hour + self.hours}:00",
            "people": self.people,
        }

    def _at(self, hour: int) -> datetime:
        return datetime.combine(self.day, time(hour), OSLO)

    def all(self) -> Offers:
        for ask in (
            self.search,
            self.spaces,
            self.anytime,
            self.slots,
            self.recurring,
            self.recurrences,
            self.why,
            self.week,
        ):
            yield from ask()

    def get(self, path: str, **asked: Any) -> Any:
        answer = self.client.get(path, asked)
        assert answer.status_code == 200, answer.content
        return answer

    def search(self) -> Offers:
        results = self.get("/", **self.time).context["results"]
        for rows in (results.free, results.later):
            offers = [(row.space, row.span, row.quantity, row.wanted.people) for row in rows]
            yield "search", one_by_one(offers)

    def spaces(self) -> Offers:
        edges = {"free_from": self.span.lower.isoformat(), "free_to": self.span.upper.isoformat()}
        found = self.get("/api/v1/spaces/", capacity=self.people, **edges).json()["results"]
        spaces = (Space.objects.get(pk=one["id"]) for one in found)
        yield (
            "spaces",
            one_by_one(
                (one, self.span, self.people if one.is_pool else 1, self.people) for one in spaces
            ),
        )

    def anytime(self) -> Offers:
        asked = {**self.time, "minutes": self.hours * 60, "from": "8:00", "to": "20:00"}
        page = self.get("/anytime/", last=f"{self.day + timedelta(days=2)}", **asked)
        for kind in ("spaces", "misses"):
            slots = (slot for _space, found in page.context[kind] for slot in found)
            yield f"anytime {kind}", [of_slot(slot) for slot in slots]

    def slots(self) -> Offers:
        asked: dict[str, Any] = {"minutes": self.hours * 60, "people": self.people}
        if self.dice.random() < 0.5:
            asked["between"] = "07:00-19:00"
        asked |= {"from": f"{self.day}", "to": f"{self.day + timedelta(days=2)}"}
        found = self.get("/api/v1/slots/", **asked).json()
        for kind in ("results", "near_misses"):
            yield f"slots {kind}", [of_json(told) for told in found[kind]]

    def recurring(self) -> Offers:
        page = self.get("/recurring/", repeat="daily", count=3, **self.time)
        for row in page.context["rows"]:
            yield (
                "recurring",
                [
                    [
                        (one.space, day.span, row.quantity, self.people)
                        for day in row.days
                        if (one := row if day.price is not None else day.instead)
                    ]
                ],
            )

    def recurrences(self) -> Offers:
        asked = {**self.time, "from": f"{self.hour:02}:00", "to": f"{self.hour + self.hours:02}:00"}
        found = self.get("/api/v1/recurrences/", repeat="daily", count=3, **asked).json()
        for row in found["results"]:
            told = [
                {**day, "space": place["space"], "quantity": row["quantity"], "people": self.people}
                for day in row["occurrences"]
                if (place := row if day["price"] is not None else day["instead"])
            ]
            yield "recurrences", [of_json({"bookings": told})]

    def why(self) -> Offers:
        edges = {"from": self.span.lower.isoformat(), "to": self.span.upper.isoformat()}
        for space in self.dice.sample(self.town.spaces, SAMPLE):
            url = f"/api/v1/spaces/{space.pk}/why/"
            if self.client.get(f"/api/v1/spaces/{space.pk}/").status_code == 404:
                continue
            party = {"people": min(self.people, space.capacity)}
            told = self.get(url, **edges, **party).json()
            if told["bookable"]:
                yield "why not: it can", [[(space, self.span, 1, party["people"])]]
            if told["next_free"]:
                offer = {"space": space.pk, "quantity": 1, **told["next_free"], **party}
                yield "next free", [of_json(offer)]
            yield "alternatives", [of_json(one) for one in told["alternatives"]]

    def week(self) -> Offers:
        """Where the grid of a space says that it is free so long."""
        for space in self.dice.sample(self.town.spaces, SAMPLE):
            page = self.client.get(f"/spaces/{space.slug}/", {"date": f"{self.day}"})
            is_let = space.listing == Listing.PUBLISHED  # else its owner sees how it would be
            if page.status_code == 404 or space.allocation == "any" or not is_let:
                continue
            yield "week", one_by_one(self._in(page.context["week"], space))

    def _in(self, week: Week, space: Space) -> Iterator[Offer]:
        """From each free cell on as long as it has to be, where the cells after it are free."""
        free = {
            (cell.day.date, minute)
            for line in week.lines
            for cell in line.cells
            if cell.state == "free"
            for minute in range(cell.start, cell.end, week.row)
        }
        length = -(-space.in_force.min_length // week.row) * week.row
        if length > space.in_force.max_length:
            return
        for day, minute in sorted(free):
            if all((day, at) in free for at in range(minute, minute + length, week.row)):
                edges = (at_minute(day, at, OSLO) for at in (minute, minute + length))
                yield space, period(*edges), 1, None


# --- What is accepted -----------------------------------------------------------------------


# The grid shows when nobody has it, whoever looks.
OF_THE_PERSON = {"not_for_sale", "no_price_then", "quota_used", "no_access", "needs_training"}


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2026, 11, 26)], ids=str)
def test_what_is_offered_by_chance_is_booked(day: date) -> None:
    dice = random.Random(f"offered {day}{SEED}")
    town = LongTown(day)
    booked: set[str] = set()
    for _ in range(ROUNDS):
        with transaction.atomic():
            _facts, oracle = town.shuffle(dice)
            with time_machine.travel(oracle.now, tick=False):
                for who in PEOPLE:
                    booked |= book_some(town, getattr(town, who), oracle.now, dice)
            transaction.set_rollback(True)
    assert len(booked) > 4  # kinds of offers


def book_some(town: Town, person: User, now: datetime, dice: random.Random) -> set[str]:
    """Some of what is offered to them, each by itself; the kinds that were there."""
    client = Client()
    client.force_login(person)
    asking, booked = Asking(client, town, now, dice), set()
    for kind, offers in asking.all():
        for together in dice.sample(offers, min(SAMPLE, len(offers))):
            no = refusal(together, person, now)
            told = f"{kind}: {together} to {person} now {now}, asked for {asking.time}: {no!r}"
            assert no is None or (kind == "week" and no.code in OF_THE_PERSON), told
            if no is None:
                booked.add(kind)
    return booked
