"""Where in line somebody stands: as time that becomes free is offered.

One line is for all who wait, in the order they came; a time goes to the first whom it fits.
So before somebody stand those who came before and whom the same time could go to, whether
they wait for a space or for what a search finds, at one time or at any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from bookings.forms import AnyTime
from bookings.models import Queue, Waiting
from bookings.queries.candidates import Candidates
from bookings.queries.fitting import wanted_of
from bookings.queries.obtaining import Asker
from spaces.periods import Period, overlap, period

LOOKED_AT = 2000  # who came before
SEARCHES = 40  # worked out; of more it is not known what they find, so they may be before
FOUND = 1000  # spaces of a search


def numbers_in_line(entries: Iterable[Waiting], *, now: datetime) -> dict[UUID, int]:
    """For each entry its number, by its id; 1 is asked first. Who waits to be told of what comes
    again stands in no line.

    Nobody is told a better number than they have. The number of queries does not grow with
    the entries, only with the different searches among those who wait at these times.
    """
    waiting = (entry for entry in entries if entry.state_at(now) == Queue.WAITING)
    asked = [Stand(entry, now) for entry in waiting if entry.had is None]
    if not asked:
        return {}
    hull = period(
        min(one.entry.period.lower for one in asked), max(one.entry.period.upper for one in asked)
    )
    before = Waiting.objects.standing(now).filter(
        period__overlap=hull, created_at__lte=max(one.entry.created_at for one in asked)
    )
    others = [Stand(entry, now) for entry in before.order_by("created_at", "pk")[:LOOKED_AT]]
    places = Places()
    return {
        one.entry.pk: 1
        + sum(
            other.place < one.place and other.meets(one) and places.may_be_one(other, one)
            for other in others
        )
        for one in asked
    }


@dataclass(frozen=True)
class Stand:
    """An entry, and when it wants to be somewhere."""

    entry: Waiting
    now: datetime

    @property
    def place(self) -> tuple[datetime, UUID]:
        return self.entry.created_at, self.entry.pk

    @cached_property
    def times(self) -> Sequence[Period]:
        if self.entry.state == Queue.OFFERED and self.entry.offered:
            return [self.entry.offered]
        if self.entry.minutes:
            wanted = wanted_of(self.entry)
            assert isinstance(wanted, AnyTime)
            return wanted.stretches
        return [self.entry.period]

    def meets(self, other: "Stand") -> bool:
        """Whether one time could be both's."""
        if not overlap(self.entry.period, other.entry.period):
            return False
        mine, theirs = iter(self.times), iter(other.times)  # each in order of time
        one, two = next(mine, None), next(theirs, None)
        while one and two:
            if overlap(one, two):
                return True
            if one.upper <= two.lower:
                one = next(mine, None)
            else:
                two = next(theirs, None)
        return False


@dataclass
class Places:
    """Which spaces each of them would have."""

    found: dict[str, frozenset[int] | None] = field(default_factory=dict)

    def may_be_one(self, one: Stand, other: Stand) -> bool:
        """Whether one space could be both's."""
        first, second = one.entry, other.entry
        if first.space_id and second.space_id:
            return first.space_id == second.space_id
        known = [self._of(stand) for stand in (one, other)]
        if known[0] is None or known[1] is None:
            return True
        return not known[0].isdisjoint(known[1])

    def _of(self, stand: Stand) -> frozenset[int] | None:
        entry = stand.entry
        if entry.space_id:
            return frozenset([entry.space_id])
        if entry.search not in self.found:
            if len(self.found) >= SEARCHES:
                return None
            anybodys = replace(wanted_of(entry), free=False)  # what is free to them may cost us
            spaces = Candidates(anybodys, Asker.at(stand.now, None)).narrowed
            pks = frozenset(spaces.values_list("pk", flat=True)[:FOUND])
            self.found[entry.search] = pks if len(pks) < FOUND else None
        return self.found[entry.search]
