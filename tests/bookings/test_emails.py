from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from itertools import chain

import pytest
from icalendar import Calendar

from accounts.models import Role, User
from bookings import emails
from bookings.check_in_links import check_in_url
from bookings.models import Booking, BookingEvent, Delivery, Kind, Status
from bookings.operations import reschedule
from spaces.models import Allocation
from spaces.periods import period
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
HOUR = timedelta(hours=1)


def mail(booking: Booking, kind: Kind, to: User | None = None, version: int = 0) -> EmailMessage:
    """The mail as it arrives."""
    delivery = Delivery(
        booking=booking, kind=kind, recipient=to or booking.booker, version=version, not_before=NOW
    )
    raw = emails.mail_for(delivery).message().as_bytes()
    return message_from_bytes(raw, policy=policy.default)


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def invite(message: EmailMessage) -> tuple[EmailMessage, bytes]:
    """The calendar part and what it holds."""
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part, content


def has_invite(message: EmailMessage) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in message.walk())


def happened(booking: Booking, kind: Kind, by: User | None = None, **data: object) -> None:
    BookingEvent.objects.create(
        booking=booking, place=booking.place, kind=kind, at=NOW, by=by, data=data
    )


def make_of_series(booking: Booking) -> None:
    """The first of two, both cancelled since."""
    week = timedelta(weeks=1)
    series = make_series(booking.space, booking.start + week, count=1, by=booking.booker)
    booking.series, booking.recurrence_date = series, booking.start.date()
    booking.save(update_fields=["series", "recurrence_date"])
    for one in series.bookings.all():
        happened(one, Kind.CONFIRMED)
        happened(one, Kind.CANCELLED, by=booking.booker)


@pytest.fixture
def booking() -> Booking:
    place = make_place(name="Realfagbygget", arrival={"nb": "Ring på.", "en": "Ring the bell."})
    space = make_space(place, name="Nidelva")
    return make_booking(space, by=make_user("kari@example.org", name="Kari"), title="Styremøte")


def test_confirmed_is_short_and_concrete(booking: Booking) -> None:
    message = mail(booking, Kind.CONFIRMED)

    assert message["Subject"].endswith("Nidelva, tirsdag 24. november, 12–14")
    assert message["To"] == "kari@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    for body in (text(message), text(message, "html")):
        assert "Styremøte" in body
        assert "Realfagbygget, Klæbuveien 72, 7030 Trondheim" in body
        assert "Ring på." in body
        assert booking.get_absolute_url() in body


def test_confirmed_is_an_invitation_that_mail_programs_know(booking: Booking) -> None:
    message = mail(booking, Kind.CONFIRMED)

    assert message.get_content_type() == "multipart/mixed"
    alternatives, attachment = message.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in alternatives.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar, content = invite(message)
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert str(calendar["Content-Type"]).count("charset") == 1
    assert Calendar.from_ical(content)["METHOD"] == "REQUEST"
    assert attachment.get_content_type() == "application/ics"
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_payload(decode=True) == content


def test_cancelled_takes_the_event_out_again(booking: Booking) -> None:
    happened(booking, Kind.CONFIRMED, by=booking.booker)
    happened(booking, Kind.CANCELLED, by=booking.booker, as_owner=False)

    message = mail(booking, Kind.CANCELLED, version=1)

    part, content = invite(message)
    assert part["Content-Type"].params["method"] == "CANCEL"
    (event,) = Calendar.from_ical(content).events
    assert (event["UID"], event["SEQUENCE"]) == (booking.ical_uid, 1)


def test_cancelled_request_was_in_no_calendar(booking: Booking) -> None:
    happened(booking, Kind.REQUESTED, by=booking.booker)
    happened(booking, Kind.CANCELLED, by=booking.booker, as_owner=False)
    message = mail(booking, Kind.CANCELLED)
    assert not has_invite(message)


