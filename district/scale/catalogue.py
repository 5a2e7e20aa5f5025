"""Organisations, places and spaces by the thousand, the same each time."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db import connection

from accounts.models import Organisation, OrganisationKind
from spaces.models import (
    Allocation,
    Amenity,
    Audience,
    Kind,
    Listing,
    OpeningHours,
    Place,
    Price,
    Space,
    SpaceAmenity,
    Unit,
)

PREFIX = "scale"  # of every slug
BATCH = 5000
PER_PLACE, PER_ORGANISATION = 20, 100
DESKS = 12
SPREAD = 0.04  # degrees of latitude around the middle: a town

KINDS = {
    Kind.MEETING_ROOM: 55,
    Kind.DESK_AREA: 12,
    Kind.LAB: 9,
    Kind.WORKSHOP: 8,
    Kind.EVENT_HALL: 6,
    Kind.STUDIO: 6,
    Kind.OUTDOOR: 4,
}
CAPACITIES = (2, 4, 4, 6, 6, 8, 8, 10, 12, 16, 20, 40, 80)
FIRST = ("Nord", "Sør", "Øvre", "Nedre", "Lille", "Store", "Gamle", "Nye", "Indre", "Ytre")
SECOND = (
    "Fjord", "Dal", "Vik", "Haug", "Bekk", "Skog", "Myr", "Tind", "Sund", "Ås", "Foss", "Eng",
    "Holme", "Stein", "Bjørk", "Furu", "Rogn", "Lynghei", "Verksted", "Kai", "Brygge", "Torg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A space, and what its diary needs to know of it."""

    pk: int
    place: int
    units: list[int]
    buffer_after: int


def write(count: int, say: Callable[[str], None]) -> list[Written]:
    """Write `count` spaces with all they need; what they are, in the order of their ids."""
    with connection.cursor() as cursor:  # words are found once, for all of them
        cursor.execute("SET LOCAL session_replication_role = replica")
    written = _rows(count, say)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SELECT spaces_write_words(%s)", [[one.pk for one in written]])
    say("words to be found by")
    return written


def _rows(count: int, say: Callable[[str], None]) -> list[Written]:
    chance = random.Random(20_261_020)
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"{chance.choice(FIRST)}{chance.choice(SECOND).lower()} {n:03}",
            slug=f"{PREFIX}-{n}",
            kind=chance.choice(OrganisationKind.values),
        )
        for n in range(-(-count // PER_ORGANISATION))
    )
    latitude, longitude = settings.DISTRICT_CENTRE
    places = Place.objects.bulk_create(
        Place(
            organisation=organisations[n * PER_PLACE // PER_ORGANISATION],
            name=f"{chance.choice(SECOND)}bygget {n:04}",
            slug=f"{PREFIX}-{n}",
            address=f"{chance.choice(SECOND)}veien {chance.randint(1, 90)}",
            postcode="7030",
            city="Trondheim",
            latitude=latitude + chance.gauss(0, SPREAD / 2),
            longitude=longitude + chance.gauss(0, SPREAD),
            is_step_free=chance.random() < 0.8,
        )
        for n in range(-(-count // PER_PLACE))
    )
    say(f"{len(organisations):,} organisations, {len(places):,} places")
    spaces = Space.objects.bulk_create(
        (a_space(n, places[n // PER_PLACE], chance) for n in range(count)), BATCH
    )
    say(f"{len(spaces):,} spaces")
    units = Unit.objects.bulk_create(
        (
            Unit(place_id=space.place_id, name=f"{space.name} {n + 1}")
            for space in spaces
            for n in range(units_of(space))
        ),
        BATCH,
    )
    left = iter(units)
    written = [
        Written(
            space.pk,
            space.place_id,
            [u.pk for u in islice(left, units_of(space))],
            space.buffer_after,
        )
        for space in spaces
    ]
    has = Space.units.through
    has.objects.bulk_create(
        (has(space_id=one.pk, unit_id=unit) for one in written for unit in one.units), BATCH
    )
    say(f"{len(units):,} units")
    OpeningHours.objects.bulk_create(
        (
            OpeningHours(space=space, weekday=day, opens=7 * 60, closes=closes * 60)
            for space in spaces
            for closes in (chance.choice((16, 18, 21, 24)),)
            for day in range(1, chance.choice((5, 5, 6, 7)) + 1)
        ),
        BATCH,
    )
    Price.objects.bulk_create((one for s in spaces for one in prices_of(s, chance)), BATCH)
    codes = list(Amenity.objects.values_list("pk", flat=True))
    SpaceAmenity.objects.bulk_create(
        (
            SpaceAmenity(space=space, amenity_id=code)
            for space in spaces
            for code in chance.sample(codes, min(len(codes), chance.randint(1, 4)))
        ),
        BATCH,
    )
    say("hours, prices and amenities")
    return written


def a_space(n: int, place: Place, chance: random.Random) -> Space:
    (kind,) = chance.choices(list(KINDS), list(KINDS.values()))
    is_pool = kind == Kind.DESK_AREA
    name = f"{chance.choice(FIRST)} {chance.choice(SECOND)} {n:05}"
    return Space(
        place=place,
        organisation_id=place.organisation_id,
        kind=kind,
        listing=Listing.PUBLISHED,
        name=name,
        slug=f"{PREFIX}-{n}",
        summary={"nb": f"{kind.label} i {place.name}"},
        capacity=DESKS if is_pool else chance.choice(CAPACITIES),
        is_step_free=place.is_step_free and chance.random() < 0.9,
        is_instant=chance.random() < 0.8,
        allocation=Allocation.ANY if is_pool else Allocation.ALL,
        min_length=30,
        max_length=10 * 60,
        buffer_after=chance.choice((0, 0, 0, 15)),
        lead_time=chance.choice((0, 0, 60)),
    )


def units_of(space: Space) -> int:
    return DESKS if space.allocation == Allocation.ANY else 1


def prices_of(space: Space, chance: random.Random) -> Iterator[Price]:
    amount = chance.choice((0, 10_000, 20_000, 32_000, 50_000))
    yield Price(space=space, amount=amount)
    if amount:
        yield Price(space=space, audience=Audience.OWN, amount=0)
    if amount and chance.random() < 0.3:
        yield Price(space=space, audience=Audience.STUDENT, amount=amount // 2)
