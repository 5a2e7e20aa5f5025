"""What a calendar of `/dav/` is, whatever is in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from bookings.calendars.dav.changes import State
from bookings.calendars.dav.objects import DavObject
from spaces.models import Space
from spaces.periods import Period

if TYPE_CHECKING:
    from bookings.calendars.dav.home import Home

COLOURS = ("#0B5C4A", "#2B5FA8", "#8A4B08", "#6B3FA0", "#A1324B", "#0F6E84", "#5B6B1E", "#7A4A62")


@dataclass
class Changes:
    """What a program is to learn: objects as they are now, and names of those that are gone."""

    objects: list[DavObject]
    gone: dict[str, int] = field(default_factory=dict)  # by name, the transaction it went in


class Collection:
    """A calendar of `/dav/`."""

    home: "Home"
    key: str  # the last part of its address
    space: Space | None = None
    can_add = False
    is_exact = True  # `objects` knows to the second what is in a time
    components: Sequence[str] = ("VEVENT",)

    @property
    def state(self) -> State:
        raise NotImplementedError

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def description(self) -> str:
        raise NotImplementedError

    @property
    def colour(self) -> str:
        raise NotImplementedError

    @property
    def zone(self) -> str:
        return self.space.place.time_zone if self.space else settings.TIME_ZONE

    def objects(self, during: Period | None = None, kind: str | None = None) -> Sequence[DavObject]:
        """All of them, or those of a kind, or with something during a time, in its order."""
        raise NotImplementedError

    def named(self, names: Iterable[str]) -> Mapping[str, DavObject]:
        """Those of these names that are there. As many queries for many as for one."""
        raise NotImplementedError

    def changes(self, since: int) -> Changes:
        """What has come, changed or gone in or after a transaction."""
        raise NotImplementedError

    def busy(self, during: Period) -> list[Period]:
        """When its person is busy because of it."""
        raise NotImplementedError
