"""What rooms are furnished with: floors and walls, windows, chairs, lamps, plants, cups."""

import random

from district.scenes.palettes import Palette
from district.scenes.shapes import (
    Point,
    circle,
    ellipse,
    gradient,
    line,
    path,
    polygon,
    rect,
    ring,
)
from district.scenes.view import river_view

WIDTH, HEIGHT = 800, 600
SUN = "#fff6db"
LIGHT = "#fff3cf"


def room(p: Palette, horizon: float = 400, *, planks: bool = True) -> list[str]:
    """A wall, a floor and the skirting between them."""
    parts = [
        gradient("wall", p.wall, p.wall_shade, sideways=True),
        gradient("floor", p.floor_far, p.floor),
        rect(0, 0, WIDTH, HEIGHT, "url(#wall)"),
        rect(0, horizon, WIDTH, HEIGHT - horizon, "url(#floor)"),
    ]
    if planks:
        parts += [
            line(400 + i * 46, horizon, 400 + i * 130, HEIGHT, "#000", 2, stroke_opacity=".07")
            for i in range(-14, 16)
        ]
    return [*parts, rect(0, horizon - 9, WIDTH, 9, p.soft, opacity=".8")]


def sunbeam(x: float, y: float) -> list[str]:
    """Light from a window, lying on the floor."""
    near = [(x, y), (x + 150, y), (x + 330, HEIGHT), (x + 90, HEIGHT)]
    far = [(x + 175, y), (x + 310, y), (x + 560, HEIGHT), (x + 370, HEIGHT)]
    return [polygon(beam, SUN, opacity=".34") for beam in (near, far)]


def window(
    p: Palette,
    box: tuple[float, float, float, float],
    *,
    panes: tuple[int, int] = (2, 1),
    seed: int = 1,
    name: str = "a",
) -> list[str]:
    """A window with the river outside; `name` keeps its clip path apart from others'."""
    x, y, width, height = box
    columns, rows = panes
    parts = [
        rect(x - 9, y - 9, width + 18, height + 18, p.soft, 3),
        *river_view(box, seed=seed, name=name),
    ]
    parts += [rect(x + width * i / columns - 3, y, 6, height, p.soft) for i in range(1, columns)]
    parts += [rect(x, y + height * i / rows - 3, width, 6, p.soft) for i in range(1, rows)]
    return [
        *parts,
        rect(x - 18, y + height + 9, width + 36, 9, p.soft, 2),
        rect(x - 18, y + height + 18, width + 36, 5, "#000", 2, opacity=".08"),
    ]


LEAVES = (
    (-30, -92, -28), (26, -100, 24), (0, -118, 0), (-46, -58, -52),
    (44, -62, 50), (-14, -80, -12), (16, -72, 14),
)  # fmt: skip


def plant(x: float, y: float, s: float, p: Palette) -> list[str]:
    """A big plant in a pot on the floor."""
    parts = []
    for dx, dy, angle in LEAVES:
        cx, cy = x + dx * s * 0.6, y + dy * s
        turn = f"rotate({angle} {cx:.1f} {cy:.1f})"
        shade = ".78" if dx % 4 else "1"
        parts.append(ellipse(cx, cy, 11 * s, 34 * s, p.leaf, opacity=shade, transform=turn))
    top, lit = y - 46 * s, x + 24 * s
    return [
        *parts,
        polygon([(x - 24 * s, top), (lit, top), (x + 18 * s, y), (x - 18 * s, y)], p.soft),
        polygon([(x, top), (lit, top), (x + 18 * s, y), (x + 4 * s, y)], "#000", opacity=".08"),
    ]


def sprig(x: float, y: float, s: float, p: Palette) -> list[str]:
    """A small plant in a bowl on a table or shelf."""
    leaves = ((-10, -58), (10, -64), (-9, -74), (9, -82), (0, -92))
    return [
        rect(x - 1.5 * s, y - 60 * s, 3 * s, 40 * s, p.leaf),
        *(ellipse(x + dx * s, y + dy * s, 9 * s, 6 * s, p.leaf) for dx, dy in leaves),
        path(
            p.accent, "M", x - 9 * s, y - 24 * s, "q", 9 * s, -6 * s, 18 * s, 0,
            "l", 4 * s, 20 * s, "q", -13 * s, 8 * s, -26 * s, 0, "z",
        ),
    ]  # fmt: skip


