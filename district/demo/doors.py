"""Doors with a display, and how one gets in."""

from dataclasses import dataclass
from datetime import datetime

from district.demo.catalogue import Texts, text
from spaces.models import CodeFrom, Space
from spaces.operations import door_of, set_way_in


@dataclass(frozen=True, slots=True)
class DoorPlan:
    code_from: str
    way_in: Texts
    code: str = ""


DOORS = {
    "kanalen": DoorPlan(
        CodeFrom.BOOKING,
        text(
            "Slå koden på låsen til venstre for døra, og trykk på nøkkelen.",
            "Type the code on the lock to the left of the door, and press the key.",
            "Slå koden på låsen til venstre for døra, og trykk på nøkkelen.",
        ),
    ),
    "lune": DoorPlan(CodeFrom.BOOKING, {}),
    "ovingsrommet": DoorPlan(CodeFrom.BOOKING, {}),
    "lesesalen": DoorPlan(CodeFrom.NOBODY, {}),  # never closes
    "nidelva": DoorPlan(
        CodeFrom.OWNER,
        text(
            "Nøkkelen henger i skapet ved heisen i 4. etasje. Koden er til skapet.",
            "The key hangs in the box by the lift on floor 4. The code is for the box.",
            "Nøkkelen heng i skapet ved heisen i 4. etasje. Koden er til skapet.",
        ),
        code="2580",
    ),
}


def write_doors(spaces: dict[str, Space], midnight: datetime) -> None:
    for slug, plan in DOORS.items():
        door = door_of(space=spaces[slug], now=midnight)
        set_way_in(door=door, code_from=plan.code_from, code=plan.code, way_in=plan.way_in)
