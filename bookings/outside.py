"""Reading the calendars that are kept elsewhere: fetch, work out, bring to the operation.

None of it is in a transaction. Each calendar is read by a task of its own, with a budget of
its own, so that one which hangs keeps no other waiting.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from celery import current_app
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import KombuError

from accounts.errors import Refused
from accounts.models import User
from bookings import operations
from bookings.calendars.addresses import Target
from bookings.calendars.apart import CannotRead, read_apart
from bookings.calendars.fetching import UNPACKED, Fetched, fetch, require_calendar
from bookings.calendars.problems import FetchFailed, Problem
from bookings.operations.calendars import Said
from spaces.models import CalendarSource, Space, Unit
from spaces.periods import period

log = logging.getLogger("ledig.calendars")

BACK, AHEAD = timedelta(days=1), timedelta(days=731)
# Unchanged or not: what is far ahead comes nearer, and was not looked at before.
WHOLE_EVERY = timedelta(days=7)
CLAIMED = 100  # calendars a minute
AGAIN_AFTER = timedelta(minutes=1)
LOOKS, LOOKS_IN = 20, 600  # addresses a person may have looked at, in so many seconds


class ReadJustNow(Refused):
    code = "read_just_now"
    message = _("It was read less than a minute ago.")


class TooManyLooks(Refused):
    code = "too_many_looks"
    message = _("That was a lot of addresses. Try again in ten minutes.")


def attach(
    *,
    space: Space,
    name: str,
    by: User,
    now: datetime,
    address: str = "",
    file: "UploadedFile[bytes] | None" = None,
    unit: Unit | None = None,
) -> CalendarSource:
    """Read a calendar at an address, or in a file, and keep what it says to be looked at.

    Raises `FetchFailed` with the problem, `TooManyLooks`, and what `add_calendar` raises.
    """
    zone = space.place.zone
    if file is not None:
        if file.size is None or file.size > UNPACKED:
            raise FetchFailed(Problem.TOO_LARGE)
        fetched, host = Fetched(file.read()), ""
        require_calendar(fetched.body or b"")
    else:
        require_patience(by)
        fetched, host = fetch(address), Target.of(address).host
    said = work_out(fetched, zone, now)
    return operations.add_calendar(
        space=space,
        unit=unit,
        name=name,
        host=host,
        address=address if host else "",
        said=said,
        by=by,
        now=now,
    )


def read_again(source: CalendarSource, *, now: datetime) -> CalendarSource:
    """Read it at its address and keep what came of it, good or bad. A file stays as it is."""
    if source.is_file or source.is_paused:
        return source
    is_whole = now - source.whole_at >= WHOLE_EVERY
    try:
        address = source.address
        if not address:
            raise FetchFailed(Problem.ADDRESS_LOST)
        fetched = fetch(
            address,
            etag="" if is_whole else source.etag,
            last_modified="" if is_whole else source.last_modified,
        )
        said = None if fetched.body is None else work_out(fetched, source.space.place.zone, now)
        return operations.note_said(source=source, said=said, now=now)
    except Refused as refusal:
        problem = refusal.problem if isinstance(refusal, FetchFailed) else Problem.TOO_MUCH
        log.info("calendar %s at %s: %s", source.pk, source.host, problem.value)
        return operations.note_problem(source=source, problem=problem, now=now)


def read_when_asked(source: CalendarSource, *, now: datetime) -> CalendarSource:
    """`read_again`, for somebody who waits for it. Raises `ReadJustNow`."""
    if now - source.tried_at < AGAIN_AFTER:
        raise ReadJustNow
    return read_again(source, now=now)


def send_due(*, now: datetime) -> int:
    """Give each calendar that is due to a task of its own; how many. Without a broker they
    are due again when their lease is over."""
    found = operations.claim_due(now=now, limit=CLAIMED)
    for pk in found:
        try:
            current_app.send_task("bookings.tasks.read_calendar", [pk])
        except (KombuError, OSError) as error:
            log.warning("calendars wait for their lease to be over: %s", error)
            break
    return len(found)


def work_out(fetched: Fetched, zone: ZoneInfo, now: datetime) -> Said:
    """Its times from yesterday to two years ahead. Raises `FetchFailed`."""
    assert fetched.body is not None
    try:
        found = read_apart(fetched.body, (now - BACK, now + AHEAD), zone)
    except CannotRead as error:
        raise FetchFailed(Problem.TOO_MUCH) from error
    return Said(
        times=tuple(period(start, end) for start, end in found.times),
        maker=found.maker,
        events=found.events,
        skipped=found.skipped,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
    )


def require_patience(by: User) -> None:
    """Our server asks the addresses that people write: not any number of them."""
    key = f"calendar-looks-{by.pk}"
    cache.add(key, 0, LOOKS_IN)
    try:
        looks = cache.incr(key)
    except ValueError:  # it has run out meanwhile
        return
    if looks > LOOKS:
        raise TooManyLooks