def test_cancelled_by_the_owner_says_so_and_why(booking: Booking) -> None:
    booking.booker.language = "en"
    owner = make_user()
    happened(booking, Kind.CANCELLED, by=owner, as_owner=True, reason="A pipe has burst.")

    body = text(mail(booking, Kind.CANCELLED))

    assert f"{booking.space.organisation} had to cancel your booking." in body
    assert "A pipe has burst." in body


def test_a_no_by_the_owner_comes_with_an_apology_and_what_else_is_free(booking: Booking) -> None:
    booking.booker.language = "en"
    booking.amount = 20_000
    others = [make_space(booking.place, name=f"Other {n}") for n in range(4)]
    make_booking(others[0], booking.start)
    happened(booking, Kind.CONFIRMED)
    happened(booking, Kind.CANCELLED, by=make_user(), as_owner=True, back=20_000)
    happened(booking, Kind.DECLINED)

    message = mail(booking, Kind.CANCELLED)
    for body in (text(message), text(message, "html")):
        assert "We are sorry" in body
        assert "200\xa0kr is on its way back." in unescape(body)
        assert "Other 0" not in body  # somebody has it
        assert [one.slug in body for one in others[1:]] == [True] * 3
    assert "date=2026-11-24" in text(message)
    assert others[1].get_absolute_url() in text(mail(booking, Kind.DECLINED))


def test_who_cancels_themselves_reads_what_comes_back(booking: Booking) -> None:
    booking.booker.language, booking.amount = "en", 20_000
    happened(booking, Kind.CANCELLED, by=booking.booker, back=0)
    assert "You pay nothing." in text(mail(booking, Kind.CANCELLED))
    happened(booking, Kind.CONFIRMED)
    assert "Nothing is paid back." in text(mail(booking, Kind.CANCELLED))
    happened(booking, Kind.CANCELLED, by=booking.booker, back=10_000)
    assert "100\xa0kr is on its way back." in text(mail(booking, Kind.CANCELLED))


def test_who_asks_reads_that_the_price_is_reserved(booking: Booking) -> None:
    booking.booker.language, booking.amount, booking.status = "en", 20_000, Status.REQUESTED
    assert "200\xa0kr is reserved on your card" in text(mail(booking, Kind.REQUESTED))


def test_how_to_get_in_is_told_to_who_comes(booking: Booking) -> None:
    assert "Ring på." in text(mail(booking, Kind.CONFIRMED))
    booking.status = Status.CANCELLED
    assert "Ring på." not in text(mail(booking, Kind.CANCELLED))


@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REQUESTED])
def test_owners_are_told_who_has_booked_for_somebody(booking: Booking, kind: Kind) -> None:
    owner = make_member(booking.space.organisation, Role.OWNER)
    booking.made_by = make_user(name="Jonas")
    assert "Jonas" in text(mail(booking, kind, owner))


def test_three_rooms_at_one_time_are_not_three_times(booking: Booking) -> None:
    make_of_series(booking)
    Booking.objects.filter(series=booking.series).update(period=booking.period)
    message = mail(booking, Kind.SERIES_CANCELLED)
    assert message["Subject"].endswith("Nidelva, tirsdag 24. november, 12–14")


def test_who_cancels_a_series_reads_what_comes_back_of_all_of_it(booking: Booking) -> None:
    booking.booker.language = "en"
    make_of_series(booking)
    together = Booking.objects.filter(series=booking.series)
    together.update(amount=20_000, status=Status.CANCELLED)
    for one in together:
        happened(one, Kind.CANCELLED, by=booking.booker, back=5_000)
    body = text(mail(booking, Kind.SERIES_CANCELLED))
    assert "100\xa0kr is on its way back." in body
    assert "Ring the bell." not in body


