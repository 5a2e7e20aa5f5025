"""A no to a calendar program: its person is told by mail, since the program rarely says why."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import nudge
from bookings.models import CalendarRefusal, Delivery, Kind
from spaces.models import Space
from spaces.periods import Period

MOST_A_DAY = 20  # mails to one person
KEPT_FOR = timedelta(days=30)


@operation
def note_refusal(
    *,
    user: User,
    space: Space | None,
    asked: str,
    code: str,
    sentence: str,
    title: str,
    span: Period | None,
    now: datetime,
) -> CalendarRefusal | None:
    """Tell somebody why what their calendar program wrote is not booked. `asked` is all of what
    it wrote that matters: the same again within a month is no news. None then."""
    made, is_new = CalendarRefusal.objects.get_or_create(
        user=user,
        digest=hashlib.sha256(f"{code}\n{asked}".encode()).digest(),
        defaults={
            "space": space,
            "code": code,
            "sentence": sentence,
            "title": title,
            "start": span.lower if span else None,
            "end": span.upper if span else None,
            "refused_at": now,
        },
    )
    if not is_new:
        return None
    today = CalendarRefusal.objects.filter(user=user, refused_at__gt=now - timedelta(days=1))
    if today.count() <= MOST_A_DAY:
        Delivery.objects.create(version=made.pk, kind=Kind.REFUSED, recipient=user, not_before=now)
        transaction.on_commit(nudge)
    return made


def forget_refusals(*, now: datetime) -> int:
    """Drop those that nobody repeats any more. Their mails have been sent."""
    old = CalendarRefusal.objects.filter(refused_at__lt=now - KEPT_FOR)
    return old.delete()[0]
