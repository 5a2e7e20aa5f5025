"""A district in which a bit of everything has happened, and all is well."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import CreditAgreement, User
from billing import operations as billing
from billing.models import Order
from billing.operations import book, earn_due, invoice_month, refund, send_due
from billing.operations.depositing import reservation_of
from bookings import operations
from bookings.means import Means
from bookings.models import Booking, Campaign, Change, ChangeStatus, PassType, Series
from bookings.occurrences import occurrences
from bookings.operations import Pick, cancel, close, ending, give_pass
from bookings.operations.holding import HOLD
from bookings.operations.shapes import Shape
from bookings.recurrence import rrule_for
from spaces.models import Allocation, Place, Space
from spaces.periods import Period, period
from tests.billing.conftest import work
from tests.billing.owners import make_ready, send_all
from tests.billing.test_cards import save, stripe_api
from tests.factories import (
    make_add_on,
    make_member,
    make_organisation,
    make_place,
    make_source,
    make_space,
    make_user,
)
from tools.stripe_standin import StandIn

# What is pending is checked while all is well; then neither triggers nor foreign keys are.
UNHELD = "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica"

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def unseen_of(
    breaches: Iterable[tuple[str, Callable[[Any], None]]],
    cast: Any,
    broken: Callable[[str], set[str]],
) -> list[str]:
    """The breaches that are not found, each made by itself of one and the same cast."""
    unseen = []
    for promise, breach in breaches:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UNHELD)
            breach(cast)
            if promise not in broken(promise):
                unseen.append(breach.__name__)
            transaction.set_rollback(True)
    return unseen


def make_district(standin: StandIn) -> dict[str, Any]:
    """As operations leave it, also while something waits."""
    now = timezone.now()
    place = make_place()
    room, desks = make_space(place), make_space(place, units=3, allocation="any")
    add_on = make_add_on(place, [room], count=2)
    start = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    by, owner = make_user(), make_member(place.organisation)
    told: dict[str, Any] = {"by": by, "now": now}
    booking = book(space=room, span=period(start, start + HOUR), add_ons={add_on: 2}, **told)
    book(space=desks, span=period(start, start + HOUR), quantity=2, **told)
    ended = book(space=room, span=period(start + HOUR, start + 2 * HOUR), **told)
    cancel(booking=ended, as_owner=False, **told)
    close(space=room, span=period(start + 5 * HOUR, start + 6 * HOUR), by=owner, now=now)
    make_source(room, period(start + 9 * HOUR, start + 10 * HOUR), now=now)
    lab = make_space(place, price=50_000)
    Campaign.objects.create(
        owner=place.organisation, name="Lab", code="LAB10", percent=10, first_day=now.date()
    )
    paid = book(space=lab, span=period(start, start + HOUR), means=Means("LAB10"), **told)
    order = Order.objects.get(agreement=None)
    standin.pay(order.session_id)
    ours = make_organisation()
    hours = PassType.objects.create(
        owner=place.organisation, name="Ti timer", counts="minutes", amount=600, price=100
    )
    give_pass(pass_type=hours, organisation=ours, now=now)
    member = make_member(ours)
    span = period(start + 7 * HOUR, start + 8 * HOUR)
    book(space=lab, span=span, by=member, now=now, organisation=ours)
    CreditAgreement.objects.create(
        owner=place.organisation,
        customer=ours,
        status="agreed",
        limit=500_000,
        invoice_email="faktura@example.org",
        asked_by=member,
        asked_at=now,
    )
    span = period(start + 9 * HOUR, start + 10 * HOUR)
    means = Means(passes="none")
    told = {"by": member, "now": now, "organisation": ours, "means": means}
    book(space=lab, span=span, on_account=True, **told)
    invoice_month(now=now + timedelta(days=40))
    work(standin)
    send_and_fetch_back(order, start + HOUR)
    asked = change_bookings(place, period(start, start + HOUR), by, now)
    move_a_series(make_space(place), start + DAY, by, now)
    offer_to_who_waits(make_space(place), period(start, start + HOUR), by, now)
    claim_in_vain(standin, place, start, now)
    return {
        "asked": asked,
        "booking": booking,
        "ended": ended,
        "paid": paid,
        "order": order,
        "now": now,
        "place": place,
        "by": by,
    }


def send_and_fetch_back(order: Order, over: datetime) -> None:
    """The stay is earned and sent, and half of it given back afterwards."""
    make_ready(order.lines.get().owner)
    ending._finish(order.lines.get().booked, over)
    earn_due(now=over)
    send_due(now=over)
    send_all(over)
    refund(line=order.lines.get(), amount=25_000, now=over)
    send_all(over)


def change_bookings(place: Place, span: Period, by: User, now: datetime) -> Change:
    """Some changes were made, some came to nothing, and two wait; the one that is returned is
    for more desks, and a longer time, than its booking has."""
    desks = make_space(place, units=12, allocation=Allocation.ANY, capacity=12)
    dear = make_space(place, price=50_000)
    add_on = make_add_on(place, [desks], count=2)
    told: dict[str, Any] = {"by": by, "now": now}

    def booked() -> Booking:
        return book(space=desks, span=span, add_ons={add_on: 1}, **told)

    def changed(booking: Booking, **wish: Any) -> Change:
        return billing.reschedule(booking=Booking.objects.get(pk=booking.pk), **wish, **told)

    made, to_pay = booked(), book(space=desks, span=span, **told)
    changed(made, quantity=2)
    changed(made, span=period(span.lower, span.upper + HOUR))
    for is_withdrawn in (True, False):
        assert changed(to_pay, space=dear).status == ChangeStatus.HELD
        if is_withdrawn:
            billing.withdraw(booking=to_pay, **told)
        else:
            billing.expire_holds(now=now + HOLD)
    changed(to_pay, space=dear)
    declined, waiting = book(space=desks, span=span, **told), booked()
    Space.objects.filter(pk=desks.pk).update(is_instant=False)
    longer = period(span.lower, span.upper + HOUR)
    ends, waits = (changed(one, quantity=3, span=longer) for one in (declined, waiting))
    operations.end_change(change=ends, why="declined", by=make_member(place.organisation), now=now)
    assert waits.status == ChangeStatus.REQUESTED
    return waits


def move_a_series(space: Space, start: datetime, by: User, now: datetime) -> Series:
    """To another time of day, and what comes from its third day on to yet another."""
    first = start.astimezone(space.place.zone)
    opens = first.hour * 60
    series = Series(
        space=space,
        place_id=space.place_id,
        rrule=rrule_for("weekly", first.date(), count=4),
        starts_on=first.date(),
        opens=opens,
        closes=opens + 60,
        time_zone=space.place.time_zone,
    )
    picks = [Pick(one.day, space, one.span) for one in occurrences(series) if one.span]
    series = billing.book_series(series=series, picks=picks, by=by, now=now)
    for minutes, day in ((60, None), (120, first.date() + 2 * WEEK)):
        series = billing.move_series(
            series=series,
            to=Shape(opens + minutes, opens + minutes + 60),
            first=day,
            by=by,
            now=now + timedelta(minutes=minutes),
        )
    return series


def offer_to_who_waits(space: Space, span: Period, by: User, now: datetime) -> None:
    """One has an offer, and another waits on."""
    taken = book(space=space, span=span, by=by, now=now)
    for seconds in (1, 2):
        at = now + timedelta(seconds=seconds)
        operations.join(space=space, span=span, by=make_user(), now=at)
    cancel(booking=taken, as_owner=False, by=by, now=now)
    assert len(billing.offer_due(now=now + timedelta(seconds=3))) == 1


def claim_in_vain(standin: StandIn, place: Place, start: datetime, now: datetime) -> Booking:
    """The bank has let go of a deposit, and the owner claims something of it."""
    space, student = make_space(place, deposit=100_000), make_user()
    save(standin, student, now)
    booking = book(space=space, span=period(start, start + HOUR), by=student, now=now)
    Booking.objects.filter(pk=booking.pk).update(deposit=100_000)
    billing.tend_deposits(now=now)
    work(standin)
    order = reservation_of(booking)
    assert order is not None
    stripe_api(standin).v1.payment_intents.cancel(order.intent_id)
    owner = make_member(place.organisation)
    billing.claim_deposit(booking=booking, amount=1_000, reason="Knust", by=owner, now=now)
    work(standin)
    return booking
