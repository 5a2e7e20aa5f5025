"""The demo's mail: nothing leaves the machine, everything can be read on a page."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from functools import cached_property
from typing import cast

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from bookings.calendars.invitation import Card, read
from district.models import Mail


class MailboxBackend(BaseEmailBackend):
    """Puts each mail into the table of the demo's mailbox, once for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            raw = message.message().as_bytes()
            Mail.objects.bulk_create(
                Mail(recipient=recipient, subject=str(message.subject)[:300], message=raw)
                for recipient in message.recipients()
            )
        return len(email_messages)


class Opened:
    """A mail of the mailbox, read as a mail program reads it."""

    def __init__(self, mail: Mail) -> None:
        self.raw = bytes(mail.message)
        self.message = message_from_bytes(self.raw, policy=policy.default)

    @property
    def sender(self) -> str:
        return str(self.message["From"])

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def invite(self) -> bytes:
        """The calendar part; empty when there is none."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                return cast(bytes, part.get_payload(decode=True))
        return b""

    @cached_property
    def card(self) -> Card | None:
        return read(self.invite) if self.invite else None

    @property
    def can_answer(self) -> bool:
        """Whether it is an invitation that asks for an answer."""
        return self.card is not None and self.card.wants_answer

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""
