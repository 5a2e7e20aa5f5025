"""Halls: one with a stage, and one that a folding wall divides in two."""

from district.scenes.palettes import Palette
from district.scenes.parts import chair, lamp, plant, room, sunbeam, window
from district.scenes.shapes import circle, line, polygon, rect, shadow, words


def event(p: Palette, seed: int) -> list[str]:
    parts = [
        *room(p, 360),
        rect(230, 60, 340, 190, p.soft, 4),
        rect(240, 70, 320, 170, p.seat_dark, 2),
        words(266, 150, "God dag,", 40, p.soft),
        words(266, 194, "Trondheim", 40, p.accent),
        *window(p, (24, 60, 160, 220), panes=(2, 2), seed=seed),
        *window(p, (616, 60, 160, 220), panes=(2, 2), seed=seed + 4, name="b"),
        *stage(p),
        *plant(190, 350, 0.95, p),
    ]
    for row, (y, scale, count) in enumerate(((450, 0.62, 9), (508, 0.8, 8), (590, 1.08, 7))):
        for i in range(count):
            x = 400 + (i - (count - 1) / 2) * 92 * scale * 1.06
            marked = (i * 7 + row * 3 + seed) % 9 == 0
            parts += chair(x, y, scale, p, colour=p.accent if marked else "")
    for x in (110, 225, 340, 455, 570, 690):
        parts += lamp(x, 20 + (x % 3) * 8, 0.6, p, "globe")
    return parts


def stage(p: Palette) -> list[str]:
    return [
        polygon([(200, 330), (600, 330), (640, 380), (160, 380)], p.wood),
        rect(160, 380, 480, 16, p.wood_dark),
        rect(470, 262, 64, 82, p.wood_dark, 3),
        polygon([(462, 262), (542, 262), (536, 246), (468, 246)], p.wood),
        rect(500, 226, 3, 24, p.dark),
        circle(501, 224, 5, p.dark),
    ]


def hall(p: Palette, seed: int) -> list[str]:
    """A hall whose folding wall is half drawn: A to the left, B to the right."""
    parts = [
        *room(p, 380),
        *window(p, (30, 70, 250, 200), panes=(3, 1), seed=seed),
        *window(p, (520, 70, 250, 200), panes=(3, 1), seed=seed + 2, name="b"),
        *sunbeam(20, 380),
        rect(0, 34, 800, 10, p.dark, opacity=".5"),
        letter(p, 332, "A"),
        letter(p, 478, "B"),
    ]
    for x in (60, 150, 240):
        parts += chair(x, 470, 0.8, p)
    for x in (112, 268):
        parts += round_table(p, x, 520)
    for row, (y, scale) in enumerate(((446, 0.6), (506, 0.78), (582, 1.0))):
        for i in range(4):
            marked = (i + row + seed) % 5 == 0
            left = 560 + i * 66 * scale * 1.25 - row * 12
            parts += chair(left, y, scale, p, colour=p.accent if marked else "")
    parts += folding_wall(p)
    for x in (90, 210, 600, 720):
        parts += lamp(x, 26, 0.7, p, "cone", p.seat)
    return [*parts, *plant(36, 590, 1.2, p)]


def letter(p: Palette, x: float, text: str) -> str:
    return words(x, 200, text, 46, p.seat, text_anchor="middle", opacity=".9")


def round_table(p: Palette, x: float, y: float) -> list[str]:
    top = polygon([(x - 64, y), (x - 44, y - 16), (x + 44, y - 16), (x + 64, y)], p.wood)
    return [
        shadow(x, y + 62, 66, 9),
        top,
        rect(x - 64, y, 128, 8, p.wood_dark, 4),
        rect(x - 4, y + 8, 8, 52, p.wood_dark),
        rect(x - 30, y + 58, 60, 5, p.wood_dark, 2),
    ]


def folding_wall(p: Palette) -> list[str]:
    """Panels in a zigzag on their rail, drawn across from the back to the middle."""
    parts = []
    for i in range(5):
        left, right = 372 + i * 15, 372 + (i + 1) * 15
        top_left, top_right = (44 - i * 4, 40 - i * 4)
        low_left, low_right = (396 + i * 40, 396 + (i + 1) * 40)
        outline = [(left, top_left), (right, top_right), (right, low_right), (left, low_left)]
        parts.append(polygon(outline, p.wood if i % 2 else p.wood_dark))
        parts.append(line(right, top_right, right, low_right, "#000", 2, stroke_opacity=".18"))
    return parts
