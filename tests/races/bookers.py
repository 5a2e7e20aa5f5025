"""What the racers do, each in a process of its own.

The processes are forked from a server that has loaded Django once (multiprocessing's
"forkserver"), so fifty of them start in a second and share nothing with the test or with
each other but PostgreSQL. They wait at an advisory lock until all have come.
"""

import logging
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch
from uuid import UUID

import django
import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

if not apps.ready:
    assert pytest  # config.settings knows a test by it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from accounts import operations as accounts
from accounts.errors import Refused
from accounts.models import Member, Organisation, Role, User
from accounts.transactions import DEADLOCK, LOCK_NOT_AVAILABLE, Busy
from billing import operations as billing
from billing.documents.lines import sold_line
from billing.models import Order, OrderLine, SendStatus, Transfer
from billing.operations import (
    Answer,
    Item,
    answering,
    answering_series,
    changing,
    disputing,
    sending,
    settling,
)
from billing.operations.booking import hold_and_order
from billing.operations.repeating import hold_all
from billing.stripe_gateway import DisputeState, Movement, PaymentState
from bookings import deliveries, operations
from bookings.means import Means
from bookings.models import Booking, Component, Delivery, OwnCalendar, Series, Waiting
from bookings.occurrences import occurrences
from bookings.operations import Pick, units
from bookings.operations.shapes import Shape
from bookings.preconditions import Precondition, UidTaken
from bookings.recurrence import rrule_for
from spaces.holidays import public_holidays
from spaces.models import AddOn, Place, Space, Unit, Vat
from spaces.money import Money
from spaces.periods import period

# What a worker has long loaded when somebody books.
public_holidays(date(2026, 12, 24), date(2027, 1, 2))
current_app.loader.import_default_modules()

START = 20_261_025  # the advisory lock behind which the racers wait
TRIES = 5

Job = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: an answer, or the code of a refusal or of an error."""

    answer: str = ""
    refusal: str = ""
    error: str = ""
    deadlocks: int = 0  # also those that a retry has mended


class DeadlockCounter(logging.Handler):
    """Counts what `accounts.transactions` retries."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "deadlock" in record.getMessage()


def run(database: str, jobs: Sequence[Job], handicap: str, answers: Connection) -> None:
    """One racer: wait for the start, do the jobs in turn, report, and leave."""
    connection.settings_dict["NAME"] = database
    current_app.conf.update(broker_url="memory://")
    if handicap == "no lock":
        units.lock_units = units_unlocked
    counter = DeadlockCounter()
    logging.getLogger("ledig.transactions").handlers = [counter]
    logging.getLogger("ledig.transactions").propagate = False
    with connection.cursor() as cursor:
        if handicap:
            cursor.execute("SET deadlock_timeout = '50ms'")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [START])
        cursor.execute("SET lock_timeout = '3s'")
    answers.send([attempt(job, counter) for job in jobs])
    connection.close()


def killed_at_work(database: str, job: UUID, after: int, now: datetime) -> None:
    """Work on an import until it has told of so many rows, and be killed as by the kernel."""
    connection.settings_dict["NAME"] = database

    def told(key: str, value: tuple[int, int], timeout: int) -> None:
        if value[0] >= after:
            os.kill(os.getpid(), signal.SIGKILL)

    with patch.object(cache, "set", told):
        billing.work_on_import(pk=job, clock=lambda: now)


def attempt(job: Job, counter: DeadlockCounter) -> Outcome:
    """Do it; told that it is too busy, try again, as the API's 503 asks for."""
    before = counter.count
    for _try in range(TRIES):
        try:
            answer = str(job())
        except Refused as no:
            return Outcome(refusal=no.code, deadlocks=counter.count - before)
        except (Busy, DatabaseError) as error:
            state = sqlstate(error)
            counter.count += state == DEADLOCK
            failed = Outcome(error=state or repr(error), deadlocks=counter.count - before)
            if state != LOCK_NOT_AVAILABLE:
                return failed
        else:
            return Outcome(answer=answer, deadlocks=counter.count - before)
    return failed


def sqlstate(error: BaseException | None) -> str:
    while error is not None:
        if state := getattr(error, "sqlstate", None):
            return str(state)
        error = error.__cause__
    return ""


def units_unlocked(spaces: Iterable[Space], add_ons: Iterable[AddOn] = ()) -> list[int]:
    """`lock_units` without the lock: the positive control."""
    return list(Unit.objects.filter(spaces__in=spaces).values_list("pk", flat=True).distinct())