def test_a_change_says_what_was_and_what_is_to_be(booking: Booking) -> None:
    booking.booker.language = "en"
    owner = make_member(booking.space.organisation, Role.HOST)
    owner.language = "en"
    day = timedelta(days=1)
    span = {"start": (booking.start + day).isoformat(), "end": (booking.end + day).isoformat()}
    other = {"space": "Selje", "quantity": 1, "amount": 32_000, **span}
    change = reschedule(
        booking=booking, by=booking.booker, now=NOW, span=period(booking.start, booking.end - HOUR)
    )
    happened(booking, Kind.CHANGE_ASKED, **other)
    change.expires_at = NOW
    change.save(update_fields=["expires_at"])
    happened(booking, Kind.CHANGED, was=other)

    row = ": Selje, Wednesday 25 November, 12:00–14:00, 320\xa0kr"
    for to, asked in ((booking.booker, Kind.CHANGE_ASKED), (owner, Kind.CHANGE_ASKED)):
        assert f"Wanted{row}" in text(mail(booking, asked, to))
        assert f"Before{row}" in text(mail(booking, Kind.CHANGED, to))
    assert "Without an answer by" in text(mail(booking, Kind.CHANGE_ASKED, owner))


def test_a_series_that_waits_is_to_be_answered_and_by_when(booking: Booking) -> None:
    owner = make_member(booking.space.organisation, Role.HOST)
    booking.booker.language = owner.language = "en"
    make_of_series(booking)
    together = Booking.objects.filter(series=booking.series)
    together.update(status=Status.REQUESTED, expires_at=NOW, created_at=booking.created_at)
    BookingEvent.objects.bulk_create(
        BookingEvent(booking=one, place=one.place, kind=Kind.REQUESTED, at=NOW) for one in together
    )
    message = mail(booking, Kind.SERIES_BOOKED, owner)
    assert message["Subject"].startswith("Waits for your answer: ")
    assert "Without an answer by" in text(message)
    assert "Answer the request" in text(message)


def test_who_cancels_themselves_is_offered_nothing(booking: Booking) -> None:
    make_space(booking.place, name="Other")
    happened(booking, Kind.CANCELLED, by=booking.booker, as_owner=False)
    assert "Other" not in text(mail(booking, Kind.CANCELLED))


def test_declined_tells_a_no_from_no_answer(booking: Booking) -> None:
    booking.booker.language = "en"
    happened(booking, Kind.DECLINED)
    assert "did not answer in time" in text(mail(booking, Kind.DECLINED))
    happened(booking, Kind.DECLINED, by=make_user(), reason="We need it ourselves.")
    assert "We need it ourselves." in text(mail(booking, Kind.DECLINED))


# What the event says that a letter is about, where it is not enough that it happened.
TOLD = {
    Kind.FEE_DUE: {"due": NOW.isoformat(), "of": "no_show", "amount": 15_000},
    Kind.SERIES_CHANGED: {},
}


def told(booking: Booking, kind: Kind) -> None:
    make_of_series(booking)
    if kind in TOLD:
        happened(booking, kind, **TOLD[kind])
    if kind == Kind.SERIES_CHANGED:
        for one in Booking.objects.filter(series=booking.series).exclude(pk=booking.pk):
            happened(one, Kind.CHANGED, by=booking.booker)
        happened(booking, Kind.CHANGED, by=booking.booker)


@pytest.mark.parametrize("kind", emails.TO_BOOKER)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_mail_to_the_booker_in_every_language(
    booking: Booking, kind: Kind, language: str
) -> None:
    booking.booker.language = language
    told(booking, kind)
    message = mail(booking, kind)
    assert "Nidelva" in message["Subject"]
    assert message["Content-Language"] == language
    assert ("Tuesday 24 November" if language == "en" else "24. november") in text(message)
    assert f'<html lang="{language}">' in text(message, "html")


@pytest.mark.parametrize("kind", emails.TO_OWNERS)
def test_every_mail_to_owners_says_who_and_is_no_invitation(booking: Booking, kind: Kind) -> None:
    owner = make_member(booking.space.organisation, Role.HOST)
    told(booking, kind)
    message = mail(booking, kind, owner)
    assert "Kari" in text(message)
    assert "kari@example.org" in text(message)
    assert not has_invite(message)


