import smtplib
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from celery import current_app
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from pytest_django import Settings

from accounts.models import Role, User
from bookings import deliveries, emails
from bookings.models import Booking, Delivery, DeliveryState, Kind
from bookings.operations.moves import record
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db
LEASE, MINUTE = deliveries.LEASE, timedelta(minutes=1)


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_space(name="Nidelva"), by=make_user("kari@example.org"))


def happened(booking: Booking, kind: Kind, by: User | None = None) -> None:
    record(booking, kind, by=by, now=NOW)


def recipients(booking: Booking, kind: Kind) -> set[User | None]:
    found = Delivery.objects.filter(booking=booking, kind=kind)
    return {delivery.recipient for delivery in found}


class Killed(BaseException):
    """What a SIGKILL looks like from here: nothing after it runs."""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | None], None]:
    """Let every sending fail as told, until told otherwise."""
    send = locmem.EmailBackend.send_messages

    def fail_with(error: BaseException | None) -> None:
        def fails(*args: object) -> int:
            assert error is not None
            raise error

        monkeypatch.setattr(locmem.EmailBackend, "send_messages", fails if error else send)

    return fail_with


# --- Who is told ------------------------------------------------------------------------


def test_confirmed_is_told_to_the_booker_and_those_who_run_bookings(booking: Booking) -> None:
    organisation = booking.space.organisation
    told = {make_member(organisation, role) for role in (Role.OWNER, Role.MANAGER, Role.HOST)}
    make_member(organisation, Role.FINANCE)
    make_member(booking.place.organisation, Role.OWNER, make_user(is_active=False))
    make_member(make_space().organisation)

    happened(booking, Kind.CONFIRMED, by=booking.booker)

    assert recipients(booking, Kind.CONFIRMED) == told | {booking.booker}


def test_owners_are_not_told_what_they_did_themselves(booking: Booking) -> None:
    owner = make_member(booking.space.organisation)
    make_member(booking.space.organisation, Role.HOST)

    happened(booking, Kind.CONFIRMED, by=owner)

    assert recipients(booking, Kind.CONFIRMED) == {booking.booker}


def test_an_owner_who_books_is_told_once_as_booker(booking: Booking) -> None:
    make_member(booking.space.organisation, user=booking.booker)
    happened(booking, Kind.CONFIRMED, by=booking.booker)
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("kind", [Kind.HELD, Kind.COMPLETED])
def test_some_things_are_told_to_nobody(booking: Booking, kind: Kind) -> None:
    happened(booking, kind)
    assert not Delivery.objects.exists()


def test_letting_go_of_an_unpaid_hold_is_told_to_nobody(booking: Booking) -> None:
    happened(booking, Kind.HELD, by=booking.booker)
    happened(booking, Kind.CANCELLED, by=booking.booker)
    assert not Delivery.objects.exists()


def test_a_failed_payment_is_not_told_again_as_a_no(booking: Booking) -> None:
    owner = make_member(booking.space.organisation)
    happened(booking, Kind.REQUESTED, by=booking.booker)
    happened(booking, Kind.PAYMENT_FAILED)
    happened(booking, Kind.DECLINED)
    assert recipients(booking, Kind.PAYMENT_FAILED) == {booking.booker, owner}
    assert recipients(booking, Kind.DECLINED) == set()


def test_the_same_news_is_one_delivery_and_a_new_version_another(booking: Booking) -> None:
    happened(booking, Kind.CONFIRMED)
    happened(booking, Kind.CONFIRMED)
    assert Delivery.objects.count() == 1
    booking.sequence = 1
    happened(booking, Kind.CONFIRMED)
    assert Delivery.objects.count() == 2


# --- The transaction --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_rollback_sends_nothing(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    nudges: list[str] = []
    monkeypatch.setattr(current_app, "send_task", nudges.append)

    with suppress(ZeroDivisionError), transaction.atomic():
        happened(booking, Kind.CONFIRMED)
        raise ZeroDivisionError

    assert deliveries.send_due(now=NOW) == 0
    assert nudges == []


def test_a_burst_of_news_asks_a_worker_at_once_and_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float | None] = []
    monkeypatch.setattr(current_app, "send_task", lambda _task, countdown: waits.append(countdown))
    nudge = deliveries.Nudge()

    for _ in range(20):
        nudge()

    first, second = waits
    assert first is None
    assert second is not None
    assert 0 < second <= 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("broker"), ConnectionRefusedError()])