# --- Jobs -------------------------------------------------------------------------------


def hold(
    *,
    space: int,
    start: datetime,
    end: datetime,
    by: int,
    now: datetime,
    quantity: int = 1,
    add_ons: Sequence[int] = (),
    code: str = "",
    whom: str = "",
) -> UUID:
    booking = operations.hold(
        space=Space.objects.select_related("place", "organisation").get(pk=space),
        span=period(start, end),
        by=User.objects.get(pk=by),
        now=now,
        quantity=quantity,
        add_ons={AddOn.objects.get(pk=pk): 1 for pk in add_ons},
        means=Means(code),
        whom=operations.Whom(whom) if whom else None,
    )
    return booking.pk


def book_series(*, space: int, days: Sequence[date], opens: int, by: int, now: datetime) -> UUID:
    """Two hours on each of these days, which lie a week apart."""
    series, picks = _series(space, days, opens)
    person = User.objects.get(pk=by)
    return billing.book_series(series=series, picks=picks, by=person, now=now).pk


def _series(space: int, days: Sequence[date], opens: int) -> tuple[Series, list[Pick]]:
    found = Space.objects.for_listing().get(pk=space)
    series = Series(
        space=found,
        place_id=found.place_id,
        rrule=rrule_for("weekly", days[0], count=len(days)),
        starts_on=days[0],
        opens=opens,
        closes=opens + 120,
        time_zone=found.place.time_zone,
    )
    return series, [Pick(one.day, found, one.span) for one in occurrences(series) if one.span]


def cancel_series(*, series: UUID, by: int, now: datetime) -> int:
    found = Series.objects.get(pk=series)
    return len(billing.cancel_series(series=found, by=User.objects.get(pk=by), now=now))


def move_series(*, series: UUID, opens: int, by: int, now: datetime) -> UUID:
    """To two hours at another time of day."""
    found = Series.objects.get(pk=series)
    person = User.objects.get(pk=by)
    to = Shape(opens, opens + 120)
    return billing.move_series(series=found, to=to, by=person, now=now).pk


def cancel(*, booking: UUID, by: int, now: datetime) -> str:
    found, person = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return billing.cancel(booking=found, by=person, as_owner=False, now=now).status


def book(*, space: int, start: datetime, end: datetime, by: int, now: datetime, key: str) -> UUID:
    booking = billing.book(
        space=Space.objects.select_related("place", "organisation").get(pk=space),
        span=period(start, end),
        by=User.objects.get(pk=by),
        now=now,
        key=key,
    )
    return booking.pk


def book_on_account(
    *, space: int, start: datetime, end: datetime, by: int, organisation: int, now: datetime
) -> UUID:
    booking = billing.book(
        space=Space.objects.select_related("place", "organisation").get(pk=space),
        span=period(start, end),
        by=User.objects.get(pk=by),
        organisation=Organisation.objects.get(pk=organisation),
        on_account=True,
        now=now,
    )
    return booking.pk


def invoice_month(*, now: datetime) -> int:
    return len(billing.invoice_month(now=now))


def close_place(*, place: int, start: datetime, end: datetime, by: int, now: datetime) -> str:
    billing.close_place(
        place=Place.objects.get(pk=place),
        span=period(start, end),
        answers={},
        by=User.objects.get(pk=by),
        now=now,
    )
    return "closed"


def clear(*, answers: dict[UUID, Answer], by: int, now: datetime) -> int:
    return billing.clear(answers=answers, by=User.objects.get(pk=by), now=now)


def approve(*, booking: UUID, by: int, now: datetime) -> str:
    done = operations.approve(
        booking=Booking.objects.get(pk=booking), by=User.objects.get(pk=by), now=now
    )
    return done.status


def say_yes(*, booking: UUID, by: int, now: datetime) -> str:
    """To one of several that are asked for with one card: what then is to be done at Stripe."""
    found, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    order = answering.agree([found], by=user, now=now)
    return order.status if order is not None else "waits"


def say_no(*, booking: UUID, by: int, now: datetime) -> str:
    found, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return billing.decline(booking=found, by=user, now=now).status


def answer_series(*, series: UUID, by: int, now: datetime) -> str:
    """Yes to what all of it is to become: what is then to be done at Stripe, if anything."""
    found, user = Series.objects.get(pk=series), User.objects.get(pk=by)
    asked = answering_series.changes_asked_of(found, user, now=now)
    if not asked:
        return "nothing waits"
    order = changing.approve_change(change=asked[0], by=user, now=now)
    return order.status if order is not None else "made"


