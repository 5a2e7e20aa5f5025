"""The outbox: who is told what about a booking, and the sending of it.

`announced` makes `Delivery` rows, which are stored in the transaction of what happened, so no
mail is lost when a worker, the broker or the mail server is down. `send_due` sends them: at
least once, and when it must send twice, with the same Message-ID. Mails about one booking
reach a person in the order in which things happened.
"""

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from smtplib import SMTPRecipientsRefused
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from kombu.exceptions import KombuError

from accounts.models import RUNS_BOOKINGS, Member, User
from accounts.rows import Gathering, insert
from bookings import emails, notices
from bookings.forms import district_zone
from bookings.models import Booking, BookingEvent, Delivery, DeliveryState, Kind, NoticeChoices
from bookings.models.event import ABOUT_GUESTS
from bookings.notices import Side

log = logging.getLogger("ledig.deliveries")

LEASE = timedelta(minutes=2)  # more than a slow mail server may take for one mail
FIRST_WAIT = timedelta(seconds=30)  # doubled after each failure
LONGEST_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 38  # a week: a mail server may be down for a long weekend
MAX_REFUSED = 12  # about half a day, where the server is there and it is this mail that cannot go
UNSENT = (DeliveryState.PENDING, DeliveryState.SENDING)


class Readers:
    """Those who may be told about some bookings: the bookers, and those who answer for the
    spaces, each with their choices. Asked for in one statement, when somebody is."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        self._bookings = bookings

    @cached_property
    def _found(self) -> dict[str, list[Any]]:
        return READERS(
            owners=[booking.space.organisation_id for booking in self._bookings],
            bookers=[booking.booker_id for booking in self._bookings],
            roles=[str(role) for role in RUNS_BOOKINGS],
        )

    def who_run(self, booking: Booking) -> list[User]:
        """Those who answer for the booking's space."""
        owner = booking.space.organisation_id
        runs = {one.user_id for one in self._found["runs"] if one.organisation_id == owner}
        return [user for user in self._found["people"] if user.pk in runs]

    @cached_property
    def _made(self) -> dict[int, NoticeChoices]:
        return {one.user_id: one for one in self._found["choices"]}

    def choices_of(self, user: User) -> NoticeChoices:
        return self._made.get(user.pk) or NoticeChoices(user=user)


# Those who answer for the spaces of some owners, as rows of Member.
_RUNS = "member.organisation_id = ANY (%(owners)s) AND member.role = ANY (%(roles)s)"
_WHO_RUNS = f"(SELECT member.user_id FROM accounts_member AS member WHERE {_RUNS})"  # noqa: S608
READERS = Gathering(
    runs=(Member, "WHERE " + _RUNS.replace("member.", "one.")),
    people=(User, f"WHERE one.is_active AND one.id IN {_WHO_RUNS} ORDER BY one.id"),
    choices=(
        NoticeChoices,
        f"WHERE one.user_id = ANY (%(bookers)s) OR one.user_id IN {_WHO_RUNS}",
    ),
)


def announced(
    booking: Booking, event: BookingEvent, *, readers: Readers | None, now: datetime
) -> list[Delivery]:
    """The mails that an event causes, to be sent at `now`: to be stored with it. Without
    `readers` those to who is invited along."""
    guests = guests_for(booking, event)
    people = recipients_for(booking, event, readers) if readers else []
    choices = {person.pk: readers.choices_of(person) for person in people} if readers else {}
    return _deliveries(
        booking, Kind(event.kind), choices, to=people, guests=guests, by=event.by, now=now
    )


def tell(
    booking: Booking,
    kind: Kind,
    *,
    to: Collection[User] = (),
    guests: Collection[str] = (),
    version: int | None = None,
    by: User | None = None,
    now: datetime,
) -> None:
    """Write one delivery for each of these people and addresses."""
    choices = notices.choices_of(to)
    rows = _deliveries(
        booking, kind, choices, to=to, guests=guests, version=version, by=by, now=now
    )
    insert(rows, once=(Delivery,))


def _deliveries(
    booking: Booking,
    kind: Kind,
    choices: Mapping[int, NoticeChoices],
    *,
    to: Collection[User],
    guests: Collection[str],
    version: int | None = None,
    by: User | None,
    now: datetime,
) -> list[Delivery]:
    """What somebody has done themselves is no news in their list, and what they want no mail
    about is only there. Stored `once`: the same news twice is one mail."""
    version = booking.sequence if version is None else version
    rows = [
        Delivery(
            booking=booking,
            version=version,
            kind=kind,
            recipient=person,
            state=_first_state(booking, kind, choices[person.pk]),
            not_before=now,
            read_at=now if by is not None and by.pk == person.pk else None,
        )
        for person in to
    ]
    rows += [
        Delivery(booking=booking, version=version, kind=kind, address=address, not_before=now)
        for address in guests
    ]
    if rows:
        transaction.on_commit(nudge)
    return rows