def test_a_broker_that_is_down_loses_no_mail(
    booking: Booking, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def is_down(name: str, countdown: float | None) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", is_down)
    monkeypatch.setattr(deliveries, "nudge", deliveries.Nudge())

    with transaction.atomic():
        happened(booking, Kind.CONFIRMED)

    assert deliveries.send_due(now=NOW) == 1
    assert len(mail.outbox) == 1


# --- Sending ----------------------------------------------------------------------------


def test_send_due_sends_once(booking: Booking) -> None:
    happened(booking, Kind.CONFIRMED)

    assert deliveries.send_due(now=NOW) == 1
    assert deliveries.send_due(now=NOW + LEASE * 2) == 0

    (message,) = mail.outbox
    assert message.to == ["kari@example.org"]
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.SENT
    assert delivery.sent_at is not None
    assert delivery.sent_at - NOW < MINUTE


def test_send_due_stops_at_the_limit(booking: Booking) -> None:
    for _ in range(3):
        happened(make_booking(), Kind.CONFIRMED)
    assert deliveries.send_due(now=NOW, limit=2) == 2
    assert deliveries.send_due(now=NOW, limit=2) == 1


def test_a_killed_sender_is_followed_by_another_with_the_same_message_id(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    failing(Killed())
    with pytest.raises(Killed):
        deliveries.send_due(now=NOW)

    failing(None)
    assert deliveries.send_due(now=NOW + MINUTE) == 0  # it may still be at it
    assert deliveries.send_due(now=NOW + LEASE + MINUTE) == 1

    assert Delivery.objects.get().state == DeliveryState.SENT
    assert len(mail.outbox) == 1


def test_a_sender_killed_after_sending_repeats_the_same_mail(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened(booking, Kind.CONFIRMED)

    def killed(*args: object, **kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "_settle", killed)
        with pytest.raises(Killed):
            deliveries.send_due(now=NOW)
    deliveries.send_due(now=NOW + LEASE + MINUTE)

    first, second = (message.message() for message in mail.outbox)
    assert first["Message-ID"] == second["Message-ID"]
    assert [part.get_payload(decode=True) for part in first.walk()] == [
        part.get_payload(decode=True) for part in second.walk()
    ]


def test_a_failure_is_tried_again_later_and_later(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    failing(smtplib.SMTPServerDisconnected("gone"))

    deliveries.send_due(now=NOW)

    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.PENDING
    assert delivery.error == "SMTPServerDisconnected: gone"
    assert delivery.not_before >= NOW + deliveries.FIRST_WAIT
    assert deliveries.send_due(now=NOW + timedelta(seconds=20)) == 0
    failing(None)
    assert deliveries.send_due(now=NOW + MINUTE) == 1
    assert Delivery.objects.get().error == ""


def test_waits_double_up_to_six_hours() -> None:
    waits = [deliveries.wait_after(n) for n in range(1, deliveries.MAX_ATTEMPTS + 1)]
    assert waits[:3] == [timedelta(seconds=30), MINUTE, 2 * MINUTE]
    assert waits[-1] == timedelta(hours=6)


def test_a_mail_server_may_be_down_for_a_week(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    failing(TimeoutError("no answer"))
    now = NOW
    while deliveries.send_due(now=now) == 1:
        delivery = Delivery.objects.get()
        now = delivery.not_before
    assert (delivery.state, delivery.attempts) == (DeliveryState.DEAD, deliveries.MAX_ATTEMPTS)
    assert delivery.error == "TimeoutError: no answer"
    assert timedelta(days=7) < now - NOW < timedelta(days=8)


def test_what_was_given_up_is_sent_again_as_the_same_mail(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    delivery = Delivery.objects.get()
    first = emails.mail_for(delivery).extra_headers["Message-ID"]
    Delivery.objects.update(state=DeliveryState.DEAD, attempts=deliveries.MAX_ATTEMPTS)
    assert deliveries.send_due(now=NOW) == 0

    assert deliveries.send_again([delivery.pk], now=NOW) == 1
    assert deliveries.send_again([delivery.pk], now=NOW) == 0

    assert deliveries.send_due(now=NOW) == 1
    (message,) = mail.outbox
    assert message.extra_headers["Message-ID"] == first
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert deliveries.send_again([delivery.pk], now=NOW) == 0


@pytest.mark.parametrize(
    "error", [KeyError("a bug"), smtplib.SMTPRecipientsRefused({"kari@example.org": (550, b"no")})]
)
def test_what_lies_with_the_mail_is_left_to_the_operators_after_twelve_tries(
    booking: Booking, failing: Callable[[BaseException | None], None], error: Exception
) -> None:
    """It keeps back what else the reader is to be told of the booking."""
    happened(booking, Kind.CONFIRMED)
    failing(error)
    now = NOW
    for _ in range(deliveries.MAX_REFUSED):
        assert deliveries.send_due(now=now) == 1
        now += deliveries.LONGEST_WAIT + MINUTE
    assert deliveries.send_due(now=now) == 0
    assert Delivery.objects.get().state == DeliveryState.DEAD


def test_a_mail_that_kills_its_senders_is_given_up(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    failing(Killed())
    now = NOW
    for _ in range(deliveries.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            deliveries.send_due(now=now)
        now = Delivery.objects.get().not_before

    deliveries.send_due(now=now)
    assert Delivery.objects.get().state == DeliveryState.DEAD
    assert now - NOW > timedelta(days=7)


def test_a_mail_with_a_bug_in_it_does_not_keep_the_others_back(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened(booking, Kind.CONFIRMED)
    happened(make_booking(by=make_user("ola@example.org")), Kind.EXPIRED)

    def buggy(booking: Booking) -> None:
        raise KeyError("a bug")

    monkeypatch.setitem(emails.TO_BOOKER, Kind.CONFIRMED, buggy)
    deliveries.send_due(now=NOW)

    assert [message.to for message in mail.outbox] == [["ola@example.org"]]


def test_news_of_one_booking_arrives_in_order(
    booking: Booking, failing: Callable[[BaseException | None], None]
) -> None:
    happened(booking, Kind.CONFIRMED)
    failing(ConnectionRefusedError())
    deliveries.send_due(now=NOW)
    booking.sequence = 1
    happened(booking, Kind.CANCELLED)  # due at once, while the confirmation waits

    failing(None)
    assert deliveries.send_due(now=NOW + timedelta(seconds=20)) == 0
    deliveries.send_due(now=NOW + MINUTE)

    methods = [message.method for message in mail.outbox]
    assert methods == ["REQUEST", "CANCEL"]


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_once(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes while the first has leased a mail and not sent it, and again while
    the first still holds the row's lock."""
    monkeypatch.setattr(deliveries, "nudge", lambda: None)
    happened(booking, Kind.CONFIRMED)
    answers: list[int] = []

    def other_sender(now: datetime = NOW) -> None:
        def run() -> None:
            try:
                answers.append(deliveries.send_due(now=now))
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    with transaction.atomic():
        Delivery.objects.select_for_update().get()
        other_sender()
    delivery = deliveries._lease(NOW)
    other_sender()
    assert delivery is not None
    deliveries._send(delivery, NOW)
    other_sender(NOW + LEASE * 2)

    assert answers == [0, 0, 0]
    assert len(mail.outbox) == 1


def test_a_sender_that_was_too_slow_does_not_undo_what_another_did(booking: Booking) -> None:
    happened(booking, Kind.CONFIRMED)
    slow = deliveries._lease(NOW)
    assert slow is not None
    deliveries.send_due(now=NOW + LEASE + MINUTE)

    deliveries._settle(slow, state=DeliveryState.PENDING, error="too late")

    assert Delivery.objects.get().state == DeliveryState.SENT


def test_a_sender_that_was_too_slow_leaves_the_mail_to_who_has_it_now(booking: Booking) -> None:
    happened(booking, Kind.CONFIRMED)
    slow = deliveries._lease(NOW)
    quick = deliveries._lease(NOW + LEASE + MINUTE)
    assert slow is not None
    assert quick is not None

    deliveries._settle(slow, state=DeliveryState.SENT)

    assert Delivery.objects.get().state == DeliveryState.SENDING


# --- Over a real line -------------------------------------------------------------------


class Mailbox:
    """A mail server that refuses the first mail it is given."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refusals = 1

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals:
            self.refusals -= 1
            return "451 come back later"
        assert isinstance(envelope.content, bytes)
        assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 998
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def test_a_mail_crosses_a_real_line_unharmed(booking: Booking, settings: Settings) -> None:
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    booking.title = "Æ" * 140
    booking.save()
    happened(booking, Kind.CONFIRMED)
    try:
        deliveries.send_due(now=NOW)
        assert Delivery.objects.get().error.startswith("SMTPDataError: (451")
        deliveries.send_due(now=NOW + MINUTE)
    finally:
        server.stop()

    (message,) = mailbox.received
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    invite = part.get_payload(decode=True)
    assert isinstance(invite, bytes)
    assert f"UID:{booking.ical_uid}\r\n".encode() in invite
    assert ("Æ" * 140).encode() in invite.replace(b"\r\n ", b"")
    assert message["Message-ID"].strip().startswith(f"<{booking.pk}.0.confirmed.")
