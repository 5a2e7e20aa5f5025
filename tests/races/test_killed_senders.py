"""A sender is killed between every two steps of a delivery: no mail is lost, and one is
repeated only where nobody can know whether it went, under the same Message-ID."""

import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from bookings.deliveries import LEASE, tell
from bookings.models import Delivery, DeliveryState, Kind
from bookings.operations import invite
from tests.factories import NOW, make_booking
from tests.races import bookers

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

AFTER_LEASE = NOW + LEASE + timedelta(minutes=1)
GUESTS = [("", f"guest{n}@example.org") for n in range(3)]

# The step at which the sender is killed, and how often the first mail then arrives.
STEPS = {
    "": 1,  # the control: nobody is killed
    "while leasing": 1,
    "leased": 1,
    "while handing over": 1,  # the server knows for whom, and has got nothing
    "unanswered": 2,  # the server has the mail, and its answer was not heard
    "sent": 2,  # its answer was heard, and not written down
    "settled": 1,
}


class Server:
    """A mail server, which kills the sender it is talking to at its own two steps."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []  # Message-ID and recipient
        self.sender: BaseProcess | None = None
        self.dies = ""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.kill("while handing over")
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        self.received.append((message["Message-ID"].strip(), envelope.rcpt_tos[0]))
        self.kill("unanswered")
        return "250 OK"

    def kill(self, step: str) -> None:
        if self.dies == step and self.sender is not None and self.sender.pid is not None:
            os.kill(self.sender.pid, signal.SIGKILL)
            self.sender.join()


@pytest.fixture
def mail_server() -> Iterator[tuple[Server, int]]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def send(
    server: ForkServerContext, mail_server: tuple[Server, int]
) -> Callable[[datetime, str], int | None]:
    """Send in a process of its own; what it ended with."""
    handler, port = mail_server

    def run(now: datetime, dies: str) -> int | None:
        arguments = (str(connection.settings_dict["NAME"]), port, now, dies)
        process = server.Process(target=bookers.send_and_die, args=arguments, daemon=True)
        process.start()
        handler.sender, handler.dies = process, dies
        process.join(timeout=60)
        return process.exitcode

    return run


@pytest.mark.parametrize("step", STEPS)
def test_a_sender_killed_at_any_step_loses_no_mail(
    step: str, mail_server: tuple[Server, int], send: Callable[[datetime, str], int | None]
) -> None:
    handler, _port = mail_server
    booking = make_booking()
    tell(booking, Kind.CONFIRMED, to=[booking.booker], now=NOW)
    invite(booking=booking, people=GUESTS, by=booking.booker, now=NOW)

    assert send(NOW, step) == (-signal.SIGKILL if step else 0)
    assert send(NOW + timedelta(seconds=1), "") == 0  # another, while the lease lasts
    before = Counter(handler.received)
    assert send(AFTER_LEASE, "") == 0

    arrived = Counter(handler.received)
    assert {to for _id, to in arrived} == {booking.booker.email, *(mail for _n, mail in GUESTS)}
    assert len(arrived) == 4, "a repeated mail has another Message-ID"
    assert sorted(arrived.values()) == [1, 1, 1, STEPS[step]]
    assert max(before.values()) == 1, "repeated while its sender might be at it"
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
