"""Close-ups that belong to any room: the coffee bar and a desk by the window."""

from district.scenes.palettes import Palette
from district.scenes.parts import cup, lamp, laptop, room, sprig, window
from district.scenes.shapes import circle, ellipse, path, rect, seeded, shadow, stroke


def coffee(p: Palette, seed: int) -> list[str]:
    rng = seeded(seed)
    parts = [
        *room(p, 430),
        rect(60, 110, 680, 12, p.wood, 2),
        rect(60, 220, 430, 12, p.wood, 2),
        *window(p, (540, 150, 190, 190), seed=seed),
    ]
    for i in range(11):
        parts += cup(90 + i * 36, 110, 1.15, rng.choice((p.seat, p.accent, p.soft, p.leaf)))
    for i, beans in enumerate((p.wood_dark, p.accent, p.wood, p.leaf)):
        parts += [
            rect(84 + i * 62, 172, 40, 48, p.soft, 6, opacity=".9"),
            rect(84 + i * 62, 190, 40, 30, beans, 5),
            rect(86 + i * 62, 164, 36, 10, p.dark, 3),
        ]
    parts += [
        *sprig(400, 220, 0.9, p),
        rect(0, 386, 800, 30, p.wood),
        rect(0, 416, 800, 184, p.seat),
    ]
    for i in range(6):
        parts.append(rect(20 + i * 132, 436, 118, 150, p.seat_dark, 4, opacity=".55"))
        parts.append(rect(62 + i * 132, 450, 34, 6, p.accent, 3))
    parts += [
        *espresso_machine(p),
        rect(330, 330, 44, 56, p.soft, 4),
        stroke(p.soft, 6, "M330 334 q-20 4 -18 24 q2 14 18 14"),
        ellipse(440, 380, 46, 9, p.soft),
    ]
    for x, bun in ((416, p.accent), (440, p.wood_dark), (464, p.accent)):
        parts.append(path(bun, "M", x - 16, 374, "q16 -26 32 0z"))
    return [
        *parts,
        *lamp(220, 40, 0.7, p, "cone", p.accent),
        *lamp(430, 40, 0.7, p, "cone", p.accent),
    ]


def espresso_machine(p: Palette) -> list[str]:
    parts = [
        rect(120, 258, 170, 128, "#c9d2d4", 10),
        rect(120, 258, 170, 26, p.dark, 8),
        circle(150, 272, 4, p.accent),
        circle(166, 272, 4, "#8ce0b0"),
    ]
    for x in (142, 216):
        parts += [
            rect(x, 304, 52, 12, p.dark, 3),
            rect(x + 22, 316, 8, 14, p.dark),
            *cup(x + 26, 378, 1.1, p.soft),
        ]
    return parts


def detail(p: Palette, seed: int) -> list[str]:
    return [
        rect(0, 0, 800, 600, p.wall),
        *window(p, (120, 50, 560, 330), panes=(3, 1), seed=seed),
        rect(0, 430, 800, 170, p.wood),
        rect(0, 430, 800, 10, "#fff", opacity=".25"),
        *(rect(0, 455 + i * 26, 800, 2, p.wood_dark, opacity=".35") for i in range(6)),
        shadow(230, 520, 130, 16, ".12"),
        *laptop(230, 510, 3),
        *cup(420, 520, 2.4, p.accent),
        *sprig(600, 520, 2, p),
        rect(480, 512, 90, 12, p.soft, 2),
        rect(488, 500, 78, 12, p.seat, 2),
    ]
