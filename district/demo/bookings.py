"""Two months of bookings around today, as if they had been made one by one.

Everybody books what is free of charge for them, so nothing has been paid and nobody is
mailed. What ended before today is over; what comes is confirmed, or waits for an answer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Role, User
from bookings.emails import TO_BOOKER
from bookings.models import (
    OCCUPYING,
    Booking,
    BookingEvent,
    Closure,
    Delivery,
    DeliveryState,
    Occupancy,
    Status,
)
from bookings.models import Kind as Event
from district.demo.diary import Diary, Listed, Person
from district.demo.habits import HABITS, Habit
from district.demo.plans import PLANS, Plan
from district.demo.spaces import SPACES
from spaces.models import Space
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer, quote

PAST_DAYS = COMING_DAYS = 30
TRIES = 4  # of finding a free time, before a day counts as full
BATCH = 1000
UNSEEN = (Event.COMPLETED, Event.NO_SHOW)  # no news for a calendar
LOADS = {entry.slug: entry.load for entry in SPACES}


def fill(*, today: date, zone: ZoneInfo) -> None:
    """Write the planned bookings, and everybody else's around them and what is closed."""
    writer = Writer.around(today, zone)
    writer.leave_closed()
    for plan in PLANS:
        writer.book_plan(plan)
    for listed in writer.spaces.values():
        for offset in range(-PAST_DAYS, COMING_DAYS + 1):
            writer.fill_day(listed, offset)
    writer.save()


