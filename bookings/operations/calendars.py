"""Outside calendars of a space: taken into use, paused, removed, and what reading them came to.

What is fetched is fetched by `bookings/outside.py`, in no transaction, and brought here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from spaces.models import CalendarSource, Space, Unit
from spaces.models.calendars import SEALED_FOR
from spaces.periods import Period
from spaces.sealing import seal

EVERY = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=4)  # between tries of one that fails
LEASE = timedelta(minutes=5)  # more than reading one may take
STALE_AFTER = timedelta(hours=6)
LOOKED_AT_FOR = timedelta(days=1)  # one that is not taken into use
MOST = 10  # of a space
MOST_ROWS = 20_000  # times, of each unit


class TooManyCalendars(Refused):
    code = "too_many_calendars"
    message = _("A space can have ten calendars. Remove one first.")


class TooManyTimes(Refused):
    code = "too_many_times"
    message = _("There are too many times in that calendar for a space with so many units.")


class NoPartOfIt(Refused):
    code = "no_part_of_it"
    message = _("The space is not made of that unit.")


@dataclass(frozen=True)
class Said:
    """What a calendar said, read from its first line to its last."""

    times: tuple[Period, ...]
    maker: str = ""
    events: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""


@operation
def add_calendar(
    *,
    space: Space,
    unit: Unit | None,
    name: str,
    host: str,
    address: str,
    said: Said,
    by: User,
    now: datetime,
) -> CalendarSource:
    """A calendar that has been read just now, to be looked at: nothing is busy because of it
    until it is taken into use. Without an address it came as a file."""
    space = Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    if unit is not None and not space.units.filter(pk=unit.pk).exists():
        raise NoPartOfIt
    if space.calendar_sources.count() >= MOST:
        raise TooManyCalendars
    source = CalendarSource(
        space=space,
        unit=unit,
        name=name,
        host=host,
        sealed_address=seal(address, SEALED_FOR) if address else b"",
        added_by=by,
        created_at=now,
    )
    _take_in(source, said, now)
    source.save(force_insert=True)
    return source


@operation
def use_calendar(*, source: CalendarSource, now: datetime) -> CalendarSource:
    """From now on its times are busy; one that was paused is read again soon."""
    source = _locked(source)
    if source.is_paused:
        source.is_paused = False
        source.used_from = source.used_from or now
        _plan(source, now, at_once=now - source.read_at > EVERY)
        source.save()
    return source


@operation
def pause_calendar(*, source: CalendarSource, now: datetime) -> CalendarSource:
    """Nothing is busy because of it, and it is not read, until it is taken into use again."""
    source = _locked(source)
    source.is_paused = True
    _plan(source, now)
    source.save()
    return source


@operation
def remove_calendar(*, source: CalendarSource) -> None:
    _locked(source).delete()


# --- What reading it came to ------------------------------------------------------------


@operation
def note_said(*, source: CalendarSource, said: Said | None, now: datetime) -> CalendarSource:
    """It was read; None: what it said is still what it says. Its busy times follow."""
    source = _locked(source)
    if said is not None:
        _take_in(source, said, now)
    source.read_at = source.tried_at = now
    source.problem, source.failures = "", 0
    source.failing_since = source.told_at = None
    _plan(source, now)
    source.save()
    return source


@operation
def note_problem(*, source: CalendarSource, problem: str, now: datetime) -> CalendarSource:
    """It could not be read. What it said last still counts; it is tried again, later each
    time."""
    source = _locked(source)
    source.tried_at, source.problem = now, problem
    source.failures += 1
    source.failing_since = source.failing_since or now
    _plan(source, now)
    source.save()
    return source


@operation
def claim_due(*, now: datetime, limit: int) -> list[int]:
    """The ids of calendars to be read now, the longest due first. Nobody else gets them until
    `LEASE` has passed: by then they are read, or their reader is dead."""
    rows = CalendarSource.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    found = list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    CalendarSource.objects.filter(pk__in=found).update(due_at=now + LEASE)
    return found


# What is over is kept for a day, for who asks why yesterday was busy.
FORGET = """
UPDATE spaces_calendarsource AS source SET times = ARRAY(
    SELECT said FROM unnest(source.times) AS said WHERE upper(said) > %(before)s ORDER BY said)
WHERE EXISTS (SELECT FROM unnest(source.times) AS said WHERE upper(said) <= %(before)s)
"""


@operation
def forget_past(*, now: datetime) -> None:
    """Drop the times that are over, and calendars that were looked at and not taken into
    use."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"before": now - timedelta(days=1)})
    CalendarSource.objects.filter(used_from=None, created_at__lt=now - LOOKED_AT_FOR).delete()


def _locked(source: CalendarSource) -> CalendarSource:
    rows = CalendarSource.objects.select_for_update(of=("self",)).select_related("space__place")
    return rows.get(pk=source.pk)


def _take_in(source: CalendarSource, said: Said, now: datetime) -> None:
    units = 1 if source.unit_id else source.space.units.count()
    if len(said.times) * max(units, 1) > MOST_ROWS:
        raise TooManyTimes
    source.times, source.maker, source.events = list(said.times), said.maker, said.events
    source.skipped = dict(said.skipped)
    source.etag, source.last_modified = said.etag, said.last_modified
    source.read_at = source.whole_at = source.tried_at = now


def _plan(source: CalendarSource, now: datetime, *, at_once: bool = False) -> None:
    """When it is read again, and from when on it is too old to trust."""
    if source.is_paused or source.is_file:
        source.due_at = source.stale_at = None
        return
    source.due_at = now if at_once else next_read(source, now)
    source.stale_at = source.read_at + STALE_AFTER


def next_read(source: CalendarSource, now: datetime) -> datetime:
    """Each has its own second of the quarter, by its id, so that they are spread out; one
    that fails is tried after twice as long each time."""
    wait = min(EVERY * 2 ** min(source.failures, 10), LONGEST_WAIT)
    quarter = round(EVERY.total_seconds())
    its_own = (source.pk or 0) * 607 % quarter
    latest = round((now + wait).timestamp())
    return datetime.fromtimestamp(latest - (latest - its_own) % quarter, now.tzinfo)
