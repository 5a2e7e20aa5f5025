"""The outbox: who is told what about a booking, and the sending of it.

`announce` writes `Delivery` rows in the transaction of what happened, so no mail is lost
when a worker, the broker or the mail server is down. `send_due` sends them: at least once,
and when it must send twice, with the same Message-ID. Mails about one booking reach a
person in the order in which things happened.
"""

import logging
import time
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from kombu.exceptions import KombuError

from accounts.models import User
from bookings import emails
from bookings.models import Booking, Delivery, DeliveryState, Kind

log = logging.getLogger("ledig.deliveries")

LEASE = timedelta(minutes=2)  # more than a slow mail server may take for one mail
FIRST_WAIT = timedelta(seconds=30)  # doubled after each failure
LONGEST_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 12  # about half a day
UNSENT = (DeliveryState.PENDING, DeliveryState.SENDING)


def announce(booking: Booking, kind: Kind, *, now: datetime) -> None:
    """Write the mails that `kind` causes. Call it in the transaction that makes it happen,
    once the event is recorded."""
    recipients = recipients_for(booking, kind)
    if not recipients:
        return
    Delivery.objects.bulk_create(
        [
            Delivery(
                booking=booking,
                version=booking.sequence,
                kind=kind,
                recipient=recipient,
                not_before=now,
            )
            for recipient in recipients
        ],
        ignore_conflicts=True,  # `delivery_once`: the same news twice is one mail
    )
    transaction.on_commit(nudge)


def recipients_for(booking: Booking, kind: Kind) -> list[User]:
    """The booker, and those who answer for the space unless it is their own doing."""
    if not _is_news_to_booker(booking, kind):
        return []
    recipients = [booking.booker]
    if _is_news_to_owners(booking, kind):
        owners = User.objects.filter(
            memberships__in=booking.space.organisation.memberships.who_run_bookings(),
            is_active=True,
        )
        recipients += owners.exclude(pk=booking.booker_id).order_by("pk")
    return recipients


def _is_news_to_booker(booking: Booking, kind: Kind) -> bool:
    happened = booking.events.filter
    if kind == Kind.CANCELLED:  # not when an unpaid hold is let go
        return happened(kind__in=(Kind.REQUESTED, Kind.CONFIRMED)).exists()
    if kind == Kind.DECLINED:  # not again, when the payment failed after the owner's yes
        return not happened(kind=Kind.PAYMENT_FAILED).exists()
    return kind in emails.TO_BOOKER


def _is_news_to_owners(booking: Booking, kind: Kind) -> bool:
    event = booking.events.filter(kind=kind).last()
    by_themselves = event is not None and event.by_id not in (None, booking.booker_id)
    return kind in emails.TO_OWNERS and not by_themselves


def nudge() -> None:
    """Ask a worker to send now. Without a broker, the next scheduled run sends."""
    try:
        current_app.send_task("bookings.tasks.send_deliveries")
    except (KombuError, OSError) as error:
        log.warning("no nudge, the scheduled run will send: %s", error)


def send_due(*, now: datetime, limit: int = 50) -> int:
    """Send what is due, at most `limit` mails; how many were tried.

    Any number of senders may run at once. Each mail is leased in a transaction of its own
    and sent outside of any; if the sender dies, the lease runs out and another sends it.
    """
    started = time.monotonic()
    for tried in range(limit):
        moment = now + timedelta(seconds=time.monotonic() - started)
        delivery = _lease(moment)
        if delivery is None:
            return tried
        _send(delivery, moment)
    return limit


def _lease(now: datetime) -> Delivery | None:
    """Take the next due mail until `now` + LEASE, past other senders' locks."""
    same_reader = Q(recipient=OuterRef("recipient"))
    same_reader |= Q(recipient=None, address=OuterRef("address")) & ~Q(address="")
    earlier = Delivery.objects.filter(
        same_reader,
        booking=OuterRef("booking"),
        pk__lt=OuterRef("pk"),
        state__in=UNSENT,
    )
    with transaction.atomic(durable=True):
        delivery = (
            Delivery.objects.due(now)
            .filter(~Exists(earlier))
            .select_related(
                "booking__space__place",
                "booking__space__organisation",
                "booking__booker",
                "booking__organisation",
                "recipient",
            )
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("not_before", "pk")
            .first()
        )
        if delivery is None:
            return None
        delivery.state = DeliveryState.SENDING
        delivery.not_before = now + LEASE
        delivery.attempts += 1
        delivery.save(update_fields=["state", "not_before", "attempts"])
    return delivery


def _send(delivery: Delivery, now: datetime) -> None:
    if delivery.attempts > MAX_ATTEMPTS:  # its senders died without a word, each time
        _settle(delivery, state=DeliveryState.DEAD)
        return
    try:
        emails.mail_for(delivery).send()
    except Exception as error:  # also a bug in one mail: it must not keep the others back
        log.exception("delivery %s failed, attempt %s", delivery.pk, delivery.attempts)
        dead = delivery.attempts >= MAX_ATTEMPTS
        _settle(
            delivery,
            state=DeliveryState.DEAD if dead else DeliveryState.PENDING,
            not_before=now + wait_after(delivery.attempts),
            error=f"{type(error).__name__}: {error}"[:300],
        )
    else:
        _settle(delivery, state=DeliveryState.SENT, sent_at=now, error="")


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the nth failure: 30 s, 1 min, 2 min … 6 h."""
    return min(FIRST_WAIT * (1 << attempts - 1), LONGEST_WAIT)


def _settle(delivery: Delivery, **outcome: object) -> None:
    """Write the outcome, unless the lease ran out and another sender has it now."""
    Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts
    ).update(**outcome)
