"""An import's life: sent, checked, confirmed, written once or not at all."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from accounts.models import Member, User
from billing import tasks
from billing.operations import work_on_import
from spaces.bulk import importing
from spaces.bulk.refusals import NotAsShown
from spaces.models import Import, Place, Space
from spaces.models.imports import IMPORT_MOVES
from tests.factories import NOW, make_member, make_place, make_space
from tests.spaces.bulk.files import csv_of, rows, sent, worked_on, written

pytestmark = pytest.mark.django_db

State = Import.State


@pytest.fixture
def space() -> Space:
    return make_space(make_place(slug="kaia"), slug="nidelva", capacity=4, price=None)


@pytest.fixture
def owner(space: Space) -> User:
    return make_member(space.organisation)


FILE = csv_of(["slug", "capacity"], ["nidelva", 6])


def test_a_check_writes_nothing(space: Space, owner: User) -> None:
    job = sent(FILE, owner)

    space.refresh_from_db()
    assert (job.state, space.capacity) == (State.CHECKED, 4)
    assert rows(job)[0]["changes"] == [["capacity", "4", "6"]]


def test_a_yes_writes_what_was_shown_and_the_file_is_gone(space: Space, owner: User) -> None:
    job = written(FILE, owner)

    space.refresh_from_db()
    assert (job.state, space.capacity, job.content) == (State.DONE, 6, None)


def test_a_second_yes_changes_nothing(space: Space, owner: User) -> None:
    job = sent(FILE, owner)
    importing.confirm_import(job=job, now=NOW)
    importing.confirm_import(job=job, now=NOW)
    worked_on(job)
    Space.objects.update(capacity=9)

    importing.confirm_import(job=job, now=NOW)
    assert worked_on(job).state == State.DONE

    space.refresh_from_db()
    assert space.capacity == 9


def test_one_row_that_fails_keeps_all_from_being_written(space: Space, owner: User) -> None:
    file = csv_of(["slug", "capacity"], ["nidelva", 6], ["stranger", 6])

    job = sent(file, owner)

    space.refresh_from_db()
    assert (job.state, space.capacity) == (State.REFUSED, 4)


def test_what_has_changed_since_it_was_shown_is_shown_anew(space: Space, owner: User) -> None:
    job = sent(FILE, owner)
    Space.objects.update(capacity=5)
    importing.confirm_import(job=job, now=NOW)

    worked_on(job)

    space.refresh_from_db()
    assert (job.state, job.has_moved, space.capacity) == (State.CHECKED, True, 5)
    assert rows(job)[0]["changes"] == [["capacity", "5", "6"]]
    importing.confirm_import(job=job, now=NOW)
    assert worked_on(job).state == State.DONE


def test_what_is_not_theirs_any_more_is_not_written(space: Space, owner: User) -> None:
    job = sent(FILE, owner)
    importing.confirm_import(job=job, now=NOW)
    Member.objects.filter(user=owner).delete()

    worked_on(job)

    space.refresh_from_db()
    assert (job.state, space.capacity) == (State.REFUSED, 4)


def test_rows_that_came_true_meanwhile_leave_nothing_to_do(space: Space, owner: User) -> None:
    job = sent(FILE, owner)
    Space.objects.update(capacity=6)
    importing.confirm_import(job=job, now=NOW)

    assert worked_on(job).state == State.DONE


def test_a_file_that_kills_its_workers_is_given_up_and_can_be_tried_again(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = importing.begin_import(content=FILE, name="rom.csv", by=owner, now=NOW)

    def die(*args: Any, **kwargs: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(importing, "run", die)
        for _try in range(importing.MOST_TRIES):
            with pytest.raises(MemoryError):
                work_on_import(pk=job.pk, clock=lambda: NOW)
        assert worked_on(job).state == State.FAILED

    importing.restart_import(job=job, now=NOW)
    assert worked_on(job).state == State.CHECKED


def test_a_worker_that_dies_leaves_nothing_behind_and_the_next_one_finishes(
    space: Space, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(FILE, owner)
    importing.confirm_import(job=job, now=NOW)

    def die(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_settle", die)
        with pytest.raises(SystemExit), transaction.atomic():  # as its connection closes
            work_on_import(pk=job.pk, clock=lambda: NOW)
    space.refresh_from_db()
    assert space.capacity == 4

    tasks.run_imports()

    job.refresh_from_db()
    space.refresh_from_db()
    assert (job.state, space.capacity) == (State.DONE, 6)


def test_progress_is_told_while_it_runs(
    space: Space, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = csv_of(["place", "name"], *[["kaia", f"Pult {n}"] for n in range(25)])
    job = importing.begin_import(content=file, name="rom.csv", by=owner, now=NOW)
    seen = []

    def note(key: str, value: tuple[int, int], timeout: int) -> None:
        seen.append(value)

    monkeypatch.setattr(cache, "set", note)
    worked_on(job)

    assert seen == [(0, 25), (10, 25), (20, 25)]
    assert importing.progress(job) == (0, 0)


def test_a_dropped_import_is_forgotten_unless_it_is_being_written(
    space: Space, owner: User
) -> None:
    job = sent(FILE, owner)
    importing.confirm_import(job=job, now=NOW)

    with pytest.raises(NotAsShown):
        importing.drop_import(job=job)

    importing.drop_import(job=sent(FILE, owner))
    assert Import.objects.get() == job


def test_what_cannot_be_said_yes_to_is_refused(owner: User) -> None:
    refused = sent(csv_of(["slug", "capacity"], ["x", 1]), owner)

    with pytest.raises(NotAsShown):
        importing.confirm_import(job=refused, now=NOW)
    with pytest.raises(NotAsShown):
        importing.restart_import(job=refused, now=NOW)


@pytest.mark.parametrize(("was", "to"), list(product(State, State)))
def test_an_import_moves_only_as_its_table_says(owner: User, was: State, to: State) -> None:
    ended = (State.DONE, State.REFUSED)
    content = None if was in ended else b"slug"
    job = Import.objects.create(
        made_by=owner, made_at=NOW, changed_at=NOW, name="x", state=was, content=content
    )

    if to in IMPORT_MOVES[was]:
        importing.move(job, to, now=NOW)
        job.refresh_from_db()
        assert (job.state, job.content is None) == (to, to in ended)
    else:
        with pytest.raises(NotAsShown):
            importing.move(job, to, now=NOW)


def test_an_import_that_has_ended_keeps_no_file(owner: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Import.objects.create(
            made_by=owner, made_at=NOW, changed_at=NOW, name="x", state="done", content=b"x"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Import.objects.create(made_by=owner, made_at=NOW, changed_at=NOW, name="x")


def test_imports_are_forgotten_after_thirty_days(owner: User) -> None:
    old = sent(FILE, owner)
    new = sent(FILE, owner)
    Import.objects.filter(pk=old.pk).update(changed_at=NOW - timedelta(days=31))

    importing.forget_old(now=NOW)

    assert Import.objects.get() == new


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_take_the_same_import(owner: User) -> None:
    """The second one passes it over while the first has its row."""
    job = importing.begin_import(content=FILE, name="rom.csv", by=owner, now=NOW)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM spaces_import WHERE id = %s FOR UPDATE", [job.pk])
        assert worked_on(job).state == State.WAITING
        other.rollback()
    finally:
        other.close()

    assert worked_on(job).state == State.CHECKED


def test_four_hundred_spaces_take_a_number_of_questions_that_does_not_explode(
    owner: User, django_assert_max_num_queries: Any
) -> None:
    """Measured: 400 spaces in 30 buildings with hours and 1,600 prices took 5 s to check and
    6 s to write. This keeps the questions that a row costs few."""
    file = csv_of(
        ["slug", "place", "kind", "name", "capacity"],
        *[[f"rom-{n}", "kaia", "meeting_room", f"Rom {n}", 8] for n in range(50)],
    )
    job = importing.begin_import(content=file, name="rom.csv", by=owner, now=NOW)

    with django_assert_max_num_queries(50 * 4 + 40):
        worked_on(job)

    assert len(rows(job)) == 50
    assert Place.objects.count() == 1
