"""What can happen to an import: sent, checked, confirmed, written, started again, dropped."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from kombu.exceptions import KombuError

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import be_patient, operation
from spaces.bulk.reading import tables_of
from spaces.bulk.refusals import NotAsShown, Unanswered
from spaces.bulk.running import Outcome, named_in, run
from spaces.bulk.tables import Table
from spaces.models.imports import IMPORT_MOVES, Import, State

log = logging.getLogger("ledig.imports")

MOST_TRIES = 3
KEPT = timedelta(days=30)
PATIENCE = timedelta(minutes=4)


@operation
def begin_import(*, content: bytes, name: str, by: User, now: datetime) -> Import:
    """Keep the file and have a worker look at it. Nothing is read here."""
    transaction.on_commit(nudge)
    return Import.objects.create(
        content=content, name=name[:200], made_by=by, made_at=now, changed_at=now
    )


class Standing(Protocol):
    """What is booked where a file may change the hours; for those who know of bookings."""

    def fallen(self) -> list[str]:
        """The ids of what now stands outside the hours and did not before."""

    def answer(self) -> None:
        """Do with each of them what the import's sender has said."""


Watch = Callable[[Import, set[str], datetime], Standing]  # the slugs that the file names


@operation
def confirm_import(
    *, job: Import, now: datetime, answers: Mapping[str, str] | None = None, told: str = ""
) -> None:
    """Have a worker write what was shown, and do what is answered with each booking that then
    stands outside the hours. Said twice, it is done once.

    Raises `NotAsShown` when there is nothing of the kind to say yes to, and `Unanswered`.
    """
    job = Import.objects.select_for_update().get(pk=job.pk)
    if job.state in (State.CONFIRMED, State.DONE):
        return
    answers = dict(answers or {})
    if any(pk not in answers for pk in job.in_the_way):
        raise Unanswered
    said = {"answers": answers, "told": told, "refusal": ""}
    move(job, State.CONFIRMED, now=now, tries=0, has_moved=False, **said)
    transaction.on_commit(nudge)


@operation
def restart_import(*, job: Import, now: datetime) -> None:
    """Check a file anew whose workers have died."""
    job = Import.objects.select_for_update().get(pk=job.pk)
    if job.state == State.WAITING:
        return
    move(job, State.WAITING, now=now, tries=0, result=None)
    transaction.on_commit(nudge)


@operation
def drop_import(*, job: Import) -> None:
    """Forget the file and what it said. One that is being worked on is left alone."""
    taken = Import.objects.select_for_update(skip_locked=True).filter(pk=job.pk).first()
    if taken is None or taken.state == State.CONFIRMED:
        raise NotAsShown
    taken.delete()


def work_on(*, pk: UUID, clock: Callable[[], datetime], watch: Watch) -> None:
    """Check or write one import, if no other worker has it."""
    if _took(pk=pk, now=clock()):
        _work(pk=pk, now=clock(), watch=watch)


def nudge() -> None:
    """Wake a worker. Lost, it means no more than a wait until the scheduled run."""
    try:
        current_app.send_task("billing.tasks.run_imports")
    except (KombuError, OSError) as error:
        log.warning("no nudge, the scheduled run will read it: %s", error)


def unfinished() -> list[UUID]:
    return list(Import.objects.unfinished().values_list("pk", flat=True))


def forget_old(*, now: datetime) -> None:
    old = Import.objects.filter(changed_at__lt=now - KEPT).exclude(state=State.CONFIRMED)
    old.delete()


# --- A worker's part -------------------------------------------------------------------


@operation
def _took(*, pk: UUID, now: datetime) -> bool:
    """Note the try, by itself: a file that kills its workers must not come back for ever."""
    job = _free(pk)
    if job is None:
        return False
    if job.tries >= MOST_TRIES:
        log.error("import %s stopped after %s tries", pk, job.tries)
        move(job, State.FAILED, now=now)
        return False
    job.tries += 1
    job.save(update_fields=["tries"])
    return True


@operation
def _work(*, pk: UUID, now: datetime, watch: Watch) -> None:
    """The rows, the new state and the end of the file are one transaction, under the lock of
    the import: what was written is written once."""
    job = _free(pk)
    if job is None:
        return
    be_patient(PATIENCE)  # four hundred spaces take longer than what a page is given
    with translation.override(job.made_by.language):
        try:
            tables = tables_of(bytes(job.content or b""))
            job.total = sum(len(table.rows) for table in tables)
            said = _run(job, tables, watch(job, named_in(tables, job.name), now))
        except Refused as refusal:
            # A file that was read once is good: it is an answer that cannot be carried out.
            to = State.CHECKED if job.state == State.CONFIRMED else State.REFUSED
            move(job, to, now=now, refusal=refusal.sentence)
        else:
            _settle(job, said, now=now)
    cache.delete(_key(pk))


def _run(job: Import, tables: list[Table], standing: Standing) -> Outcome:
    """What the file does to the district as it is. It stays done only if the person has said
    yes to exactly this, and what they answered about bookings can be done."""

    def told(count: int) -> None:
        cache.set(_key(job.pk), (count, job.total), 600)

    told(0)
    is_writing = job.state == State.CONFIRMED
    with transaction.atomic():
        said = run(tables, name=job.name, by=job.made_by, lock=is_writing, told=told)
        said["in_the_way"] = [] if said["failed"] else standing.fallen()
        if said["failed"] or not is_writing or said != job.result:
            transaction.set_rollback(True)
        else:
            standing.answer()
    return said


def _settle(job: Import, said: Outcome, *, now: datetime) -> None:
    if said["failed"]:
        move(job, State.REFUSED, now=now, result=said)
    elif not any(sheet["rows"] for sheet in said["sheets"]):
        move(job, State.DONE, now=now, result=said)
    elif job.state == State.CONFIRMED and said == job.result:
        move(job, State.DONE, now=now)
    else:
        move(job, State.CHECKED, now=now, result=said, has_moved=job.state == State.CONFIRMED)


def _free(pk: UUID) -> Import | None:
    return (
        Import.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("made_by")
        .filter(pk=pk)
        .unfinished()
        .first()
    )


# --- States and progress ---------------------------------------------------------------


def move(job: Import, to: State, *, now: datetime, **values: object) -> None:
    """On a locked row. An import that has ended keeps no file."""
    if to not in IMPORT_MOVES[State(job.state)]:
        raise NotAsShown
    job.state, job.changed_at = to, now
    for name, value in values.items():
        setattr(job, name, value)
    if to in (State.DONE, State.REFUSED):
        job.content = None
    job.save()


def progress(job: Import) -> tuple[int, int]:
    """Rows done and rows in all, as the worker last said; (0, 0) before it has begun."""
    found: tuple[int, int] = cache.get(_key(job.pk), (0, 0))
    return found


def _key(pk: UUID) -> str:
    return f"import:{pk}"