def take_change_back(*, booking: UUID, now: datetime) -> str:
    found = Booking.objects.get(pk=booking)
    change = billing.withdraw(booking=found, by=found.booker, now=now)
    return "taken back" if change is not None else "nothing"


def withdraw_cart(*, booking: UUID, now: datetime) -> str:
    found = Booking.objects.get(pk=booking)
    return billing.cancel(booking=found, by=found.booker, as_owner=False, now=now).status


def pay(*, order: UUID, now: datetime) -> str:
    """The money has come: what a worker does once it has asked Stripe."""
    found = Order.objects.get(pk=order)
    state = PaymentState(
        session_is_open=False,
        session_is_expired=False,
        intent_id=f"pi_{order}",
        authorised=0,
        captured=found.amount,
        fee=100,
        charge_id=f"ch_{order}",
        is_released=False,
    )
    return settling._apply(order, state, now=now).status


def reschedule(
    *,
    booking: UUID,
    by: int,
    now: datetime,
    space: int | None = None,
    start: datetime,
    end: datetime,
) -> str:
    change = operations.reschedule(
        booking=Booking.objects.select_related("space__place", "booker").get(pk=booking),
        by=User.objects.get(pk=by),
        now=now,
        space=Space.objects.get(pk=space) if space else None,
        span=period(start, end),
    )
    return change.status


def extend(*, booking: UUID, by: int, now: datetime, until: datetime | None = None) -> str:
    """With `until`, as a button on the page says it; the change itself is the answer then."""
    found = Booking.objects.select_related("space__place", "booker").get(pk=booking)
    person = User.objects.get(pk=by)
    if until is None:
        return operations.extend(booking=found, by=person, now=now).status
    return str(billing.extend(booking=found, by=person, now=now, until=until).pk)


def order_together(
    *, spaces: Sequence[int], start: datetime, end: datetime, by: int, now: datetime
) -> int:
    """What a cart that costs money is before Stripe is asked for a page."""
    settings.STRIPE_SECRET_KEY = "sk_test_ledig"
    found = Space.objects.select_related("place", "organisation").in_bulk(spaces)
    items = [Item(found[pk], period(start, end)) for pk in spaces]
    person = User.objects.get(pk=by)
    return len(hold_and_order(items=items, by=person, now=now))


def order_series(*, space: int, days: Sequence[date], opens: int, by: int, now: datetime) -> int:
    """The same of a series."""
    settings.STRIPE_SECRET_KEY = "sk_test_ledig"
    series, picks = _series(space, days, opens)
    person = User.objects.get(pk=by)
    return len(hold_all(series=series, picks=picks, by=person, now=now, claim=None))


def book_together(
    *, spaces: Sequence[int], start: datetime, end: datetime, by: int, now: datetime
) -> list[UUID]:
    found = Space.objects.select_related("place", "organisation").in_bulk(spaces)
    items = [Item(found[pk], period(start, end)) for pk in spaces]
    booked = billing.book_together(items=items, by=User.objects.get(pk=by), now=now)
    return [booking.pk for booking in booked]


def check_in(*, booking: UUID, by: int, now: datetime) -> str:
    found = Booking.objects.get(pk=booking)
    someone = User.objects.get(pk=by)
    return operations.check_in(booking=found, by=someone, as_owner=False, now=now).status


def release(*, now: datetime) -> str:
    return "released" if operations.release_due(now=now) else "nothing"


def expire(*, now: datetime) -> int:
    return billing.expire_holds(now=now)


def void(*, now: datetime) -> None:
    settling._void_what_nobody_wants(now)


def refund(*, line: int, amount: int, now: datetime) -> UUID:
    return billing.refund(line=OrderLine.objects.get(pk=line), amount=amount, now=now).pk


def give_back(*, booking: UUID, amount: int, left: int, by: int, now: datetime) -> int:
    found, giver = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    told = {"by": giver, "reason": "Kaldt", "now": now}
    return len(billing.give_back_some(booking=found, amount=amount, left=left, **told))


def pay_owners(*, now: datetime) -> int:
    return billing.earn_due(now=now) + billing.send_due(now=now)


def send(*, now: datetime) -> int:
    """What a worker notes once Stripe has made the transfers that were intended."""
    intended = list(Transfer.objects.filter(status=SendStatus.INTENDED))
    for one in intended:
        sending._transfer_came_to(one.pk, SendStatus.SENT, f"tr_{one.pk}", "", now=now)
    return len(intended)


