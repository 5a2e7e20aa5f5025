"""Draws docs/states.md from the table of moves. `--check` tells whether it is up to date."""

import argparse
import os
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"

HEAD = """\
# A booking's life

Drawn by `python -m tools.states` from `bookings/models/states.py`; a test compares the two. \
*Booker* is who booked, *owner* is anybody who runs the space's bookings, and *Ledig* is the \
product itself: payments and clocks.
"""


def page() -> str:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LEDIG_DEMO", "1")  # no secrets are needed to read a table,
    os.environ.setdefault("DATABASE_URL", "postgresql://")  # and no database
    django.setup()
    from bookings.models.states import MOVES, OCCUPYING, Status

    lines = [HEAD, "```mermaid", "stateDiagram-v2"]
    lines += [
        f"    [*] --> {status}" for status in (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
    ]
    lines += [
        f"    {before} --> {after}: {_names(actors)}"
        for before, moves in MOVES.items()
        for after, actors in moves.items()
    ]
    lines += [f"    {status} --> [*]" for status, moves in MOVES.items() if not moves]
    lines += ["```", "", "| from | to | by |", "|---|---|---|"]
    lines += [
        f"| {before} | {after} | {_names(actors)} |"
        for before, moves in MOVES.items()
        for after, actors in moves.items()
    ]
    occupying = ", ".join(status for status in MOVES if status in OCCUPYING)
    lines += [
        "",
        (
            f"Units are taken while a booking is {occupying}; held and requested only until they "
            "run out. A booking begins held when it costs money, requested when it is free of "
            "charge and the owner wants to answer, and else confirmed."
        ),
        "",
    ]
    return "\n".join(lines)


def _names(actors: frozenset[str]) -> str:
    return ", ".join(sorted(actors))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.states", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if it differs")
    check = parser.parse_args(arguments).check

    drawn = page()
    if not check:
        PAGE.write_text(drawn, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == drawn:
        return 0
    print(f"{PAGE.name} is not what the table says. Run: python -m tools.states", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
