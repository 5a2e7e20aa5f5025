"""Rooms to make and measure things in."""

import random

from district.scenes.palettes import Palette
from district.scenes.parts import chair, cup, lamp, laptop, room, sunbeam, window
from district.scenes.shapes import circle, line, path, polygon, rect, ring, seeded, shadow, stroke

GLASS = "#f5fbfa"


def lab(p: Palette, seed: int) -> list[str]:
    parts = room(p, 410, planks=False)
    parts += [
        line(400 + i * 90, 410, 400 + i * 210, 600, "#fff", 2, stroke_opacity=".3")
        for i in range(-6, 8)
    ]
    parts += [
        *window(p, (490, 90, 240, 180), seed=seed),
        *reagent_shelves(p, seeded(seed)),
        *fume_hood(p),
        *bench(p),
        *microscope(p),
    ]
    for x, colour, scale in ((330, p.accent, 1), (392, "#6fb3a6", 1.25), (462, p.seat, 0.9)):
        parts += flask(x, scale, colour)
    return [
        *parts,
        *laptop(700, 398, 1.2),
        *chair(210, 606, 1.2, p, back=False),
        *chair(520, 606, 1.2, p, back=False),
        *lamp(400, 20, 0.8, p, "cone"),
        *lamp(660, 12, 0.8, p, "cone"),
    ]


def reagent_shelves(p: Palette, rng: random.Random) -> list[str]:
    parts = [
        rect(50, 70, 380, 130, p.soft, 4),
        rect(50, 130, 380, 6, p.wall_shade),
        rect(50, 200, 380, 8, "#000", opacity=".07"),
    ]
    bottles = (p.seat, p.accent, p.leaf, "#9cc3cc", "#e6d2a6", p.wall_shade)
    x = 66
    while x < 400:
        width, height = rng.choice((14, 18, 24)), rng.choice((24, 34, 44))
        parts.append(rect(x, 130 - height, width, height, rng.choice(bottles), 3))
        parts.append(rect(x + width * 0.25, 124 - height, width * 0.5, 7, p.dark, 1))
        x += width + rng.choice((6, 10, 16))
    boxes = (p.wall_shade, p.seat, "#b9cbcb", p.accent)
    x = 70
    while x < 400:
        width, height = rng.choice((30, 44, 20)), rng.choice((22, 34, 44))
        parts.append(rect(x, 198 - height, width, height, rng.choice(boxes), 3))
        x += width + rng.choice((8, 14))
    return parts


def fume_hood(p: Palette) -> list[str]:
    return [
        rect(60, 235, 190, 150, "#dce5e5", 6),
        rect(76, 252, 158, 118, "#8fb4bc", 3),
        rect(76, 252, 158, 40, "#b9d3d8", 3),
        rect(140, 240, 30, 6, p.dark, 2),
        circle(232, 243, 4, p.leaf),
        path("#e8f4f2", "M120 370 v-40 h18 v40 q12 0 14 0 h-46 q2 0 14 0"),
        rect(170, 336, 34, 34, p.accent, 4, opacity=".9"),
    ]


def bench(p: Palette) -> list[str]:
    parts = [
        shadow(420, 575, 380, 18, ".12"),
        rect(0, 400, 800, 36, p.soft),
        rect(0, 436, 800, 10, "#000", opacity=".10"),
        rect(20, 446, 760, 120, p.wall_shade),
    ]
    for i in range(5):
        parts.append(rect(34 + i * 150, 458, 132, 96, p.wall, 4))
        parts.append(rect(88 + i * 150, 470, 24, 5, p.seat_dark, 2))
    return parts


def microscope(p: Palette) -> list[str]:
    return [
        rect(560, 386, 74, 14, p.dark, 4),
        path(p.dark, "M618 388 c30 -30 20 -96 -24 -100 l-4 18 c26 8 30 52 6 78z"),
        rect(566, 268, 22, 76, "#eef2f2", 6, transform="rotate(-16 577 306)"),
        rect(566, 352, 46, 7, p.dark, 2),
        rect(552, 254, 26, 24, p.dark, 4, transform="rotate(-16 565 266)"),
    ]


