"""sync-collection: each change is told of, also one that was committed late."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.db import connection

from bookings import operations as bookings
from bookings.models import Booking, Occupancy
from spaces.periods import period
from tests.billing.dav.programs import Program, as_if_alone
from tests.factories import NOW, make_booking, make_series, make_space, make_user

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    as_if_alone(monkeypatch)


@pytest.fixture
def program() -> Program:
    return Program(make_user("kari@example.org", language="en"))


def test_nothing_has_changed(program: Program, alone: None) -> None:
    make_booking(make_space(slug="nidelva"), by=program.user)
    first = program.sync("nidelva/")
    assert len(first.there) == 1

    again = program.sync("nidelva/", first.token)

    assert again.hrefs == []
    assert again.token == first.token
    assert program.propfind("nidelva/", "D:sync-token").text("/nidelva/", "D:sync-token") == (
        first.token
    )


def test_each_kind_of_change_is_told_of_once(program: Program, alone: None) -> None:
    space, kari = make_space(slug="nidelva"), program.user
    moved, ended = (
        make_booking(space, NOW + DAY, by=kari),
        make_booking(space, NOW + 2 * DAY, by=kari),
    )
    make_booking(space, NOW + 9 * DAY, by=kari)
    theirs = make_booking(space, NOW + 3 * DAY)
    token = program.sync("nidelva/").token
    mine = program.sync("_mine/").token

    span = period(NOW + 4 * DAY, NOW + 4 * DAY + timedelta(hours=1))
    bookings.reschedule(booking=moved, by=kari, now=NOW, span=span)
    bookings.cancel(booking=ended, by=kari, as_owner=False, now=NOW)
    bookings.cancel(booking=theirs, by=theirs.booker, as_owner=False, now=NOW)
    new = make_booking(space, NOW + 5 * DAY, by=kari)

    found = program.sync("nidelva/", token)
    assert found.there == sorted([f"{moved.pk}.ics", f"{new.pk}.ics"])
    assert f"{ended.pk}.ics" in found.gone
    assert len(found.gone) >= 2  # theirs too, under a name that says nothing
    assert program.sync("nidelva/", found.token).hrefs == []
    of_mine = program.sync("_mine/", mine)
    assert of_mine.there == found.there
    assert of_mine.gone == [f"{ended.pk}.ics"]


def test_a_booking_that_moves_to_another_space_leaves_the_first(program: Program) -> None:
    first, second = make_space(slug="first"), make_space(slug="second")
    second.organisation = first.organisation
    second.save()
    one = make_booking(first, NOW + DAY, by=program.user)
    tokens = [program.sync(f"{slug}/").token for slug in ("first", "second", "_mine")]

    bookings.reschedule(booking=one, by=program.user, now=NOW, space=second)

    answers = [
        program.sync(f"{slug}/", token)
        for slug, token in zip(("first", "second", "_mine"), tokens, strict=True)
    ]
    assert f"{one.pk}.ics" in answers[0].gone
    assert [one.there for one in answers[1:]] == [[f"{one.pk}.ics"]] * 2
    assert f"{one.pk}.ics" not in answers[2].gone


def test_a_day_of_a_series_changes_the_series_and_the_last_one_ends_it(program: Program) -> None:
    series = make_series(make_space(slug="nidelva"), NOW + DAY, count=2, by=program.user)
    first, second = series.bookings.order_by("period")
    token = program.sync("nidelva/").token

    bookings.cancel(booking=first, by=program.user, as_owner=False, now=NOW)
    found = program.sync("nidelva/", token)
    assert found.there == [f"{series.pk}.ics"]
    assert f"{series.pk}.ics" not in found.gone
    bookings.cancel(booking=second, by=program.user, as_owner=False, now=NOW)

    found = program.sync("nidelva/", found.token)
    assert found.there == []
    assert f"{series.pk}.ics" in found.gone


def test_a_change_that_is_committed_late_is_not_missed(program: Program) -> None:
    """A transaction that began before another ends after it: a token from between the two
    must still lead to it."""
    space, kari = make_space(slug="nidelva"), program.user
    early, late = (
        make_booking(space, NOW + DAY, by=kari),
        make_booking(space, NOW + 2 * DAY, by=kari),
    )
    first = program.sync("nidelva/")
    name = f"{early.pk}.ics"

    with psycopg.connect(**connection_parameters()) as slow:
        slow.execute("UPDATE bookings_booking SET title = 'slow' WHERE id = %s", [str(early.pk)])
        Booking.objects.filter(pk=late.pk).update(title="quick")
        between = program.sync("nidelva/", first.token)
        assert f"{late.pk}.ics" in between.there
        slow.commit()

    after = program.sync("nidelva/", between.token)
    assert name in after.there
    assert after.text(name, "D:getetag") != first.text(name, "D:getetag")


def test_a_program_that_wants_few_at_once_gets_all_of_them_in_turn(
    program: Program, alone: None
) -> None:
    space = make_space(slug="nidelva")
    made = {f"{make_booking(space, NOW + n * DAY, by=program.user).pk}.ics" for n in range(1, 6)}
    found: list[str] = []
    token = ""
    for _round in range(6):
        inside = (
            f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
            "<D:limit><D:nresults>2</D:nresults></D:limit><D:prop><D:getetag/></D:prop>"
        )
        answer = program.report("nidelva/", "D:sync-collection", inside)
        is_more = "507" in answer.answer.content.decode()
        found += [name for name in answer.there if name]
        token = answer.token
        if not is_more:
            break

    assert set(found) == made
    assert len(found) == 5


def test_a_ctag_changes_with_what_is_in_it(program: Program) -> None:
    space = make_space(slug="nidelva")
    other = make_space(slug="other")
    one = make_booking(space, NOW + DAY, by=program.user)

    def tags() -> list[str]:
        found = program.propfind("", "CS:getctag", depth=1)
        return [found.text(f"/{name}/", "CS:getctag") for name in ("_mine", "nidelva", "other")]

    before = tags()
    assert tags() == before
    bookings.cancel(booking=one, by=program.user, as_owner=False, now=NOW)
    after = tags()

    assert before[0] != after[0]
    assert before[1] != after[1]
    assert before[2] == after[2]
    assert not Occupancy.objects.exists()
    assert other.slug == "other"


def connection_parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    keys = ("dbname", "host", "port", "user", "password")
    assert settings.TESTING
    return {key: parameters[key] for key in keys if key in parameters}
