"""Reading a calendar file in a process of its own, which may take so long and no longer."""

import json
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from bookings.calendars.reading import FOR_A_FILE, FOR_A_SERIES, Reading, Span

GRACE = 20.0  # seconds more by the clock: it stops by itself before that, if it can


class CannotRead(Exception):
    """The file could not be read in the time or the memory there is."""


def read_apart(
    raw: bytes,
    window: Span,
    zone: ZoneInfo,
    *,
    budget: float = FOR_A_FILE,
    a_series: float = FOR_A_SERIES,
) -> Reading:
    """`reading.read`, with nothing of ours within its reach: no database, no settings."""
    asked: dict[str, Any] = {
        "window": [moment.isoformat() for moment in window],
        "zone": zone.key,
        "budget": budget,
        "a_series": a_series,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bookings.calendars.reading"],
            input=json.dumps(asked).encode() + b"\n" + raw,
            capture_output=True,
            timeout=budget + GRACE,
            cwd=settings.BASE_DIR,
            env={"PYTHONPATH": str(settings.BASE_DIR)},
            check=True,
        )
        return Reading.from_json(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, KeyError) as error:
        raise CannotRead from error
