"""What somebody searches for, and the address that says it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings.filters import FACTS, SEVERAL
from bookings.forms.times import district_zone, times_said
from spaces.forms.clock import DAY
from spaces.periods import Period, at_minute, period


class Sort(TextChoices):
    DISTANCE = "distance", _("Nearest")
    PRICE = "price", _("Lowest price")
    CAPACITY = "capacity", _("Best fit")  # the smallest that is large enough
    SIZE = "size", _("Largest")
    START = "start", _("Soonest")  # where any time will do


YES_OR_NO = (*FACTS, "free")
TEXTS = ("q", "near", "bbox")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody searches for. `end` may pass 24:00: past midnight, or days later."""

    page_name: ClassVar[str] = "search"  # the address that answers it

    day: date
    start: int
    end: int
    q: str = ""
    people: int = 1
    kind: tuple[str, ...] = ()
    amenity: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()  # slugs
    place: tuple[str, ...] = ()
    instant: bool = False
    step_free: bool = False
    lift: bool = False
    automatic_doors: bool = False
    accessible_toilet: bool = False
    hearing_loop: bool = False
    accessible_parking: bool = False
    outdoor: bool | None = None  # or indoors: False
    free: bool = False
    max_price: int | None = None  # whole kroner, for all of the time
    near: str = ""  # `lat,lon` or the name of a place
    radius: int | None = None  # metres from there
    bbox: str = ""  # west,south,east,north
    sort: str = Sort.DISTANCE
    page: int = 1

    @property
    def zone(self) -> ZoneInfo:
        return district_zone()

    @property
    def span(self) -> Period:
        start = at_minute(self.day, self.start, self.zone)
        end = at_minute(self.day, self.end, self.zone)
        if end <= start:  # an hour that a clock change skips
            end = start + timedelta(minutes=self.minutes)
        return period(start, end)

    @property
    def whole(self) -> Period:
        """Within which all lies that would do."""
        return self.span

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def day_count(self) -> int:
        """How many days of the calendar it takes; a night is of one."""
        return (self.end - 1) // DAY + 1 if self.minutes >= DAY else 1

    @property
    def day_by_day(self) -> str:
        """The address of a search for the same hours of each of its days, one after the other:
        what closes at night is not free for days on end."""
        to = self.end - (self.end - 1) // DAY * DAY
        days = self.day_count if to > self.start else self.day_count - 1
        end = to if to > self.start else to + DAY
        return f"{self.query(end=end)}&{urlencode({'repeat': 'daily', 'count': days})}"

    @property
    def most(self) -> int | None:
        """`max_price` in minor units."""
        return None if self.max_price is None else self.max_price * 100

    @property
    def asked(self) -> dict[str, Any]:
        """The filters of `bookings.filters.asks` that are on, by name."""
        names = (*SEVERAL, *FACTS)
        on = {name: value for name in names if (value := getattr(self, name))}
        return on if self.outdoor is None else {**on, "outdoor": self.outdoor}

    @property
    def at_no_time(self) -> "Wanted":
        """What decides which spaces may be it, before any clock or price is looked at."""
        kept = {name: getattr(self, name) for name in FILTERS if name not in ("max_price", "page")}
        return Wanted(date.min, 0, 0, **kept)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filter_count)

    @property
    def filter_count(self) -> int:
        """How many filters are on: of those that take several, each."""
        several = sum(len(getattr(self, name)) for name in SEVERAL)
        single = sum(bool(getattr(self, name)) for name in (*YES_OR_NO, "near", "bbox"))
        return several + single + (self.outdoor is not None) + (self.max_price is not None)

    @property
    def folded_count(self) -> int:
        """How many are on among those that are not chips beside the question."""
        chips = len(self.kind) + self.instant + self.step_free + self.free
        return self.filter_count - chips - bool(self.bbox)

    def query(self, **changes: Any) -> str:
        """The address of this search: the time always, the rest where it says something."""
        return query_of(replace(self, **{"page": 1, **changes}))

    def time(self) -> QueryDict:
        """The time as the address says it."""
        query = QueryDict(mutable=True)
        for name, value in times_said(self.day, self.start, self.end).items():
            query[name] = value
        return query

    def filters(self) -> QueryDict:
        """All but the time and the page."""
        query = QueryDict(mutable=True)
        if self.people > 1:
            query["people"] = str(self.people)
        for name in TEXTS:
            if value := getattr(self, name):
                query[name] = value
        for name in SEVERAL:
            if values := getattr(self, name):
                query.setlist(name, values)
        for name in YES_OR_NO:
            if getattr(self, name):
                query[name] = "on"
        if self.outdoor is not None:
            query["outdoor"] = "true" if self.outdoor else "false"
        for name in ("max_price", "radius"):
            if (number := getattr(self, name)) is not None:
                query[name] = str(number)
        if self.sort != Sort.DISTANCE:
            query["sort"] = self.sort
        return query

    def kept(self) -> QueryDict:
        """What is kept when a search is: all but its day."""
        return self.filters()

    def without(self, name: str, value: Any = None) -> str:
        """The address of this search with one filter, or one value of it, taken off."""
        if name in SEVERAL:
            return self.query(**{name: tuple(one for one in getattr(self, name) if one != value)})
        if name == "near":
            return self.query(near="", radius=None)
        off: dict[str, Any] = {"outdoor": None, "max_price": None, "bbox": ""}
        return self.query(**{name: off.get(name, False)})


FILTERS = [name for name in Wanted.__slots__ if name not in ("day", "start", "end")]


def said_together(*parts: QueryDict) -> QueryDict:
    """What several parts of an address say, the later ones over the earlier."""
    query = QueryDict(mutable=True)
    for part in parts:
        for name, values in part.lists():
            query.setlist(name, values)
    return query


@lru_cache(maxsize=4096)  # a page says the same few addresses often, and the next one again
def query_of(wanted: Wanted) -> str:
    query = said_together(wanted.time(), wanted.filters())
    if wanted.page > 1:
        query["page"] = str(wanted.page)
    return query.urlencode()
