"""What a calendar program finds at /dav/."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from accounts.models import AppPassword, Role, User
from bookings import operations as bookings
from bookings.models import Booking, Favourite, Status
from spaces.models import Allocation, Space
from tests.billing.dav.programs import Multistatus, Program
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_place,
    make_series,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kari() -> User:
    return make_user("kari@example.org", name="Kari", language="en")


@pytest.fixture
def program(kari: User) -> Program:
    return Program(kari)


@pytest.fixture
def nidelva() -> Space:
    return make_space(name="Nidelva", slug="nidelva")


# --- Finding it, and signing in -------------------------------------------------------------


def test_a_program_finds_the_calendars_from_the_bare_host(program: Program, nidelva: Space) -> None:
    to = program.ask("PROPFIND", "/.well-known/caldav")
    assert to.status_code == 301
    root = program.propfind(to["Location"], "D:current-user-principal")
    principal = root.text("/dav/", "D:current-user-principal")
    home = program.propfind(principal, "C:calendar-home-set").text(principal, "C:calendar-home-set")
    found = program.propfind(home, "D:resourcetype", "D:displayname", depth=1)

    assert [found.text(href, "D:displayname") for href in found.hrefs[1:]] == [
        "My bookings",
        "Nidelva",
    ]
    assert found.of("/nidelva/").find(".//{urn:ietf:params:xml:ns:caldav}calendar") is not None


def test_a_program_may_ask_at_the_bare_host(program: Program) -> None:
    answer = program.ask("PROPFIND", "/")

    assert answer.status_code == 301
    assert answer["Location"] == "/dav/"


def test_options_tells_what_we_speak_without_a_password() -> None:
    answer = Client().options("/dav/")

    assert answer.status_code == 200
    assert "calendar-access" in answer["DAV"]
    assert "REPORT" in answer["Allow"]


@pytest.mark.parametrize("method", ["GET", "PROPFIND", "REPORT", "PUT", "DELETE", "PROPPATCH"])
def test_who_is_not_signed_in_is_asked_for_a_password(method: str) -> None:
    answer = Client().generic(method, "/dav/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Basic realm="Ledig", charset="UTF-8"'


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!", "Basic a2FyaQ==", "Bearer x", "Basic " + "eDp5" * 999, "Basic /w=="],
)
def test_a_broken_sign_in_is_none(header: str) -> None:
    answer = Client().generic("PROPFIND", "/dav/", headers={"Authorization": header})

    assert answer.status_code == 401


def test_the_persons_own_password_and_session_open_nothing(kari: User) -> None:
    kari.set_password("correct horse")
    kari.save()
    program = Program(kari, password="correct horse")
    program.client.force_login(kari)

    assert program.ask("PROPFIND", "/dav/").status_code == 401


def test_a_removed_device_is_let_in_no_more(program: Program) -> None:
    assert program.ask("PROPFIND", "/dav/").status_code == 207

    AppPassword.objects.all().delete()

    assert program.ask("PROPFIND", "/dav/").status_code == 401


def test_the_device_and_its_program_are_noted(program: Program) -> None:
    program.ask("PROPFIND", "/dav/")

    assert AppPassword.objects.get().client == "Test/1"
    assert AppPassword.objects.get().used_at == NOW


def test_a_password_sent_in_the_clear_is_none(program: Program, settings: Any) -> None:
    settings.HTTPS = True

    assert program.ask("PROPFIND", "/dav/").status_code == 401


def test_too_many_requests_are_told_so_where_a_synchronisation_begins(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.dav.signing_in.MOST_REQUESTS", 2)
    answers = [program.ask("PROPFIND", "/dav/", Depth=0) for _ in range(3)]

    assert [one.status_code for one in answers] == [207, 207, 503]
    assert answers[2]["Retry-After"] == "60"
    assert program.ask("PROPFIND", program.home, Depth=1).status_code == 207
    assert program.ask("DELETE", "_mine/x.ics").status_code == 404


def test_anothers_calendars_are_not_there(program: Program, nidelva: Space) -> None:
    other = make_user()

    for path in ("", "_mine/", "nidelva/", "_mine/x.ics"):
        answer = program.ask("PROPFIND", f"/dav/calendars/{other.pk}/{path}")
        assert answer.status_code == 404
    assert program.ask("PROPFIND", f"/dav/principals/{other.pk}/").status_code == 404


# --- Which calendars ------------------------------------------------------------------------


def calendars(program: Program) -> list[str]:
    return [href.split("/")[-2] for href in program.propfind("", "D:displayname", depth=1).hrefs][
        1:
    ]


def test_the_home_has_favourites_what_was_booked_and_ones_own_organisations(
    program: Program, kari: User
) -> None:
    liked, booked, old = (make_space(slug=slug) for slug in ("liked", "booked", "old"))
    ours = make_space(slug="ours")
    make_member(ours.organisation, Role.HOST, kari)
    Favourite.objects.create(user=kari, space=liked, saved_at=NOW)
    make_booking(booked, by=kari)
    make_booking(old, by=kari, created_at=NOW - 400 * DAY)
    place = make_place()
    for n in range(12):
        make_space(place, slug=f"other-{n}")

    found = calendars(program)

    assert found[:4] == ["_mine", "liked", "booked", "ours"]
    assert len(found) == 1 + 8  # and a few more to begin with


def test_ten_thousand_spaces_are_not_ten_thousand_calendars(program: Program, kari: User) -> None:
    place = make_place()
    make_member(place.organisation, Role.HOST, kari)
    for n in range(45):
        make_space(place, slug=f"room-{n}")

    assert len(calendars(program)) == 1 + 40


def test_any_space_one_may_book_is_at_its_address(program: Program) -> None:
    for n in range(9):
        make_space(slug=f"room-{n}")
    last = make_space(slug="far")
    closed = make_space(slug="closed")
    closed.access_rules.create(affiliation="student")
    draft = make_space(slug="draft", listing="draft")

    assert last.slug not in calendars(program)
    assert program.ask("PROPFIND", "far/").status_code == 207
    assert program.ask("PROPFIND", f"{closed.slug}/").status_code == 404
    assert program.ask("PROPFIND", f"{draft.slug}/").status_code == 404


def test_a_calendar_says_what_an_event_in_it_does(program: Program) -> None:
    make_space(slug="dear", name="Sal", price=100_00, is_instant=False)

    found = program.propfind(
        "dear/",
        "D:displayname",
        "C:calendar-description",
        "A:calendar-color",
        "CS:getctag",
        "D:sync-token",
        "C:max-resource-size",
        "D:supported-report-set",
        "D:current-user-privilege-set",
        "C:supported-calendar-component-set",
        "C:calendar-timezone",
    )

    said = found.text("/dear/", "C:calendar-description")
    assert "books Sal" in said
    assert "costs money" in said
    assert "say yes first" in said
    assert "Free cancellation until" in said
    assert found.of("/dear/").find("D:propstat[2]", {"D": "DAV:"}) is None  # nothing is missing
    text = found.answer.content.decode()
    for word in ("sync-collection", "free-busy-query", "bind", "VEVENT", "TZID:Europe/Oslo"):
        assert word in text


def test_the_home_is_found_by_as_many_questions_for_many_calendars(
    program: Program, kari: User
) -> None:
    names = ("D:displayname", "CS:getctag", "D:sync-token", "C:calendar-description")
    make_booking(make_space(), by=kari)
    program.ask("OPTIONS", "/dav/")  # the device is noted
    counts = []
    for _ in range(2):
        with CountQueries() as count:
            program.propfind("", *names, depth=1)
        counts.append(count.number)
        for _n in range(3):
            make_booking(make_space(), by=kari)

    assert counts[0] == counts[1]


class CountQueries:
    def __enter__(self) -> "CountQueries":
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.context = CaptureQueriesContext(connection)
        self.context.__enter__()
        return self

    def __exit__(self, *problem: Any) -> None:
        self.context.__exit__(*problem)
        self.number = len(self.context)


# --- What is in them ------------------------------------------------------------------------


def test_my_bookings_has_mine_and_no_others(program: Program, kari: User, nidelva: Space) -> None:
    mine = [
        make_booking(nidelva, NOW + n * DAY, by=kari, status=status)
        for n, status in enumerate(
            (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED, Status.REQUESTED, Status.HELD)
        )
    ]
    for n, status in enumerate((Status.CANCELLED, Status.DECLINED, Status.EXPIRED)):
        make_booking(nidelva, NOW + (10 + n) * DAY, by=kari, status=status)
    make_booking(nidelva, NOW + 20 * DAY)
    make_booking(nidelva, NOW - 120 * DAY, by=kari)  # too long ago

    assert program.names("_mine") == sorted(f"{one.pk}.ics" for one in mine)


def test_what_is_not_certain_is_tentative(program: Program, kari: User) -> None:
    held = make_booking(by=kari, status=Status.HELD)

    assert program.event(f"_mine/{held.pk}.ics")["STATUS"] == "TENTATIVE"


def test_others_bookings_say_only_that_it_is_taken(program: Program, nidelva: Space) -> None:
    theirs = make_booking(nidelva, by=make_user(name="Ola"), title="Hemmelig møte")

    (name,) = program.names("nidelva")
    answer = program.ask("GET", f"nidelva/{name}")
    event = Calendar.from_ical(answer.content).events[0]

    assert str(event["SUMMARY"]) == "Taken"
    assert str(event["CLASS"]) == "PRIVATE"
    assert event.start == theirs.start
    text = answer.content.decode() + name
    for word in ("Ola", "Hemmelig", str(theirs.pk), theirs.booker.email):
        assert word not in text
    assert program.names("_mine") == []


def test_others_bookings_have_no_name_in_common_with_another_space(
    program: Program, nidelva: Space
) -> None:
    hall = make_space(nidelva.place, slug="hall", units=list(nidelva.units.all()))
    make_booking(nidelva)

    assert program.names("nidelva") != program.names("hall") != []
    assert hall.units.count() == 1


def test_a_pool_does_not_show_others(program: Program, kari: User) -> None:
    desks = make_space(slug="desks", units=5, allocation=Allocation.ANY)
    make_booking(desks)
    mine = make_booking(desks, NOW + 2 * DAY, by=kari)

    assert program.names("desks") == [f"{mine.pk}.ics"]


def test_a_series_is_one_object_with_its_rule(program: Program, kari: User, nidelva: Space) -> None:
    series = make_series(nidelva, NOW + DAY, count=4, by=kari, title="Kollokvie")
    days = list(series.bookings.order_by("period"))
    bookings.cancel(booking=days[1], by=kari, as_owner=False, now=NOW)
    later = days[2].start + timedelta(hours=3)
    bookings.reschedule(
        booking=days[2],
        by=kari,
        now=NOW,
        span=type(days[2].period)(later, later + timedelta(hours=1), "[)"),
    )

    assert program.names("nidelva") == program.names("_mine") == [f"{series.pk}.ics"]
    calendar = Calendar.from_ical(program.ask("GET", f"nidelva/{series.pk}.ics").content)
    master, override = calendar.events
    assert "COUNT=4" in master["RRULE"].to_ical().decode()
    assert master["EXDATE"].dts[0].dt == days[1].start
    assert override["RECURRENCE-ID"].dt == days[2].start
    assert override.start == later


def test_what_ended_long_ago_is_not_there(program: Program, kari: User) -> None:
    old = make_booking(start=NOW - 95 * DAY, by=kari)

    assert program.ask("GET", f"_mine/{old.pk}.ics").status_code == 404


def test_an_object_is_tagged_by_its_bytes(program: Program, kari: User) -> None:
    one = make_booking(by=kari)
    first = program.ask("GET", f"_mine/{one.pk}.ics")

    again = program.ask("GET", f"_mine/{one.pk}.ics", If_None_Match=first["ETag"])
    assert again.status_code == 304
    bookings.describe(booking=one, title="New", about=bookings_about(one), by=kari, now=NOW)
    assert program.ask("GET", f"_mine/{one.pk}.ics")["ETag"] != first["ETag"]
    assert program.ask("HEAD", f"_mine/{one.pk}.ics").content == b""


def bookings_about(one: Booking) -> Any:
    from bookings.about import About

    return About(one.note, one.public_title, one.visibility)


# --- Reports --------------------------------------------------------------------------------

RANGE = (
    '<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
    '<C:comp-filter name="VEVENT"><C:time-range start="{0}" end="{1}"/></C:comp-filter>'
    "</C:comp-filter></C:filter>"
)


def query(program: Program, path: str, start: str, end: str) -> Multistatus:
    return program.report(path, "C:calendar-query", RANGE.format(start, end), Depth=1)


def test_query_finds_what_is_within_a_time(program: Program, kari: User) -> None:
    one = make_booking(start=NOW + DAY, by=kari)
    make_booking(start=NOW + 3 * DAY, by=kari)

    found = query(program, "_mine/", "20261124T000000Z", "20261125T000000Z")

    assert found.there == [f"{one.pk}.ics"]
    assert "BEGIN:VEVENT" in found.text(f"{one.pk}.ics", "C:calendar-data")


def test_query_finds_a_series_by_any_of_its_days(
    program: Program, kari: User, nidelva: Space
) -> None:
    series = make_series(nidelva, NOW + DAY, count=3, by=kari)

    assert query(program, "nidelva/", "20261208T000000Z", "20261209T000000Z").there == [
        f"{series.pk}.ics"
    ]
    assert query(program, "nidelva/", "20261209T000000Z", "20261210T000000Z").there == []


def test_query_looks_at_texts_too(program: Program, kari: User) -> None:
    one = make_booking(start=NOW + DAY, by=kari, title="Møte om fisk")
    make_booking(start=NOW + 3 * DAY, by=kari, title="Annet")
    inside = (
        '<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
        '<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY">'
        "<C:text-match>FISK</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter>"
        "</C:filter>"
    )

    assert program.report("_mine/", "C:calendar-query", inside, Depth=1).there == [f"{one.pk}.ics"]


def test_query_can_ask_for_each_day_of_a_series(
    program: Program, kari: User, nidelva: Space
) -> None:
    series = make_series(nidelva, NOW + DAY, count=3, by=kari)
    expand = RANGE.replace(
        "<C:calendar-data/>",
        '<C:calendar-data><C:expand start="{0}" end="{1}"/></C:calendar-data>',
    ).format("20261124T000000Z", "20261203T000000Z")

    found = program.report("nidelva/", "C:calendar-query", expand, Depth=1)

    events = Calendar.from_ical(found.text(f"{series.pk}.ics", "C:calendar-data")).events
    assert [one.start for one in events] == [NOW + DAY, NOW + 8 * DAY]
    assert all("RRULE" not in one for one in events)


def test_multiget_answers_each_address_by_as_many_questions_as_one(
    program: Program, kari: User
) -> None:
    made = [make_booking(start=NOW + n * DAY, by=kari) for n in range(1, 6)]
    program.ask("OPTIONS", "/dav/")  # the device is noted
    counts = []
    for some in (made[:1], made):
        hrefs = "".join(f"<D:href>{program.home}_mine/{one.pk}.ics</D:href>" for one in some)
        with CountQueries() as count:
            found = program.report(
                "_mine/",
                "C:calendar-multiget",
                f"<D:prop><C:calendar-data/></D:prop>{hrefs}<D:href>/dav/else.ics</D:href>",
            )
        counts.append(count.number)
        assert found.there == sorted(f"{one.pk}.ics" for one in some)
        assert found.gone == ["else.ics"]

    assert counts[0] == counts[1]


def test_free_busy_tells_when_it_is_taken_and_when_closed(program: Program) -> None:
    space = make_space(slug="open-till-four", hours=(8 * 60, 16 * 60))
    one = make_booking(space, NOW + DAY)
    inside = '<C:time-range start="20261124T000000Z" end="20261125T000000Z"/>'

    answer = program.ask(
        "REPORT",
        f"{space.slug}/",
        f'<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">{inside}</C:free-busy-query>',
    )

    text = answer.content.decode()
    assert f"FBTYPE=BUSY:{one.start:%Y%m%dT%H%M%SZ}/{one.end:%Y%m%dT%H%M%SZ}" in text
    assert "FBTYPE=BUSY-UNAVAILABLE:20261124T000000Z/20261124T070000Z" in text
    assert "FBTYPE=BUSY-UNAVAILABLE:20261124T150000Z/20261125T000000Z" in text


@pytest.mark.parametrize(
    "body",
    [
        "<",
        "",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "<a>" * 200 + "</a>" * 200,
        "\x00",
        '<?xml version="1.0" encoding="utf-77"?><x/>',
    ],
)
def test_a_body_that_is_no_xml_is_malformed(program: Program, body: str) -> None:
    assert program.ask("REPORT", "_mine/", body).status_code == 400


@pytest.mark.parametrize(
    ("start", "end"),
    [("x", "y"), ("20261125T000000Z", "20261124T000000Z"), ("99999999T000000Z", "")],
)
def test_a_time_that_is_none_is_refused(program: Program, start: str, end: str) -> None:
    found = query(program, "_mine/", start, end)

    assert found.status == 403
    assert b"valid-filter" in found.answer.content


# --- Looks ----------------------------------------------------------------------------------


def test_a_program_may_give_a_calendar_a_colour(program: Program, nidelva: Space) -> None:
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/"><D:set><D:prop>'
        "<A:calendar-color>#FF0000FF</A:calendar-color></D:prop></D:set></D:propertyupdate>"
    )

    assert program.ask("PROPPATCH", "nidelva/", body).status_code == 207
    assert (
        program.propfind("nidelva/", "A:calendar-color").text("/nidelva/", "A:calendar-color")
        == "#FF0000FF"
    )
    other = Program(make_user())
    found = other.propfind("nidelva/", "A:calendar-color").text("/nidelva/", "A:calendar-color")
    assert found != "#FF0000FF"


def test_what_follows_from_the_bookings_cannot_be_set(program: Program, nidelva: Space) -> None:
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/"><D:set><D:prop>'
        "<A:calendar-color>#FF0000FF</A:calendar-color><D:sync-token>x</D:sync-token></D:prop>"
        "</D:set></D:propertyupdate>"
    )

    answer = program.ask("PROPPATCH", "nidelva/", body)

    assert answer.status_code == 207
    assert b"403 Forbidden" in answer.content
    assert b"424 Failed Dependency" in answer.content


# --- What has changed -----------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "urn:ledig:sync:1-1-1-aaaaaaaaaaaa", "http://else/1"])
def test_a_token_of_somebody_else_is_refused(program: Program, nidelva: Space, token: str) -> None:
    found = program.sync("nidelva/", token)

    assert found.status == 403
    assert b"valid-sync-token" in found.answer.content


def test_a_token_is_too_old_after_some_months(
    program: Program, nidelva: Space, at_noon: Any
) -> None:
    token = program.sync("nidelva/").token
    at_noon.move_to(NOW + 60 * DAY)
    assert program.sync("nidelva/", token).status == 207
    at_noon.move_to(NOW + 150 * DAY)

    assert program.sync("nidelva/", token).status == 403


def test_a_token_of_another_language_is_refused(
    program: Program, kari: User, nidelva: Space
) -> None:
    token = program.sync("nidelva/").token
    User.objects.filter(pk=kari.pk).update(language="nb")

    assert program.sync("nidelva/", token).status == 403
