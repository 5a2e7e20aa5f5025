"""Drawn scenes that stand in for photographs in the demo.

Flat Nordic interiors and yards, drawn as SVG out of a small palette. The same scene,
palette and seed always give the same drawing.
"""

from collections.abc import Callable

from district.scenes.details import coffee, detail
from district.scenes.halls import event, hall
from district.scenes.labs import lab, workshop
from district.scenes.outside import exterior, park
from district.scenes.palettes import PALETTES, Palette
from district.scenes.rooms import desks, meeting, quiet, studio

SCENES: dict[str, Callable[[Palette, int], list[str]]] = {
    "meeting": meeting,
    "desks": desks,
    "quiet": quiet,
    "studio": studio,
    "event": event,
    "hall": hall,
    "lab": lab,
    "workshop": workshop,
    "park": park,
    "exterior": exterior,
    "coffee": coffee,
    "detail": detail,
}


def draw(scene: str, palette: str, seed: int = 1) -> str:
    """The scene as a whole SVG document, 800 by 600."""
    parts = SCENES[scene](PALETTES[palette], seed)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600" width="800" height="600">'
        f"{''.join(parts)}</svg>"
    )


__all__ = ["PALETTES", "SCENES", "draw"]
