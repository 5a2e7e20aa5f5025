"""Outdoors: the house from the street, and the yard by the river."""

import random

from district.scenes.palettes import Palette
from district.scenes.shapes import (
    circle,
    ellipse,
    gradient,
    path,
    polygon,
    rect,
    ring,
    seeded,
    shadow,
    stroke,
)
from district.scenes.view import FAR_HILL, NEAR_HILL, WATER, glints, wharves

GLASS, LIT = "#3b5660", "#f6d98a"


def exterior(p: Palette, seed: int) -> list[str]:
    """A wooden house with one yellow door, and bicycles outside."""
    rng = seeded(seed)
    parts = [
        gradient("sky", "#bfd9e2", "#f3ebda"),
        rect(0, 0, 800, 600, "url(#sky)"),
        path(FAR_HILL, "M0 330 C150 250 300 320 430 270 S700 240 800 300 V600 H0Z"),
        rect(130, 130, 430, 380, p.seat),
        polygon([(110, 136), (345, 50), (580, 136)], p.dark),
        *(rect(130 + i * 20, 136, 2, 374, "#000", opacity=".10") for i in range(22)),
    ]
    for row in range(3):
        for column in range(5):
            if (row, column) != (2, 2):  # where the door is
                lit = rng.random() > 0.55
                parts += sash_window(p, 160 + column * 80, 170 + row * 108, is_lit=lit)
    parts += [
        rect(314, 380, 66, 130, p.soft, 1),
        rect(320, 386, 54, 124, p.accent),
        rect(327, 396, 40, 50, GLASS),
        circle(366, 462, 3, p.dark),
        *neighbour(p),
        rect(0, 508, 800, 92, "#c9c3b4"),
        rect(0, 508, 800, 8, "#fff", opacity=".45"),
        rect(66, 380, 9, 130, p.wood_dark),
        ellipse(70, 340, 50, 70, p.leaf),
        ellipse(92, 372, 36, 44, p.leaf, opacity=".8"),
    ]
    return [*parts, *bicycle(p, 430, 540), *bicycle(p, 510, 540)]


def sash_window(p: Palette, x: float, y: float, *, is_lit: bool) -> list[str]:
    parts = [
        rect(x - 5, y - 5, 60, 80, p.soft, 1),
        rect(x, y, 50, 70, GLASS),
        rect(x + 23, y, 4, 70, p.soft),
        rect(x, y + 32, 50, 4, p.soft),
    ]
    return [*parts, rect(x, y, 23, 32, LIT)] if is_lit else parts


def neighbour(p: Palette) -> list[str]:
    """The modern building next door."""
    parts = [rect(580, 230, 220, 280, p.wall_shade)]
    for floor in range(3):
        parts.append(rect(600, 254 + floor * 84, 200, 50, "#47646d"))
        parts += [rect(600 + i * 44, 254 + floor * 84, 4, 50, p.soft) for i in range(5)]
    return parts


def bicycle(p: Palette, x: float, y: float) -> list[str]:
    frame = (
        "l20 -30 h24 l14 30",
        "M", x + 20, y - 30, "l10 30 l18 -30",
        "M", x + 44, y - 30, "l-3 -10 h10",
    )  # fmt: skip
    return [
        ring(x, y, 22, p.dark, 4),
        ring(x + 58, y, 22, p.dark, 4),
        stroke(p.accent, 4, "M", x, y, *frame),
    ]


def park(p: Palette, seed: int) -> list[str]:
    """A yard on the bank: trees, benches, a long table, the wharves across the water."""
    rng = seeded(seed)
    return [
        gradient("sky", "#bfdce8", "#f6efdf"),
        gradient("grass", "#8fb183", "#a9c495"),
        rect(0, 0, 800, 600, "url(#sky)"),
        circle(640, 96, 42, "#fbe7b2"),
        path(FAR_HILL, "M0 240 C140 150 300 220 440 176 S690 140 800 196 V400 H0Z"),
        path(NEAR_HILL, "M0 268 C180 206 380 262 540 222 S740 220 800 236 V400 H0Z"),
        *wharves(0, 800, 320, 1.5, rng),
        rect(0, 329, 800, 90, WATER),
        *glints(0, 800, 320, 1.5, rng, count=16),
        path("url(#grass)", "M0 384 C200 366 430 396 800 372 V600 H0Z"),
        path("#d9cfb4", "M300 600 C330 520 420 470 560 440 S760 414 800 410 V450 "
             "C690 470 560 500 520 600Z"),
        *tree(p, 96, 470, 1.5),
        *tree(p, 706, 432, 1.05),
        *tree(p, 760, 470, 1.3),
        *bench_seat(p, 220, 452, 0.8),
        *bench_seat(p, 610, 474, 0.9),
        *long_table(p, 190, 560),
        *bicycle(p, 640, 566),
        *(ellipse(x, y, 7, 3, c) for x, y, c in flowers(p, rng)),
    ]  # fmt: skip


def tree(p: Palette, x: float, y: float, s: float) -> list[str]:
    return [
        shadow(x + 8 * s, y, 56 * s, 9 * s, ".12"),
        rect(x - 6 * s, y - 110 * s, 12 * s, 110 * s, p.wood_dark),
        ellipse(x, y - 160 * s, 58 * s, 76 * s, p.leaf),
        ellipse(x + 28 * s, y - 128 * s, 42 * s, 48 * s, p.leaf, opacity=".85"),
        ellipse(x - 30 * s, y - 120 * s, 36 * s, 40 * s, p.leaf, opacity=".9"),
        ellipse(x - 14 * s, y - 184 * s, 26 * s, 34 * s, "#fff", opacity=".10"),
    ]


def bench_seat(p: Palette, x: float, y: float, s: float) -> list[str]:
    slats = [rect(x, y - (46 - i * 14) * s, 130 * s, 9 * s, p.wood, 2) for i in range(2)]
    return [
        shadow(x + 65 * s, y + 22 * s, 74 * s, 7 * s),
        *slats,
        rect(x - 4 * s, y - 12 * s, 138 * s, 12 * s, p.wood, 3),
        rect(x - 4 * s, y - 2 * s, 138 * s, 4 * s, p.wood_dark),
        *(rect(x + dx * s, y - 44 * s, 7 * s, 66 * s, p.dark) for dx in (10, 113)),
    ]


def long_table(p: Palette, x: float, y: float) -> list[str]:
    """Where twenty can eat, or a class can solder."""
    return [
        shadow(x + 130, y + 28, 180, 12),
        polygon([(x - 10, y - 56), (x + 270, y - 56), (x + 300, y - 34), (x - 40, y - 34)], p.wood),
        rect(x - 40, y - 34, 340, 9, p.wood_dark),
        polygon([(x - 60, y - 4), (x + 320, y - 4), (x + 330, y + 6), (x - 70, y + 6)], p.wood),
        rect(x - 70, y + 6, 400, 7, p.wood_dark),
        *(rect(x + dx, y - 26, 10, 52, p.wood_dark) for dx in (-6, 256)),
        rect(x + 40, y - 62, 46, 12, p.soft, 2),
        rect(x + 150, y - 66, 14, 20, p.accent, 3),
        rect(x + 176, y - 62, 14, 16, p.seat, 3),
    ]


def flowers(p: Palette, rng: random.Random) -> list[tuple[float, float, str]]:
    colours = (p.accent, p.soft, "#d96f4e")
    return [
        (rng.uniform(10, 300), rng.uniform(470, 590), rng.choice(colours)) for _ in range(14)
    ] + [(rng.uniform(600, 790), rng.uniform(500, 590), rng.choice(colours)) for _ in range(10)]
