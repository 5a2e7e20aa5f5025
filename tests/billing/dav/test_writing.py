"""Booking, moving and cancelling from a calendar program."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from billing import operations
from billing.models import Order
from bookings import deliveries
from bookings import operations as bookings
from bookings.emails import mail_for
from bookings.models import (
    Booking,
    CalendarObject,
    CalendarRefusal,
    Delivery,
    Kind,
    Occupancy,
    Series,
    Status,
)
from spaces.models import Space
from spaces.periods import period
from tests.billing.dav.programs import Program, ics, when
from tests.factories import NOW, make_booking, make_member, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START, END = NOW + DAY, NOW + DAY + 2 * HOUR


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program() -> Program:
    return Program(make_user("kari@example.org", name="Kari", language="en"))


@pytest.fixture
def nidelva() -> Space:
    return make_space(name="Nidelva", slug="nidelva")


def put(program: Program, *more: str, name: str = "x.ics", start: datetime = START,
        end: datetime = END, uid: str = "abc", **headers: Any) -> Any:  # fmt: skip
    lines = (f"UID:{uid}", *when(start, end), *(more or ("SUMMARY:Board",)))
    return program.put(f"nidelva/{name}", *lines, **headers)


# --- Booking --------------------------------------------------------------------------------


def test_an_event_in_a_spaces_calendar_books_it(program: Program, nidelva: Space) -> None:
    answer = put(program, If_None_Match="*")

    assert answer.status_code == 201
    assert "ETag" not in answer  # what we keep is not to the letter what was sent
    booking = Booking.objects.get()
    assert (booking.space, booking.booker, booking.status) == (
        nidelva,
        program.user,
        Status.CONFIRMED,
    )
    assert (booking.start, booking.end, booking.title) == (START, END, "Board")
    assert Occupancy.objects.filter(booking=booking).exists()
    event = program.event("nidelva/x.ics")
    assert (str(event["UID"]), event.start, event.end) == ("abc", START, END)
    assert booking.ical_uid == "abc"
    assert program.event(f"_mine/{booking.pk}.ics")["UID"] == "abc"


def test_the_events_own_title_is_not_that_of_the_space(program: Program, nidelva: Space) -> None:
    put(program, "SUMMARY:Nidelva")

    assert Booking.objects.get().title == ""


@pytest.mark.parametrize(
    ("lines", "starts", "ends"),
    [
        (("DTSTART:20261124T130000", "DTEND:20261124T140000"), (12, 0), (13, 0)),  # floating
        (
            ("DTSTART;TZID=Europe/Oslo:20261124T130000", "DURATION:PT90M"),
            (12, 0),
            (13, 30),
        ),
        (
            ("DTSTART;TZID=America/New_York:20261124T080000", "DTEND:20261124T140000Z"),
            (13, 0),
            (14, 0),
        ),
    ],
)
def test_times_are_read_in_their_own_zone_or_else_the_places(
    program: Program, nidelva: Space, lines: tuple[str, ...], starts: Any, ends: Any
) -> None:
    assert program.put("nidelva/x.ics", "UID:a", *lines).status_code == 201

    booking, day = Booking.objects.get(), datetime(2026, 11, 24, tzinfo=UTC)
    assert booking.start == day.replace(hour=starts[0], minute=starts[1])
    assert booking.end == day.replace(hour=ends[0], minute=ends[1])


def test_a_whole_day_is_from_midnight_to_midnight_of_the_place(
    program: Program, at_noon: Any
) -> None:
    make_space(slug="nidelva", max_length=3 * 1440, horizon_days=400)
    at_noon.move_to(datetime(2027, 3, 1, tzinfo=UTC))

    answer = program.put("nidelva/x.ics", "UID:a", "DTSTART;VALUE=DATE:20270328")

    assert answer.status_code == 201  # that day has 23 hours
    booking = Booking.objects.get()
    assert booking.start == datetime(2027, 3, 27, 23, tzinfo=UTC)
    assert booking.end == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_an_event_without_an_end_is_as_short_as_can_be(program: Program, nidelva: Space) -> None:
    assert program.put("nidelva/x.ics", "UID:a", "DTSTART:20261124T120000Z").status_code == 201

    booking = Booking.objects.get()
    assert booking.end - booking.start == timedelta(minutes=nidelva.min_length)


def test_an_event_keeps_its_uid(program: Program, nidelva: Space) -> None:
    put(program)

    answer = put(program, uid="another")

    assert answer.status_code == 403
    assert "no-uid-conflict" in answer.content.decode()


def test_what_a_program_wrote_of_its_own_is_given_back(program: Program, nidelva: Space) -> None:
    own = (
        "SUMMARY:Board",
        "DESCRIPTION:Bring the figures",
        "CATEGORIES:Work,Money",
        "X-MOZ-LASTACK:20261101T000000Z",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT15M",
        "END:VALARM",
    )
    put(program, *own)

    event = program.event("nidelva/x.ics")
    assert str(event["DESCRIPTION"]) == "Bring the figures"
    assert event["X-MOZ-LASTACK"] == "20261101T000000Z"
    assert len(event.alarms.times) == 1
    assert "Bring" not in program.ask("GET", f"_mine/{Booking.objects.get().pk}.ics")["ETag"]


def test_others_do_not_see_what_a_program_wrote(program: Program, nidelva: Space) -> None:
    put(program, "SUMMARY:Hemmelig", "DESCRIPTION:Mye", "ATTENDEE:mailto:ola@example.org")
    other = Program(make_user())

    (name,) = other.names("nidelva")
    text = other.ask("GET", f"nidelva/{name}").content.decode()

    assert name != "x.ics"
    for word in ("Hemmelig", "Mye", "ola@", "abc"):
        assert word not in text
    assert other.ask("DELETE", f"nidelva/{name}").status_code == 403
    assert other.put(f"nidelva/{name}", "UID:z", *when(START, END)).status_code == 403
    assert other.ask("GET", "nidelva/x.ics").status_code == 404


def test_nobody_is_invited_by_a_program(program: Program, nidelva: Space) -> None:
    put(program, "SUMMARY:x", "ATTENDEE:mailto:ola@example.org")

    assert not Booking.objects.get().attendees.exists()


# --- Refused --------------------------------------------------------------------------------


def test_a_time_that_is_taken_is_a_403_with_our_reason_and_a_mail(
    program: Program, nidelva: Space
) -> None:
    make_booking(nidelva, START)

    answer = put(program)

    assert answer.status_code == 403
    text = answer.content.decode()
    assert 'refused code="slot_taken"' in text
    assert "Someone else has that time" in text
    assert not Booking.objects.booked_by(program.user).exists()
    assert not CalendarObject.objects.exists()
    delivery = Delivery.objects.get(recipient=program.user)
    letter = mail_for(delivery)
    assert delivery.kind == Kind.REFUSED
    assert letter.subject == "Not booked: Board"
    assert "Someone else has that time" in letter.body
    assert "/spaces/nidelva/" in letter.body


def test_the_same_again_is_no_second_mail(program: Program, nidelva: Space) -> None:
    make_booking(nidelva, START)

    for _ in range(3):
        assert put(program).status_code == 403
    put(program, start=START + HOUR)

    assert CalendarRefusal.objects.count() == 2
    assert Delivery.objects.filter(kind=Kind.REFUSED).count() == 2


def test_a_program_gone_wild_is_no_storm_of_mails(program: Program, nidelva: Space) -> None:
    make_booking(nidelva, START)

    for n in range(25):
        put(program, uid=f"u{n}", name=f"{n}.ics")

    assert Delivery.objects.filter(kind=Kind.REFUSED).count() == 20


def test_the_mail_of_a_refusal_is_sent(program: Program, nidelva: Space) -> None:
    make_booking(nidelva, START)
    put(program)

    deliveries.send_due(now=NOW)

    assert [one.to for one in mail.outbox] == [["kari@example.org"]]


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        ("no calendar", "valid-calendar-data"),
        (ics("UID:a", *when(END, START)), "valid-calendar-data"),
        (ics("UID:a", "DTSTART:99999999T999999Z"), "valid-calendar-data"),
        (ics(*when(START, END)), "valid-calendar-object-resource"),
        (
            ics("UID:a", *when(START, END)).replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST"),
            "valid-calendar-object-resource",
        ),
        (
            ics("BEGIN:VTODO", "UID:a", "SUMMARY:x", "END:VTODO"),
            "supported-calendar-component",
        ),
        (
            ics("UID:a", *when(START, END), "RECURRENCE-ID:20261124T120000Z"),
            "valid-calendar-object-resource",
        ),
        (ics("UID:a", *when(START, END), "RRULE:FREQ=SECONDLY"), "rule"),
        (ics("UID:a", *when(START, END), "RRULE:FREQ=YEARLY"), "rule"),
        (ics("UID:a", *when(START, END), "RRULE:FREQ=DAILY;INTERVAL=3"), "rule"),
        (ics("UID:a", *when(START, END), "RRULE:FREQ=MONTHLY;BYMONTHDAY=30"), "rule"),
        (ics("UID:a", *when(START, END), "RDATE:20261201T120000Z"), "rule"),
        (ics("UID:a", *when(START, END), "RRULE:FREQ=DAILY;COUNT=1000000000"), "too_many_times"),
        (ics("UID:a", *when(START, END), "X-BIG:" + "x" * 110_000), "max-resource-size"),
    ],
)
def test_what_is_no_event_we_can_book_is_a_403(
    program: Program, nidelva: Space, body: str, condition: str
) -> None:
    answer = program.ask("PUT", "nidelva/x.ics", body)

    assert answer.status_code == 403
    assert condition in answer.content.decode()
    assert not Booking.objects.exists()


def test_a_kind_of_file_we_do_not_know_is_415(program: Program, nidelva: Space) -> None:
    answer = program.ask("PUT", "nidelva/x.ics", "{}", Content_Type="application/json")

    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["MKCALENDAR", "MKCOL", "MOVE", "COPY", "LOCK", "POST"])
def test_calendars_are_not_made_here(program: Program, nidelva: Space, method: str) -> None:
    assert program.ask(method, "nidelva/").status_code == 403


@pytest.mark.parametrize("path", ["", "_mine/", "nidelva/"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_calendars_are_not_written_nor_deleted(
    program: Program, nidelva: Space, path: str, method: str
) -> None:
    assert program.ask(method, path).status_code == 403


def test_in_my_bookings_nothing_new_is_put(program: Program) -> None:
    answer = program.put("_mine/x.ics", "UID:a", *when(START, END))

    assert answer.status_code == 403
    assert "calendar of the space you want" in answer.content.decode()


def test_a_uid_is_in_a_calendar_once(program: Program, nidelva: Space) -> None:
    put(program)

    answer = put(program, name="y.ics", start=START + 3 * HOUR, end=END + 3 * HOUR)

    assert answer.status_code == 403
    assert "no-uid-conflict" in answer.content.decode()
    assert "nidelva/x.ics" in answer.content.decode()


def test_the_same_event_may_be_in_two_spaces(program: Program, nidelva: Space) -> None:
    """A program that drags an event to another calendar puts it there first."""
    make_space(slug="lerka")
    put(program)

    assert program.put("lerka/x.ics", "UID:abc", *when(START, END)).status_code == 201
    assert program.ask("DELETE", "nidelva/x.ics").status_code == 204
    assert Booking.objects.get(status=Status.CONFIRMED).space.slug == "lerka"


def test_preconditions_are_kept(program: Program, nidelva: Space) -> None:
    assert put(program, If_Match='"x"').status_code == 412
    put(program)
    etag = program.ask("GET", "nidelva/x.ics")["ETag"]

    assert put(program, If_None_Match="*").status_code == 412
    assert put(program, "SUMMARY:New", If_Match='"other"').status_code == 412
    assert put(program, "SUMMARY:New", If_Match=etag).status_code == 204
    assert put(program, "SUMMARY:Newer", If_Match=etag).status_code == 412
    assert program.ask("DELETE", "nidelva/x.ics", If_Match=etag).status_code == 412
    assert Booking.objects.get().title == "New"


# --- Changing and cancelling ----------------------------------------------------------------


def test_moving_an_event_moves_the_booking(program: Program, nidelva: Space) -> None:
    put(program)

    answer = put(program, "SUMMARY:Renamed", start=START + 3 * HOUR, end=END + 4 * HOUR)

    assert answer.status_code == 204
    booking = Booking.objects.get()
    assert (booking.start, booking.end) == (START + 3 * HOUR, END + 4 * HOUR)
    assert booking.title == "Renamed"
    assert booking.ical_uid == "abc"


@pytest.mark.django_db(transaction=True)  # a refusal rolls back
def test_a_move_that_is_refused_leaves_everything(program: Program, nidelva: Space) -> None:
    make_booking(nidelva, START + 5 * HOUR)
    put(program)
    before = program.ask("GET", "nidelva/x.ics").content

    answer = put(program, "SUMMARY:Renamed", start=START + 5 * HOUR, end=END + 5 * HOUR)

    assert answer.status_code == 403
    assert program.ask("GET", "nidelva/x.ics").content == before


def test_what_was_booked_on_a_page_is_moved_too(program: Program, nidelva: Space) -> None:
    booking = make_booking(nidelva, START, by=program.user)
    path = f"_mine/{booking.pk}.ics"

    answer = program.put(path, f"UID:{booking.ical_uid}", *when(START + HOUR, END + HOUR))

    assert answer.status_code == 204
    booking.refresh_from_db()
    assert booking.start == START + HOUR


def test_an_alarm_that_was_seen_is_noted_on_what_is_over(
    program: Program, nidelva: Space, at_noon: Any
) -> None:
    put(program)
    at_noon.move_to(END + HOUR)

    assert put(program, "SUMMARY:Board", "X-MOZ-LASTACK:20261124T120000Z").status_code == 204
    assert "X-MOZ-LASTACK" in program.ask("GET", "nidelva/x.ics").content.decode()
    assert put(program, start=START + HOUR, end=END + HOUR).status_code == 403


def test_deleting_an_event_cancels_by_its_terms(program: Program, nidelva: Space) -> None:
    put(program)

    assert program.ask("DELETE", "nidelva/x.ics").status_code == 204
    assert Booking.objects.get().status == Status.CANCELLED
    assert not Occupancy.objects.exists()
    assert program.ask("GET", "nidelva/x.ics").status_code == 404
    assert program.ask("DELETE", "nidelva/x.ics").status_code == 404


def test_a_deletion_can_be_undone(program: Program, nidelva: Space) -> None:
    put(program)
    program.ask("DELETE", "nidelva/x.ics")

    assert put(program).status_code == 201
    assert program.names("nidelva") == ["x.ics"]


def test_what_has_begun_is_not_cancelled(program: Program, nidelva: Space, at_noon: Any) -> None:
    put(program)
    at_noon.move_to(START + HOUR)

    assert program.ask("DELETE", "nidelva/x.ics").status_code == 403
    assert Booking.objects.get().status == Status.CONFIRMED


# --- Money ----------------------------------------------------------------------------------


def test_what_costs_money_is_held_and_a_mail_says_where_to_pay(
    program: Program, standin: StandIn
) -> None:
    make_space(name="Sal", slug="nidelva", price=200_00)

    assert put(program).status_code == 201

    booking = Booking.objects.get()
    assert booking.status == Status.HELD
    assert Order.objects.get().checkout_url
    assert program.event("nidelva/x.ics")["STATUS"] == "TENTATIVE"
    delivery = Delivery.objects.get(kind=Kind.TO_PAY)
    letter = mail_for(delivery)
    assert letter.subject.startswith("To be paid: Sal")
    assert booking.get_absolute_url() in letter.body
    bookings.expire(booking=booking, now=NOW + HOUR)
    assert program.names("nidelva") == []


def test_a_move_that_costs_more_waits_for_its_payment(program: Program, standin: StandIn) -> None:
    space = make_space(name="Sal", slug="nidelva", price=200_00)
    booking = make_booking(space, START, by=program.user, amount=400_00, title="Board")

    path = f"nidelva/{booking.pk}.ics"
    answer = program.put(
        path, f"UID:{booking.ical_uid}", "SUMMARY:Board", *when(START, END + 2 * HOUR)
    )

    assert answer.status_code == 204
    booking.refresh_from_db()
    assert booking.end == END
    assert booking.changes.get().status == "held"
    assert Delivery.objects.filter(kind=Kind.TO_PAY, recipient=program.user).exists()


def test_a_move_that_costs_more_and_another_name_is_made_once_it_is_paid(
    program: Program, standin: StandIn
) -> None:
    space = make_space(name="Sal", slug="nidelva", price=200_00)
    booking = make_booking(space, START, by=program.user, amount=400_00, title="Board")

    path = f"nidelva/{booking.pk}.ics"
    longer = when(START, END + 2 * HOUR)
    program.put(path, f"UID:{booking.ical_uid}", "SUMMARY:Council", *longer)
    bookings.make_change(change=booking.changes.get(), now=NOW)

    booking.refresh_from_db()
    assert (booking.title, booking.end) == ("Council", END + 2 * HOUR)


# --- Series ---------------------------------------------------------------------------------


def weekly(program: Program, *more: str, rule: str = "FREQ=WEEKLY;COUNT=4", **headers: Any) -> Any:
    lines = (
        "UID:week",
        "DTSTART;TZID=Europe/Oslo:20261124T090000",
        "DTEND;TZID=Europe/Oslo:20261124T110000",
        "SUMMARY:Group",
        f"RRULE:{rule}",
        *more,
    )
    return program.put("nidelva/week.ics", *lines, **headers)


def starts() -> list[str]:
    live = Booking.objects.filter(status=Status.CONFIRMED).order_by("period")
    return [f"{one.start:%m-%d %H:%M}" for one in live]


def test_a_rule_is_a_series_of_bookings(program: Program, nidelva: Space) -> None:
    assert weekly(program).status_code == 201

    series = Series.objects.get()
    assert starts() == ["11-24 08:00", "12-01 08:00", "12-08 08:00", "12-15 08:00"]
    assert program.names("nidelva") == ["week.ics"]
    event = program.event("nidelva/week.ics")
    assert str(event["UID"]) == "week"
    assert event["RRULE"]["COUNT"] == [4]
    assert program.names("_mine") == [f"{series.pk}.ics"]


@pytest.mark.django_db(transaction=True)  # a refusal rolls back
def test_a_series_is_booked_whole_or_not_at_all(program: Program, nidelva: Space) -> None:
    make_booking(nidelva, datetime(2026, 12, 8, 8, tzinfo=UTC))

    assert weekly(program).status_code == 403
    assert not Booking.objects.booked_by(program.user).exists()
    assert not Series.objects.exists()


def test_a_rule_without_an_end_ends_with_the_horizon(program: Program) -> None:
    make_space(slug="nidelva", horizon_days=30)

    assert weekly(program, rule="FREQ=WEEKLY").status_code == 201
    assert len(starts()) == 5  # until 23 December
    assert "UNTIL" in program.event("nidelva/week.ics")["RRULE"]


def test_an_exception_cancels_that_day(program: Program, nidelva: Space) -> None:
    weekly(program)

    assert weekly(program, "EXDATE;TZID=Europe/Oslo:20261201T090000").status_code == 204
    assert starts() == ["11-24 08:00", "12-08 08:00", "12-15 08:00"]
    assert len(program.event("nidelva/week.ics")["EXDATE"].dts) == 1


def test_an_override_moves_that_day(program: Program, nidelva: Space) -> None:
    weekly(program)
    events = program.ask("GET", "nidelva/week.ics").content.decode()
    override = (
        "BEGIN:VEVENT\r\nUID:week\r\nDTSTAMP:20261101T000000Z\r\n"
        "RECURRENCE-ID;TZID=Europe/Oslo:20261201T090000\r\n"
        "DTSTART;TZID=Europe/Oslo:20261202T100000\r\n"
        "DTEND;TZID=Europe/Oslo:20261202T110000\r\n"
        "SUMMARY:Elsewhen\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    answer = program.ask("PUT", "nidelva/week.ics", events.replace("END:VCALENDAR\r\n", override))

    assert answer.status_code == 204
    assert starts() == ["11-24 08:00", "12-02 09:00", "12-08 08:00", "12-15 08:00"]
    assert Booking.objects.get(title="Elsewhen").start.day == 2


def test_a_shorter_rule_cancels_the_rest_and_a_longer_books_more(
    program: Program, nidelva: Space
) -> None:
    weekly(program)

    assert weekly(program, rule="FREQ=WEEKLY;UNTIL=20261202T000000Z").status_code == 204
    assert starts() == ["11-24 08:00", "12-01 08:00"]
    assert weekly(program, rule="FREQ=WEEKLY;COUNT=3").status_code == 204
    assert starts() == ["11-24 08:00", "12-01 08:00", "12-08 08:00"]


def test_a_series_that_is_deleted_is_cancelled(program: Program, nidelva: Space) -> None:
    weekly(program)

    assert program.ask("DELETE", "nidelva/week.ics").status_code == 204
    assert starts() == []
    assert program.names("nidelva") == []


def test_a_series_moves_to_another_weekday_whole(program: Program, nidelva: Space) -> None:
    """As somebody drags all of it from Tuesday to Thursday, two hours later, and names it."""
    put(program, "SUMMARY:Board", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    series = Series.objects.get()
    ids = [*series.bookings.order_by("period").values_list("pk", flat=True)]
    later = timedelta(days=2, hours=2)

    answer = put(
        program,
        "SUMMARY:Board of three",
        "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3",
        start=START + later,
        end=END + later,
    )

    assert answer.status_code == 204
    series.refresh_from_db()
    named = {series.title, *series.bookings.values_list("title", flat=True)}
    assert named == {"Board of three"}
    moved = series.bookings.order_by("period")
    assert [one.pk for one in moved] == ids
    assert [one.start for one in moved] == [
        START + later + n * timedelta(weeks=1) for n in range(3)
    ]
    event = program.event("nidelva/x.ics")
    assert event["RRULE"]["BYDAY"] == ["TH"]
    assert event.start == START + later


def test_a_series_that_waits_to_be_moved_has_its_new_name(program: Program, nidelva: Space) -> None:
    """Its days are still those of the old rule, and one of them is named apart."""
    put(program, "SUMMARY:Board", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    nidelva.is_instant = False
    nidelva.save()
    later = timedelta(days=2)
    second = START + later + timedelta(weeks=1)
    override = (
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:abc",
        f"RECURRENCE-ID:{second:%Y%m%dT%H%M%SZ}",
        *when(second, second + (END - START)),
        "SUMMARY:Guests",
    )

    answer = put(
        program,
        "SUMMARY:Open",
        "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3",
        *override,
        start=START + later,
        end=END + later,
    )

    assert answer.status_code == 204
    booked = Series.objects.get().bookings.order_by("period")
    assert [one.title for one in booked] == ["Open", "Guests", "Open"]
    assert {one.changes.get().status for one in booked} == {"requested"}
    operations.approve(booking=booked[0], by=make_member(nidelva.organisation), now=NOW)
    weeks = [START + later + n * timedelta(weeks=1) for n in range(3)]
    assert [one.start for one in booked.all()] == weeks


def test_a_series_on_other_days_of_another_kind_is_refused(
    program: Program, nidelva: Space
) -> None:
    put(program, "SUMMARY:Board", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    later = timedelta(days=9)  # from another week on
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;COUNT=3"

    answer = put(program, "SUMMARY:Board", rule, start=START + later, end=END + later)

    assert answer.status_code == 403
    assert b"another day of the week" in answer.content
    assert Series.objects.get().bookings.filter(sequence=0).count() == 3


def test_a_series_does_not_become_a_booking(program: Program, nidelva: Space) -> None:
    weekly(program)

    answer = program.put("nidelva/week.ics", "UID:week", *when(START, END))

    assert answer.status_code == 403
    assert len(starts()) == 4


def test_a_series_keeps_its_hour_when_the_clocks_change(program: Program, at_noon: Any) -> None:
    make_space(slug="nidelva", horizon_days=400)
    at_noon.move_to(datetime(2027, 3, 1, tzinfo=UTC))
    lines = (
        "UID:week",
        "DTSTART;TZID=Europe/Oslo:20270322T090000",
        "DTEND;TZID=Europe/Oslo:20270322T100000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    )

    assert program.put("nidelva/week.ics", *lines).status_code == 201
    assert starts() == ["03-22 08:00", "03-29 07:00"]


def test_two_programs_of_one_person_do_not_overwrite_each_other(
    program: Program, nidelva: Space
) -> None:
    weekly(program)
    etag = program.ask("GET", "nidelva/week.ics")["ETag"]
    one = Booking.objects.order_by("period")[1]
    span = period(one.start + HOUR, one.end + HOUR)
    bookings.reschedule(booking=one, span=span, by=program.user, now=NOW)

    assert weekly(program, rule="FREQ=WEEKLY;COUNT=2", If_Match=etag).status_code == 412
    assert len(starts()) == 4
