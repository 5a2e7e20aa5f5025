"""Calendars of one's own: plans and tasks beside what is booked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings import operations as bookings
from bookings.models import (
    Booking,
    CalendarLook,
    CalendarRefusal,
    Component,
    Delivery,
    Occupancy,
    OwnCalendar,
    OwnObject,
)
from bookings.operations import own_calendars
from tests.billing.dav.programs import HEAD, Program, as_if_alone, ics, when
from tests.factories import NOW, make_space, make_user

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

MADE = (
    "<D:set><D:prop><D:displayname>Oppgåver</D:displayname>"
    "<A:calendar-color>#FF0000FF</A:calendar-color><CS:else/>"
    '<C:supported-calendar-component-set><C:comp name="VTODO"/>'
    "</C:supported-calendar-component-set></D:prop></D:set>"
)
A_CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> Any:
    as_if_alone(monkeypatch)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program() -> Program:
    return Program(make_user("kari@example.org", name="Kari", language="en"))


def make(program: Program, path: str = "plans/", inside: str = "") -> Any:
    body = HEAD.format("x", inside).replace("D:x", "C:mkcalendar") if inside else ""
    return program.ask("MKCALENDAR", path, body)


def task(*lines: str, uid: str = "t") -> str:
    return ics("BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VTODO")


def note(*lines: str, uid: str = "n") -> str:
    return ics("BEGIN:VJOURNAL", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VJOURNAL")


def ask(program: Program, kind: str, start: str = "", end: str = "", inside: str = "") -> list[str]:
    limits = "".join(f' {key}="{at}Z"' for key, at in (("start", start), ("end", end)) if at)
    span = f"<C:time-range{limits}/>" if limits else ""
    question = (
        '<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
        f'<C:comp-filter name="{kind}">{span}{inside}</C:comp-filter></C:comp-filter></C:filter>'
    )
    return program.report("plans/", "C:calendar-query", question, Depth=1).there


# --- Made and deleted -----------------------------------------------------------------------


def test_a_calendar_is_made_as_it_is_wanted(program: Program) -> None:
    assert make(program, inside=MADE).status_code == 201

    names = ("D:displayname", "A:calendar-color", "C:supported-calendar-component-set")
    found = program.propfind("plans/", *names)
    assert found.text("/plans/", "D:displayname") == "Oppgåver"
    assert found.text("/plans/", "A:calendar-color") == "#FF0000FF"
    assert b'<C:comp name="VTODO" />' in found.answer.content
    assert b"VEVENT" not in found.answer.content


def test_a_calendar_is_made_by_extended_mkcol(program: Program) -> None:
    inside = MADE.replace("<D:prop>", f"<D:prop>{A_CALENDAR}")
    body = HEAD.format("mkcol", inside)

    assert program.ask("MKCOL", "plans/", body).status_code == 201
    assert OwnCalendar.objects.get().components == ["VTODO"]
    plain = program.ask("MKCOL", "folder/")
    assert plain.status_code == 403
    assert b"valid-resourcetype" in plain.content


def test_what_can_be_booked_is_first_and_own_calendars_last(program: Program) -> None:
    make(program, "aaa/")
    make_space(slug="nidelva")

    hrefs = program.propfind("", "D:displayname", depth=1).hrefs
    assert [href.split("/")[-2] for href in hrefs[1:]] == ["_mine", "nidelva", "aaa"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nidelva/", "resource-must-be-null"),
        ("there/", "resource-must-be-null"),
        ("_mine/", "calendar-collection-location-ok"),
        ("_else/", "calendar-collection-location-ok"),
        ("", "calendar-collection-location-ok"),
        ("there/x.ics", "calendar-collection-location-ok"),
        ("x" * 121 + "/", "calendar-collection-location-ok"),
        ("/dav/", "calendar-collection-location-ok"),
    ],
)
def test_a_calendar_is_made_where_there_is_room_for_one(
    program: Program, path: str, says: str
) -> None:
    make_space(slug="nidelva")
    make(program, "there/")

    answer = make(program, path)

    assert answer.status_code == 403
    assert says in answer.content.decode()
    assert OwnCalendar.objects.count() == 1


def test_a_calendar_for_nothing_we_know_is_not_made(program: Program) -> None:
    answer = make(program, inside=MADE.replace("VTODO", "VPOLL"))

    assert answer.status_code == 403
    assert b"supported-calendar-component" in answer.content


@pytest.mark.django_db(transaction=True)  # by whose numbers it is told
def test_a_deleted_calendar_is_gone_with_all_it_had(program: Program) -> None:
    make(program, inside=MADE)
    program.ask("PUT", "plans/t.ics", task())
    token = program.sync("plans/").token

    assert program.ask("DELETE", "plans/").status_code == 204

    assert program.ask("PROPFIND", "plans/").status_code == 404
    assert not OwnObject.objects.exists()
    assert not CalendarLook.objects.exists()
    make(program)
    assert program.names("plans") == []
    assert program.sync("plans/", token).status == 403  # another calendar's token


def test_a_person_has_twenty_calendars_of_their_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_calendars, "MOST_CALENDARS", 1)
    make(program)

    answer = make(program, "more/")

    assert answer.status_code == 403
    assert 'code="too_many_calendars"' in answer.content.decode()
    assert not CalendarRefusal.objects.exists()  # nothing was to be booked


# --- Kept to the letter ---------------------------------------------------------------------

ODD = task("SUMMARY:Æ\\, ø", "X-MINE;A=b:c", "SUMMARY;LANGUAGE=nn:to", "UNKNOWN:;")


@pytest.mark.parametrize(
    "body",
    [
        ODD,
        ODD.replace("\r\n", "\n"),
        note("DESCRIPTION:x\r\n  folded"),
        ics("UID:e", *when(NOW, NOW + HOUR)),
    ],
)
def test_it_is_given_back_to_the_letter(program: Program, body: str) -> None:
    make(program)

    put = program.ask("PUT", "plans/x.ics", body, If_None_Match="*")
    got = program.ask("GET", "plans/x.ics")

    assert put.status_code == 201
    assert got.content == body.encode()
    assert got["ETag"] == put["ETag"]


def test_it_is_no_booking_and_nobody_is_told(program: Program) -> None:
    make_space(slug="nidelva")
    make(program)

    program.put(
        "plans/x.ics", "UID:x", *when(NOW + DAY, NOW + DAY + HOUR), "ATTENDEE:mailto:a@b.no"
    )

    for model in (Booking, Occupancy, Delivery):
        assert not model.objects.exists()


def test_a_calendar_at_the_name_of_a_later_space_books_nothing(program: Program) -> None:
    """Whoever gets to know of the space finds it under another name of their choice."""
    make(program, "nidelva/")
    make_space(slug="nidelva")

    answer = program.put("nidelva/x.ics", "UID:x", *when(NOW + DAY, NOW + DAY + HOUR))

    assert answer.status_code == 201
    assert not Booking.objects.exists()
    hrefs = program.propfind("", "D:displayname", depth=1).hrefs
    assert [href.split("/")[-2] for href in hrefs[1:]] == ["_mine", "nidelva"]


def test_it_is_changed_where_it_is_what_its_program_thinks(program: Program) -> None:
    make(program)
    first = program.ask("PUT", "plans/t.ics", task())
    second = program.ask("PUT", "plans/t.ics", task("SUMMARY:2"), If_Match=first["ETag"])

    assert second.status_code == 204
    assert second["ETag"] != first["ETag"]
    for method in ("PUT", "DELETE"):
        late = program.ask(method, "plans/t.ics", task(), If_Match=first["ETag"])
        assert late.status_code == 412
    assert program.ask("PUT", "plans/t.ics", task(), If_None_Match="*").status_code == 412
    assert program.ask("DELETE", "plans/t.ics", If_Match=second["ETag"]).status_code == 204
    assert program.ask("DELETE", "plans/t.ics").status_code == 404
    assert program.ask("PUT", "plans/t.ics", task(), If_Match=second["ETag"]).status_code == 412
    assert program.ask("PUT", "plans/t.ics", task(uid="new")).status_code == 201


def test_a_uid_is_in_a_calendar_once_and_stays(program: Program) -> None:
    make(program)
    make(program, "more/")
    program.ask("PUT", "plans/t.ics", task())

    twice = program.ask("PUT", "plans/u.ics", task())
    other = program.ask("PUT", "plans/t.ics", task(uid="u"))

    for answer in (twice, other):
        assert answer.status_code == 403
        assert "no-uid-conflict" in answer.content.decode()
        assert "plans/t.ics" in answer.content.decode()
    assert program.ask("PUT", "more/t.ics", task()).status_code == 201
    with pytest.raises(IntegrityError, match="own_object_uid"), transaction.atomic():
        OwnObject.objects.create(
            calendar=OwnCalendar.objects.get(key="plans"),
            name="v.ics",
            uid="t",
            component="VTODO",
            text="x",
            changed_at=NOW,
        )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x", "valid-calendar-data"),
        (task("DUE:20261124T120000Z", "DUE:20261124T130000Z"), "valid-calendar-data"),
        ("BEGIN:VTODO\r\nEND:VTODO\r\n", "valid-calendar-data"),
        (ics("UID:e", "SUMMARY:when?"), "valid-calendar-data"),
        (task("SUMMARY:\0"), "valid-calendar-data"),
        (task("DTSTART:20261124T120000Z", "RRULE:FREQ=DAILY;COUNT=x"), "valid-calendar-data"),
        (task("DTSTART:20261124T120000Z", "RRULE:FREQ=HOURLY"), "max-instances"),
        (task("DTSTART:18991124T120000Z"), "min-date-time"),
        (task("DTSTART:22011124T120000Z"), "max-date-time"),
        (task(uid=""), "valid-calendar-object-resource"),
        (task(uid="x" * 256), "valid-calendar-object-resource"),
        (task().replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH"), "object-resource"),
        (ics("BEGIN:VPOLL", "UID:p", "END:VPOLL"), "supported-calendar-component"),
        (ics("BEGIN:VTODO", "UID:a", "END:VTODO", "BEGIN:VEVENT", "UID:a", "END:VEVENT"), "object"),
        (ics("BEGIN:VTODO", "UID:a", "END:VTODO", "BEGIN:VTODO", "UID:b", "END:VTODO"), "object"),
        (task("SUMMARY:" + "x" * 110_000), "max-resource-size"),
    ],
)  # fmt: skip
def test_what_nobody_could_read_is_not_kept(program: Program, body: str, says: str) -> None:
    make(program)

    answer = program.ask("PUT", "plans/x.ics", body)

    assert answer.status_code == 403
    assert says in answer.content.decode()
    assert not OwnObject.objects.exists()


def test_a_calendar_for_tasks_takes_no_event(program: Program) -> None:
    make(program, inside=MADE)

    answer = program.put("plans/x.ics", "UID:x", *when(NOW, NOW + HOUR))

    assert answer.status_code == 403
    assert "supported-calendar-component" in answer.content.decode()


def test_so_much_is_kept_and_no_more(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_calendars, "MOST_OBJECTS", 2)
    monkeypatch.setattr(own_calendars, "MOST_SIZE", 1000)
    make(program)
    make(program, "more/")

    def put(path: str, size: int = 0) -> int:
        answer = program.ask("PUT", path, task("X:" + size * "x", uid=path))
        return int(answer.status_code)

    assert put("plans/a.ics") == 201
    assert put("plans/a.ics", 1000) == 403
    assert put("plans/a.ics", 600) == 204
    assert put("more/b.ics", 400) == 403
    assert put("more/b.ics") == 201
    full = program.ask("PUT", "more/c.ics", task(uid="c"))
    assert full.status_code == 403
    assert 'code="calendars_full"' in full.content.decode()
    program.ask("DELETE", "more/")
    assert put("plans/c.ics") == 201


def test_no_address_with_a_nul_is_there(program: Program) -> None:
    make(program)

    for path in ("plans/%00.ics", "%00/", "%00/x.ics"):
        for method in ("PUT", "DELETE", "PROPFIND", "MKCALENDAR"):
            assert program.ask(method, path, task() if method == "PUT" else "").status_code == 404


# --- Whose they are -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", ["GET", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL"]
)
def test_anothers_calendars_are_not_there(program: Program, method: str) -> None:
    make(program)
    program.ask("PUT", "plans/t.ics", task())
    other = Program(make_user())

    for path in ("plans/", "plans/t.ics", "new/"):
        assert other.ask(method, program.home + path, task()).status_code == 404
        own = other.ask(method, path, task() if method == "PUT" else "")
        assert b"VTODO" not in own.content
    assert program.names("plans") == ["t.ics"]


def test_they_go_with_their_person(program: Program) -> None:
    make(program, inside=MADE)
    program.ask("PUT", "plans/t.ics", task())

    User.objects.get(pk=program.user.pk).delete()

    for model in (OwnCalendar, OwnObject, CalendarLook):
        assert not model.objects.exists()


# --- Questions ------------------------------------------------------------------------------

NOON, ONE, TWO = ("20261124T120000", "20261124T130000", "20261124T140000")


@pytest.mark.parametrize(
    ("lines", "start", "end", "is_found"),
    [
        # RFC 4791, 9.9, the table for VTODO: row by row, each edge.
        (["DTSTART:20261124T120000Z", "DURATION:PT1H"], ONE, TWO, True),
        (["DTSTART:20261124T120000Z", "DURATION:PT1H"], TWO, "", False),
        (["DTSTART:20261124T120000Z", "DURATION:PT0S"], "", NOON, True),
        (["DTSTART:20261124T120000Z", "DURATION:PT1H"], "", NOON, False),
        (["DTSTART:20261124T120000Z", "DUE:20261124T130000Z"], ONE, TWO, False),
        (["DTSTART:20261124T120000Z", "DUE:20261124T130000Z"], NOON, ONE, True),
        (["DTSTART:20261124T120000Z", "DUE:20261124T130000Z"], "", NOON, False),
        (["DTSTART:20261124T120000Z"], NOON, ONE, True),
        (["DTSTART:20261124T120000Z"], "", NOON, False),
        (["DTSTART:20261124T120000Z"], ONE, TWO, False),
        (["DUE:20261124T130000Z"], NOON, ONE, True),
        (["DUE:20261124T130000Z"], ONE, TWO, False),
        (["DUE:20261124T130000Z"], "", NOON, False),
        (["COMPLETED:20261124T130000Z", "CREATED:20261124T120000Z"], NOON, NOON[:-1] + "1", True),
        (["COMPLETED:20261124T130000Z", "CREATED:20261124T120000Z"], TWO, "", False),
        (["COMPLETED:20261124T130000Z"], "", NOON, False),
        (["COMPLETED:20261124T130000Z"], NOON, ONE, True),
        (["CREATED:20261124T120000Z"], "", NOON, False),
        (["CREATED:20261124T120000Z"], TWO, "", True),
        ([], NOON, ONE, True),
        # By the wall clock of the place, which is an hour ahead.
        (["DUE:20261124T130000"], "20261124T113000", NOON, True),
        (["DTSTART;VALUE=DATE:20261124"], "20261123T230000", NOON, True),
        (["DTSTART;VALUE=DATE:20261124"], "20261123T233000", NOON, False),
        # What comes again.
        (["DTSTART:20261124T120000Z", "RRULE:FREQ=WEEKLY"], "20711124T120000", "", True),
        (["DTSTART:20261124T120000Z", "RRULE:FREQ=WEEKLY;COUNT=2"], "20261202T000000", "", False),
    ],
)  # fmt: skip
def test_a_task_is_found_by_the_table_of_the_rfc(
    program: Program, lines: list[str], start: str, end: str, is_found: bool
) -> None:
    make(program)
    assert program.ask("PUT", "plans/t.ics", task(*lines)).status_code == 201

    assert bool(ask(program, "VTODO", start, end)) == is_found
    assert ask(program, "VTODO") == ["t.ics"]
    assert ask(program, "VEVENT", start, end) == []


@pytest.mark.parametrize(
    ("lines", "start", "end", "is_found"),
    [
        (["DTSTART:20261124T120000Z"], NOON, ONE, True),
        (["DTSTART:20261124T120000Z"], "", NOON, False),
        (["DTSTART;VALUE=DATE:20261124"], "20261124T220000", "", True),
        (["DTSTART;VALUE=DATE:20261124"], "20261124T230000", "", False),
        ([], NOON, ONE, False),
    ],
)
def test_a_note_is_found_on_its_day(
    program: Program, lines: list[str], start: str, end: str, is_found: bool
) -> None:
    make(program)
    program.ask("PUT", "plans/n.ics", note(*lines))

    assert bool(ask(program, "VJOURNAL", start, end)) == is_found


DAILY = ["DTSTART:20261124T120000Z", "RRULE:FREQ=DAILY"]


@pytest.mark.parametrize(
    ("lines", "start", "end", "is_found"),
    [
        (["DTSTART:20261124T120000Z", "DURATION:PT1H"], "20261124T123000", TWO, True),
        (["DTSTART:20261124T120000Z", "DURATION:PT1H"], ONE, TWO, False),
        (["DTSTART:20261124T120000Z"], NOON, ONE, True),
        (["DTSTART:20261124T120000Z"], "", NOON, False),
        (["DTSTART;VALUE=DATE:20261124"], "20261124T223000", "", True),
        (["DTSTART;VALUE=DATE:20261124", "DURATION:P2D"], "20261125T223000", "", True),
        (["DTSTART:20261124T120000", "DTEND:20261124T130000"], NOON, ONE, False),
        (["DTSTART:20000101T120000Z", "DTEND:20000101T130000Z"], "", "20000102T000000", True),
        ([*DAILY, "EXDATE:20270101T120000Z"], "20270101T000000", "20270102T000000", False),
        (DAILY, "20270101T000000", "20270102T000000", True),
    ],
)  # fmt: skip
def test_an_event_is_found_when_it_is(
    program: Program, lines: list[str], start: str, end: str, is_found: bool
) -> None:
    make(program)
    program.put("plans/e.ics", "UID:e", *lines)

    assert bool(ask(program, "VEVENT", start, end)) == is_found


def test_tasks_are_found_by_what_they_say(program: Program) -> None:
    make(program)
    program.ask("PUT", "plans/a.ics", task("SUMMARY:Kjøp kake", "CATEGORIES:Fest", uid="a"))
    program.ask("PUT", "plans/b.ics", task("SUMMARY:Rydd", "STATUS:COMPLETED", uid="b"))

    def by(name: str, match: str) -> list[str]:
        return ask(program, "VTODO", inside=f'<C:prop-filter name="{name}">{match}</C:prop-filter>')

    assert by("SUMMARY", "<C:text-match>KAKE</C:text-match>") == ["a.ics"]
    assert by("CATEGORIES", "<C:is-not-defined/>") == ["b.ics"]
    assert by("STATUS", "<C:is-not-defined/>") == ["a.ics"]
    negated = '<C:text-match negate-condition="yes">COMPLETED</C:text-match>'
    assert by("STATUS", negated) == []


def test_an_alarm_is_found_by_its_time(program: Program) -> None:
    make(program)
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM")
    program.ask("PUT", "plans/t.ics", task("DTSTART:20261124T120000Z", "RRULE:FREQ=WEEKLY", *alarm))

    def rings(start: str, end: str) -> bool:
        span = f'<C:time-range start="{start}Z" end="{end}Z"/>'
        inside = f'<C:comp-filter name="VALARM">{span}</C:comp-filter>'
        return bool(ask(program, "VTODO", inside=inside))

    assert rings("20261201T114500", "20261201T114600")
    assert not rings("20261201T114600", "20261201T120000")


def test_a_series_is_given_day_by_day(program: Program) -> None:
    """Two tasks of which one was moved, on either side of the day the clocks change."""
    make(program)
    zoned = "TZID=Europe/Oslo:2026"
    body = ics(
        *("BEGIN:VTODO", "UID:t", f"DTSTART;{zoned}1024T090000", f"DUE;{zoned}1024T100000"),
        *("RRULE:FREQ=DAILY;COUNT=3", f"EXDATE;{zoned}1025T090000", "END:VTODO", "BEGIN:VTODO"),
        *("UID:t", f"RECURRENCE-ID;{zoned}1026T090000", f"DTSTART;{zoned}1026T110000"),
        *(f"DUE;{zoned}1026T120000", "END:VTODO"),
    )
    assert program.ask("PUT", "plans/t.ics", body).status_code == 201
    asked = (
        '<D:prop><C:calendar-data><C:expand start="20261001T000000Z" end="20261101T000000Z"/>'
        '</C:calendar-data></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
        '<C:comp-filter name="VTODO"/></C:comp-filter></C:filter>'
    )

    text = program.report("plans/", "C:calendar-query", asked).text("t.ics", "C:calendar-data")

    lines = text.split()
    assert [line for line in lines if line.startswith("DTSTART")] == [
        "DTSTART:20261024T070000Z",
        "DTSTART:20261026T100000Z",
    ]
    assert "RECURRENCE-ID:20261026T080000Z" in lines
    assert "RRULE" not in text


def test_one_is_busy_when_ones_events_say_so(program: Program) -> None:
    make(program)
    program.put("plans/a.ics", "UID:a", *when(NOW, NOW + HOUR), "RRULE:FREQ=DAILY;COUNT=2")
    program.put("plans/b.ics", "UID:b", *when(NOW, NOW + HOUR), "TRANSP:TRANSPARENT")
    program.put("plans/c.ics", "UID:c", *when(NOW, NOW + HOUR), "STATUS:CANCELLED")
    program.ask("PUT", "plans/t.ics", task("DTSTART:20261124T120000Z"))
    span = f'<C:time-range start="{NOW:%Y%m%dT%H%M%SZ}" end="{NOW + 9 * DAY:%Y%m%dT%H%M%SZ}"/>'
    body = HEAD.format("x", span).replace("D:x", "C:free-busy-query")

    text = program.ask("REPORT", "plans/", body).content.decode()

    assert [line for line in text.split() if line.startswith("FREEBUSY")] == [
        f"FREEBUSY;FBTYPE=BUSY:{at:%Y%m%dT%H%M%SZ}/{at + HOUR:%Y%m%dT%H%M%SZ}"
        for at in (NOW, NOW + DAY)
    ]


def test_a_question_that_takes_too_long_is_told_so(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(program)
    program.ask("PUT", "plans/t.ics", task())
    monkeypatch.setattr("bookings.calendars.dav.filters.AT_MOST", -1)
    asked = (
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO">'
        '<C:time-range start="20261124T000000Z"/></C:comp-filter></C:comp-filter></C:filter>'
    )

    answer = program.report("plans/", "C:calendar-query", asked)

    assert answer.status == 403
    assert b"number-of-matches-within-limits" in answer.answer.content


# --- What has changed -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # by whose numbers it is told
def test_each_change_is_told_of_once(program: Program, at_noon: Any) -> None:
    make(program)
    for name in ("a", "b", "c"):
        program.ask("PUT", f"plans/{name}.ics", task(uid=name))
    token = program.sync("plans/").token
    assert program.sync("plans/", token).hrefs == []

    program.ask("PUT", "plans/a.ics", task("SUMMARY:2", uid="a"))
    program.ask("DELETE", "plans/b.ics")
    program.ask("PUT", "plans/d.ics", task(uid="d"))

    found = program.sync("plans/", token)
    assert (found.there, found.gone) == (["a.ics", "d.ics"], ["b.ics"])
    assert program.sync("plans/", found.token).hrefs == []
    assert program.names("plans") == ["a.ics", "c.ics", "d.ics"]
    assert OwnObject.objects.get(name="b.ics").text == ""


def test_what_was_deleted_is_forgotten_when_no_token_is_that_old(program: Program) -> None:
    make(program)
    program.ask("PUT", "plans/t.ics", task())
    program.ask("PUT", "plans/u.ics", task(uid="u"))
    program.ask("DELETE", "plans/t.ics")

    assert bookings.forget_dropped(now=NOW + 123 * DAY) == 0
    assert bookings.forget_dropped(now=NOW + 125 * DAY) == 1
    assert program.names("plans") == ["u.ics"]


def test_of_many_calendars_as_much_is_asked_as_of_one(program: Program) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            program.propfind("", "D:sync-token", "CS:getctag", "D:displayname", depth=1)
        return len(asked)

    make(program, "one/")
    questions()
    of_one = questions()
    for key in ("two/", "three/"):
        make(program, key)
    assert questions() == of_one


def test_a_calendar_has_components_that_there_are() -> None:
    user = make_user()
    for components in ([], ["VPOLL"]):
        with pytest.raises(IntegrityError, match="own_calendar_components"), transaction.atomic():
            OwnCalendar.objects.create(user=user, key="x", components=components, created_at=NOW)
    OwnCalendar.objects.create(user=user, key="x", components=[Component.TODO], created_at=NOW)
