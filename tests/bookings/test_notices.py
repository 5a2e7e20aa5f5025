"""The list of notices, what is mailed, reminders and the day's summary."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from bookings import deliveries, operations
from bookings.digests import write_digests
from bookings.emails import mail_for
from bookings.models import Booking, Change, Delivery, DeliveryState, Kind, NoticeChoices, Status
from bookings.notices import OPTIONAL
from bookings.operations.moves import record
from bookings.queries.morning import morning_of
from bookings.reminders import write_reminders
from spaces.models import Space
from spaces.periods import period
from tests.cast import EVIL
from tests.factories import NOW, make_booking, make_member, make_place, make_space, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def owner() -> User:
    return make_member(make_space().organisation, Role.OWNER, make_user(language="en"))


@pytest.fixture
def booking(owner: User) -> Booking:
    organisation = owner.memberships.get().organisation
    space = make_space(make_place(organisation), name="Nidelva")
    return make_booking(space, by=make_user(name="Kari", language="en"))


def happens(booking: Booking, kind: Kind = Kind.CONFIRMED, by: User | None = None) -> None:
    record(booking, kind, by=by, now=NOW)


def state_of(user: User, kind: Kind) -> str:
    return str(Delivery.objects.get(recipient=user, kind=kind).state)


# --- Choices ----------------------------------------------------------------------------


def test_what_is_not_wanted_by_mail_stands_in_the_list_alone(owner: User, booking: Booking) -> None:
    NoticeChoices.objects.create(user=owner, unmailed=["owner.confirmed"])
    happens(booking)
    happens(booking, Kind.CANCELLED)

    assert state_of(owner, Kind.CONFIRMED) == DeliveryState.SILENT
    assert state_of(owner, Kind.CANCELLED) == DeliveryState.PENDING
    deliveries.send_due(now=NOW)
    assert len([one for one in mail.outbox if one.to == [owner.email]]) == 1
    assert Delivery.objects.unread_by(owner).count() == 2


def test_receipts_and_noes_cannot_be_switched_off(booking: Booking) -> None:
    unmailed = [f"booker.{kind}" for kind in Kind]
    NoticeChoices.objects.create(user=booking.booker, unmailed=unmailed)
    for kind in (Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED, Kind.DECLINED, Kind.PAID_TOO_LATE):
        happens(booking, kind)
        assert state_of(booking.booker, kind) == DeliveryState.PENDING


def test_who_wants_one_mail_a_day_gets_messages_at_once(owner: User, booking: Booking) -> None:
    NoticeChoices.objects.create(user=owner, is_digest=True)
    happens(booking)
    deliveries.tell(booking, Kind.MESSAGE, to=[owner], version=1, now=NOW)
    assert state_of(owner, Kind.CONFIRMED) == DeliveryState.SILENT
    assert state_of(owner, Kind.MESSAGE) == DeliveryState.PENDING


def test_who_was_asked_is_told_when_nobody_answered(owner: User, booking: Booking) -> None:
    happens(booking, Kind.DECLINED)
    happens(booking, Kind.DECLINED, by=owner)  # somebody did
    assert Delivery.objects.filter(recipient=owner, kind=Kind.DECLINED).count() == 1
    deliveries.send_due(now=NOW)
    (told,) = [one for one in mail.outbox if one.to == [owner.email]]
    assert "nobody answered in time" in told.body


@pytest.mark.parametrize("asked", [True, False])
def test_who_was_asked_is_told_when_a_change_is_taken_back(
    owner: User, booking: Booking, asked: bool
) -> None:
    record(booking, Kind.CHANGE_ENDED, by=booking.booker, now=NOW, why="withdrawn", was_asked=asked)
    told = Delivery.objects.filter(kind=Kind.CHANGE_ENDED)
    assert [one.recipient for one in told] == ([owner] if asked else [])
    assert all("no longer asks" in mail_for(one).body for one in told)


def test_the_days_summary_has_changes_that_are_asked_for(owner: User, booking: Booking) -> None:
    Space.objects.update(is_instant=False)
    later = period(booking.start + HOUR, booking.end + HOUR)
    change = operations.reschedule(booking=booking, span=later, by=booking.booker, now=NOW)
    assert change.status == "requested"
    assert [one.pk for one in morning_of(owner, NOW.date() + timedelta(1)).requests] == [booking.pk]


def test_choices_page_keeps_what_is_chosen(client: Client, owner: User) -> None:
    client.force_login(owner)
    ticked = dict.fromkeys(OPTIONAL, "on")
    del ticked["owner.confirmed"]
    answer = client.post("/notices/choices/", {**ticked, "reminder": "hour", "how": "digest"})
    assert answer.status_code == 302
    made = NoticeChoices.objects.get(user=owner)
    assert (made.unmailed, made.reminder, made.is_digest) == (["owner.confirmed"], "hour", True)


def test_choices_page_offers_owners_choices_to_those_who_run_bookings(client: Client) -> None:
    client.force_login(make_user(language="en"))
    page = client.get("/notices/choices/").content.decode()
    assert "owner.confirmed" not in page
    assert "booker.message" in page


def test_optional_mails_can_be_stopped_with_one_click(
    client: Client, owner: User, booking: Booking
) -> None:
    happens(booking)
    deliveries.send_due(now=NOW)
    by_address = {message.to[0]: message for message in mail.outbox}
    assert "List-Unsubscribe" not in by_address[booking.booker.email].extra_headers
    headers = by_address[owner.email].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>").split(":8000", 1)[-1]

    strict = Client(enforce_csrf_checks=True)
    assert strict.get(link).status_code == 200
    assert not NoticeChoices.objects.exists()  # looking is not clicking
    for _twice in range(2):
        assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert NoticeChoices.objects.get().unmailed == ["owner.confirmed"]
    assert strict.post(link[:-3] + "xy/").status_code == 404


# --- The list ---------------------------------------------------------------------------


def test_notices_are_ones_own_and_reading_one_leads_to_its_booking(
    client: Client, owner: User, booking: Booking
) -> None:
    booking.booker.name = EVIL
    booking.booker.save()
    happens(booking)
    client.force_login(owner)
    page = client.get("/notices/").content.decode()
    assert "has booked" in page
    assert EVIL not in page
    mine = Delivery.objects.get(recipient=owner)
    theirs = Delivery.objects.get(recipient=booking.booker)

    assert client.get(f"/notices/{mine.pk}/")["Location"] == booking.get_absolute_url()
    assert client.get(f"/notices/{theirs.pk}/").status_code == 404
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.read_at is not None
    assert theirs.read_at is None


def test_what_one_did_oneself_is_no_news(booking: Booking) -> None:
    happens(booking, by=booking.booker)
    assert not Delivery.objects.unread_by(booking.booker).exists()
    assert Delivery.objects.noticed_by(booking.booker).count() == 1


def test_the_list_has_what_is_about_no_one_booking(client: Client, owner: User) -> None:
    for kind in (Kind.REFUSED, Kind.CALENDAR_LOST, Kind.MONTH_UNPAID, Kind.DIGEST):
        Delivery.objects.create(version=1, kind=kind, recipient=owner, not_before=NOW)
    client.force_login(owner)

    page = client.get("/notices/").content.decode()
    listed = client.get("/api/v1/notices/").json()["results"]

    assert "Not booked from your calendar" in page
    assert "Your day" not in page
    assert {one["kind"] for one in listed} == {"refused", "calendar_lost", "month_unpaid"}
    for one in listed:
        assert client.get(f"/notices/{one['id']}/")["Location"] == one["url"].split(":8000")[-1]
    assert not Delivery.objects.unread_by(owner).exists()


def test_all_can_be_read_at_once(client: Client, owner: User, booking: Booking) -> None:
    happens(booking)
    happens(booking, Kind.CANCELLED)
    client.force_login(owner)
    assert client.get("/notices/").context["ledig"].unread == 2
    client.post("/notices/read/")
    assert client.get("/notices/").context["ledig"].unread == 0
    assert Delivery.objects.unread_by(booking.booker).count() == 2


@pytest.mark.parametrize("address", ["/notices/", "/activities/"])
def test_lists_take_as_many_queries_with_one_row_as_with_many(
    client: Client, owner: User, address: str
) -> None:
    space = make_space(make_place(owner.memberships.get().organisation))
    client.force_login(owner)
    client.get(address)
    counts = []
    for days in (range(1, 2), range(2, 16)):
        for day in days:
            start = datetime.now(UTC) + timedelta(days=day)
            public = {"visibility": "public", "public_title": "Open day"}
            happens(make_booking(space, start, **public))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        counts.append(len(queries))
    assert page.count("<h2>") == 15
    assert counts[0] == counts[1]


# --- Reminders --------------------------------------------------------------------------

# NOW is Monday 12:00 in Trondheim; the booking is on Tuesday at 12:00, reminded at 16.
FOUR = NOW + 4 * HOUR
SOON = NOW + 23 * HOUR  # an hour before


@pytest.fixture
def early(booking: Booking) -> Booking:
    booking.created_at = NOW - timedelta(days=3)
    booking.save()
    return booking


@pytest.mark.parametrize(
    ("choice", "moment"), [(None, FOUR), ("day", FOUR), ("hour", SOON), ("never", None)]
)
def test_reminder_comes_once_when_it_is_wanted(
    early: Booking, choice: str | None, moment: datetime | None
) -> None:
    if choice:
        NoticeChoices.objects.create(user=early.booker, reminder=choice)
    told = [at for at in (NOW + n * HOUR / 2 for n in range(60)) if write_reminders(now=at)]
    assert told == ([moment] if moment else [])


def test_reminder_at_sixteen_on_both_sides_of_a_clock_change(early: Booking) -> None:
    """On Saturday before the night in which the clocks go back, 16:00 is 14:00 UTC."""
    start = datetime(2026, 10, 25, 9, tzinfo=UTC)
    booking = make_booking(start=start, created_at=start - timedelta(days=9))
    saturday = datetime(2026, 10, 24, 14, tzinfo=UTC)
    assert write_reminders(now=saturday - timedelta(minutes=1)) == 0
    assert write_reminders(now=saturday) == 1
    assert Delivery.objects.get().booking == booking


def test_reminder_is_not_for_what_was_booked_just_now(booking: Booking) -> None:
    Booking.objects.update(created_at=FOUR + HOUR)
    assert write_reminders(now=FOUR + 2 * HOUR) == 0


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REQUESTED, Status.CHECKED_IN])
def test_reminder_is_for_what_is_confirmed(early: Booking, status: Status) -> None:
    Booking.objects.update(status=status, expires_at=FOUR + HOUR)
    assert write_reminders(now=FOUR) == 0


def test_reminder_is_not_repeated_by_a_change_that_keeps_the_time(early: Booking) -> None:
    write_reminders(now=FOUR)
    Booking.objects.update(sequence=1)
    assert write_reminders(now=FOUR + HOUR) == 0
    later = early.period
    moved = period(later.lower + timedelta(days=2), later.upper + timedelta(days=2))
    Booking.objects.update(sequence=2, period=moved)
    assert write_reminders(now=FOUR + timedelta(days=2)) == 1


def test_reminder_is_a_mail_with_a_way_to_stop_them(early: Booking) -> None:
    write_reminders(now=FOUR)
    deliveries.send_due(now=FOUR)
    (message,) = mail.outbox
    assert message.subject.startswith("Soon: Nidelva")
    link = message.extra_headers["List-Unsubscribe"].strip("<>").split(":8000", 1)[-1]
    Client().post(link)
    assert NoticeChoices.objects.get(user=early.booker).reminder == "never"


# --- The day's summary ------------------------------------------------------------------

SEVEN = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # on Tuesday, in Trondheim


@pytest.fixture
def daily(owner: User) -> User:
    NoticeChoices.objects.create(user=owner, is_digest=True)
    return owner


def test_digest_comes_once_at_seven_with_who_comes(daily: User, booking: Booking) -> None:
    assert write_digests(now=SEVEN - timedelta(minutes=1)) == 0
    assert write_digests(now=SEVEN) == 1
    assert write_digests(now=SEVEN + HOUR) == 0
    deliveries.send_due(now=SEVEN)
    (message,) = mail.outbox
    assert message.to == [daily.email]
    assert "Nidelva: Kari" in message.body


def test_digest_is_not_sent_when_there_is_nothing_in_it(daily: User) -> None:
    assert write_digests(now=SEVEN) == 0


def test_digest_is_late_rather_than_lost_but_not_at_night(daily: User, booking: Booking) -> None:
    assert write_digests(now=SEVEN + 6 * HOUR) == 0
    assert write_digests(now=SEVEN + 4 * HOUR) == 1


def test_digest_that_nobody_could_write_still_tells_of_what_waits_for_an_answer(
    daily: User, booking: Booking
) -> None:
    """The mails that it stands for were not sent."""
    day = booking.start + timedelta(days=2)
    asked = make_booking(booking.space, day, status=Status.REQUESTED, expires_at=day)
    Booking.objects.filter(pk=asked.pk).update(created_at=SEVEN + HOUR)
    assert write_digests(now=SEVEN + 12 * HOUR) == 0  # that one is in tomorrow's
    Booking.objects.filter(pk=asked.pk).update(created_at=SEVEN)
    assert write_digests(now=SEVEN + 12 * HOUR) == 1
    assert write_digests(now=SEVEN + 13 * HOUR) == 0


def test_digest_says_what_a_change_is_to_become_and_what_it_is(
    daily: User, booking: Booking
) -> None:
    """And where it comes late, a change that was asked for since is no news yet."""
    Space.objects.update(is_instant=False)
    day = timedelta(days=2)
    span = period(booking.start + day, booking.end + day)
    operations.reschedule(booking=booking, span=span, by=booking.booker, now=SEVEN - HOUR)
    Change.objects.update(created_at=SEVEN + HOUR)
    assert write_digests(now=SEVEN + 6 * HOUR) == 0
    Change.objects.update(created_at=SEVEN - HOUR)

    assert write_digests(now=SEVEN + 6 * HOUR) == 1
    deliveries.send_due(now=SEVEN + 6 * HOUR)

    body = str(mail.outbox[-1].body)
    asked = body.index("To answer")
    was, becomes = (body.index(one, asked) for one in ("24 November", "26 November"))
    assert becomes < body.index("Nidelva: Kari", asked) < body.index("Wants to change from") < was


def test_digest_of_a_day_that_is_over_is_not_sent(daily: User, booking: Booking) -> None:
    write_digests(now=SEVEN)
    deliveries.send_due(now=SEVEN + timedelta(days=1))
    assert not mail.outbox


def test_reminder_of_what_has_begun_is_not_sent(early: Booking) -> None:
    write_reminders(now=FOUR)
    deliveries.send_due(now=early.start)
    assert not mail.outbox
    assert Delivery.objects.get(kind=Kind.REMINDER).state == "silent"


@pytest.mark.parametrize("who", ["not asked for", "stopped", "left"])
def test_digest_is_for_those_who_want_it_and_run_bookings(
    daily: User, booking: Booking, who: str
) -> None:
    if who == "not asked for":
        NoticeChoices.objects.update(is_digest=False)
    elif who == "stopped":
        NoticeChoices.objects.update(unmailed=["owner.digest"])
    else:
        daily.memberships.all().delete()
    assert write_digests(now=SEVEN) == 0


def test_digest_names_requests_and_no_other_owners_bookings(daily: User, booking: Booking) -> None:
    day = booking.start + timedelta(days=2)
    make_booking(
        booking.space, day, status=Status.REQUESTED, by=make_user(name="Per"), expires_at=day
    )
    make_booking(make_space(name="Elsewhere"))
    write_digests(now=SEVEN)
    deliveries.send_due(now=SEVEN)
    body = str(mail.outbox[0].body)
    assert "One request waits for your answer." in body
    assert "Nidelva: Per" in body
    assert "Elsewhere" not in body


# --- The API ----------------------------------------------------------------------------


def test_programs_read_the_list_and_say_what_is_read(
    client: Client, owner: User, booking: Booking
) -> None:
    happens(booking)
    happens(booking, Kind.CANCELLED)
    client.force_login(owner)

    listed = client.get("/api/v1/notices/").json()
    newest = listed["results"][0]
    once = client.post(
        "/api/v1/notices/read/", {"ids": [newest["id"]]}, content_type="application/json"
    )

    assert [one["kind"] for one in listed["results"]] == ["cancelled", "confirmed"]
    assert newest["text"] == "Kari has cancelled"
    assert newest["url"].endswith(booking.get_absolute_url())
    assert once.json() == {"read": 1}
    unread = client.get("/api/v1/notices/?unread=1").json()["results"]
    assert [one["kind"] for one in unread] == ["confirmed"]
    everything = client.post("/api/v1/notices/read/", {}, content_type="application/json")
    assert everything.json() == {"read": 1}


def test_programs_read_nobody_elses(client: Client, owner: User, booking: Booking) -> None:
    happens(booking)
    client.force_login(make_user())
    theirs = Delivery.objects.noticed_by(owner).get()

    assert client.get("/api/v1/notices/").json()["results"] == []
    read = client.post(
        "/api/v1/notices/read/", {"ids": [theirs.pk]}, content_type="application/json"
    )
    assert read.json() == {"read": 0}


def test_programs_choose_what_is_mailed(client: Client, owner: User) -> None:
    client.force_login(owner)
    url = "/api/v1/notices/choices/"
    before = client.get(url).json()

    said = {"reminder": "never", "mail": {"owner.series_booked": False}}
    after = client.put(url, said, content_type="application/json").json()

    assert before["mail"]["owner.series_booked"] is True
    assert (after["reminder"], after["digest"]) == ("never", False)
    assert [key for key, is_mailed in after["mail"].items() if not is_mailed] == [
        "owner.series_booked"
    ]
    assert NoticeChoices.objects.get(user=owner).unmailed == ["owner.series_booked"]
    booker = make_user()
    client.force_login(booker)
    refused = client.put(url, said, content_type="application/json")  # they run nothing
    assert refused.status_code == 400