def flask(x: float, s: float, colour: str) -> list[str]:
    rim = ("q", 2 * s, 6 * s, -6 * s, 6 * s, "h", -38 * s, "q", -8 * s, 0, -6 * s, -6 * s)
    return [
        path(
            GLASS, "M", x - 7 * s, 400 - 66 * s, "h", 14 * s, "v", 26 * s, "l", 18 * s, 34 * s,
            *rim, "l", 18 * s, -34 * s, "z", opacity=".85",
        ),
        path(colour, "M", x - 16 * s, 400 - 22 * s, "h", 32 * s, "l", 9 * s, 16 * s, *rim, "z"),
        rect(x - 9 * s, 400 - 70 * s, 18 * s, 6 * s, GLASS, 2),
    ]  # fmt: skip


def workshop(p: Palette, seed: int) -> list[str]:
    parts = [
        *room(p, 410),
        *tool_wall(p),
        *window(p, (540, 80, 200, 200), panes=(2, 2), seed=seed),
        *sunbeam(470, 410),
        shadow(400, 580, 380, 18, ".15"),
        rect(30, 404, 740, 26, p.wood, 4),
        rect(30, 430, 740, 8, p.wood_dark),
        rect(60, 438, 26, 140, p.wood_dark),
        rect(714, 438, 26, 140, p.wood_dark),
        rect(86, 520, 628, 12, p.wood_dark),
        *printer(p),
        *laptop(350, 402, 1.3),
        rect(420, 384, 90, 20, p.soft, 2),
        rect(430, 372, 90, 12, p.wood_dark, 2),
        path("#889599", "M560 404 q0 -60 46 -70 l10 10 q-34 14 -34 60z"),
        circle(612, 340, 14, p.accent),
        rect(540, 394, 70, 10, p.dark, 3),
        *cup(668, 404, 1.2, p.seat),
        rect(662, 366, 4, 24, p.accent),
        rect(670, 362, 4, 26, p.leaf),
    ]
    for i, colour in enumerate((p.seat, p.accent, p.leaf, p.seat, p.accent)):
        parts.append(rect(130 + i * 110, 474, 92, 46, colour, 4))
        parts.append(rect(160 + i * 110, 486, 32, 8, p.soft, 2))
    return [
        *parts,
        *lamp(260, 18, 0.9, p, "cone", p.seat),
        *lamp(520, 18, 0.9, p, "cone", p.seat),
    ]


def tool_wall(p: Palette) -> list[str]:
    """A perforated board with a hammer, a drill, screwdrivers, a spanner and a set square."""
    holes = [
        circle(84 + column * 44, 92 + row * 42, 2.2, p.wood_dark)
        for column in range(9)
        for row in range(5)
    ]
    steel, pale = "#9aa7aa", "#aeb9bb"
    return [
        rect(60, 70, 400, 220, p.wood, 4),
        *holes,
        rect(105, 130, 10, 92, p.dark, 4),
        rect(84, 110, 52, 24, steel, 4),
        polygon([(190, 106), (260, 106), (274, 146), (204, 146)], "#bfc9cb"),
        rect(256, 100, 40, 30, p.accent, 9),
        rect(336, 104, 8, 70, pale),
        rect(331, 170, 18, 50, p.seat, 7),
        rect(386, 104, 8, 60, pale),
        rect(381, 160, 18, 46, p.accent, 7),
        ring(430, 118, 14, steel, 9),
        rect(425, 130, 10, 86, steel, 4),
        stroke(p.soft, 10, "M200 250 L260 250 L260 190z"),
    ]


def printer(p: Palette) -> list[str]:
    """A 3D printer halfway through a vase."""
    return [
        rect(110, 290, 130, 114, p.dark, 8),
        rect(122, 302, 106, 82, "#5c7780", 4),
        rect(122, 318, 106, 5, p.dark),
        rect(160, 316, 22, 20, p.accent, 2),
        path(p.soft, "M156 384 h38 l-6 -26 q-13 -12 -26 0z"),
        rect(110, 390, 130, 14, p.seat, 3),
        circle(226, 397, 3, "#8ce0b0"),
    ]
