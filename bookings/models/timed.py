"""What has a period has a start and an end."""

from datetime import datetime
from typing import Any


class Timed:
    """A row with a `period`: a tstzrange, half-open."""

    period: Any

    @property
    def start(self) -> datetime:
        moment: datetime = self.period.lower
        return moment

    @property
    def end(self) -> datetime:
        moment: datetime = self.period.upper
        return moment
