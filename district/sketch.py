"""A sketch of Elgeseter for the map: river, parks, streets and blocks, as GeoJSON.

Drawn by hand after the district's shape, not surveyed. It is what the map shows offline,
in dark mode, and wherever real tiles do not come.
"""

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from district.scenes.shapes import seeded

Point = tuple[float, float]  # longitude, latitude
Line = list[Point]

RIVER: Line = [
    (10.3975, 63.4095), (10.3935, 63.4108), (10.3892, 63.4122), (10.3852, 63.4140),
    (10.3822, 63.4163), (10.3806, 63.4188), (10.3808, 63.4212), (10.3826, 63.4233),
    (10.3858, 63.4246), (10.3896, 63.4250), (10.3934, 63.4247), (10.3972, 63.4250),
    (10.4004, 63.4262), (10.4030, 63.4280),
]  # fmt: skip

# (name, width, line): 3 is the main street, 1 a lane
STREETS: list[tuple[str, int, Line]] = [
    ("Elgeseter gate", 3, [
        (10.3946, 63.4270), (10.3944, 63.4247), (10.3942, 63.4225), (10.3946, 63.4195),
        (10.3954, 63.4165), (10.3962, 63.4135), (10.3972, 63.4100)]),
    ("Klæbuveien", 2, [
        (10.3950, 63.4226), (10.3962, 63.4205), (10.3976, 63.4185), (10.3990, 63.4160),
        (10.4004, 63.4135), (10.4026, 63.4100)]),
    ("Høgskoleringen", 2, [
        (10.3955, 63.4228), (10.3990, 63.4226), (10.4022, 63.4214), (10.4046, 63.4195),
        (10.4062, 63.4172), (10.4070, 63.4150), (10.4052, 63.4136), (10.4012, 63.4134)]),
    ("Strindvegen", 2, [
        (10.3880, 63.4128), (10.3920, 63.4136), (10.3962, 63.4142), (10.4004, 63.4142),
        (10.4052, 63.4142), (10.4110, 63.4146)]),
    ("Abels gate", 1, [
        (10.3850, 63.4190), (10.3885, 63.4190), (10.3920, 63.4190), (10.3946, 63.4192)]),
    ("Professor Brochs gate", 1, [(10.3860, 63.4160), (10.3900, 63.4162), (10.3954, 63.4166)]),
    ("Mauritz Hansens gate", 1, [
        (10.3842, 63.4222), (10.3880, 63.4219), (10.3920, 63.4216), (10.3942, 63.4215)]),
    ("", 1, [(10.3895, 63.4232), (10.3890, 63.4205), (10.3893, 63.4175), (10.3905, 63.4146)]),
    ("", 1, [(10.3862, 63.4232), (10.3858, 63.4205), (10.3862, 63.4175), (10.3880, 63.4148)]),
    ("", 1, [(10.3922, 63.4240), (10.3919, 63.4205), (10.3923, 63.4175), (10.3932, 63.4138)]),
    ("", 1, [(10.3976, 63.4185), (10.4010, 63.4182), (10.4056, 63.4182)]),
    ("", 1, [(10.3988, 63.4163), (10.4020, 63.4162), (10.4066, 63.4160)]),
    ("", 1, [(10.4070, 63.4150), (10.4090, 63.4175), (10.4095, 63.4205), (10.4080, 63.4240)]),
    ("", 1, [(10.4022, 63.4214), (10.4050, 63.4232), (10.4080, 63.4240), (10.4110, 63.4246)]),
    ("", 1, [(10.4004, 63.4262), (10.4040, 63.4250), (10.4080, 63.4240)]),
    ("", 1, [
        (10.3790, 63.4228), (10.3770, 63.4200), (10.3772, 63.4165), (10.3800, 63.4135),
        (10.3840, 63.4112)]),
]  # fmt: skip

PARKS: list[tuple[str, Line]] = [
    ("Høgskoleparken", [
        (10.3962, 63.4222), (10.3990, 63.4221), (10.4014, 63.4211), (10.4024, 63.4200),
        (10.4002, 63.4197), (10.3978, 63.4200), (10.3964, 63.4211)]),
    ("Øya", [
        (10.3836, 63.4228), (10.3866, 63.4240), (10.3912, 63.4243), (10.3912, 63.4236),
        (10.3870, 63.4232), (10.3844, 63.4222)]),
    ("", [(10.4072, 63.4196), (10.4090, 63.4196), (10.4088, 63.4222), (10.4066, 63.4216)]),
    ("", [(10.3905, 63.4131), (10.3940, 63.4135), (10.3948, 63.4120), (10.3920, 63.4116)]),
    ("", [
        (10.3762, 63.4235), (10.3785, 63.4236), (10.3768, 63.4205), (10.3764, 63.4170),
        (10.3790, 63.4138), (10.3770, 63.4135), (10.3745, 63.4165), (10.3745, 63.4205)]),
]  # fmt: skip

