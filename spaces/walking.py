"""How long it takes to walk somewhere, as the crow flies and a little more."""

import math

from spaces.models import Place

Point = tuple[float, float]  # latitude and longitude, in degrees

METRES_PER_DEGREE = 111_320
DETOUR = 1.3  # streets against the crow's way
PACE = 80  # metres a minute


def walking_minutes(place: Place, start: Point) -> int:
    """From a point to the place, along streets: at least a minute."""
    return max(1, math.ceil(metres_between(place, start) * DETOUR / PACE))


def metres_between(place: Place, start: Point) -> float:
    """In a straight line, as far as a district reaches."""
    latitude, longitude = start
    north = place.latitude - latitude
    east = (place.longitude - longitude) * math.cos(math.radians(latitude))
    return math.hypot(north, east) * METRES_PER_DEGREE
