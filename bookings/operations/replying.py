"""Answers that come by mail."""

from datetime import datetime

from accounts.errors import Refused
from bookings.calendars.reply import NoReply, read_reply
from bookings.models import Attendee
from bookings.operations.attending import answer


def take_reply(*, raw: bytes, now: datetime) -> str:
    """Pass on the answer in a mail, if there is one to something that is still to come. Says
    in a word what became of it: the mail is never sent back, since out-of-office notes and
    bounces come to the same address.

    A mail cancels nothing: only whether somebody comes is taken from it.
    """
    try:
        reply = read_reply(raw)
    except NoReply as why:
        return str(why)
    found = Attendee.objects.with_token(reply.token, now).select_related("booking").first()
    if found is None:
        return "nothing to answer"
    if not reply.is_about(found):
        return "about another time"
    try:
        answer(attendee=found, answer=reply.answer, now=now, stamp=reply.stamp)
    except Refused as no:
        return no.code
    return "taken"