@dataclass
class Writer:
    today: date
    zone: ZoneInfo
    midnight: datetime  # which began today: what ended before it is over
    spaces: dict[str, Listed]
    people: dict[str, Person]
    diary: Diary = field(default_factory=Diary)
    bookings: list[Booking] = field(default_factory=list)
    events: list[BookingEvent] = field(default_factory=list)
    occupancies: list[Occupancy] = field(default_factory=list)

    @classmethod
    def around(cls, today: date, zone: ZoneInfo) -> "Writer":
        midnight = at_minute(today, 0, zone)
        users = User.objects.order_by("pk").prefetch_related("affiliations", "memberships")
        people = [Person.of(user, Buyer.of(user, midnight)) for user in users]
        spaces = (
            Space.objects.order_by("pk")
            .select_related("place")
            .prefetch_related(
                "units", "opening_hours", "hours_exceptions", "prices", "length_discounts"
            )
        )
        planned = {plan.booker for plan in PLANS}
        others = [
            person
            for person in people
            if person.user.email not in planned or not person.user.has_usable_password()
        ]
        example = period(midnight, midnight + timedelta(hours=1))
        return cls(
            today=today,
            zone=zone,
            midnight=midnight,
            spaces={space.slug: Listed(space, others, example) for space in spaces},
            people={person.user.email: person for person in people},
        )

    # --- What is planned ----------------------------------------------------------------

    def leave_closed(self) -> None:
        """What owners have closed is nobody's to book."""
        for closure in Closure.objects.select_related("space"):
            for listed in self.spaces.values():
                if listed.space == closure.space or (
                    closure.space is None and listed.space.place_id == closure.place_id
                ):
                    self.diary.take(listed.units, closure.period)

    def book_plan(self, plan: Plan) -> None:
        """Book on the first day that has room, looking away from today."""
        listed = self.spaces[plan.space]
        away = 1 if plan.days > 0 else -1
        for offset in range(plan.days, plan.days + 14 * away, away):
            day = self.today + timedelta(days=offset)
            span = listed.span_on(day, plan.hour * 60, plan.minutes)
            units = span and self.diary.free_units(listed, span, plan.quantity)
            if span and units:
                break
        else:
            raise LookupError(f"no room for {plan.title} in {plan.space}")
        person = self.people[plan.booker]
        if plan.is_request:
            status, created = Status.REQUESTED, self.midnight - timedelta(hours=7)
        else:
            over = Status.NO_SHOW if plan.is_missed else Status.COMPLETED
            status = over if span.upper <= self.midnight else Status.CONFIRMED
            created = min(span.lower, self.midnight) - timedelta(days=2, hours=11)
        self.book(
            listed,
            person,
            span,
            units,
            status,
            created,
            plan.title,
            plan.quantity,
            random.Random(f"{plan.space} {plan.days}"),
        )

    def owner_of(self, listed: Listed) -> User:
        return next(
            person.user
            for person in self.people.values()
            for member in person.user.memberships.all()
            if member.organisation_id == listed.space.organisation_id
            and member.role in (Role.OWNER, Role.MANAGER)
        )

    # --- What everybody else does -------------------------------------------------------

    def fill_day(self, listed: Listed, offset: int) -> None:
        """The bookings of one space on one day: by chance, but every time the same."""
        day = self.today + timedelta(days=offset)
        if not listed.open_on(day):
            return
        chance = random.Random(f"{listed.space.slug} {offset}")
        habit = HABITS[listed.space.kind]
        expected = habit.a_day * LOADS[listed.space.slug]
        if listed.is_pool and len(habit.quantities) > 1:
            expected *= len(listed.units)
        if day.isoweekday() > 5:
            expected *= habit.weekend
        if offset > 0:  # further ahead, less is booked yet
            expected *= 1 - 0.5 * offset / COMING_DAYS
        for _ in range(by_chance(expected, chance)):
            self.book_something(listed, day, habit, chance)

    def book_something(
        self, listed: Listed, day: date, habit: Habit, chance: random.Random
    ) -> None:
        for _ in range(TRIES):
            start, minutes, quantity = wish(listed.space, habit, chance)
            span = listed.span_on(day, start, minutes)
            created = span and self.created_before(span, listed.space, chance)
            if span and created and (units := self.diary.free_units(listed, span, quantity)):
                person = self.someone(listed, span, chance)
                status = self.outcome(listed.space, span, chance)
                title = chance.choice(habit.titles)
                self.book(listed, person, span, units, status, created, title, quantity, chance)
                return

    def someone(self, listed: Listed, span: Period, chance: random.Random) -> Person:
        """Somebody for whom the space is free of charge, and who preferably has the time."""
        guests = chance.sample(listed.guests, len(listed.guests))
        return next((one for one in guests if not self.diary.is_busy(one, span)), guests[0])

    def created_before(self, span: Period, space: Space, chance: random.Random) -> datetime | None:
        """When it was booked: in the daytime, rather late than early, and by the rules."""
        earliest = span.lower - timedelta(days=min(space.horizon_days, 45))
        latest = min(span.lower - timedelta(minutes=space.lead_time), self.midnight)
        if latest <= earliest:
            return None
        minutes = int((latest - earliest).total_seconds() / 60 * chance.random() ** 3)
        created = latest - timedelta(minutes=minutes)
        if created.astimezone(self.zone).hour < 7:
            created -= timedelta(hours=9)
        return max(created, earliest)

    def outcome(self, space: Space, span: Period, chance: random.Random) -> Status:
        roll = chance.random()
        if not space.is_instant and roll > 0.92:
            return Status.DECLINED
        if span.upper <= self.midnight:
            if roll < 0.05:
                return Status.CANCELLED
            return Status.NO_SHOW if roll < 0.07 else Status.COMPLETED
        return Status.CANCELLED if roll < 0.03 else Status.CONFIRMED

    # --- Rows ---------------------------------------------------------------------------

    def book(
        self,
        listed: Listed,
        person: Person,
        span: Period,
        units: list[int],
        status: Status,
        created: datetime,
        title: str,
        quantity: int,
        chance: random.Random,
    ) -> None:
        space = listed.space
        price = quote(space, span, quantity=quantity, buyer=person.buyer)
        assert not price.total, f"{space} is not free for {person.user}"
        booking = Booking(
            id=identifier(created, chance),
            place_id=space.place_id,
            space=space,
            booker=person.user,
            organisation_id=person.employer,
            period=span,
            quantity=quantity,
            status=status,
            title=title,
            created_at=created,
            lines=[line.as_json() for line in price.lines],
            amount=price.total.amount,
            currency=price.total.currency,
            cancellation=space.cancellation,
            last_notice=space.last_notice,
        )
        if space.release_after and span.lower > self.midnight + timedelta(days=1):
            # Those of today stand as they are: nobody of the demo's people checks in.
            booking.check_in_by = span.lower + timedelta(minutes=space.release_after)
        if status == Status.REQUESTED:
            answer_by = at_minute(self.today + timedelta(days=2), 18 * 60, self.zone)
            booking.expires_at = min(answer_by, span.lower)
        events = list(self.story(booking, listed, chance))
        booking.changed_at = events[-1].at
        booking.sequence = sum(1 for event in events[1:] if event.kind not in UNSEEN)
        self.bookings.append(booking)
        self.events.extend(events)
        if status in OCCUPYING:
            self.occupy(booking, listed, units)
            self.diary.occupy(person, span)

    def occupy(self, booking: Booking, listed: Listed, units: list[int]) -> None:
        during = listed.during(booking.period)
        self.diary.take(units, during)
        self.occupancies.extend(
            Occupancy(
                place_id=booking.place_id,
                unit_id=unit,
                during=during,
                booking=booking,
                held_until=booking.expires_at,
            )
            for unit in units
        )

    def story(
        self, booking: Booking, listed: Listed, chance: random.Random
    ) -> Iterator[BookingEvent]:
        """What happened to the booking, up to its status."""
        at, booker = booking.created_at, booking.booker
        status = Status(booking.status)
        last = min(booking.start, self.midnight)  # what was decided, was decided by then
        first = Event.CONFIRMED if booking.space.is_instant else Event.REQUESTED
        yield event(booking, first, at, booker)
        if first == Event.REQUESTED and status != Status.REQUESTED:
            at += (last - at) * min(1, chance.random() / 2)
            answer = Event.DECLINED if status == Status.DECLINED else Event.CONFIRMED
            yield event(booking, answer, at, self.owner_of(listed))
        if status == Status.CANCELLED:
            at += (last - at) * chance.uniform(0.2, 0.9)
            yield event(booking, Event.CANCELLED, at, booker, reason="", as_owner=False)
        if status in (Status.COMPLETED, Status.NO_SHOW):
            yield event(booking, Event(status), booking.end, None)

    def save(self) -> None:
        Booking.objects.bulk_create(self.bookings, BATCH)
        self.events.sort(key=lambda one: one.at)
        BookingEvent.objects.bulk_create(self.events, BATCH)
        Occupancy.objects.bulk_create(self.occupancies, BATCH)
        Delivery.objects.bulk_create((sent(one) for one in self.events if is_told(one)), BATCH)


