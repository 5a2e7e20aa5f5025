"""Everything that can happen to bookings, in any order, while the clock moves by itself.

Hypothesis walks through the operations on a small district where spaces share units. What
the engine says beforehand is what the operation does, and after each step the rows of
`Occupancy` are exactly those that the bookings and closures account for.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.errors import Refused
from bookings import availability, operations
from bookings.models import (
    MOVES,
    OPEN,
    Actor,
    Booking,
    Change,
    ChangeStatus,
    Closure,
    Delivery,
    Occupancy,
    Status,
)
from bookings.operations.ending import refund_on_cancel
from spaces.models import Allocation, Quota, Space
from spaces.periods import Period, period, widened
from spaces.prices import Buyer, quote
from tests.factories import NOW, make_place, make_space, make_user

MINUTE = timedelta(minutes=1)
SOON, LATER = NOW + 60 * MINUTE, NOW + timedelta(days=3)

# Few, so that they meet; and far enough ahead that they do while the clock moves.
spans = st.builds(
    lambda day, step, steps: period(day + 30 * MINUTE * step, day + 30 * MINUTE * (step + steps)),
    st.sampled_from([LATER, LATER, LATER, SOON]),
    st.integers(0, 3),
    st.integers(1, 3),
)
Wish = tuple[int, Period, int]  # which space, when, how many
wishes = st.tuples(st.integers(0, 4), spans, st.sampled_from([1, 1, 1, 2, 3, 4]))

# What is likely to come next, and what may be tried at any time.
ANYTHING = (
    "is_paid",
    "is_reserved",
    "is_approved",
    "is_approved_by_a_slow_clock",
    "is_declined",
    "is_cancelled_by_its_booker",
    "is_cancelled_by_the_owner",
    "is_rescheduled",
    "is_extended",
    "is_released",
    "its_change_is_paid",
    "its_change_is_approved",
    "its_change_is_withdrawn",
    "runs_out",
)
LIKELY = {
    Status.HELD: ("is_paid", "is_reserved", "runs_out", "is_cancelled_by_its_booker"),
    Status.REQUESTED: ("is_approved", "is_approved_by_a_slow_clock", "runs_out", "is_declined"),
    Status.CONFIRMED: ("is_rescheduled", "is_extended", "its_change_is_paid", "is_released"),
    Status.EXPIRED: ("is_paid", "is_reserved"),
}


class District(RuleBasedStateMachine):
    """A room, three desks, and a hall that is let in halves or whole with time to turn it
    around. Some cost money, and some owners want to answer."""

    bookings: Bundle[Booking] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now, self.booked = NOW, 0
        self.booker, self.owner = make_user(), make_user()
        place = make_place()
        room = make_space(place, price=20_000)
        desks = make_space(place, units=3, allocation=Allocation.ANY)
        left = make_space(place, is_instant=False)
        right = make_space(place, is_instant=False, price=30_000)
        halves = [left.units.get(), right.units.get()]
        hall = make_space(place, units=halves, price=50_000, buffer_before=30, buffer_after=30)
        self.spaces = [room, desks, left, right, hall]
        # Ten hours a day of all of it, in the room a week's four bookings.
        self.quotas = [
            Quota.objects.create(
                owner=place.organisation, counts="minutes", amount=600, window="day"
            ),
            Quota.objects.create(space=room, counts="bookings", amount=4, window="week"),
        ]
        self.hall = {"left": left, "right": right, "hall": hall}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # --- What may happen. The rules are few: Hypothesis leaves some out of each walk. ---

    @initialize(target=bookings, asked=st.lists(wishes, min_size=3, max_size=5))
    def some_have_booked(self, asked: list[Wish]) -> Any:
        made = [self.books(self.spaces[which], span, many) for which, span, many in asked]
        return multiple(*(booking for booking in made if booking))

    @rule(target=bookings, wish=wishes)
    def somebody_books(self, wish: Wish) -> Any:
        which, span, quantity = wish
        return self.books(self.spaces[which], span, quantity) or multiple()

    @rule(
        target=bookings,
        booking=bookings,
        wanted=st.sampled_from(["", "", "same", "left", "right", "hall"]),
        choice=st.integers(0, 7),
        surprise=st.sampled_from([False, False, False, True]),
    )
    def its_story_goes_on(self, booking: Booking, wanted: str, choice: int, surprise: bool) -> Any:
        """As stories do, most often; and perhaps somebody wants its time just before."""
        rival = None
        if wanted:
            space = self.hall.get(wanted, booking.space)
            rival = self.books(space, booking.period, 1)
        booking.refresh_from_db()
        steps = ANYTHING if surprise else LIKELY.get(Status(booking.status), ANYTHING)
        getattr(self, steps[choice % len(steps)])(booking)
        return rival or multiple()

    @rule(minutes=st.sampled_from([1, 14, 15, 16, 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        if minutes <= 60 or self.booked > 8:  # else most walks are over before they begin
            self.now += MINUTE * minutes

    @rule(wish=wishes, sweep=st.booleans())
    def somebody_looks_after_things(self, wish: Wish, sweep: bool) -> None:
        """The sweeper, or an owner who closes or reopens."""
        which, span, _quantity = wish
        closed = Closure.objects.first()
        if sweep:
            operations.expire_due(now=self.now)
            operations.expire_changes_due(now=self.now)
            operations.finish_due(now=self.now)
            for booking in Booking.objects.all():
                assert not booking.has_run_out(self.now)
                assert booking.status != Status.CONFIRMED or booking.end > self.now
        elif closed:
            operations.reopen(closure=closed)
        else:
            self.closes(self.spaces[which], span)

    # --- Bookers ---

    def books(self, space: Space, span: Period, quantity: int) -> Any:
        said = availability.verdict_on(space, span, now=self.now, quantity=quantity)
        if said == availability.FREE and not self.has_left(space, span):
            said = "quota_used"
        booking = self.attempt(
            said,
            lambda: operations.hold(
                space=space, span=span, by=self.booker, now=self.now, quantity=quantity
            ),
        )
        if booking is None:
            return None
        self.booked += 1
        price = quote(space, span, quantity=quantity, buyer=Buyer())
        expected = Status.HELD if price.total else Status.CONFIRMED
        if not price.total and not space.is_instant:
            expected = Status.REQUESTED
        assert (booking.status, booking.price) == (expected, price.total)
        return booking

    def has_left(self, space: Space, span: Period) -> bool:
        """Of each quota, reckoned from the bookings one by one."""
        return self.fits(space, span, besides=None, now=self.now)

    def has_left_for(self, booking: Booking, now: datetime) -> bool:
        """What comes late, by any clock, is asked again; what is in time has its part."""
        is_late = booking.status == Status.EXPIRED or booking.has_run_out(now + MINUTE)
        return not is_late or self.fits(booking.space, booking.period, besides=booking, now=now)

    def fits(self, space: Space, span: Period, *, besides: Booking | None, now: datetime) -> bool:
        wanted = {"bookings": 1, "minutes": (span.upper - span.lower) // MINUTE}
        return all(
            self.used(quota, span.lower, besides=besides, now=now) + wanted[quota.counts]
            <= quota.amount
            for quota in self.quotas
            if quota.space_id in (None, space.pk)
        )

    def used(
        self, quota: Quota, moment: datetime, *, besides: Booking | None, now: datetime
    ) -> int:
        its = [
            booking
            for booking in Booking.objects.all()
            if quota.space_id in (None, booking.space_id)
            and booking != besides
            and (booking.occupies(now) or booking.status == Status.NO_SHOW)
            and window_start(quota, booking.start) == window_start(quota, moment)
        ]
        if quota.counts == "bookings":
            return len(its)
        return sum((booking.end - booking.start) // MINUTE for booking in its)

    def runs_out(self, booking: Booking) -> None:
        self.now = max(self.now, booking.expires_at or self.now)

    def is_paid(self, booking: Booking) -> None:
        self.settle(booking, operations.confirm, Status.CONFIRMED)

    def is_reserved(self, booking: Booking) -> None:
        self.settle(booking, operations.request, Status.REQUESTED)

    def settle(self, booking: Booking, settled: Callable[..., Booking], status: Status) -> None:
        said = availability.FREE
        if booking.status not in (Status.HELD, Status.EXPIRED):
            said = "wrong_state"
        elif not self.has_left_for(booking, self.now):
            said = "quota_used"
        elif not self.units_are_there_for(booking):
            said = "slot_taken"
        self.attempt(said, lambda: settled(booking=booking, now=self.now), status)

    def units_are_there_for(self, booking: Booking) -> bool:
        space = booking.space
        during = widened(booking.period, space.buffer_before, space.buffer_after)
        rivals = Occupancy.objects.exclude(booking=booking).exclude(held_until__lte=self.now)
        free = space.units.exclude(
            pk__in=rivals.filter(during__overlap=during).values("unit")
        ).count()
        return free >= (booking.quantity if space.is_pool else space.units.count())

    def is_cancelled_by_its_booker(self, booking: Booking) -> None:
        self.cancel(booking, as_owner=False)

    def is_cancelled_by_the_owner(self, booking: Booking) -> None:
        self.cancel(booking, as_owner=True)

    def cancel(self, booking: Booking, *, as_owner: bool) -> None:
        actor = Actor.OWNER if as_owner else Actor.BOOKER
        said = self.allowed(booking, Status.CANCELLED, actor)
        if booking.start <= self.now or booking.has_run_out(self.now):
            said = "wrong_state"
        back = refund_on_cancel(booking, as_owner=as_owner, now=self.now)
        assert 0 <= back.amount <= booking.amount
        self.attempt(
            said,
            lambda: operations.cancel(
                booking=booking,
                by=self.owner if as_owner else self.booker,
                as_owner=as_owner,
                now=self.now,
            ),
            Status.CANCELLED,
        )

    # --- Changes ---

    def is_rescheduled(self, booking: Booking) -> None:
        """To the other half, or an hour later, or so that it is longer or shorter; which of
        them depends on what it is now."""
        hour = 60 * MINUTE
        start, end = booking.start, booking.end
        wishes: list[dict[str, Any]] = [
            {"span": period(start, end + hour)},
            {"span": period(start + hour, end + hour)},
            {"span": period(start, start + 30 * MINUTE)},
            {"space": self.hall["left"] if booking.space != self.hall["left"] else self.spaces[0]},
            {"quantity": 3 if booking.quantity == 1 else 1},
        ]
        wish = wishes[(booking.sequence + self.booked) % len(wishes)]
        self.changes(
            booking,
            lambda: operations.reschedule(booking=booking, by=self.booker, now=self.now, **wish),
        )

    def is_extended(self, booking: Booking) -> None:
        self.changes(
            booking, lambda: operations.extend(booking=booking, by=self.booker, now=self.now)
        )

    def is_released(self, booking: Booking) -> None:
        self.changes(
            booking, lambda: operations.release(booking=booking, by=self.booker, now=self.now)
        )

    def its_change_is_paid(self, booking: Booking) -> None:
        change = booking.changes.exclude(due=0).last()
        if change is not None:
            self.changes(booking, lambda: operations.make_change(change=change, now=self.now))

    def its_change_is_approved(self, booking: Booking) -> None:
        change = booking.changes.filter(status=ChangeStatus.REQUESTED).last()
        if change is not None:
            self.changes(
                booking,
                lambda: operations.approve_change(change=change, by=self.owner, now=self.now),
            )

    def its_change_is_withdrawn(self, booking: Booking) -> None:
        operations.withdraw(booking=booking, by=self.booker, now=self.now)

    def changes(self, booking: Booking, act: Callable[[], Change]) -> None:
        """It is made, or it waits and the booking is as it was; a refusal changes nothing."""
        before, was = rows(), booking.period
        try:
            with transaction.atomic():
                change = act()
        except Refused:
            assert rows() == before
            return
        booking.refresh_from_db()
        if change.status == ChangeStatus.MADE:
            assert (booking.space, booking.period) == (change.space, change.period)
            assert (booking.quantity, booking.amount) == (change.quantity, change.amount)
        else:
            assert booking.period == was
        assert booking.bound <= booking.amount

    # --- Owners ---

    def is_approved(self, booking: Booking) -> None:
        self.approve(booking, self.now)

    def is_approved_by_a_slow_clock(self, booking: Booking) -> None:
        """On a server that is a minute behind the others."""
        self.approve(booking, self.now - MINUTE)

    def approve(self, booking: Booking, now: datetime) -> None:
        said = availability.FREE
        if booking.status != Status.REQUESTED or booking.has_run_out(now):
            said = "wrong_state"
        elif not self.has_left_for(booking, now):
            said = "quota_used"
        elif not self.units_are_there_for(booking):
            said = "slot_taken"
        self.attempt(
            said,
            lambda: operations.approve(booking=booking, by=self.owner, now=now),
            Status.CONFIRMED,
        )

    def is_declined(self, booking: Booking) -> None:
        self.attempt(
            self.allowed(booking, Status.DECLINED, Actor.OWNER),
            lambda: operations.decline(booking=booking, by=self.owner, now=self.now),
            Status.DECLINED,
        )

    def closes(self, space: Space, span: Period) -> None:
        units = list(space.units.values_list("pk", flat=True))
        taken = Occupancy.objects.filter(unit__in=units, during__overlap=span).exclude(
            held_until__lte=self.now
        )
        said = availability.FREE
        if taken.filter(closure=None).exists():
            said = "bookings_in_the_way"
        elif taken.exists():
            said = "already_closed"
        self.attempt(
            said,
            lambda: operations.close(space=space, span=span, by=self.owner, now=self.now),
        )

    # --- What was said is what happens ---

    def attempt(self, said: str, act: Callable[[], Any], status: Status | None = None) -> Any:
        """Act as an operation of its own would: a refusal leaves nothing behind."""
        before, done, answer = rows(), None, availability.FREE
        try:
            with transaction.atomic():
                done = act()
        except Refused as refusal:
            answer = refusal.code
        assert answer == said
        if done is None:
            assert rows() == before
        elif status is not None:
            assert done.status == status
        return done

    def allowed(self, booking: Booking, status: Status, actor: Actor) -> str:
        may = actor in MOVES[Status(booking.status)].get(status, frozenset())
        return availability.FREE if may else "wrong_state"

    # --- What is true after each step ---

    @invariant()
    def no_unit_is_taken_twice(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT one.id, other.id FROM bookings_occupancy AS one
                   JOIN bookings_occupancy AS other ON one.unit_id = other.unit_id
                   AND one.id < other.id AND one.during && other.during"""
            )
            assert cursor.fetchall() == []

    @invariant()
    def rows_are_those_that_are_accounted_for(self) -> None:
        found: dict[Any, list[Occupancy]] = {}
        for row in Occupancy.objects.all():
            found.setdefault(row.booking_id or row.closure_id, []).append(row)
        units = {space.pk: set(space.units.values_list("pk", flat=True)) for space in self.spaces}
        for booking in Booking.objects.select_related("space"):
            its = found.pop(booking.pk, [])
            space = booking.space
            beside = [row for row in its if row.change_id]
            its = [row for row in its if not row.change_id]
            for row in beside:  # what a change holds, until it runs out
                assert row.change is not None
                assert row.held_until == row.change.expires_at
                assert row.change.status in OPEN
            if booking.occupies(self.now):
                needed = booking.quantity if space.is_pool else len(units[space.pk])
                assert len({row.unit_id for row in its}) == len(its) == needed
            else:
                assert not its or booking.has_run_out(self.now)
            during = widened(booking.period, space.buffer_before, space.buffer_after)
            for row in its:
                assert row.unit_id in units[space.pk]
                assert (row.during.lower, row.during.upper) == (during.lower, during.upper)
                assert row.held_until == booking.expires_at
        for closure in Closure.objects.all():
            its = found.pop(closure.pk, [])
            assert {row.unit_id for row in its} == units[closure.space_id]
            assert {row.during for row in its} == {closure.period}
        assert found == {}

    @invariant()
    def no_quota_is_exceeded(self) -> None:
        for quota in self.quotas:
            for booking in Booking.objects.all():
                used = self.used(quota, booking.start, besides=None, now=self.now)
                assert used <= quota.amount

    @invariant()
    def histories_end_where_the_bookings_are(self) -> None:
        for booking in Booking.objects.prefetch_related("events"):
            kinds = [event.kind for event in booking.events.all() if event.kind in Status.values]
            assert kinds[-1] == booking.status

    @invariant()
    def mails_are_about_what_happened(self) -> None:
        for delivery in Delivery.objects.select_related("booking"):
            assert delivery.booking is not None
            assert delivery.version <= delivery.booking.sequence
            assert delivery.booking.events.filter(kind=delivery.kind).exists()


def window_start(quota: Quota, moment: datetime) -> date:
    """The day, or the Monday, on the wall clock of the place."""
    day = moment.astimezone(ZoneInfo("Europe/Oslo")).date()
    return day if quota.window == "day" else day - timedelta(days=day.weekday())


def rows() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Booking, Change, Closure, Occupancy, Delivery)
    ]


@pytest.mark.django_db
def test_nothing_that_can_happen_takes_a_unit_twice() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")
    run_state_machine_as_test(District)
