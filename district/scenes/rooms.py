"""Rooms to meet, work and rest in."""

from district.scenes.palettes import Palette
from district.scenes.parts import (
    books,
    chair,
    cup,
    lamp,
    laptop,
    plant,
    room,
    sprig,
    sunbeam,
    table,
    window,
)
from district.scenes.shapes import (
    circle,
    ellipse,
    path,
    polygon,
    rect,
    seeded,
    shadow,
    stroke,
    words,
)


def meeting(p: Palette, seed: int) -> list[str]:
    parts = [
        *room(p, 395),
        *window(p, (70, 80, 330, 210), panes=(3, 1), seed=seed),
        *sunbeam(90, 395),
        *screen(p),
        *plant(745, 470, 1.35, p),
    ]
    for x in (200, 320, 440, 560):
        parts += chair(x, 470, 1, p)
    parts += [
        shadow(380, 560, 330, 22),
        *table(p, (150, 610), (60, 700), 420, 486),
        polygon([(160, 500), (182, 500), (150, 566), (134, 566)], p.wood_dark),
        polygon([(578, 500), (600, 500), (628, 566), (612, 566)], p.wood_dark),
        *laptop(300, 462, 1.1),
        *laptop(505, 452, 0.95),
        *cup(400, 470, 1, p.soft),
        *cup(215, 466, 1, p.accent),
        rect(410, 440, 56, 5, p.soft, 1),
        rect(414, 435, 48, 5, p.accent, 1),
    ]
    for x in (150, 300, 460, 610):
        parts += chair(x, 604, 1.35, p)
    return [*parts, *lamp(250, 40, 0.95, p), *lamp(480, 28, 0.95, p)]


def screen(p: Palette) -> list[str]:
    """A screen on the wall with a presentation under way."""
    return [
        rect(480, 110, 240, 138, p.dark, 8),
        rect(488, 118, 224, 122, "#2d525c", 4),
        rect(508, 142, 96, 12, "#fff", 3, opacity=".9"),
        rect(508, 166, 150, 7, "#fff", 3, opacity=".45"),
        rect(508, 182, 124, 7, "#fff", 3, opacity=".45"),
        rect(508, 210, 40, 16, p.accent, 3),
        rect(552, 204, 40, 22, p.leaf, 3),
        rect(596, 196, 40, 30, p.accent, 3),
    ]


def desks(p: Palette, seed: int) -> list[str]:
    rng = seeded(seed + 3)
    parts = [
        *room(p, 400),
        *window(p, (40, 60, 460, 250), panes=(4, 1), seed=seed),
        *sunbeam(60, 400),
        rect(560, 60, 200, 330, p.wood, 3),
    ]
    for shelf in range(4):
        parts.append(rect(572, 72 + shelf * 79, 176, 68, p.soft, 1))
        parts += books(p, 578, 140 + shelf * 79, 736, rng)
    return [
        *parts,
        *chair(150, 474, 0.9, p),
        *chair(400, 474, 0.9, p),
        *table(p, (40, 560), (10, 590), 420, 446, 9),
        rect(36, 455, 8, 90, p.dark),
        rect(556, 455, 8, 90, p.dark),
        *laptop(140, 438, 1.05),
        *laptop(390, 438, 1.05),
        *cup(240, 440, 1, p.accent),
        *sprig(300, 440, 0.75, p),
        *cup(500, 440, 1, p.soft),
        *armchair(p),
        *chair(150, 606, 1.3, p),
        *chair(380, 606, 1.3, p),
        *lamp(140, 44, 0.8, p, "globe"),
        *lamp(280, 30, 0.8, p, "globe"),
        *lamp(420, 44, 0.8, p, "globe"),
        *plant(775, 500, 1.2, p),
    ]


def armchair(p: Palette) -> list[str]:
    return [
        shadow(640, 588, 120, 14),
        path(p.seat, "M560 580 v-80 q0 -34 34 -34 h96 q34 0 34 34 v80z"),
        path(
            p.seat_dark,
            "M540 590 v-52 q0 -18 18 -18 t18 18 v22 h132 v-22 q0 -18 18 -18 t18 18 v52z",
        ),
        rect(596, 500, 60, 46, p.accent, 8, transform="rotate(-8 626 520)"),
    ]


