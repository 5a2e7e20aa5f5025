"""Waiting for a time: joining, leaving, and what becomes of an offer.

The offers themselves are made in `billing`, since what is offered may cost money. Locks are
taken in one order: the booking of an offer, then the entry.
"""

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection, transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import KombuError

from accounts.errors import Refused, refused_by
from accounts.models import Organisation, User
from accounts.transactions import operation
from bookings import availability, deliveries
from bookings.forms import Recurring, search_of
from bookings.models import (
    QUEUE_MOVES,
    Actor,
    Booking,
    Delivery,
    DeliveryState,
    Freed,
    Kind,
    Queue,
    Status,
    Waiting,
)
from bookings.queries.fitting import fitting, most_times, wanted_of
from bookings.quotas import NOWHERE, QuotaUsed, used_up
from bookings.refusals import BY_CODE, NotListed, TooSoon
from spaces.access import Access, require_access
from spaces.models import Space
from spaces.periods import Period

log = logging.getLogger("ledig.waitlist")

MOST = 20  # times that one person waits for
QUARTER = 15 * 60
FREED_AT_ONCE = 500
KEPT = timedelta(days=90)  # an entry that is over
ASKED_ANEW = ("quantity", "people", "organisation_id", "until", "had")
CAN_CHANGE = ("slot_taken", "closed")  # why a time is refused that may be free later


class FreeNow(Refused):
    code = "free_now"
    message = _("There is a free one now: you can book it.")


class WaitsForMuch(Refused):
    code = "waits_for_much"
    message = _("You wait for 20 times already. Leave one of them first.")


class WaitsAlready(Refused):
    code = "waits_already"
    message = _("You wait for that already.")


class NotOffered(Refused):
    code = "not_offered"
    message = _("That is not offered to you any more.")


@operation
def join(
    *,
    space: Space | None = None,
    search: str = "",
    span: Period,
    by: User,
    now: datetime,
    minutes: int | None = None,
    quantity: int = 1,
    people: int | None = None,
    organisation: Organisation | None = None,
    until: datetime | None = None,
) -> Waiting:
    """Wait for a time in a space, or for whatever a search finds: then, or for so many
    `minutes` at any time within `span`. Asked again for the same, the same entry, for as many
    and for as long as was said last; once there is an offer to answer, only as it is. Of one
    space also what is left of the time once it has begun, when somebody does not come to it. Of
    a search for the same time again and again, until no space could have more of its times.

    Raises `TooSoon`, `NoAccess`, `NeedsTraining`, `FreeNow`, `QuotaUsed`, `WaitsForMuch`,
    `WaitsAlready`, or the refusal of a time that no waiting helps.
    """
    wanted = search_of(QueryDict(search), now=now) if space is None else None
    latest = span.upper - timedelta(minutes=minutes) if minutes else span.lower
    if isinstance(wanted, Recurring):
        latest = wanted.times[-1].lower
    if latest <= now:
        raise TooSoon
    if space is not None:
        access = Access(by, now)
        require_access(space, access, until=span.upper)
        code = availability.verdict_on(space, span, now=now, quantity=quantity, people=people)
        if code == availability.FREE:
            barred = used_up(span, access=access, now=now) if organisation is None else NOWHERE
            is_theirs = not Space.objects.filter(barred, pk=space.pk).exists()
            raise FreeNow(space=space.pk) if is_theirs else QuotaUsed(space=space.pk)
        if code not in CAN_CHANGE:
            raise BY_CODE.get(code, NotListed)(space=space.pk)
        latest = max(latest, span.upper - timedelta(minutes=space.in_force.min_length))
    entry = Waiting(
        person=by,
        organisation=organisation,
        space=space,
        search=search,
        period=span,
        minutes=minutes,
        quantity=quantity,
        people=people,
        created_at=now,
        until=min(until or latest, latest),
        look_at=now,  # it may have become free since it was refused
    )
    if isinstance(wanted, Recurring):
        _wait_for_more(entry, wanted, now=now)
    elif space is None and fitting(entry, now=now):
        raise FreeNow
    theirs = Waiting.objects.visible_to(by).open()
    same = theirs.filter(space=space, search=search, period=span)
    if known := same.select_for_update(of=("self",)).first():
        return _asked_again(known, entry)
    if theirs.count() >= MOST:
        raise WaitsForMuch
    with refused_by("waiting_once", WaitsAlready):
        entry.save(force_insert=True)
    return entry


def _wait_for_more(entry: Waiting, wanted: Recurring, *, now: datetime) -> None:
    """Until so few of the times are ahead that no space can have more than one has now. Raises
    `FreeNow` where one has all that are."""
    ahead, entry.had = wanted.ahead(now), most_times(wanted, entry.person, now=now)
    if entry.had >= len(ahead):
        raise FreeNow
    entry.until = min(entry.until, ahead[-entry.had - 1].lower)


def _asked_again(known: Waiting, entry: Waiting) -> Waiting:
    """What they wait for is what they asked for last. Who asks for more than before goes to
    the end of the line; who asks for as much or less keeps their place."""
    is_more = entry.quantity > known.quantity or (entry.people or 1) > (known.people or 1)
    changed = {name for name in ASKED_ANEW if getattr(known, name) != getattr(entry, name)}
    if not changed:
        return known
    if known.state != Queue.WAITING:
        raise WaitsAlready
    if is_more:
        changed.add("created_at")
    changed.add("look_at")
    for name in changed:
        setattr(known, name, getattr(entry, name))
    known.save(update_fields=sorted(changed))
    return known


