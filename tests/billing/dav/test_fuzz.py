"""Bodies that nobody would send: never an answer of 5xx, and nothing booked by accident."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import operations as bookings
from bookings.models import Booking, Component
from tests.billing.dav.programs import HEAD, Program, ics, when
from tests.factories import NOW, make_booking, make_space, make_user

pytestmark = pytest.mark.django_db

NAMES = (
    *("D:prop", "D:allprop", "D:propname", "D:include", "D:href", "D:sync-token", "D:limit"),
    *("D:nresults", "D:set", "D:remove", "D:getetag", "D:resourcetype", "D:match"),
    *("C:filter", "C:comp-filter", "C:prop-filter", "C:param-filter", "C:time-range"),
    *("C:text-match", "C:is-not-defined", "C:calendar-data", "C:expand", "CS:getctag"),
    *("A:calendar-color", "C:calendar-timezone"),
)
ROOTS = (
    *("D:propfind", "D:propertyupdate", "D:sync-collection", "C:calendar-query"),
    *("C:calendar-multiget", "C:free-busy-query", "D:principal-property-search", "D:else"),
)
TEXTS = ("", "5", "-1", "VEVENT", "/dav/", "%zz", "urn:ledig:sync:1-1-1-0123456789ab", "ø" * 40)
VALUES = (
    "VCALENDAR",
    "VEVENT",
    "VALARM",
    "SUMMARY",
    "DTSTART",
    "",
    "x",
    "20261124T000000Z",
    "i;octet",
)

attributes = st.dictionaries(
    st.sampled_from(["name", "start", "end", "collation", "negate-condition"]),
    st.sampled_from(VALUES),
    max_size=3,
)
leaves = st.builds(
    lambda name, text, given: write(name, given, text),
    st.sampled_from(NAMES), st.sampled_from(TEXTS), attributes,
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inside: st.builds(
        lambda name, given, children: write(name, given, "".join(children)),
        st.sampled_from(NAMES), attributes, st.lists(inside, max_size=4),
    ),
    max_leaves=12,
)  # fmt: skip


def write(name: str, given: dict[str, str], inside: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<{name}{said}>{inside}</{name}>"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program() -> Program:
    space = make_space(slug="nidelva")
    kari = make_user()
    make_booking(space, by=kari, id="01a20810-0f80-7a30-9550-7da446932d01")
    bookings.make_own_calendar(user=kari, key="own", components=Component.values, look={}, now=NOW)
    return Program(kari)


@given(
    method=st.sampled_from(["PROPFIND", "PROPPATCH", "REPORT"]),
    path=st.sampled_from(
        [
            "/dav/",
            "",
            "_mine/",
            "nidelva/",
            "own/",
            "_mine/01a20810-0f80-7a30-9550-7da446932d01.ics",
        ]
    ),
    root=st.sampled_from(ROOTS),
    inside=st.lists(trees, max_size=4),
    depth=st.sampled_from(["0", "1", "infinity", "x"]),
)
@settings(max_examples=100)
def test_no_xml_is_answered_by_5xx(
    program: Program, method: str, path: str, root: str, inside: list[str], depth: str
) -> None:
    body = HEAD.format("x", "".join(inside)).replace("<D:x ", f"<{root} ")
    answer: Any = program.ask(method, path, body.replace("</D:x>", f"</{root}>"), Depth=depth)

    assert answer.status_code in (200, 207, 400, 403, 404)


LINES = (
    *("DTSTART:20261124T120000Z", "DTEND:20261124T130000Z", "DURATION:PT1H", "DURATION:-P1D"),
    *("DTSTART;VALUE=DATE:20261124", "DTSTART;TZID=Nowhere/None:20261124T120000", "DTEND:x"),
    *("RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;COUNT=-1", "RRULE:FREQ=DAILY;UNTIL=2026", "RRULE:"),
    *("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3", "RRULE:FREQ=MONTHLY;BYDAY=-1TU;COUNT=2"),
    *("EXDATE:20261201T120000Z", "EXDATE;VALUE=DATE:20261201", "EXDATE:x", "RDATE:20261125"),
    *("RECURRENCE-ID:20261201T120000Z", "UID:b", "UID:", "SUMMARY:\x07", "SUMMARY;LANGUAGE=nb:Ø"),
    *("BEGIN:VALARM", "END:VALARM", "END:VEVENT", "BEGIN:VEVENT", 'X-A;B="c":d', "ÆØÅ", ":", ""),
    *('ATTENDEE;CN="x', "CATEGORIES:a\\,b,c", "TRIGGER:-PT5M", "STATUS:CANCELLED", "GEO:1;2"),
)


@given(lines=st.lists(st.sampled_from(LINES), max_size=9))
@settings(max_examples=100)
def test_no_event_is_answered_by_5xx(program: Program, lines: list[str]) -> None:
    before = Booking.objects.count()
    answer = program.ask("PUT", "nidelva/x.ics", ics("UID:a", *lines))
    again = program.ask("GET", "nidelva/x.ics")

    assert answer.status_code in (201, 403)
    assert (again.status_code == 200) == (answer.status_code == 201)
    if answer.status_code == 403:
        assert Booking.objects.count() == before
    program.ask("DELETE", "nidelva/x.ics")


ALARM = '<C:comp-filter name="VALARM"><C:time-range end="20300101T000000Z"/></C:comp-filter>'
QUESTIONS = [
    f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="{kind}">'
    f'<C:time-range start="20261124T000000Z"/>{inside}</C:comp-filter></C:comp-filter></C:filter>'
    for kind in Component.values
    for inside in ("", ALARM)
]
TO_KEEP = (
    *("DUE:20261124T120000Z", "COMPLETED:20261124T120000Z", "CREATED:x", "DURATION:P99999999W"),
    *("DTSTART:00010101T000000Z", "DTSTART:99991231T235959Z", "RRULE:FREQ=SECONDLY", "TRIGGER:x"),
    *("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=YEARLY;INTERVAL=0"),
    *("RRULE:FREQ=YEARLY;BYEASTER=1", "EXRULE:FREQ=DAILY", "RECURRENCE-ID;RANGE=THISANDFUTURE:x"),
    *("DTSTART;TZID=Europe/Oslo:20261124T12", "DTSTART;TZID=Europe/Oslo:20261124T120000"),
)


@given(
    kind=st.sampled_from(Component.values),
    lines=st.lists(st.sampled_from([*LINES, *TO_KEEP]), max_size=7),
)
@settings(max_examples=60)
def test_nothing_that_is_kept_breaks_a_question(
    program: Program, kind: str, lines: list[str]
) -> None:
    body = ics(f"BEGIN:{kind}", "UID:a", "DTSTAMP:20261101T000000Z", *lines, f"END:{kind}")
    answer = program.ask("PUT", "own/x.ics", body)

    assert answer.status_code in (201, 403)
    if answer.status_code == 201:
        assert program.ask("GET", "own/x.ics").content == body.encode()
        data = (
            '<D:prop><C:calendar-data><C:expand start="20261101T000000Z" end="20270101T000000Z"/>'
            "</C:calendar-data></D:prop>"
        )
        for question in QUESTIONS:
            assert program.report("own/", "C:calendar-query", data + question).status == 207
        span = '<C:time-range start="20261101T000000Z" end="20270101T000000Z"/>'
        busy = HEAD.format("x", span).replace("D:x", "C:free-busy-query")
        assert program.ask("REPORT", "own/", busy).status_code == 200
    program.ask("DELETE", "own/x.ics")


def test_an_event_that_is_plain_is_booked(program: Program) -> None:
    """So that the test above is one of what is refused and of what is not."""
    assert (
        program.put("nidelva/y.ics", "UID:y", *when(NOW, NOW.replace(hour=13))).status_code == 201
    )
