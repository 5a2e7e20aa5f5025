"""Inviting people along, and their answers."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from icalendar import Calendar, Event

from accounts.models import User
from bookings import deliveries, emails, operations
from bookings.models import Answer, Attendee, Booking, Delivery, Kind, Status
from bookings.operations import attending
from bookings.operations.moves import record
from bookings.refusals import (
    InvitedEnough,
    NotInvited,
    OverCapacity,
    TooManyAttendees,
    WrongState,
)
from spaces.models import Price
from spaces.periods import period
from tests.cast import EVIL
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db
OLA = ("Ola Dunk", "ola@example.org")


@pytest.fixture
def booking() -> Booking:
    """Confirmed, of Kari, in a room for eight."""
    kari = make_user("kari@example.org", name="Kari", language="en")
    made = make_booking(make_space(name="Nidelva"), by=kari, title="Board", amount=50000)
    record(made, Kind.CONFIRMED, by=kari, now=NOW)
    Delivery.objects.all().delete()
    return made


def invite(booking: Booking, *people: tuple[str, str], **more: object) -> list[Attendee]:
    arguments = {"by": booking.booker, "now": NOW, **more}
    return operations.invite(booking=booking, people=people or (OLA,), **arguments)


def mailed(kind: Kind) -> list[tuple[EmailMessage, Event, str]]:
    """The mails to guests about this, as they arrive: message, event, and calendar METHOD."""
    found = []
    for delivery in Delivery.objects.filter(kind=kind).exclude(address="").order_by("pk"):
        raw = emails.mail_for(delivery).message().as_bytes()
        message = message_from_bytes(raw, policy=policy.default)
        (part,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
        calendar = Calendar.from_ical(part.get_content())
        found.append((message, calendar.events[0], str(calendar["METHOD"])))
    return found


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


# --- Inviting ---------------------------------------------------------------------------


def test_invite_sends_an_invitation_that_asks_for_an_answer(booking: Booking) -> None:
    (ola,) = invite(booking)

    ((message, event, method),) = mailed(Kind.INVITED)
    assert message["To"] == "ola@example.org"
    assert (method, event["UID"], event["SEQUENCE"]) == ("REQUEST", booking.ical_uid, 0)
    assert event["ATTENDEE"] == "mailto:ola@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert event["ORGANIZER"] == f"mailto:reply+{ola.token}@ledig.example"
    assert len(ola.reply_address.split("@")[0]) <= 64
    assert ola.url in body(message)


def test_invite_tells_a_guest_no_more_than_they_need(booking: Booking) -> None:
    booking.note = "Secret note"
    booking.save()
    invite(booking)

    ((message, event, _method),) = mailed(Kind.INVITED)
    text = body(message) + str(event["DESCRIPTION"]) + str(event["URL"])
    for secret in ("Secret note", "500", "kari@example.org", booking.get_absolute_url()):
        assert secret not in text
    assert "Kari invites you." in text


def test_invite_twice_is_once(booking: Booking) -> None:
    invite(booking, OLA, ("", "OLA@example.org"))
    assert invite(booking) == []
    assert Delivery.objects.count() == 1


def test_invite_to_a_request_waits_until_it_is_confirmed() -> None:
    booking = make_booking(status=Status.REQUESTED)
    invite(booking)
    assert not Delivery.objects.exists()

    operations.approve(booking=booking, by=make_member(booking.space.organisation), now=NOW)

    ((message, event, method),) = mailed(Kind.CONFIRMED)
    assert (message["To"], method, event["SEQUENCE"]) == ("ola@example.org", "REQUEST", 1)


def test_invite_more_than_the_space_holds_only_when_it_is_meant(booking: Booking) -> None:
    people = [("", f"guest{n}@example.org") for n in range(8)]
    with pytest.raises(OverCapacity):
        invite(booking, *people)
    assert not Attendee.objects.exists()
    assert len(invite(booking, *people, beyond_capacity=True)) == 8


def test_invite_at_most_a_hundred(booking: Booking) -> None:
    people = [("", f"guest{n}@example.org") for n in range(101)]
    with pytest.raises(TooManyAttendees):
        invite(booking, *people, beyond_capacity=True)


def test_invite_has_a_limit_a_day_also_for_who_removes_and_invites_again(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "MOST_A_DAY", 3)
    for _round in range(3):
        (ola,) = invite(booking)
        operations.uninvite(attendee=ola, by=booking.booker, now=NOW)
    with pytest.raises(InvitedEnough):
        invite(booking)
    tomorrow = NOW + timedelta(hours=25)
    assert invite(make_booking(start=tomorrow + timedelta(1), by=booking.booker), now=tomorrow)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.NO_SHOW])
def test_invite_to_what_does_not_take_place(status: Status) -> None:
    with pytest.raises(WrongState):
        invite(make_booking(status=status))


# --- Changes ----------------------------------------------------------------------------


def test_uninvite_takes_it_out_of_the_calendar(booking: Booking) -> None:
    (ola,) = invite(booking)
    operations.uninvite(attendee=ola, by=booking.booker, now=NOW)

    ((_message, event, method),) = mailed(Kind.UNINVITED)
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 1, "CANCELLED")
    with pytest.raises(NotInvited):
        operations.uninvite(attendee=ola, by=booking.booker, now=NOW)


def test_invite_again_overtakes_the_cancellation(booking: Booking) -> None:
    (ola,) = invite(booking)
    operations.uninvite(attendee=ola, by=booking.booker, now=NOW)
    invite(booking)
    assert [event["SEQUENCE"] for _m, event, _method in mailed(Kind.INVITED)] == [0, 2]


def test_a_move_is_told_to_guests_with_their_answer_kept(booking: Booking) -> None:
    (ola,) = invite(booking)
    operations.answer(attendee=ola, answer=Answer.ACCEPTED, now=NOW)
    other = make_space(booking.place, name="Fjord")
    operations.rehouse(booking=booking, to=other, by=make_user(), now=NOW)

    ((message, event, method),) = mailed(Kind.MOVED)
    assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
    assert "Fjord" in str(event["LOCATION"])
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert "has changed" in body(message)


def test_another_time_is_told_to_guests_and_asked_about_anew(booking: Booking) -> None:
    (ola,) = invite(booking)
    operations.answer(attendee=ola, answer=Answer.ACCEPTED, now=NOW)
    an_hour = timedelta(hours=1)
    Price.objects.filter(space=booking.space).update(amount=25000)  # what it was sold at
    later = period(booking.start + an_hour, booking.end + an_hour)
    operations.reschedule(booking=booking, span=later, by=booking.booker, now=NOW)

    ((_message, event, method),) = mailed(Kind.CHANGED)
    assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    ola.refresh_from_db()
    assert (ola.answer, ola.answered_at) == (Answer.NEEDS_ACTION, None)


def test_a_cancellation_is_told_to_guests_who_are_invited_still(booking: Booking) -> None:
    ola, per = invite(booking, OLA, ("", "per@example.org"))
    operations.uninvite(attendee=per, by=booking.booker, now=NOW)
    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)

    ((message, event, method),) = mailed(Kind.CANCELLED)
    assert (message["To"], method, event["SEQUENCE"]) == (ola.email, "CANCEL", 2)


def test_letting_go_of_a_request_tells_guests_nothing() -> None:
    booking = make_booking(status=Status.REQUESTED)
    record(booking, Kind.REQUESTED, by=booking.booker, now=NOW)
    invite(booking)
    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    assert not Delivery.objects.exclude(address="").exists()


def test_guests_get_their_news_in_order(booking: Booking) -> None:
    (ola,) = invite(booking)
    operations.uninvite(attendee=ola, by=booking.booker, now=NOW)
    invite(booking)
    deliveries.send_due(now=NOW)
    methods = [message.method for message in mail.outbox if message.to == [ola.email]]
    assert methods == ["REQUEST", "CANCEL", "REQUEST"]


# --- The outbox ------------------------------------------------------------------------


def test_an_address_is_told_the_same_news_once(booking: Booking) -> None:
    told = {"booking": booking, "version": 0, "kind": Kind.CONFIRMED, "not_before": NOW}
    Delivery.objects.create(**told, address="ola@example.org")
    Delivery.objects.create(**told, address="per@example.org")
    Delivery.objects.create(**told, recipient=booking.booker)
    for once in ({"address": "ola@example.org"}, {"recipient": booking.booker}):
        with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
            Delivery.objects.create(**told, **once)


@pytest.mark.parametrize("both", [True, False])
def test_a_delivery_is_to_a_person_or_to_an_address(booking: Booking, both: bool) -> None:
    to = {"recipient": booking.booker, "address": "ola@example.org"} if both else {}
    with pytest.raises(IntegrityError, match="delivery_to_one"):
        Delivery.objects.create(
            booking=booking, version=0, kind=Kind.CONFIRMED, not_before=NOW, **to
        )


# --- Answers ----------------------------------------------------------------------------


@pytest.fixture
def guest() -> Attendee:
    """Invited to a real tomorrow: the page reads the clock."""
    now = timezone.now()
    kari = make_user("kari@example.org", name="Kari", language="en")
    booking = make_booking(
        make_space(name="Nidelva"),
        now + timedelta(days=1),
        by=kari,
        title=EVIL,
        note="Secret note",
        amount=50000,
    )
    return invite(booking, now=now)[0]


def test_answer_needs_no_account_and_shows_time_and_place_alone(
    client: Client, guest: Attendee
) -> None:
    invite(guest.booking, ("", "per@example.org"), now=timezone.now())
    answer = client.get(f"/answers/{guest.token}/")

    page = answer.content.decode()
    assert "Nidelva" in page
    assert EVIL not in page
    for secret in ("Secret note", "500", "kari@example.org", "per@example.org", "/bookings/"):
        assert secret not in page.split("<main")[1].split("</main")[0]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("said", ["accepted", "tentative", "declined"])
def test_answer_is_shown_to_the_booker(client: Client, guest: Attendee, said: str) -> None:
    for _twice in range(2):
        assert client.post(f"/answers/{guest.token}/", {"answer": said}).status_code == 302

    guest.refresh_from_db()
    assert guest.answer == said
    client.force_login(guest.booking.booker)
    assert f"is-{said}" in client.get(f"/bookings/{guest.booking_id}/").content.decode()
    notice = Delivery.objects.get(kind=Kind.ANSWERED)
    assert (notice.recipient, notice.state) == (guest.booking.booker, "silent")


def test_answer_can_be_changed_and_each_change_is_a_notice(guest: Attendee) -> None:
    for said in (Answer.ACCEPTED, Answer.DECLINED):
        operations.answer(attendee=guest, answer=said, now=timezone.now())
    assert Delivery.objects.filter(kind=Kind.ANSWERED).count() == 2


@pytest.mark.parametrize("said", ["needs-action", "nonsense", ""])
def test_answer_malformed_changes_nothing(client: Client, guest: Attendee, said: str) -> None:
    assert client.post(f"/answers/{guest.token}/", {"answer": said}).status_code == 422
    guest.refresh_from_db()
    assert guest.answer == Answer.NEEDS_ACTION


def test_answer_link_leads_nowhere_when_it_is_not_ones_own_or_over(
    client: Client, guest: Attendee
) -> None:
    assert client.get("/answers/" + "a" * 52 + "/").status_code == 404
    booking, now = guest.booking, timezone.now()
    operations.uninvite(attendee=guest, by=booking.booker, now=now)
    assert client.get(f"/answers/{guest.token}/").status_code == 404
    (again,) = invite(booking, now=now)
    assert client.get(f"/answers/{again.token}/").status_code == 200
    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=now)
    assert client.get(f"/answers/{again.token}/").status_code == 404


def test_token_is_stored_hashed(guest: Attendee) -> None:
    row = Attendee.objects.filter(pk=guest.pk).values_list()[0]
    assert guest.token not in str(row)
    assert len(guest.token) == 52  # 256 bits in base32


# --- The pages and the API --------------------------------------------------------------


def test_attendees_page_reads_names_and_addresses(client: Client, guest: Attendee) -> None:
    client.force_login(guest.booking.booker)
    people = 'Per <Per@example.org>, "Moe, Lise" <lise@example.org>\nnn@example.org;x@example.org'
    answer = client.post(f"/bookings/{guest.booking_id}/attendees/", {"people": people})

    assert answer.status_code == 302
    listed = [(one.name, one.email) for one in guest.booking.attendees.all()][1:]
    assert listed == [
        ("Per", "per@example.org"),
        ("Moe, Lise", "lise@example.org"),
        ("", "nn@example.org"),
        ("", "x@example.org"),
    ]


@pytest.mark.parametrize("people", ["", "nobody", "a@example.org, b@", "x" * 30_000, "\r\nBcc: x"])
def test_attendees_page_malformed_is_a_422(client: Client, guest: Attendee, people: str) -> None:
    client.force_login(guest.booking.booker)
    answer = client.post(f"/bookings/{guest.booking_id}/attendees/", {"people": people})
    assert answer.status_code == 422
    assert guest.booking.attendees.count() == 1


def test_attendees_page_asks_before_it_invites_more_than_fit(
    client: Client, guest: Attendee
) -> None:
    client.force_login(guest.booking.booker)
    address = f"/bookings/{guest.booking_id}/attendees/"
    many = {"people": ",".join(f"guest{n}@example.org" for n in range(9))}
    answer = client.post(address, many)
    assert answer.status_code == 422
    assert 'type="checkbox" name="beyond_capacity"' in answer.content.decode()
    assert client.post(address, {**many, "beyond_capacity": "on"}).status_code == 302


def test_api_invites_and_takes_off_the_list(client: Client, guest: Attendee) -> None:
    client.force_login(guest.booking.booker)
    address = f"/api/v1/bookings/{guest.booking_id}/attendees/"
    answer = client.post(address, {"email": "per@example.org"}, content_type="application/json")
    assert (answer.status_code, answer.json()["answer"]) == (201, "needs-action")
    assert [one["email"] for one in client.get(address).json()["results"]] == [
        "ola@example.org",
        "per@example.org",
    ]
    one = f"{address}{answer.json()['id']}/"
    assert client.delete(one).status_code == 204
    assert client.delete(one).status_code == 404


def test_attendees_of_another_booking_are_not_there(client: Client, guest: Attendee) -> None:
    other: User = make_user()
    mine = make_booking(start=timezone.now() + timedelta(days=1), by=other)
    client.force_login(other)
    assert client.delete(f"/api/v1/bookings/{mine.pk}/attendees/{guest.pk}/").status_code == 404
    assert client.post(f"/bookings/attendees/{guest.pk}/remove/").status_code == 404
