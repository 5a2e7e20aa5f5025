"""Whether a period can be booked, and if not, why."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.db import connection, models
from django.db.models.expressions import RawSQL

from bookings.availability.hours import OPEN, holidays
from bookings.availability.units import NEEDED, UNITS, UNTAKEN
from spaces.models import Space
from spaces.periods import Period

FREE = "free"

TYPES = {
    **dict.fromkeys(("minutes", "last", "beyond", "each", "quantity"), "integer"),
    "window": "tstzrange",
    "now": "timestamptz",
    "ignoring": "uuid",
    **dict.fromkeys(("weekdays", "starts", "numbers", "quantities"), "integer[]"),
    **dict.fromkeys(("spaces", "owners", "unbound", "besides"), "bigint[]"),
    **dict.fromkeys(("spans", "durings"), "tstzrange[]"),
    "zones": "text[]",
    "holidays": "date[]",
}


def unseen(sql: str) -> str:
    """`sql` with its %(name)s parameters where the planner does not look, in a SELECT of
    their own. Else it may find the plan for these very values cheaper than one for all, and
    plans anew each time: of the longest of our statements that is a third of the work."""
    return re.sub(
        r"%\((\w+)\)s", lambda at: f"((SELECT {at[0]}::{TYPES[at[1]]})::{TYPES[at[1]]})", sql
    )


# Seconds after local midnight, to hold against the space's step.
SECONDS = """
(SELECT extract(epoch FROM ({moment} AT TIME ZONE place.time_zone)::time)
 FROM spaces_place AS place WHERE place.id = spaces_space.place_id)
"""

# Why a period cannot be booked. The order is that of telling: what the asker can mend comes
# first, what only others can mend last.
REASONS = {
    "not_listed": "spaces_space.listing <> 'published'",
    "too_short": "upper(%(span)s) - lower(%(span)s) < make_interval(mins => rules.min_length)",
    "too_long": "upper(%(span)s) - lower(%(span)s) > make_interval(mins => rules.max_length)",
    "too_soon": "lower(%(span)s) < %(now)s + make_interval(mins => rules.lead_time)",
    "too_far_ahead": "lower(%(span)s) > %(now)s + make_interval(days => rules.horizon_days)",
    "off_step": f"""
        mod({SECONDS.format(moment="lower(%(span)s)")}, 60 * spaces_space.step) <> 0
     OR mod({SECONDS.format(moment="upper(%(span)s)")}, 60 * spaces_space.step) <> 0""",
    "too_many": f"{NEEDED} > {UNITS} OR {NEEDED} < 1",
    "closed": f"NOT %(span)s <@ {OPEN}",
    "slot_taken": f"{UNTAKEN} < {NEEDED}",
}


@cache
def _case(reasons: tuple[str, ...]) -> str:
    whens = "\n".join(f"  WHEN {REASONS[code]} THEN '{code}'" for code in reasons)
    return f"""
(SELECT CASE
{whens}
  ELSE '{FREE}'
 END
 FROM spaces_rulesinforce AS rules WHERE rules.space_id = spaces_space.id)
"""


# The code of the first reason, or 'free'.
VERDICT = _case(tuple(REASONS))

# The same of what is free, and of the rest whichever is found first: opening hours, which
# take most of the work, are looked up last.
QUICK_VERDICT = _case(tuple(sorted(REASONS, key=lambda code: code == "closed")))


def verdict(
    span: Period,
    *,
    now: datetime,
    quantity: int = 1,
    ignoring: Any = None,
    waived: Collection[str] = (),
) -> RawSQL:
    """An annotation for spaces: 'free', or the code of the first rule that says no.

    `ignoring` is the id of a booking whose own occupancies do not count; the rules with the
    codes `waived` are not asked.
    """
    return expression(
        _case(tuple(code for code in REASONS if code not in waived)) if waived else VERDICT,
        models.CharField(),
        span=span,
        window=span,
        now=now,
        quantity=quantity,
        ignoring=ignoring,
        holidays=holidays(span),
    )


def verdict_on(
    space: Space,
    span: Period,
    *,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
    ignoring: Any = None,
    waived: frozenset[str] = frozenset(),
) -> str:
    """`verdict` for one space, asked afresh. What is let whole is let once: a search may
    ask every space for twelve, but nobody books, or pays for, a room twelve times."""
    if code := unfit(space, quantity, people):
        return code
    if waived >= REASONS.keys():
        return FREE
    asked = verdict(span, now=now, quantity=quantity, ignoring=ignoring, waived=waived)
    answer: str = (
        Space.objects.annotate(verdict=asked).values_list("verdict", flat=True).get(pk=space.pk)
    )
    return answer


class Wanted(Protocol):
    """A time in a space, for so many."""

    @property
    def space(self) -> Space: ...
    @property
    def span(self) -> Period: ...
    @property
    def quantity(self) -> int: ...
    @property
    def people(self) -> int | None: ...


# The same of many times, each in a space of its own. The arrays stand unseen, so
# that PostgreSQL does not count them when it plans: one time looks so much cheaper than the
# many it reckons with that it would plan anew each time, which takes longer than the answer.
VERDICTS = f"""
SELECT {VERDICT}
FROM unnest(%(spaces)s, %(spans)s, %(quantities)s) WITH ORDINALITY
  AS asked (space, span, quantity, number)
JOIN spaces_space ON spaces_space.id = asked.space ORDER BY asked.number
""" % {
    "span": "asked.span",
    "window": "asked.span",
    "quantity": "asked.quantity",
    "ignoring": "NULL",
    "now": "%(now)s",
    **{name: unseen(f"%({name})s") for name in ("spaces", "spans", "quantities", "holidays")},
}


def verdicts_for(wanted: Sequence[Wanted], *, now: datetime) -> list[str]:
    """`verdict_on` for many times in many spaces, in one query."""
    if not wanted:
        return []
    earliest = min(one.span.lower for one in wanted)
    latest = max(one.span.upper for one in wanted)
    parameters: dict[str, Any] = {
        "spaces": [one.space.pk for one in wanted],
        "spans": [one.span for one in wanted],
        "quantities": [one.quantity for one in wanted],
        "now": now,
        "holidays": holidays(Period(earliest, latest)),
    }
    with connection.cursor() as cursor:
        cursor.execute(VERDICTS, parameters)
        found = [code for (code,) in cursor.fetchall()]
    return [
        unfit(one.space, one.quantity, one.people) or code
        for one, code in zip(wanted, found, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    space: Space
    span: Period
    quantity: int
    people: int | None


def verdicts_of(
    asked: Sequence[tuple[Space, Period]],
    *,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
) -> list[str]:
    """The same, for as many and for as many people in each."""
    return verdicts_for([_Asked(*one, quantity, people) for one in asked], now=now)


def verdicts_on(
    space: Space,
    spans: Iterable[Period],
    *,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
) -> list[str]:
    asked = [(space, span) for span in spans]
    return verdicts_of(asked, now=now, quantity=quantity, people=people)


def unfit(space: Space, quantity: int, people: int | None) -> str:
    """What no time helps against."""
    if quantity != 1 and not space.is_pool:
        return "too_many"
    if people is not None and people > space.capacity:
        return "too_many_people"
    return ""


def expression(sql: str, field: "models.Field[Any, Any]", **parameters: Any) -> RawSQL:
    """`sql` with %(name)s parameters, as the positional ones that RawSQL takes."""
    order: list[Any] = []

    class Positions(dict[str, str]):
        def __missing__(self, name: str) -> str:
            order.append(parameters[name])
            return "%s"

    return RawSQL(sql % Positions(), order, output_field=field)
