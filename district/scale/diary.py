"""Bookings and occupancies by the million: COPY, with the indexes made afterwards."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from django.db import connection

from accounts.models import User
from bookings.models import Booking, NoticeChoices, Occupancy
from bookings.models.notice import Reminder
from district.scale.catalogue import Written

CHUNK = 20_000  # bookings that are written together
TABLES = ("bookings_booking", "bookings_occupancy")
FIRST_HOUR, LAST_HOUR = 8, 16  # UTC: when somebody may be there
LENGTHS = (60, 60, 90, 120, 120, 180)
GAPS = (0, 0, 30, 60, 90)
PARTIES = (1, 1, 2, 3, 6)  # desks that one booking takes

BOOKING = (
    "id, place_id, space_id, booker_id, period, quantity, status, title, created_at, changed_at,"
    " sequence, lines, amount, currency, deposit, bound, cancellation, note, public_title,"
    " visibility, cost_centre, reference, changed_in"
)
OCCUPANCY = "place_id, unit_id, during, booking_id"
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('x', 'u')
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def write(spaces: Sequence[Written], wanted: int, today: date, say: Callable[[str], None]) -> None:
    """Take the spaces' units `wanted` times, each equally often, around `today`."""
    booker = User.objects.create_user("scale@demo.ledig.no").pk
    NoticeChoices.objects.create(user_id=booker, reminder=Reminder.NEVER)  # of thousands a day
    units = sum(len(space.units) for space in spaces)
    rows = diaries(spaces, wanted / units, booker, today)
    written = 0
    with _without_indexes(say):
        while chunk := list(islice(rows, CHUNK)):
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY {Booking._meta.db_table} ({BOOKING}) FROM STDIN") as copy:
                    copy.write("".join(booking for booking, _taken in chunk))
                with cursor.copy(
                    f"COPY {Occupancy._meta.db_table} ({OCCUPANCY}) FROM STDIN"
                ) as copy:
                    copy.write("".join(taken for _booking, taken in chunk))
            before, written = written, written + sum(taken.count("\n") for _one, taken in chunk)
            if written // 250_000 > before // 250_000:
                say(f"{written:,} of {wanted:,} occupancies")


def diaries(
    spaces: Sequence[Written], each: float, booker: int, today: date
) -> Iterator[tuple[str, str]]:
    """A line for each booking, and the lines of its occupancies. From today outward, one day
    ahead and one day back, until every unit is taken about `each` times."""
    number = 0
    for space in spaces:
        chance = random.Random(space.pk)
        left = each * len(space.units)
        for day in outward(today):
            if left < 1:
                break
            for start, end in times(day, chance):
                party = min(chance.choice(PARTIES), len(space.units), round(left))
                if party < 1:
                    break
                number += 1
                left -= party
                yield lines(number, space, start, end, party, booker, day < today, chance)


def outward(today: date) -> Iterator[date]:
    for away in range(400):
        yield today + timedelta(days=away)
        if away:
            yield today - timedelta(days=away)


def times(day: date, chance: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """Some periods that do not meet."""
    at = datetime.combine(day, time(FIRST_HOUR), UTC) + timedelta(minutes=chance.choice(GAPS))
    last = datetime.combine(day, time(LAST_HOUR), UTC)
    while at < last:
        end = at + timedelta(minutes=chance.choice(LENGTHS))
        yield at, end
        at = end + timedelta(minutes=30 + chance.choice(GAPS) * 2)


def lines(
    number: int,
    space: Written,
    start: datetime,
    end: datetime,
    party: int,
    booker: int,
    is_over: bool,
    chance: random.Random,
) -> tuple[str, str]:
    pk = f"0190a000-0000-7000-8000-{number:012x}"
    period = f"[{start:%Y-%m-%d %H:%M}+00,{end:%Y-%m-%d %H:%M}+00)"
    booked = f"{start - timedelta(days=3):%Y-%m-%d %H:%M}+00"
    status = "completed" if is_over else "confirmed"
    booking = (
        f"{pk}\t{space.place}\t{space.pk}\t{booker}\t{period}\t{party}\t{status}\t\t{booked}"
        f"\t{booked}\t0\t[]\t0\tNOK\t0\t0\t[[1440, 100]]\t\t\tprivate\t\t\t0\n"
    )
    free_again = end + timedelta(minutes=space.buffer_after)
    during = f"[{start:%Y-%m-%d %H:%M}+00,{free_again:%Y-%m-%d %H:%M}+00)"
    units = space.units if party == len(space.units) else chance.sample(space.units, party)
    taken = "".join(f"{space.place}\t{unit}\t{during}\t{pk}\n" for unit in units)
    return booking, taken


@contextmanager
def _without_indexes(say: Callable[[str], None]) -> Iterator[None]:
    """Drop what is slow to keep, and make it again: the same definitions, from the catalogue.
    Triggers rest too; the rows are made to satisfy them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute(CONSTRAINTS, [list(TABLES)])
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, [list(TABLES)])
        indexes = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
        for name, definition in indexes:
            say(f"index {name}")
            cursor.execute(definition)
        for table, name, definition in constraints:
            say(f"constraint {name}")
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