def lamp(
    x: float, y: float, s: float, p: Palette, shape: str = "dome", colour: str = ""
) -> list[str]:
    """A lamp that hangs from the ceiling down to `y`, with its cone of light."""
    shade = colour or p.dark
    cord = rect(x - 1, 0, 2, y, p.dark, opacity=".7")
    if shape == "dome":
        body = path(
            shade, "M", x - 40 * s, y + 30 * s, "a", 40 * s, 36 * s, "0 0 1", 80 * s, 0, "z"
        )
    elif shape == "globe":
        body = circle(x, y + 20 * s, 22 * s, p.soft)
    else:
        low = y + 34 * s
        body = polygon(
            [(x - 14 * s, y), (x + 14 * s, y), (x + 38 * s, low), (x - 38 * s, low)], shade
        )
    top, end = y + 33 * s, y + 250 * s
    cone = [(x - 36 * s, top), (x + 36 * s, top), (x + 120 * s, end), (x - 120 * s, end)]
    return [cord, body, polygon(cone, LIGHT, opacity=".13")]


def chair(
    x: float, y: float, s: float, p: Palette, *, back: bool = True, colour: str = ""
) -> list[str]:
    cover = colour or p.seat
    top = y - 48 * s
    parts = []
    for side in (-24, 24):
        leg, foot = x + side * s * 0.7, x + side * s * 1.12
        parts.append(polygon([(leg, top), (leg + 4 * s, top), (foot + 3 * s, y), (foot, y)],
                             p.wood_dark))  # fmt: skip
    if not back:
        return [*parts, rect(x - 32 * s, y - 58 * s, 64 * s, 13 * s, cover, 6 * s)]
    return [
        *parts,
        path(
            cover, "M", x - 30 * s, y - 52 * s, "v", -46 * s, "q", 0, -14 * s, 14 * s, -14 * s,
            "h", 32 * s, "q", 14 * s, 0, 14 * s, 14 * s, "v", 46 * s, "z",
        ),
        rect(x - 34 * s, y - 60 * s, 68 * s, 14 * s, p.seat_dark, 6 * s),
    ]  # fmt: skip


def laptop(x: float, y: float, s: float) -> list[str]:
    def lid(half_bottom: float, half_top: float, bottom: float, top: float) -> list[Point]:
        return [
            (x - half_bottom * s, y - bottom * s),
            (x + half_bottom * s, y - bottom * s),
            (x + half_top * s, y - top * s),
            (x - half_top * s, y - top * s),
        ]

    return [
        polygon(lid(28, 24, 0, 36), "#3b4a50"),
        polygon(lid(24, 21, 3, 33), "#bfd9dd"),
        rect(x - 34 * s, y, 68 * s, 5 * s, "#9aa8ac", 2),
    ]


def cup(x: float, y: float, s: float, colour: str) -> list[str]:
    return [
        rect(x - 9 * s, y - 18 * s, 18 * s, 18 * s, colour, 4 * s),
        ring(x + 11 * s, y - 10 * s, 5 * s, colour, 3 * s),
    ]


def books(p: Palette, x: float, shelf: float, end: float, rng: random.Random) -> list[str]:
    """A row of books, with a plant now and then."""
    covers = (p.seat, p.accent, p.leaf, p.wall_shade, p.wood_dark, p.dark)
    parts: list[str] = []
    while x < end:
        if rng.random() < 0.16:
            parts += sprig(x + 16, shelf, 0.5, p)
            x += 36
            continue
        width, height = rng.choice((8, 11, 14)), rng.randint(34, 56)
        parts.append(rect(x, shelf - height, width, height, rng.choice(covers), 1))
        x += width + 1
    return parts


def table(p: Palette, far: tuple[float, float], near: tuple[float, float],
          top: float, edge: float, thickness: float = 14) -> list[str]:  # fmt: skip
    """A table top seen from one end: `far` and `near` are its left and right corners."""
    return [
        polygon([(far[0], top), (far[1], top), (near[1], edge), (near[0], edge)], p.wood),
        rect(near[0], edge, near[1] - near[0], thickness, p.wood_dark),
    ]
