"""What a search can ask of spaces besides a time: one definition for the page and the API.

Each filter has one name in every address, and says in one condition what it asks. What
depends on who pays and when (`free`, `max_price`) is the buyer's and is asked in
`bookings/queries/obtaining.py`.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from spaces.models import Kind, Place, Space, SpaceAmenity
from spaces.walking import Point

# Yes or no: one asks for them, or does not care. A step-free space is reached without stairs;
# the rest is of the building.
FACTS = {
    "instant": Q(in_force__is_instant=True),
    "step_free": Q(is_step_free=True),
    "lift": Q(place__has_lift=True),
    "automatic_doors": Q(place__has_automatic_doors=True),
    "accessible_toilet": Q(place__has_accessible_toilet=True),
    "hearing_loop": Q(place__has_hearing_loop=True),
    "accessible_parking": Q(place__has_accessible_parking=True),
}
ACCESSIBILITY = {
    "step_free": _("Step-free"),
    "lift": _("Lift"),
    "automatic_doors": _("Doors that open by themselves"),
    "accessible_toilet": _("Accessible toilet"),
    "hearing_loop": _("Hearing loop"),
    "accessible_parking": _("Accessible parking"),
}
OUTDOOR = Q(kind=Kind.OUTDOOR) | Q(place__is_outdoor=True)

POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*", re.ASCII)
MOST_VALUES = 20  # of one filter that takes several
Box = tuple[float, float, float, float]  # west, south, east, north, as in GeoJSON


def has_all(codes: Iterable[str]) -> Q:
    """With every one of these amenities."""
    of_space = SpaceAmenity.objects.filter(space=OuterRef("pk"))
    return Q(*(Exists(of_space.filter(amenity=code)) for code in codes))


def within(box: Box) -> Q:
    west, south, east, north = box
    return Q(place__latitude__range=(south, north), place__longitude__range=(west, east))


SEVERAL: dict[str, Callable[[Iterable[str]], Q]] = {
    "kind": lambda kinds: Q(kind__in=kinds),
    "amenity": has_all,
    "owner": lambda slugs: Q(organisation__slug__in=slugs),
    "place": lambda slugs: Q(place__slug__in=slugs),
}


def asks(name: str, value: Any) -> Q:
    """What the filter of this name asks of a space. Several kinds, owners or places are
    alternatives; several amenities are all to be there."""
    if name in SEVERAL:
        return SEVERAL[name](value)
    if name == "outdoor":
        return OUTDOOR if value else ~OUTDOOR
    return FACTS[name] if value else ~FACTS[name]


# --- Points and boxes in addresses --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """Where distances are measured from."""

    latitude: float
    longitude: float
    name: str = ""

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude

    @classmethod
    def named(cls, text: str) -> "Spot | None":
        """`lat,lon`, or the name of a place or how it begins, with or without accents."""
        if point := point_of(text):
            return cls(*point)
        if not text or POINT.fullmatch(text):
            return None
        listed = Space.objects.published().filter(place=OuterRef("pk"))
        named = Place.objects.filter(Exists(listed), name__unaccent__istartswith=text)
        place = named.order_by("name", "pk").first()
        return None if place is None else cls(place.latitude, place.longitude, place.name)


def point_of(text: str) -> tuple[float, float] | None:
    """`lat,lon` in degrees; None when it is not that, or not on Earth."""
    found = POINT.fullmatch(text)
    if not found:
        return None
    latitude, longitude = map(float, found.groups())
    return (latitude, longitude) if is_on_earth(latitude, longitude) else None


def box_of(text: str) -> Box | None:
    """`west,south,east,north` in degrees; None when it is not that."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    is_box = west < east and south < north
    if is_box and is_on_earth(south, west) and is_on_earth(north, east):
        return west, south, east, north
    return None


def is_on_earth(latitude: float, longitude: float) -> bool:
    return all(map(math.isfinite, (latitude, longitude))) and (
        abs(latitude) <= 90 and abs(longitude) <= 180
    )