@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.CHANGED, Kind.MOVED, Kind.REMINDER])
def test_who_has_to_check_in_has_the_link_in_every_letter(booking: Booking, kind: Kind) -> None:
    assert "/check-in/" not in text(mail(booking, kind))
    booking.check_in_by = booking.start + timedelta(minutes=15)
    for body in (text(mail(booking, kind)), text(mail(booking, kind), "html")):
        assert check_in_url(booking) in body
    booking.status = Status.CHECKED_IN
    assert "/check-in/" not in text(mail(booking, kind))


def test_the_letter_of_a_series_has_a_link_for_each_day(booking: Booking) -> None:
    make_of_series(booking)
    booking.series.bookings.update(check_in_by=booking.start, status=Status.CONFIRMED)
    body = text(mail(booking, Kind.SERIES_BOOKED))
    together = Booking.objects.filter(series=booking.series)
    assert len(together) == 2
    assert all(check_in_url(one) in body for one in together)


def test_desks_are_counted_and_prices_said() -> None:
    space = make_space(units=8, allocation=Allocation.ANY, name="Bruket")
    booking = make_booking(space, quantity=3, amount=108000)
    body = text(mail(booking, Kind.CONFIRMED))
    assert ": 3\n" in body
    assert "1\xa0080\xa0kr" in body


# --- What users write is text -----------------------------------------------------------


def test_titles_are_text_in_the_html(booking: Booking) -> None:
    booking.title = booking.space.name = "<img src=x onerror=alert(1)> & co"
    message = mail(booking, Kind.CONFIRMED)
    assert "<img" not in text(message, "html")
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; co" in text(message, "html")
    assert "<img src=x onerror=alert(1)> & co" in text(message)


def test_names_cannot_add_headers(booking: Booking) -> None:
    booking.space.name = "Nidelva\r\nBcc: all@example.org\u2028\x00"
    booking.booker.name = "Kari\r\nBcc: all@example.org"
    booking.title = "x\r\nATTENDEE:mailto:all@example.org"
    message = mail(booking, Kind.CONFIRMED)
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Best") or "Nidelva Bcc:" in message["Subject"]
    (event,) = Calendar.from_ical(invite(message)[1]).events
    assert event["ATTENDEE"] == "mailto:kari@example.org"


# --- Sent twice, the same ---------------------------------------------------------------


def test_message_id_is_the_same_on_a_repeat_and_no_others(booking: Booking) -> None:
    owner = make_member(booking.space.organisation)
    ids = [
        mail(booking, kind, to, version)["Message-ID"].strip()
        for kind, to, version in chain(
            [(Kind.CONFIRMED, booking.booker, 0)] * 2,
            [(Kind.CONFIRMED, owner, 0), (Kind.CONFIRMED, booking.booker, 1)],
            [(Kind.CANCELLED, booking.booker, 1)],
        )
    ]
    assert ids[0] == ids[1] == f"<{booking.pk}.0.confirmed.{booking.booker.pk}@ledig.example>"
    assert len(set(ids)) == 4


def test_a_late_confirmation_is_still_one(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED, sequence=1)
    booking.refresh_from_db()
    message = mail(booking, Kind.CONFIRMED, version=0)
    (event,) = Calendar.from_ical(invite(message)[1]).events
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")


def test_message_id_of_a_mail_to_an_address_does_not_spell_it_out(booking: Booking) -> None:
    ids = {
        emails.message_id(
            Delivery(booking=booking, version=0, kind=Kind.CONFIRMED, address=address)
        )
        for address in ("ola@example.org", "ola@example.org", "per@example.org")
    }
    assert len(ids) == 2
    for given in ids:
        assert given.startswith(f"<{booking.pk}.0.confirmed.")
        assert "ola" not in given
        assert "example.org" not in given
