"""What booker and owner write to each other."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import Readers, tell
from bookings.models import Booking, Kind, Message
from bookings.operations.moves import locked
from bookings.refusals import WrittenEnough

MOST_A_DAY = 50  # by one person on one booking
DAY = timedelta(days=1)
AT_ONCE = timedelta(minutes=1)


@operation
def write_message(
    *, booking: Booking, text: str, by: User, as_owner: bool, now: datetime
) -> Message:
    """Write to the other side, who gets it by mail, once; the same words again at once are the
    same message. Raises `WrittenEnough`."""
    booking = locked(booking)
    last = booking.messages.order_by("number").last()
    if last and (last.author_id, last.text) == (by.pk, text) and now - last.at < AT_ONCE:
        return last
    today = booking.messages.filter(author=by, at__gt=now - DAY)
    if today.count() >= MOST_A_DAY:
        raise WrittenEnough
    message = Message.objects.create(
        booking=booking,
        number=booking.messages.count() + 1,
        author=by,
        as_owner=as_owner,
        text=text,
        at=now,
    )
    others = (
        [booking.booker]
        if as_owner
        else [one for one in Readers([booking]).who_run(booking) if one.pk != by.pk]
    )
    tell(booking, Kind.MESSAGE, to=others, version=message.number, by=by, now=now)
    return message
