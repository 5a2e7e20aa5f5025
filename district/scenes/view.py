"""Trondheim's river with its wooden wharves and the hills behind, through a window or not."""

import random

from district.scenes.shapes import gradient, path, polygon, rect, seeded

FACADES = (
    "#a8442f", "#d9a441", "#5f7f63", "#c9c2b0", "#7c3b2c", "#e3c98f", "#49707a", "#b8603f",
)  # fmt: skip
SKY = ("#cfe3ea", "#f4efe2")
FAR_HILL, NEAR_HILL, WATER = "#9db9b4", "#7fa39b", "#86aeb6"
PANE, PILE = "#f6f1e4", "#4b3a2e"


def river_view(
    box: tuple[float, float, float, float], *, seed: int = 1, name: str = "view"
) -> list[str]:
    x, y, width, height = box
    rng = seeded(seed)
    unit = height / 160
    quay = y + height * 0.80
    return [
        f'<clipPath id="{name}">{rect(x, y, width, height, "#fff", 3)}</clipPath>',
        gradient(f"{name}-sky", *SKY),
        f'<g clip-path="url(#{name})">',
        rect(x, y, width, height, f"url(#{name}-sky)"),
        *hills(box),
        *wharves(x, width, quay, unit, rng),
        rect(x, quay + 6 * unit, width, height, WATER),
        *glints(x, width, quay, unit, rng),
        "</g>",
    ]


def hills(box: tuple[float, float, float, float]) -> list[str]:
    x, y, width, height = box

    def at(right: float, down: float) -> str:
        return f"{x + width * right:.1f} {y + height * down:.1f}"

    down = ("V", y + height, "H", x, "Z")
    return [
        path(
            FAR_HILL, "M", at(0, 0.52), "C", at(0.2, 0.3), at(0.38, 0.46), at(0.55, 0.36),
            "S", at(0.85, 0.28), at(1, 0.44), *down,
        ),
        path(
            NEAR_HILL, "M", at(0, 0.6), "C", at(0.25, 0.46), at(0.5, 0.6), at(0.7, 0.5),
            "S", at(0.95, 0.5), at(1, 0.54), *down,
        ),
    ]  # fmt: skip


def wharves(x: float, width: float, quay: float, unit: float, rng: random.Random) -> list[str]:
    """Gabled warehouses on piles, shoulder to shoulder."""
    parts = []
    left = x - 6
    while left < x + width:
        wide, tall = rng.randint(20, 30) * unit, rng.randint(38, 58) * unit
        eaves = quay - tall
        gable = (left + wide / 2, eaves - 13 * unit)
        right = left + wide
        outline = [(left, quay), (left, eaves), gable, (right, eaves), (right, quay)]
        parts.append(polygon(outline, rng.choice(FACADES)))
        for floor in range(3):
            for column in range(2):
                pane_x = left + wide * (0.22 + 0.36 * column)
                pane_y = eaves + (8 + 13 * floor) * unit
                parts.append(rect(pane_x, pane_y, wide * 0.18, 6 * unit, PANE))
        parts += [
            rect(left + wide * (0.15 + 0.3 * pile), quay, 2 * unit, 9 * unit, PILE)
            for pile in range(3)
        ]
        left = right + 1.5 * unit
    return parts


def glints(
    x: float, width: float, quay: float, unit: float, rng: random.Random, count: int = 9
) -> list[str]:
    """Light on the water."""
    return [
        rect(
            x + rng.random() * width,
            quay + (10 + rng.random() * 20) * unit,
            (14 + rng.random() * 34) * unit,
            1.6 * unit,
            "#fff",
            1,
            opacity=".28",
        )
        for _ in range(count)
    ]
