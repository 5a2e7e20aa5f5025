"""SVG shapes as text. Every function returns one element; numbers keep one decimal."""

import random
from collections.abc import Iterable

Point = tuple[float, float]


def seeded(seed: int) -> random.Random:
    """Chance that falls the same way every time."""
    return random.Random(seed)


def number(value: float) -> str:
    return f"{round(value, 1):g}"


def element(name: str, **attributes: str | float) -> str:
    """`<name …/>`; an underscore in an attribute's name stands for a dash."""
    written = [
        f'{key.replace("_", "-")}="{number(value) if isinstance(value, float) else value}"'
        for key, value in attributes.items()
    ]
    return f"<{name} {' '.join(written)}/>"


def rect(
    x: float, y: float, width: float, height: float, fill: str, r: float = 0, **more: str
) -> str:
    corners = {"rx": float(r)} if r else {}
    return element(
        "rect", x=float(x), y=float(y), width=float(width), height=float(height), fill=fill,
        **corners, **more,
    )  # fmt: skip


def polygon(points: Iterable[Point], fill: str, **more: str) -> str:
    written = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return element("polygon", points=written, fill=fill, **more)


def circle(x: float, y: float, r: float, fill: str, **more: str) -> str:
    return element("circle", cx=float(x), cy=float(y), r=float(r), fill=fill, **more)


def ring(x: float, y: float, r: float, stroke: str, width: float) -> str:
    return circle(x, y, r, "none", stroke=stroke, stroke_width=number(width))


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **more: str) -> str:
    return element(
        "ellipse", cx=float(x), cy=float(y), rx=float(rx), ry=float(ry), fill=fill, **more
    )


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, **more: str) -> str:
    return element(
        "line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), stroke=stroke,
        stroke_width=number(width), **more,
    )  # fmt: skip


def path(fill: str, *steps: str | float, **more: str) -> str:
    """`path(red, "M", x, y, "h", 20, "z")`: letters and numbers of the path, in order."""
    written = " ".join(step if isinstance(step, str) else number(step) for step in steps)
    return element("path", d=written, fill=fill, **more)


def stroke(colour: str, width: float, *steps: str | float) -> str:
    return path(
        "none", *steps, stroke=colour, stroke_width=number(width),
        stroke_linecap="round", stroke_linejoin="round",
    )  # fmt: skip


def gradient(name: str, first: str, last: str, *, sideways: bool = False) -> str:
    towards = 'x2="1" y2="0"' if sideways else 'x2="0" y2="1"'
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" {towards}><stop offset="0" '
        f'stop-color="{first}"/><stop offset="1" stop-color="{last}"/></linearGradient>'
    )


def words(x: float, y: float, text: str, size: float, fill: str, **more: str) -> str:
    attributes = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in more.items())
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-family="sans-serif" font-weight="700" '
        f'font-size="{number(size)}" fill="{fill}"{attributes}>{text}</text>'
    )


def shadow(x: float, y: float, rx: float, ry: float, strength: str = ".14") -> str:
    return ellipse(x, y, rx, ry, "#000", opacity=strength)
