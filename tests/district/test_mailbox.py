from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from icalendar import Calendar
from pytest_django import Settings

from bookings import emails
from bookings.calendars.download import calendar_of
from bookings.emails.mail import BookingMail
from bookings.models import Booking, Delivery, Kind
from district.models import Mail
from tests.factories import NOW, make_booking, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.district.demo_urls")]


@pytest.fixture(autouse=True)
def demo_mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "district.mailbox.MailboxBackend"


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_space(name="Nidelva"), by=make_user("kari@example.org"))


def confirmation(booking: Booking) -> Mail:
    delivery = Delivery(
        booking=booking, kind=Kind.CONFIRMED, recipient=booking.booker, version=0, not_before=NOW
    )
    assert emails.mail_for(delivery).send() == 1
    return Mail.objects.get()


def test_a_mail_is_kept_for_each_of_its_recipients() -> None:
    mail.send_mail("Hei", "Der ute", None, ["kari@example.org", "ola@example.org"])
    assert set(Mail.objects.values_list("recipient", "subject")) == {
        ("kari@example.org", "Hei"),
        ("ola@example.org", "Hei"),
    }


def test_mailbox_lists_the_newest_first_and_by_recipient(client: Client) -> None:
    for n in range(3):
        mail.send_mail(f"Mail {n}", "", None, ["kari@example.org"])
    mail.send_mail("Another", "", None, ["ola@example.org"])

    everything = client.get("/demo/mailbox/").content.decode()
    assert everything.index("Another") < everything.index("Mail 2") < everything.index("Mail 0")

    only = client.get("/demo/mailbox/", {"to": "OLA@example.org"}).content.decode()
    assert "Another" in only
    assert "Mail 2" not in only


def test_mailbox_without_mail_says_so(client: Client) -> None:
    assert client.get("/demo/mailbox/").status_code == 200


def test_mailbox_has_pages(client: Client) -> None:
    for n in range(51):
        mail.send_mail(f"Mail {n}.", "", None, ["kari@example.org"])
    assert "Mail 0." not in client.get("/demo/mailbox/").content.decode()
    assert "Mail 0." in client.get("/demo/mailbox/?page=2").content.decode()


@pytest.mark.parametrize("rows", [1, 10])
def test_mailbox_asks_as_little_for_many_as_for_one(
    client: Client, django_assert_num_queries: object, rows: int
) -> None:
    for _ in range(rows):
        mail.send_mail("Mail", "", None, ["kari@example.org"])
    with django_assert_num_queries(2):  # type: ignore[operator]
        client.get("/demo/mailbox/")


def test_a_mail_shows_its_text_and_its_invitation(client: Client, booking: Booking) -> None:
    found = confirmation(booking)

    page = client.get(reverse("mail", args=[found.pk])).content.decode()

    assert "Nidelva, tirsdag 24. november, 12–14" in page
    assert "kari@example.org" in page
    assert f'href="{booking_link(booking)}"' in page
    assert reverse("mail_invite", args=[found.pk]) in page


def booking_link(booking: Booking) -> str:
    return str(settings.PUBLIC_URL) + booking.get_absolute_url()


def test_a_plain_mail_has_no_invitation(client: Client) -> None:
    mail.send_mail("Hei", "<b>Der ute</b>", None, ["kari@example.org"])
    found = Mail.objects.get()
    page = client.get(reverse("mail", args=[found.pk])).content.decode()
    assert "&lt;b&gt;Der ute&lt;/b&gt;" in page
    assert client.get(reverse("mail_invite", args=[found.pk])).status_code == 404
    assert client.get(reverse("mail_html", args=[found.pk])).status_code == 404


def test_the_html_may_do_nothing_but_show(client: Client, booking: Booking) -> None:
    booking.title = "<script>alert(1)</script>"
    response = client.get(reverse("mail_html", args=[confirmation(booking).pk]))
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert "<script" not in response.content.decode()


def test_the_invitation_and_the_mail_can_be_taken_along(client: Client, booking: Booking) -> None:
    found = confirmation(booking)

    invite = client.get(reverse("mail_invite", args=[found.pk]))
    assert invite.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert Calendar.from_ical(invite.content).events[0]["UID"] == booking.ical_uid

    raw = client.get(reverse("mail_raw", args=[found.pk]))
    assert raw.headers["Content-Type"] == "message/rfc822"
    message = message_from_bytes(raw.content, policy=policy.default)
    assert message["Message-ID"].strip().startswith(f"<{booking.pk}.0.confirmed.")


def test_many_bookings_in_one_mail_are_shown_by_the_first(client: Client, booking: Booking) -> None:
    others = [make_booking(booking.space, NOW + timedelta(weeks=n)) for n in (1, 2)]
    events = calendar_of(booking, *others)
    letter = BookingMail("Serie", "", to=["kari@example.org"], calendar=events, method="PUBLISH")
    letter.attach_alternative("<p>Serie</p>", "text/html")
    letter.send()

    page = client.get(reverse("mail", args=[Mail.objects.get().pk])).content.decode()

    assert "Nidelva" in page
    assert "og 2 ganger til" in page
    assert reverse("mail_answer", args=[Mail.objects.get().pk]) not in page


def test_a_mail_that_is_not_there_is_404(client: Client) -> None:
    for name in ("mail", "mail_html", "mail_invite", "mail_raw"):
        assert client.get(reverse(name, args=[1])).status_code == 404


@pytest.mark.urls("config.urls")
def test_there_is_no_mailbox_outside_the_demo() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("mailbox")
