"""What can happen to an import: sent, checked, confirmed, written, started again, dropped."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import translation
from kombu.exceptions import KombuError

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from spaces.bulk.reading import tables_of
from spaces.bulk.refusals import NotAsShown
from spaces.bulk.running import Outcome, run
from spaces.bulk.tables import Table
from spaces.models.imports import IMPORT_MOVES, Import, State

log = logging.getLogger("ledig.imports")

MOST_TRIES = 3
KEPT = timedelta(days=30)
PATIENCE = "240s"  # for one transaction, and for a statement in it, while a file is run


@operation
def begin_import(*, content: bytes, name: str, by: User, now: datetime) -> Import:
    """Keep the file and have a worker look at it. Nothing is read here."""
    transaction.on_commit(nudge)
    return Import.objects.create(
        content=content, name=name[:200], made_by=by, made_at=now, changed_at=now
    )


@operation
def confirm_import(*, job: Import, now: datetime) -> None:
    """Have a worker write what was shown. Said twice, it is done once.

    Raises `NotAsShown` when there is nothing of the kind to say yes to.
    """
    job = Import.objects.select_for_update().get(pk=job.pk)
    if job.state in (State.CONFIRMED, State.DONE):
        return
    move(job, State.CONFIRMED, now=now, tries=0, has_moved=False)
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


def work_on(*, pk: UUID, clock: Callable[[], datetime]) -> None:
    """Check or write one import, if no other worker has it."""
    if _took(pk=pk, now=clock()):
        _work(pk=pk, now=clock())


def nudge() -> None:
    """Wake a worker. Lost, it means no more than a wait until the scheduled run."""
    try:
        current_app.send_task("spaces.tasks.run_imports")
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
def _work(*, pk: UUID, now: datetime) -> None:
    """The rows, the new state and the end of the file are one transaction, under the lock of
    the import: what was written is written once."""
    job = _free(pk)
    if job is None:
        return
    _be_patient()
    with translation.override(job.made_by.language):
        try:
            tables = tables_of(bytes(job.content or b""))
            job.total = sum(len(table.rows) for table in tables)
            said = _run(job, tables)
        except Refused as refusal:
            move(job, State.REFUSED, now=now, refusal=refusal.sentence)
        else:
            _settle(job, said, now=now)
    cache.delete(_key(pk))


def _run(job: Import, tables: list[Table]) -> Outcome:
    """What the file does to the district as it is. It stays done only if the person has said
    yes to exactly this."""

    def told(count: int) -> None:
        cache.set(_key(job.pk), (count, job.total), 600)

    told(0)
    is_writing = job.state == State.CONFIRMED
    with transaction.atomic():
        said = run(tables, name=job.name, by=job.made_by, lock=is_writing, told=told)
        if said["failed"] or not is_writing or said != job.result:
            transaction.set_rollback(True)
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


def _be_patient() -> None:
    """Four hundred spaces take longer than what a page is given."""
    with connection.cursor() as cursor:
        for limit in ("transaction_timeout", "statement_timeout"):
            cursor.execute(f"SET LOCAL {limit} = '{PATIENCE}'")


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
