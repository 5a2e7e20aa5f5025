"""Calendars kept elsewhere: attached, read again, failing, forgotten."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from bookings import lost_calendars, operations, outside
from bookings.calendars.problems import FetchFailed, Problem
from bookings.emails import mail_for
from bookings.models import BusyTime, Delivery, Kind
from bookings.operations.calendars import (
    EVERY,
    LONGEST_WAIT,
    MOST,
    STALE_AFTER,
    NoPartOfIt,
    TooManyCalendars,
    TooManyTimes,
    next_read,
)
from bookings.outside import LOOKS, ReadJustNow, TooManyLooks
from bookings.tasks import read_calendar
from spaces.models import CalendarSource, Space
from spaces.periods import Period, period
from tests.bookings.calendars.serving import CalendarServer, ics, serving
from tests.cast import Cast
from tests.factories import NOW, make_place, make_source, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[CalendarServer]:
    cache.clear()  # how many addresses somebody has had looked at is kept there
    with serving(settings) as server:
        yield server


def hour(of_day: int, days: int = 1) -> Period:
    start = NOW.replace(hour=of_day) + timedelta(days=days)
    return period(start, start + timedelta(hours=1))


def attached(server: CalendarServer, space: Space | None = None, **more: Any) -> CalendarSource:
    return outside.attach(
        space=space or make_space(),
        name="Outlook",
        address=server.address,
        by=make_user(),
        now=NOW,
        **more,
    )


def in_use(server: CalendarServer, space: Space | None = None) -> CalendarSource:
    return operations.use_calendar(source=attached(server, space), now=NOW)


# --- Attaching --------------------------------------------------------------------------


def test_attach_shows_what_it_says_before_anything_is_busy(server: CalendarServer) -> None:
    server.body = ics(hour(9), hour(11))

    source = attached(server)

    assert list(source.times) == [hour(9), hour(11)]
    assert (source.maker, source.events, source.host) == ("Outlook", 2, "127.0.0.1")
    assert (source.is_paused, source.used_from, source.due_at) == (True, None, None)
    assert not BusyTime.objects.exists()


def test_attach_keeps_times_and_nothing_else(server: CalendarServer) -> None:
    server.body = ics(hour(9))
    source = attached(server)

    kept = CalendarSource.objects.filter(pk=source.pk).values().get()

    assert not any(word in str(kept) for word in ("Hemmelig", "kari", "key=", "hemmelig"))


def test_use_makes_it_busy_and_has_it_read_again(server: CalendarServer) -> None:
    server.body = ics(hour(9))

    source = in_use(server)

    assert BusyTime.objects.get().during == hour(9)
    assert source.due_at is not None
    assert NOW < source.due_at <= NOW + EVERY
    assert source.stale_at == NOW + STALE_AFTER


def test_attach_a_file(settings: Any) -> None:
    file = SimpleUploadedFile("rom.ics", ics(hour(9)))

    source = outside.attach(space=make_space(), name="Rom", file=file, by=make_user(), now=NOW)
    operations.use_calendar(source=source, now=NOW)

    assert BusyTime.objects.get().during == hour(9)
    source.refresh_from_db()
    assert (source.host, source.due_at, source.stale_at) == ("", None, None)
    assert outside.read_again(source, now=NOW) is source


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html>", Problem.NO_CALENDAR),
        (b"", Problem.NO_CALENDAR),
        (ics(hour(9))[:60], Problem.CUT_OFF),
        (b"BEGIN:VCALENDAR\r\n" + b" " * 10_000_001, Problem.TOO_LARGE),
    ],
)
def test_attach_refuses_a_file_that_is_no_calendar(content: bytes, problem: Problem) -> None:
    file = SimpleUploadedFile("rom.ics", content)

    with pytest.raises(FetchFailed) as failed:
        outside.attach(space=make_space(), name="Rom", file=file, by=make_user(), now=NOW)

    assert failed.value.problem == problem
    assert not CalendarSource.objects.exists()


def test_attach_refuses_what_cannot_be_fetched(server: CalendarServer) -> None:
    server.status = 404

    with pytest.raises(FetchFailed) as failed:
        attached(server)

    assert failed.value.problem == Problem.GONE
    assert not CalendarSource.objects.exists()


def test_attach_refuses_a_unit_of_another_space(server: CalendarServer) -> None:
    with pytest.raises(NoPartOfIt):
        attached(server, unit=make_space().units.get())


def test_attach_refuses_more_than_a_space_can_have(server: CalendarServer) -> None:
    space = make_space()
    for _ in range(MOST):
        make_source(space)

    with pytest.raises(TooManyCalendars):
        attached(server, space)


def test_attach_refuses_more_times_than_are_kept_for_all_units(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bookings.operations.calendars.MOST_ROWS", 3)
    server.body = ics(hour(9), hour(11))

    with pytest.raises(TooManyTimes):
        attached(server, make_space(units=2, allocation="any"))


def test_attach_asks_no_more_addresses_than_a_person_needs(server: CalendarServer) -> None:
    person, space = make_user(), make_space()
    cache.set(f"calendar-looks-{person.pk}", LOOKS, 60)

    with pytest.raises(TooManyLooks):
        outside.attach(space=space, name="x", address=server.address, by=person, now=NOW)

    assert server.tags == []


# --- Reading again ----------------------------------------------------------------------


def test_read_again_follows_what_it_says_now(server: CalendarServer) -> None:
    server.body = ics(hour(9))
    source = in_use(server)
    server.body = ics(hour(11))
    later = NOW + EVERY

    source = outside.read_again(source, now=later)

    assert BusyTime.objects.get().during == hour(11)
    assert source.read_at == source.whole_at == later
    assert source.due_at is not None
    assert later < source.due_at <= later + EVERY


def test_read_again_of_what_is_unchanged_is_news_of_its_freshness(server: CalendarServer) -> None:
    server.body = ics(hour(9))
    source = in_use(server)

    source = outside.read_again(source, now=NOW + EVERY)

    assert server.tags[-1]
    assert (source.read_at, source.whole_at) == (NOW + EVERY, NOW)
    assert BusyTime.objects.get().during == hour(9)


def test_read_again_reads_it_whole_once_a_week_for_what_has_come_nearer(
    server: CalendarServer,
) -> None:
    far = period(NOW + timedelta(days=735), NOW + timedelta(days=736))
    server.body = ics(far)
    source = in_use(server)
    assert not BusyTime.objects.exists()

    outside.read_again(source, now=NOW + timedelta(days=7))

    assert server.tags[-1] == ""
    assert BusyTime.objects.get().during == far


def test_read_again_that_fails_keeps_what_it_said_and_backs_off(server: CalendarServer) -> None:
    server.body = ics(hour(9))
    source = in_use(server)
    server.status = 500
    waits = []

    now = NOW
    for _ in range(7):
        now = source.due_at or NOW
        source = outside.read_again(source, now=now)
        waits.append((source.due_at or NOW) - now)

    assert BusyTime.objects.get().during == hour(9)
    assert (source.problem, source.failures, source.read_at) == ("broken", 7, NOW)
    assert waits == [*(EVERY * times for times in (2, 4, 8)), *[LONGEST_WAIT] * 4]
    assert source.is_stale(NOW + STALE_AFTER)

    server.status = 200
    source = outside.read_again(source, now=now)
    assert (source.problem, source.failures, source.failing_since) == ("", 0, None)
    assert not source.is_stale(now)


def test_read_again_says_when_the_address_was_sealed_by_another_key(server: CalendarServer) -> None:
    source = in_use(server)
    source.sealed_address = b"nonsense"
    source.save()

    assert outside.read_again(source, now=NOW).problem == Problem.ADDRESS_LOST


def test_read_when_asked_is_once_a_minute(server: CalendarServer) -> None:
    source = in_use(server)

    with pytest.raises(ReadJustNow):
        outside.read_when_asked(source, now=NOW + timedelta(seconds=59))

    assert outside.read_when_asked(source, now=NOW + timedelta(seconds=60)).problem == ""


def test_a_calendar_removed_meanwhile_is_not_read(server: CalendarServer) -> None:
    source = in_use(server)
    operations.remove_calendar(source=source)

    read_calendar(source.pk)

    assert len(server.tags) == 1


# --- Spread out, and apart --------------------------------------------------------------


def test_claim_due_gives_each_to_one_reader_until_its_lease_is_over() -> None:
    space = make_space()
    due, later = make_source(space, due_at=NOW), make_source(space)

    assert operations.claim_due(now=NOW, limit=9) == [due.pk]
    assert operations.claim_due(now=NOW, limit=9) == []
    assert operations.claim_due(now=NOW + timedelta(minutes=5), limit=9) == [due.pk]
    assert operations.claim_due(now=NOW + timedelta(minutes=15), limit=1) == [due.pk]
    assert operations.claim_due(now=NOW + timedelta(minutes=15), limit=1) == [later.pk]


def test_calendars_are_read_all_through_the_quarter() -> None:
    moments = {next_read(CalendarSource(pk=pk), NOW) for pk in range(1, 301)}

    assert len(moments) == 300
    assert all(NOW < at <= NOW + EVERY for at in moments)
    thirds = [sum(at <= NOW + EVERY * part / 3 for at in moments) for part in (1, 2)]
    assert thirds == [pytest.approx(100, abs=15), pytest.approx(200, abs=15)]


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_keeps_no_other_waiting(settings: Any) -> None:
    with serving(settings) as bad, serving(settings) as good:
        good.body = ics(hour(9))
        hanging, fine = in_use(bad), in_use(good)
        bad.may_answer.clear()
        bad.is_asked.clear()
        good.body = ics(hour(11))
        readers = [threading.Thread(target=read_in_thread, args=[one]) for one in (hanging, fine)]

        readers[0].start()
        assert bad.is_asked.wait(30)  # and it hangs
        readers[1].start()
        readers[1].join(60)

        assert readers[0].is_alive()
        assert not readers[1].is_alive()
        assert BusyTime.objects.get().during == hour(11)
        bad.may_answer.set()
        readers[0].join(60)


def read_in_thread(source: CalendarSource) -> None:
    from django.db import connection

    outside.read_again(source, now=NOW)
    connection.close()


# --- Paused, forgotten ------------------------------------------------------------------


def test_pause_and_use_again(server: CalendarServer) -> None:
    server.body = ics(hour(9))
    source = in_use(server)

    paused = operations.pause_calendar(source=source, now=NOW)
    assert not BusyTime.objects.exists()
    assert paused.due_at is paused.stale_at is None

    later = NOW + timedelta(days=1)
    used = operations.use_calendar(source=source, now=later)
    assert BusyTime.objects.count() == 1
    assert (used.due_at, used.used_from) == (later, NOW)
    assert used.is_stale(later)  # until it is read, which is now


def test_what_is_over_is_forgotten_and_so_is_what_was_only_looked_at() -> None:
    space = make_space()
    make_source(space, hour(9, days=-3), hour(9, days=1))
    make_source(space, is_paused=True, used_from=None, created_at=NOW - timedelta(days=2))

    operations.forget_past(now=NOW)

    assert list(CalendarSource.objects.get().times) == [hour(9)]
    assert BusyTime.objects.get().during == hour(9)


# --- Telling of it ----------------------------------------------------------------------


def failing(space: Space, since: timedelta, **fields: Any) -> CalendarSource:
    return make_source(space, problem="gone", failures=9, failing_since=NOW - since, **fields)


def test_keepers_are_told_once_of_a_calendar_that_has_failed_for_a_day() -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation), name="Nidelva")
    failing(space, timedelta(hours=25), name="Møterom")
    failing(space, timedelta(hours=2), name="Nylig")

    assert lost_calendars.tell_of_lost_calendars(now=NOW) == 2
    assert lost_calendars.tell_of_lost_calendars(now=NOW) == 0

    letters = Delivery.objects.filter(kind=Kind.CALENDAR_LOST)
    assert {one.recipient for one in letters} == {cast.owner, cast.manager}
    mail = mail_for(letters.first())
    assert "Møterom" in mail.body
    assert "Nylig" not in mail.body


def test_keepers_are_told_of_another_the_day_after() -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    failing(space, timedelta(hours=25))
    lost_calendars.tell_of_lost_calendars(now=NOW)
    failing(space, timedelta(hours=24))

    assert lost_calendars.tell_of_lost_calendars(now=NOW + timedelta(hours=1)) == 0
    assert lost_calendars.tell_of_lost_calendars(now=NOW + timedelta(days=1)) == 2


def test_a_letter_that_comes_when_it_is_mended_says_so() -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    source = failing(space, timedelta(hours=25))
    lost_calendars.tell_of_lost_calendars(now=NOW)
    operations.note_said(source=source, said=None, now=NOW)

    mail = mail_for(Delivery.objects.filter(kind=Kind.CALENDAR_LOST).first())

    assert mail.subject
    assert "mended" in mail.body or "i orden" in mail.body