LABELS: list[tuple[str, Point, bool]] = [  # name, where, is it water
    ("Øya", (10.3868, 63.4243), False),
    ("Høgskoleparken", (10.3996, 63.4210), False),
    ("Gløshaugen", (10.4040, 63.4170), False),
    ("Elgeseter", (10.3905, 63.4182), False),
    ("Nidelva", (10.3800, 63.4152), True),
]

# A degree of longitude is this much of a degree of latitude up here.
EAST = math.cos(math.radians(63.42))
RIVER_BANK = 0.00062  # blocks keep this far from the river's middle, in degrees of latitude


@cache
def sketch() -> dict[str, Any]:
    """The whole sketch, drawn once per process; always the same."""
    river = smooth(RIVER, 6)
    parks = [(name, smooth([*outline, outline[0]], 4)) for name, outline in PARKS]
    features = [feature("park", "Polygon", [outline], name=name) for name, outline in parks]
    features.append(feature("river", "LineString", river, name="Nidelva"))
    features += [
        feature("block", "Polygon", [block])
        for block in blocks(river, [outline for _, outline in parks])
    ]
    features += [
        feature("street", "LineString", smooth(line, 5), name=name, w=width)
        for name, width, line in sorted(STREETS, key=lambda street: street[1])
    ]
    features += [
        feature("label", "Point", point, name=name, water=is_water)
        for name, point, is_water in LABELS
    ]
    return {"type": "FeatureCollection", "features": features}


def feature(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def blocks(river: Line, parks: list[Line]) -> Iterator[Line]:
    """Houses along both sides of every street, but not in water, parks or other streets."""
    rng = seeded(7)
    for _name, width, line in STREETS:
        for start, end in pairwise(line):
            length = math.hypot((end[0] - start[0]) * EAST, end[1] - start[1])
            along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
            at = 0.00012
            while at < length - 0.0001:
                front, depth = rng.uniform(0.00016, 0.00042), rng.uniform(0.00012, 0.0002)
                for side in (-1, 1):
                    if rng.random() < 0.22:
                        continue
                    setback = 0.00016 + 0.00006 * width
                    house = footprint(start, along, side, at, front, setback, depth)
                    if may_stand(house, river, parks):
                        yield [*house, house[0]]
                at += front + rng.uniform(0.00008, 0.00016)


def footprint(
    start: Point, along: Point, side: int, at: float, front: float, setback: float, depth: float
) -> Line:
    """The four corners of a house beside a street."""
    across = (-along[1] * side / EAST, along[0] * EAST * side)

    def corner(forward: float, out: float) -> Point:
        return (
            round(start[0] + along[0] * (at + forward) + across[0] * out, 6),
            round(start[1] + along[1] * (at + forward) + across[1] * out, 6),
        )

    back = setback + depth
    return [corner(0, setback), corner(front, setback), corner(front, back), corner(0, back)]


def may_stand(house: Line, river: Line, parks: list[Line]) -> bool:
    middle = (sum(x for x, _ in house) / 4, sum(y for _, y in house) / 4)
    if distance(middle, river) < RIVER_BANK or any(is_inside(middle, park) for park in parks):
        return False
    return not any(
        distance(corner, line) < 0.00012 + 0.00003 * width
        for _name, width, line in STREETS
        for corner in house
    )


def smooth(line: Line, parts: int) -> Line:
    """A Catmull-Rom curve through the points, `parts` pieces between each two."""
    curve: Line = []
    last = len(line) - 1
    for i in range(last):
        before, here, there, after = (
            line[max(i - 1, 0)], line[i], line[i + 1], line[min(i + 2, last)]
        )  # fmt: skip
        for k in range(parts):
            t = k / parts
            curve.append((
                round(spline(before[0], here[0], there[0], after[0], t), 6),
                round(spline(before[1], here[1], there[1], after[1], t), 6),
            ))  # fmt: skip
    return [*curve, line[-1]]


def spline(p0: float, p1: float, p2: float, p3: float, t: float) -> float:
    return 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )


def distance(point: Point, line: Line) -> float:
    """From a point to the nearest spot on a line, in degrees of latitude."""
    nearest = math.inf
    for (x1, y1), (x2, y2) in pairwise(line):
        dx, dy = (x2 - x1) * EAST, y2 - y1
        px, py = (point[0] - x1) * EAST, point[1] - y1
        t = max(0.0, min(1.0, (px * dx + py * dy) / (dx * dx + dy * dy or 1)))
        nearest = min(nearest, math.hypot(px - t * dx, py - t * dy))
    return nearest


def is_inside(point: Point, outline: Line) -> bool:
    """Whether a ray eastwards from the point crosses the outline an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