@operation
def leave(*, entry: Waiting) -> bool:
    """Wait no longer; False when there is an offer to answer, or nothing left to leave."""
    waiting = Waiting.objects.filter(pk=entry.pk, state=Queue.WAITING)
    return bool(waiting.update(state=Queue.ENDED))


def follow(booking: Booking, status: Status, *, actor: Actor, now: datetime) -> None:
    """What a move of an offered hold means to the one it was offered to. When the owner took
    it back, they wait on where they were. An offer that is not sent yet is no news now."""
    entry = Waiting.objects.select_for_update(of=("self",)).filter(booking=booking).first()
    if entry is None:
        return
    if status in (Status.CONFIRMED, Status.REQUESTED):
        state = Queue.TAKEN
    else:
        state = Queue.WAITING if actor == Actor.OWNER else Queue.PASSED
    if state in QUEUE_MOVES[Queue(entry.state)]:
        move_in_queue(entry, state, look_at=now)
        booking.deliveries.filter(kind=Kind.OFFERED, state=DeliveryState.PENDING).delete()


def move_in_queue(
    entry: Waiting, state: Queue, *, look_at: datetime, booking: Booking | None = None
) -> None:
    """Move a locked entry, as the table allows; with the booking that is offered."""
    assert state in QUEUE_MOVES[Queue(entry.state)], f"{entry.state} to {state}"
    entry.state, entry.look_at = state, look_at
    if booking is not None:
        entry.booking, entry.offered = booking, booking.period
    entry.save(update_fields=["state", "look_at", "booking", "offered", "had", "letter"])


def tell_of_more(entry: Waiting, *, at: datetime, now: datetime) -> bool:
    """Write to the person of a locked entry, at `at`, when some space has more of the times that
    they wait for; with that they wait no longer. False when none has."""
    wanted = wanted_of(entry)
    assert isinstance(wanted, Recurring)
    assert entry.had is not None
    found = most_times(wanted, entry.person, now=now)
    if found <= entry.had:
        return False
    letters = Delivery.objects.filter(recipient=entry.person, kind=Kind.MORE_TIMES)
    latest = letters.aggregate(latest=Max("version"))["latest"] or 0
    entry.had, entry.letter = found, latest + 1
    move_in_queue(entry, Queue.TOLD, look_at=now)
    Delivery.objects.create(
        version=entry.letter, kind=Kind.MORE_TIMES, recipient=entry.person, not_before=at
    )
    transaction.on_commit(deliveries.nudge)
    return True


@operation
def end_waiting(*, now: datetime) -> int:
    """Entries whose time has come wait no longer."""
    return Waiting.objects.filter(state=Queue.WAITING, until__lte=now).update(state=Queue.ENDED)


@operation
def forget_waiting(*, now: datetime) -> int:
    """Drop what nobody waits for any more, `KEPT` after its time. What came of it stays: an
    offer that was taken is a booking."""
    over = Waiting.objects.filter(period__endswith__lt=now - KEPT)
    return over.exclude(state__in=(Queue.WAITING, Queue.OFFERED)).delete()[0]


# Who is to be looked for again: those who wait in the place of what was freed, and searches
# wherever. A day's margin is more than the gaps any space needs around a booking.
WAKE = """
UPDATE bookings_waiting AS waiting SET look_at = %(now)s
WHERE waiting.state = 'waiting' AND waiting.look_at > %(now)s AND EXISTS (
    SELECT FROM bookings_freed AS freed
    LEFT JOIN spaces_space AS space ON space.id = waiting.space_id
    WHERE freed.id = ANY (%(freed)s)
      AND (waiting.space_id IS NULL OR space.place_id = freed.place_id)
      AND (freed.during IS NULL OR waiting.period && tstzrange(
          lower(freed.during) - interval '1 day', upper(freed.during) + interval '1 day')))
"""


@operation
def wake(*, now: datetime) -> int:
    """Have those looked for again who may want what was freed; how many they are."""
    rows = Freed.objects.select_for_update(skip_locked=True).order_by("pk")
    freed = list(rows.values_list("pk", flat=True)[:FREED_AT_ONCE])
    if not freed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WAKE, {"now": now, "freed": freed})
        woken: int = cursor.rowcount
    Freed.objects.filter(pk__in=freed).delete()
    return woken


def next_look(now: datetime) -> datetime:
    """The next quarter of the clock: the same for all who wait, so that what no trigger tells
    of (a horizon that opens, a quota that is new) also comes to the first in line."""
    seconds = (now - datetime.fromtimestamp(0, now.tzinfo)).total_seconds()
    return now + timedelta(seconds=QUARTER - seconds % QUARTER)


def nudge() -> None:
    """Ask a worker to match now. Without a broker, the next scheduled run does."""
    try:
        current_app.send_task("billing.tasks.offer_freed")
    except (KombuError, OSError) as error:
        log.warning("no nudge, the scheduled run will offer: %s", error)