def announce_together(
    bookings: Sequence[Booking],
    kind: Kind,
    *,
    by: User | None,
    now: datetime,
    owners_of: Sequence[Booking] | None = None,
) -> None:
    """Write one mail for all that happened to a series at once: to the booker, about the
    first of these bookings, and to each owner, of all or `owners_of` some, about the first of
    theirs."""
    first_of: dict[int, Booking] = {}
    for booking in bookings if owners_of is None else owners_of:
        first_of.setdefault(booking.space.organisation_id, booking)
    readers = Readers(list(first_of.values()))
    told: dict[User, Booking] = {bookings[0].booker: bookings[0]}
    for booking in first_of.values():
        for owner in readers.who_run(booking):
            if owner.pk != booking.made_by_id:
                told.setdefault(owner, booking)
    of: dict[Booking, list[User]] = {}
    for person, booking in told.items():
        of.setdefault(booking, []).append(person)
    for booking, people in of.items():
        tell(booking, kind, to=people, by=by, now=now)


def tell_jointly(
    bookings: Sequence[Booking], kind: Kind, *, by: User | None, now: datetime
) -> None:
    """Write one mail for all that happened at once to what is asked for together: to the booker,
    about the first of these, and to each owner who is to answer or has, about the first of
    theirs. An owner whose doing it is knows of it."""
    first = bookings[0]
    is_owners_doing = by is not None and by.pk not in (first.booker_id, first.made_by_id)
    theirs = first.space.organisation_id if is_owners_doing else None
    asked = [
        one for one in bookings if one.is_owners_to_answer and one.space.organisation_id != theirs
    ]
    owners_of = asked if kind in emails.TO_OWNERS else ()
    announce_together(bookings, kind, by=by, now=now, owners_of=owners_of)


def _first_state(booking: Booking, kind: Kind, choices: NoticeChoices) -> DeliveryState:
    side = Side.of(choices.user, booking)
    is_mail = kind in emails.WRITTEN and notices.is_mailed(kind, side, choices)
    return DeliveryState.PENDING if is_mail else DeliveryState.SILENT


def guests_for(booking: Booking, event: BookingEvent) -> list[str]:
    """The addresses invited along, when it changes what they were invited to. They are told
    nothing before the booking stands."""
    kind = event.kind
    if kind not in emails.TO_GUESTS or kind in ABOUT_GUESTS or booking._state.adding:
        return []  # to what is not stored yet, nobody can have been invited
    if kind != Kind.CONFIRMED and not booking.events.filter(kind=Kind.CONFIRMED).exists():
        return []
    if kind == Kind.DESCRIBED and "title" not in event.data["changed"]:
        return []
    return list(booking.attendees.invited().values_list("email", flat=True))


def recipients_for(booking: Booking, event: BookingEvent, readers: Readers) -> list[User]:
    """The booker, and those who answer for the space unless it is their own doing."""
    recipients = [booking.booker] if _is_news_to_booker(booking, event) else []
    if not recipients and event.kind != Kind.CHANGE_ENDED:
        return []
    if _is_news_to_owners(booking, event):
        doers = (booking.booker_id, booking.made_by_id)
        recipients += [one for one in readers.who_run(booking) if one.pk not in doers]
    return recipients


def _is_news_to_booker(booking: Booking, event: BookingEvent) -> bool:
    happened = booking.events.filter
    if event.kind == Kind.CANCELLED:  # not when an unpaid hold is let go
        return happened(kind__in=(Kind.REQUESTED, Kind.CONFIRMED)).exists()
    if event.kind == Kind.DECLINED:  # not again, when the payment failed after the owner's yes
        return not happened(kind=Kind.PAYMENT_FAILED).exists()
    if event.kind == Kind.NO_SHOW:  # where it costs something the letter about that says it
        return not booking.no_show_fee
    if event.kind == Kind.CHANGE_ENDED:  # not what they have let go themselves
        return event.data.get("why") in emails.NEWS_OF_CHANGE
    return event.kind in emails.TO_BOOKER


def _is_news_to_owners(booking: Booking, event: BookingEvent) -> bool:
    """What the booker does, or who has booked for them, and what comes by itself."""
    doers = (booking.booker_id, booking.made_by_id)
    by_themselves = event.by is not None and event.by.pk not in doers
    if by_themselves and event.kind == Kind.CONFIRMED:
        by_themselves = not _has_waited(booking)
    if event.kind == Kind.CHANGE_ENDED:  # where they were asked for it
        asked, why = event.data.get("was_asked"), event.data.get("why")
        if not asked or why not in emails.NEWS_TO_ASKED:
            return False
    return event.kind in emails.TO_OWNERS and not by_themselves