def dispute(*, order: UUID, now: datetime) -> str:
    """The bank asks for all of it back: what a worker does once it has asked Stripe."""
    amount = Order.objects.get(pk=order).amount
    state = DisputeState(
        stripe_id="dp_1",
        order_id=order,
        amount=amount,
        reason="fraudulent",
        status="needs_response",
        answer_by=None,
        opened_at=now,
        movements=(Movement("txn_1", -amount, 15_000),),
    )
    return disputing._apply(order, state, now=now).status


def penalise(*, now: datetime) -> int:
    settings.STRIPE_SECRET_KEY = "sk_test_ledig"  # with none, nothing is charged
    return billing.penalise(now=now)


def issue_invoice(
    *, owner: int, organisation: int, amount: int, now: datetime, fails: bool = False
) -> int:
    """An invoice, and its number. Some fail after they have taken theirs."""
    with transaction.atomic():
        document = billing.issue_invoice(
            owner=Organisation.objects.get(pk=owner),
            organisation=Organisation.objects.get(pk=organisation),
            lines=[sold_line(text={}, amount=Money(amount), vat=Vat.STANDARD_25)],
            due=now.date(),
            now=now,
        )
        if fails:
            raise Refused
    return document.number


def deliver(*, now: datetime, folder: str) -> int:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = folder
    return deliveries.send_due(now=now, limit=200)


def leave(*, organisation: int, user: int, now: datetime) -> str:
    accounts.leave(
        organisation=Organisation.objects.get(pk=organisation),
        user=User.objects.get(pk=user),
        now=now,
    )
    return "left"


def demote(*, member: int, now: datetime) -> str:
    found = Member.objects.select_related("user").get(pk=member)
    accounts.change_role(member=found, role=Role.HOST, by=found.user, now=now)
    return "demoted"


def accept(*, token: str, by: int, now: datetime) -> int:
    return accounts.accept(token=token, by=User.objects.get(pk=by), now=now).pk


# --- Senders that die -------------------------------------------------------------------


def send_and_die(database: str, port: int, now: datetime, dies: str) -> None:
    """Send what is due over SMTP; SIGKILL comes at the step named, and no sooner. Without a
    name the sender lives."""
    connection.settings_dict["NAME"] = database
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    steps: dict[str, tuple[Any, str, bool]] = {
        "while leasing": (Delivery, "save", True),  # its transaction is still open
        "leased": (deliveries, "_send", False),
        "sent": (deliveries, "_settle", False),
        "settled": (deliveries, "_settle", True),
    }
    if dies in steps:
        kill_at(*steps[dies])
    deliveries.send_due(now=now)
    connection.close()


def kill_at(owner: Any, name: str, after: bool) -> None:
    """Let the call of this name be the last thing the process does, or what it comes to."""
    real = getattr(owner, name)

    def last(*args: Any, **kwargs: Any) -> None:
        if after:
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, last)


# --- Those who wait ---------------------------------------------------------------------


def offer_due(now: datetime) -> list[str]:
    return [str(booking.booker_id) for booking in billing.offer_due(now=now)]


def accept_offer(entry: UUID, now: datetime) -> str:
    waiting = Waiting.objects.select_related("person").get(pk=entry)
    return billing.accept(entry=waiting, by=waiting.person, now=now).status


def leave_queue(entry: UUID, now: datetime) -> str:
    billing.leave(entry=Waiting.objects.get(pk=entry), now=now)
    return "left"


def expire_holds(now: datetime) -> int:
    return billing.expire_holds(now=now)


def join_queue(space: int, by: int, start: datetime, end: datetime, now: datetime) -> str:
    entry = operations.join(
        space=Space.objects.get(pk=space),
        span=period(start, end),
        by=User.objects.get(pk=by),
        now=now,
    )
    return str(entry.pk)


def keep_task(*, calendar: int, name: str, now: datetime) -> str:
    try:
        operations.keep_object(
            calendar=OwnCalendar.objects.select_related("user").get(pk=calendar),
            name=name,
            uid="one",
            component=Component.TODO,
            text="BEGIN:VCALENDAR",
            during=None,
            on=Precondition(),
            now=now,
        )
    except UidTaken:
        return "uid taken"
    return "kept"


def make_own_calendar(*, user: int, key: str, now: datetime) -> int:
    made = operations.make_own_calendar(
        user=User.objects.get(pk=user), key=key, components=[Component.TODO], look={}, now=now
    )
    return made.pk
