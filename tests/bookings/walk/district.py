"""The district of the walk: who is there, what time it is, and how an operation is tried."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine

from accounts.errors import Refused
from accounts.models import User
from bookings import availability
from bookings.models import (
    MOVES,
    Actor,
    Attendee,
    Booking,
    Change,
    Closure,
    Delivery,
    Occupancy,
    Series,
    Status,
    Waiting,
)
from spaces.models import Allocation, Quota, Space
from spaces.periods import Period, period, widened
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


class District(RuleBasedStateMachine):
    """A room, three desks, and a hall that is let in halves or whole with time to turn it
    around. Some cost money, some owners want to answer, and to some one has to check in."""

    bookings: Bundle[Booking] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now, self.booked = NOW, 0
        self.booker, self.owner, self.other = make_user(), make_user(), make_user()
        place = make_place()
        room = make_space(place, price=20_000)
        desks = make_space(place, units=3, allocation=Allocation.ANY, release_after=20)
        left = make_space(place, is_instant=False, release_after=20)
        right = make_space(place, is_instant=False, price=30_000)
        halves = [left.units.get(), right.units.get()]
        hall = make_space(place, units=halves, price=50_000, buffer_before=30, buffer_after=30)
        self.spaces = [room, desks, left, right, hall]
        self.units = {
            space.pk: set(space.units.values_list("pk", flat=True)) for space in self.spaces
        }
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

    # --- What was said is what happens ---

    def attempt(
        self, said: str | None, act: Callable[[], Any], status: Status | None = None
    ) -> Any:
        """Act as an operation of its own would: a refusal leaves nothing behind. It answers
        what was `said` beforehand, where that is easily said."""
        before, done, answer = rows(), None, availability.FREE
        try:
            with transaction.atomic():
                done = act()
        except Refused as refusal:
            answer = refusal.code
        if said is not None:
            assert answer == said
        if answer != availability.FREE:
            assert rows() == before
        elif status is not None:
            assert done.status == status
        return done

    def allowed(self, booking: Booking, status: Status, actor: Actor) -> str:
        may = actor in MOVES[Status(booking.status)].get(status, frozenset())
        return availability.FREE if may else "wrong_state"

    # --- Reckoned from the rows, without asking the engine ---

    def units_are_there_for(self, booking: Booking) -> bool:
        space = booking.space
        during = widened(booking.period, space.buffer_before, space.buffer_after)
        rivals = Occupancy.objects.exclude(booking=booking).exclude(held_until__lte=self.now)
        free = space.units.exclude(
            pk__in=rivals.filter(during__overlap=during).values("unit")
        ).count()
        return free >= (booking.quantity if space.is_pool else space.units.count())

    def has_left(self, space: Space, span: Period, by: User) -> bool:
        """Of each quota, reckoned from the bookings one by one."""
        return self.fits(space, span, by, besides=None, now=self.now)

    def has_left_for(self, booking: Booking, now: datetime) -> bool:
        """What comes late, by any clock, is asked again; what is in time has its part."""
        is_late = booking.status == Status.EXPIRED or booking.has_run_out(now + MINUTE)
        return not is_late or self.fits(
            booking.space, booking.period, booking.booker, besides=booking, now=now
        )

    def fits(
        self, space: Space, span: Period, by: User, *, besides: Booking | None, now: datetime
    ) -> bool:
        wanted = {"bookings": 1, "minutes": (span.upper - span.lower) // MINUTE}
        theirs = [one for one in Booking.objects.filter(booker=by) if one != besides]
        return all(
            used(quota, theirs, span.lower, now=now) + wanted[quota.counts] <= quota.amount
            for quota in self.quotas
            if quota.space_id in (None, space.pk)
        )


def used(quota: Quota, theirs: list[Booking], moment: datetime, *, now: datetime) -> int:
    """What these bookings of one person use of it, in its window at that moment."""
    its = [
        booking
        for booking in theirs
        if quota.space_id in (None, booking.space_id)
        and (booking.occupies(now) or booking.status == Status.NO_SHOW)
        and window_start(quota, booking.start) == window_start(quota, moment)
    ]
    if quota.counts == "bookings":
        return len(its)
    return sum((booking.end - booking.start) // MINUTE for booking in its)


def window_start(quota: Quota, moment: datetime) -> date:
    """The day, or the Monday, on the wall clock of the place."""
    day = moment.astimezone(ZoneInfo("Europe/Oslo")).date()
    return day if quota.window == "day" else day - timedelta(days=day.weekday())


def rows() -> list[Any]:
    """All that operations write, as it is now."""
    kept = (Booking, Change, Closure, Occupancy, Delivery, Series, Waiting, Attendee)
    return [list(model.objects.order_by("pk").values()) for model in kept]