def studio(p: Palette, seed: int) -> list[str]:
    parts = room(p, 410)
    for column in range(10):
        for row in range(5):
            parts += acoustic_tile(p, 40 + column * 74, 40 + row * 70)
    parts += [
        rect(270, 70, 260, 56, p.dark, 28),
        words(400, 108, "PÅ LUFTA", 28, p.accent, text_anchor="middle", letter_spacing="3"),
        shadow(400, 585, 330, 18, ".18"),
        *chair(190, 560, 1.4, p),
        *chair(610, 560, 1.4, p),
        ellipse(400, 452, 270, 46, p.wood),
        path(p.wood_dark, "M130 452 a270 46 0 0 0 540 0 v14 a270 46 0 0 1 -540 0z"),
        rect(384, 500, 32, 90, p.wood_dark),
    ]
    for x, side in ((270, 1), (530, -1)):
        parts += [
            stroke(p.dark, 7, "M", x - side * 70, 452, "L", x - side * 60, 360, "L", x, 330),
            rect(x - 16, 316, 32, 62, p.dark, 16),
            rect(x - 16, 352, 32, 6, p.accent),
        ]
    return [
        *parts,
        *laptop(400, 450, 1.2),
        *cup(330, 466, 1, p.accent),
        *cup(470, 470, 1, p.soft),
        stroke(p.dark, 8, "M612 440 a34 34 0 0 1 60 0"),
        rect(604, 434, 16, 28, p.seat, 7),
        rect(664, 434, 16, 28, p.seat, 7),
        *lamp(400, 150, 0.9, p),
        *plant(745, 560, 1.4, p),
    ]


def acoustic_tile(p: Palette, x: float, y: float) -> list[str]:
    middle = (x + 33, y + 31)
    return [
        rect(x, y, 66, 62, p.wall_shade, 4),
        polygon([(x, y), (x + 66, y), middle], "#fff", opacity=".10"),
        polygon([(x, y + 62), (x + 66, y + 62), middle], "#000", opacity=".10"),
    ]


def quiet(p: Palette, seed: int) -> list[str]:
    return [
        *room(p, 420),
        *window(p, (430, 70, 280, 250), seed=seed),
        *sunbeam(380, 420),
        *high_backed_sofa(p),
        ellipse(470, 470, 78, 15, p.wood),
        rect(464, 474, 12, 96, p.wood_dark),
        ellipse(470, 574, 46, 8, p.wood_dark),
        *cup(450, 466, 1.1, p.soft),
        rect(478, 454, 46, 7, p.accent, 1),
        rect(482, 447, 40, 7, p.seat, 1),
        stroke(p.dark, 6, "M640 574 V250 q0 -60 -60 -60"),
        path(p.dark, "M540 214 a40 34 0 0 1 80 0z"),
        ellipse(640, 576, 40, 7, p.dark),
        *plant(735, 560, 1.5, p),
        rect(60, 100, 120, 150, p.soft, 2),
        rect(72, 112, 96, 126, p.wall_shade),
        circle(120, 160, 26, p.accent),
        path(p.seat, "M72 238 l34 -52 l22 30 l16 -20 l24 42z"),
    ]


def high_backed_sofa(p: Palette) -> list[str]:
    return [
        shadow(250, 575, 170, 18, ".15"),
        path(p.seat, "M120 560 v-190 q0 -110 120 -110 t120 110 v190 h-30 v-110 h-180 v110z"),
        path(p.seat_dark, "M150 450 v-70 q0 -84 90 -84 t90 84 v70z"),
        rect(140, 446, 200, 44, p.seat, 14),
        rect(186, 384, 84, 60, p.accent, 12, transform="rotate(-6 228 414)"),
        rect(136, 560, 12, 22, p.wood_dark),
        rect(332, 560, 12, 22, p.wood_dark),
    ]
