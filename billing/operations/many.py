"""Many spaces at once, by a file or by ticking them, and the bookings in the way of that."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.transactions import operation
from billing.operations.clearing import Answer, answer_all, answers_of, change_hours
from bookings import availability
from bookings.operations.turns import claim_hours
from spaces.bulk import editing, importing
from spaces.models import Import, Space


@operation
def edit_spaces(
    *,
    slugs: Collection[str],
    wishes: Mapping[str, Any],
    shown: str,
    answers: Mapping[UUID, Answer],
    by: User,
    now: datetime,
    told: str = "",
) -> int:
    """Do to the spaces what was shown, all of it or nothing; how many changed.

    Raises `NotAsShown` when it would be something else by now, and `BookingsInTheWay` while
    there is no answer for a booking that would then stand outside the hours.
    """
    count = 0

    def change() -> None:
        nonlocal count
        count = editing.edit_spaces(slugs=slugs, wishes=wishes, shown=shown, by=by)

    spaces = Space.objects.kept_by(by).filter(slug__in=slugs)
    touched = spaces if editing.HOLIDAYS in wishes else spaces.none()
    change_hours(change=change, spaces=touched, answers=answers, by=by, now=now, reason=told)
    return count


def work_on_import(*, pk: UUID, clock: Callable[[], datetime]) -> None:
    importing.work_on(pk=pk, clock=clock, watch=Standing)


class Standing:
    """The bookings in those of a person's spaces that a file names, or whose place it names.

    While the file is written, those who would book there wait, as with any change of hours.
    """

    def __init__(self, job: Import, slugs: set[str], now: datetime) -> None:
        self.job, self.now = job, now
        kept = Space.objects.kept_by(job.made_by)
        named = list(kept.filter(Q(slug__in=slugs) | Q(place__slug__in=slugs)))
        self.spaces = [space.pk for space in named]
        if job.state == Import.State.CONFIRMED:
            claim_hours(named)
        self.before = availability.standing_outside(self.spaces, now=now)

    def fallen(self) -> list[str]:
        after = availability.standing_outside(self.spaces, now=self.now)
        return [str(pk) for pk in sorted(after - self.before)]

    def answer(self) -> None:
        job = self.job
        answers = answers_of(job.answers, by=job.made_by)
        found = [UUID(pk) for pk in job.in_the_way]
        answer_all(found, answers, by=job.made_by, now=self.now, reason=job.told)
