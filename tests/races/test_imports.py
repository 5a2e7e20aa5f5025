"""A worker is killed in the middle of a file, for real: nothing is half written, and the next
one does it all, once."""

import signal
import time
from multiprocessing.context import ForkServerContext

import pytest
from django.db import connection

from spaces.bulk import importing
from spaces.models import Import, Space
from tests.factories import NOW, make_member, make_place
from tests.races import bookers
from tests.races.conftest import PATIENCE
from tests.spaces.bulk.files import csv_of, sent, worked_on

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROWS = 60
COLUMNS = ["slug", "place", "kind", "name", "capacity"]
FILE = csv_of(COLUMNS, *[[f"rom-{n}", "kaia", "meeting_room", f"Rom {n}", 8] for n in range(ROWS)])


def work_and_be_killed(server: ForkServerContext, job: Import, after: int) -> None:
    database = connection.settings_dict["NAME"]
    process = server.Process(target=bookers.killed_at_work, args=(database, job.pk, after, NOW))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


def finished(job: Import) -> Import:
    """By the next worker: PostgreSQL gives it the row as soon as it misses the dead one."""
    deadline = time.monotonic() + PATIENCE
    while worked_on(job).is_working and time.monotonic() < deadline:
        time.sleep(0.05)
    return job


def test_a_worker_killed_while_it_writes_leaves_nothing_half_written(
    server: ForkServerContext,
) -> None:
    place = make_place(slug="kaia")
    job = sent(FILE, make_member(place.organisation))
    importing.confirm_import(job=job, now=NOW)

    work_and_be_killed(server, job, after=ROWS // 2)

    job.refresh_from_db()
    assert (job.state, job.tries) == (Import.State.CONFIRMED, 1)
    assert not Space.objects.exists()

    assert finished(job).state == Import.State.DONE
    assert Space.objects.filter(place=place).count() == ROWS


def test_a_worker_killed_while_it_checks_is_followed_by_another(
    server: ForkServerContext,
) -> None:
    owner = make_member(make_place(slug="kaia").organisation)
    job = importing.begin_import(content=FILE, name="rom.csv", by=owner, now=NOW)

    work_and_be_killed(server, job, after=ROWS // 2)

    assert finished(job).state == Import.State.CHECKED
    assert not Space.objects.exists()