def _has_waited(booking: Booking) -> bool:
    """Whether another owner's yes came after theirs, so that it stands only now."""
    if booking.asked_with is None or booking.agreed_at is None:
        return False
    others = Booking.objects.filter(asked_with=booking.asked_with)
    others = others.exclude(space__organisation=booking.space.organisation_id)
    return others.filter(agreed_at__gt=booking.agreed_at).exists()


class Nudge:
    """Asks a worker to send: at once, and after a burst once more, so that a thousand bookings
    are not a thousand requests. Without a broker, the next scheduled run sends."""

    EVERY = 1.0  # seconds

    def __init__(self) -> None:
        self.asked_for = -self.EVERY  # when the last run that was asked for begins

    def __call__(self) -> None:
        moment = time.monotonic()
        if moment < self.asked_for:
            return  # one is to come, and will find what was just written
        wait = max(0.0, self.asked_for + self.EVERY - moment)
        self.asked_for = moment + wait
        try:
            current_app.send_task("bookings.tasks.send_deliveries", countdown=wait or None)
        except (KombuError, OSError) as error:
            log.warning("no nudge, the scheduled run will send: %s", error)


nudge = Nudge()


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
    """Take the next due mail until `now` + LEASE, past other senders' locks; for longer one
    that was tried often, which may be what kills its senders."""
    same_reader = Q(recipient=OuterRef("recipient"))
    same_reader |= Q(recipient=None, address=OuterRef("address")) & ~Q(address="")
    earlier = Delivery.objects.filter(
        same_reader,
        booking=OuterRef("booking"),
        pk__lt=OuterRef("pk"),
        state__in=UNSENT,
    )
    with transaction.atomic(durable=True):
        # The id alone, along its index: to join first would be to read all that wait.
        due = Delivery.objects.due(now).filter(~Exists(earlier)).order_by("not_before", "pk")
        first = due.select_for_update(skip_locked=True).values_list("pk", flat=True).first()
        if first is None:
            return None
        delivery = Delivery.objects.select_related(
            "booking__space__place",
            "booking__space__organisation",
            "booking__booker",
            "booking__organisation",
            "booking__series",
            "recipient",
        ).get(pk=first)
        delivery.state = DeliveryState.SENDING
        delivery.attempts += 1
        delivery.not_before = now + max(LEASE, wait_after(delivery.attempts))
        delivery.save(update_fields=["state", "not_before", "attempts"])
    return delivery


def _send(delivery: Delivery, now: datetime) -> None:
    if delivery.attempts > MAX_ATTEMPTS:  # its senders died without a word, each time
        _settle(delivery, state=DeliveryState.DEAD)
        return
    if is_past(delivery, now):
        _settle(delivery, state=DeliveryState.SILENT)
        return
    try:
        emails.mail_for(delivery).send()
    except Exception as error:  # also a bug in one mail: it must not keep the others back
        log.exception("delivery %s failed, attempt %s", delivery.pk, delivery.attempts)
        dead = delivery.attempts >= (MAX_ATTEMPTS if is_down(error) else MAX_REFUSED)
        _settle(
            delivery,
            state=DeliveryState.DEAD if dead else DeliveryState.PENDING,
            not_before=now + wait_after(delivery.attempts),
            error=f"{type(error).__name__}: {error}"[:300],
        )
    else:
        _settle(delivery, state=DeliveryState.SENT, sent_at=now, error="")


def is_down(error: Exception) -> bool:
    """Whether it is the mail server, or the way to it, that fails, and not this one mail."""
    return isinstance(error, OSError) and not isinstance(error, SMTPRecipientsRefused)


def is_past(delivery: Delivery, now: datetime) -> bool:
    """Whether it has waited so long that it says nothing any more: a reminder of what has
    begun, a summary of a day that is over."""
    if delivery.kind == Kind.DIGEST:
        return delivery.version < now.astimezone(district_zone()).date().toordinal()
    booking = delivery.booking
    return delivery.kind == Kind.REMINDER and booking is not None and booking.start <= now


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the nth failure: 30 s, 1 min, 2 min … 6 h."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def send_again(given_up: Iterable[int], *, now: datetime) -> int:
    """Try anew to send what was given up, each as the mail it was: the same row, the same
    Message-ID. How many there were of these."""
    with transaction.atomic():
        dead = Delivery.objects.filter(pk__in=[*given_up], state=DeliveryState.DEAD)
        found = dead.update(state=DeliveryState.PENDING, attempts=0, not_before=now)
        if found:
            transaction.on_commit(nudge)
    return found


def _settle(delivery: Delivery, **outcome: object) -> None:
    """Write the outcome, unless the lease ran out and another sender has it now."""
    Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts
    ).update(**outcome)