def is_told(happened: BookingEvent) -> bool:
    return happened.kind in TO_BOOKER


def sent(happened: BookingEvent) -> Delivery:
    """The mail that told the booker, long since sent."""
    return Delivery(
        booking=happened.booking,
        version=happened.booking.sequence,
        kind=happened.kind,
        recipient=happened.booking.booker,
        state=DeliveryState.SENT,
        not_before=happened.at,
        attempts=1,
        sent_at=happened.at,
    )


def by_chance(expected: float, chance: random.Random) -> int:
    """A whole number that is `expected` on average."""
    wobbled = expected * chance.uniform(0.5, 1.5)
    return int(wobbled) + (chance.random() < wobbled % 1)


def wish(space: Space, habit: Habit, chance: random.Random) -> tuple[int, int, int]:
    """A start on the space's step, a length within its rules, and how many units."""
    step = space.step
    start = chance.choice(habit.starts) * 60
    if chance.random() < 0.4:
        start += chance.randrange(0, 60, step)
    minutes = min(max(chance.choice(habit.lengths), space.min_length), space.max_length)
    minutes -= minutes % step
    quantity = chance.choice(habit.quantities) if space.is_pool else 1
    return start, max(minutes, space.min_length), quantity


def event(
    booking: Booking, kind: Event, at: datetime, by: User | None, **data: object
) -> BookingEvent:
    return BookingEvent(
        booking=booking, place_id=booking.place_id, kind=kind, at=at, by=by, data=data
    )


def identifier(at: datetime, chance: random.Random) -> UUID:
    """A UUIDv7 that is the same every time."""
    value = int(at.timestamp() * 1000) << 80 | chance.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
