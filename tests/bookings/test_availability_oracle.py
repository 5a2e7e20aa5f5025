"""The availability engine against an oracle that counts on its fingers.

Random small districts around clock changes, midnights and holidays are asked about in SQL
and, five minutes at a time, in plain Python that shares no code with the engine.
`LEDIG_ORACLE=20` asks twenty times as many, `LEDIG_ORACLE_SEED=spring` of other districts.
"""

import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from bookings import availability
from bookings.availability import Slots
from bookings.explaining import Asked, in_the_way
from bookings.explaining import Facts as Known
from bookings.models import Booking, Closure, Occupancy
from bookings.queries.nearest import Pool, nearest_time
from spaces.models import HoursException, Listing, OpeningHours, Place, Season, Space, Unit
from spaces.periods import Period, period
from tests.factories import make_booking, make_place, make_source, make_space, make_user

DISTRICTS = 30 * int(os.environ.get("LEDIG_ORACLE", "1"))  # for each zone and day
SEED = os.environ.get("LEDIG_ORACLE_SEED", "")

SLOT = timedelta(minutes=5)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

DAYS = [
    ("Europe/Oslo", date(2026, 10, 25)),  # an hour twice
    ("Europe/Oslo", date(2027, 3, 28)),  # an hour missing; Easter Sunday too
    ("Europe/Oslo", date(2027, 5, 17)),
    ("Europe/Oslo", date(2026, 12, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("America/Havana", date(2027, 3, 14)),  # midnight is skipped
    ("Australia/Lord_Howe", date(2027, 4, 4)),  # half an hour twice
]

MIDNIGHTS = [
    ("America/Havana", date(2026, 11, 1)),  # comes twice
    ("Atlantic/Azores", date(2026, 10, 25)),  # likewise
    ("Asia/Beirut", date(2027, 3, 28)),  # is skipped
    ("Africa/Cairo", date(2027, 4, 30)),  # likewise
    ("America/Santiago", date(2027, 4, 4)),  # comes an hour late: the one before comes twice
]

HOLIDAYS = {
    *(date(2026, month, day) for month, day in ((12, 25), (12, 26))),
    *(date(2027, month, day) for month, day in ((1, 1), (3, 25), (3, 26), (3, 28), (3, 29))),
    *(date(2027, month, day) for month, day in ((5, 1), (5, 6), (5, 16), (5, 17))),
}


# --- The oracle -------------------------------------------------------------------------


def slot(moment: datetime) -> int:
    """Five minutes are a number."""
    return (moment - EPOCH) // SLOT


def moment(slot: int) -> datetime:
    return EPOCH + slot * SLOT


def slots_of(span: Period) -> range:
    """All that it is any part of."""
    return range(slot(span.lower), slot(span.upper + SLOT - timedelta.resolution))


Day = tuple[int, int]  # a month and a day in it


@dataclass
class Keeper:
    """What a space, or a place, says about its hours."""

    on_holidays: str | None = "closed"  # None: a space that does as its place
    short: tuple[int, int] = (0, 0)
    seasons: list[tuple[Day, Day]] = field(default_factory=list)
    weekly: list[tuple[int | None, int, int, int]] = field(default_factory=list)  # season first
    exceptions: list[tuple[date, int | None, int | None]] = field(default_factory=list)

    def opens_on(
        self, day: date, *, is_alone: bool, place: "Keeper | None" = None
    ) -> list[tuple[int, int]]:
        """`place`: whose space it is."""
        said = [rule for rule in self.exceptions if rule[0] == day]
        if said:
            return [(a, b) for _, a, b in said if a is not None and b is not None]
        if not self.weekly and is_alone:
            return []
        asked = self if self.on_holidays is not None or place is None else place
        leaves_it = not self.weekly and (place is None or asked is place)
        if day in HOLIDAYS and asked.on_holidays != "open" and not leaves_it:
            return [asked.short] if asked.on_holidays == "short" else []
        if not self.weekly:
            return [(0, 1440)]
        season = next((n for n, dates in enumerate(self.seasons) if in_season(day, *dates)), None)
        return [
            (a, b) for when, on, a, b in self.weekly if (when, on) == (season, day.isoweekday())
        ]

    def open_slots(
        self,
        first: int,
        last: int,
        zone: ZoneInfo,
        *,
        is_alone: bool,
        place: "Keeper | None" = None,
    ) -> set[int]:
        opened: set[int] = set()
        day = moment(first).date() - timedelta(days=4)
        while day <= moment(last).date() + timedelta(days=1):
            for opens, closes in self.opens_on(day, is_alone=is_alone, place=place):
                opened.update(range(when(day, opens, zone), when(day, closes, zone)))
            day += timedelta(days=1)
        return opened & set(range(first, last))

    @property
    def says_anything(self) -> bool:
        return bool(self.weekly or self.exceptions)


def in_season(day: date, first: Day, last: Day) -> bool:
    """Walk from the first day, as somebody with a calendar would."""
    at = date(2028, *first)  # a leap year has all days there are
    for _ in range(366):
        if (at.month, at.day) == (day.month, day.day):
            return True
        if (at.month, at.day) == last:
            return False
        at += timedelta(days=1)
        if at.year > 2028:
            at = date(2028, 1, 1)
    return False


@dataclass
class Facts:
    """What is true of one space, in slots."""

    space: Space
    zone: ZoneInfo
    units: list[int]
    own: Keeper
    place: Keeper
    closed: set[int]  # all of the place

    def open_slots(self, first: int, last: int) -> set[int]:
        is_alone = not (self.own.weekly or self.place.weekly)
        opened = []
        if self.own.says_anything or (
            self.place.weekly and self.own.on_holidays in ("closed", "short")
        ):
            slots = self.own.open_slots(first, last, self.zone, is_alone=is_alone, place=self.place)
            opened.append(slots)
        if self.place.says_anything:
            opened.append(self.place.open_slots(first, last, self.zone, is_alone=is_alone))
        return (set.intersection(*opened) if opened else set()) - self.closed

    def is_on_step(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone)
        seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second
        return seconds % (self.space.step * 60) == 0


@lru_cache(maxsize=10_000)
def when(day: date, minute: int, zone: ZoneInfo) -> int:
    """The last slot at which the clock on the wall shows this; where it never does, as long
    after the last slot before as the clock would have needed."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    guess = slot(shown.replace(tzinfo=UTC))
    readings = [
        (at, moment(at).astimezone(zone).replace(tzinfo=None))
        for at in range(guess - 12 * 15, guess + 12 * 15)
    ]
    same = [at for at, reading in readings if reading == shown]
    if same:
        return max(same)
    at, reading = max((at, reading) for at, reading in readings if reading < shown)
    return at + (shown - reading) // SLOT


class Oracle:
    def __init__(self, taken: dict[int, set[int]], now: datetime) -> None:
        self.taken = taken  # by unit: what live rows say
        self.now = now

    def free_units(self, facts: Facts, span: Period) -> list[int]:
        asked = slots_of(span)
        first = asked.start - facts.space.buffer_before // 5
        last = asked.stop + facts.space.buffer_after // 5
        return [unit for unit in facts.units if not self.taken[unit] & set(range(first, last))]

    def verdict(self, facts: Facts, span: Period, quantity: int) -> str:
        space, minutes = facts.space, (span.upper - span.lower) / timedelta(minutes=1)
        needed = quantity if space.is_pool else len(facts.units)
        if space.listing != "published":
            return "not_listed"
        if minutes < space.min_length:
            return "too_short"
        if minutes > space.max_length:
            return "too_long"
        if span.lower < self.now + timedelta(minutes=space.lead_time):
            return "too_soon"
        if span.lower > self.now + timedelta(hours=24 * space.horizon_days):
            return "too_far_ahead"
        if not (facts.is_on_step(span.lower) and facts.is_on_step(span.upper)):
            return "off_step"
        if not 1 <= needed <= len(facts.units):
            return "too_many"
        asked = slots_of(span)
        if not set(asked) <= facts.open_slots(asked.start, asked.stop):
            return "closed"
        if len(self.free_units(facts, span)) < needed:
            return "slot_taken"
        return "free"

    def calendar(
        self, facts: Facts, window: Period, quantity: int
    ) -> tuple[set[int], set[int], set[int]]:
        space, first, last = facts.space, slot(window.lower), slot(window.upper)
        before, after = space.buffer_before // 5, space.buffer_after // 5
        needed = quantity if space.is_pool else len(facts.units)
        opened = facts.open_slots(first, last)
        taken = {
            at
            for at in range(first, last)
            if sum(
                self.taken[unit].isdisjoint(range(at - before, at + after + 1))
                for unit in facts.units
            )
            < max(needed, 1)  # without units nobody is served
        }
        soonest = slot(self.now) + space.lead_time // 5
        latest = slot(self.now) + (space.horizon_days * 24 * 60 + space.max_length) // 5
        return opened, taken, (opened - taken) & set(range(soonest, latest))


# --- Random districts -------------------------------------------------------------------


class District:
    """A room, a pool of three desks, and a hall that is let in halves or whole."""

    def __init__(self, zone: str, day: date) -> None:
        place = make_place(time_zone=zone)
        room = make_space(place, hours="never")
        desks = make_space(place, units=3, allocation="any", hours="never")
        left, right = make_space(place, hours="never"), make_space(place, hours="never")
        halves = [left.units.get(), right.units.get()]
        hall = make_space(place, units=halves, hours="never")
        bare = make_space(place, units=0, hours="never")
        self.spaces = [room, desks, left, right, hall, bare]
        self.zone, self.day = ZoneInfo(zone), day
        self.person = make_user()
        self.booking = make_booking(bare)
        self.closure = Closure.objects.create(
            place=place,
            space=bare,
            period=self.booking.period,
            made_by=self.person,
            created_at=EPOCH,
        )
        self.units = list(Unit.objects.filter(place=place).order_by("pk"))

    def shuffle(self, dice: random.Random) -> tuple[list[Facts], Oracle]:
        midnight = datetime.combine(self.day, time(), UTC)
        now = midnight + SLOT * dice.randrange(-3 * 288, 288)
        place = Keeper() if dice.random() < 0.4 else self._keeper(dice, generous=True)
        self._write(place, self.spaces[0].place)
        self.closed = self._closed(dice)
        facts = [self._rules(space, place, dice) for space in self.spaces]
        taken = {unit.pk: self._occupied(unit, now, dice) for unit in self.units}
        for space in self.spaces:
            self._busy(space, taken, dice)
        return facts, Oracle(taken, now)

    def _rules(self, space: Space, place: Keeper, dice: random.Random) -> Facts:
        lengths = sorted(dice.choices((5, 15, 30, 60, 90, 240, 1440, 2880), k=2))
        rules = {
            "listing": dice.choices(Listing.values, (1, 30, 1, 1))[0],
            "step": dice.choice((5, 5, 15, 15, 30, 60, 90, 50, 12, 8)),
            "min_length": lengths[0],
            "max_length": lengths[1],
            "lead_time": dice.choice((0, 0, 5, 120, 1440)),
            "horizon_days": dice.choice((1, 2, 30, 180)),
            "buffer_before": dice.choice((0, 0, 15, 30)),
            "buffer_after": dice.choice((0, 0, 5, 45)),
        }
        for name, value in rules.items():
            setattr(space, name, value)
        space.save(update_fields=list(rules))
        space.in_force.refresh_from_db()
        own = self._keeper(dice)
        if own.short[0] % 60 == 0:
            own.on_holidays = None
        if place.weekly and dice.random() < 0.3:
            own.weekly = []
        self._write(own, space)
        units = sorted(space.units.values_list("pk", flat=True))
        return Facts(space, self.zone, units, own, place, self.closed)

    def _keeper(self, dice: random.Random, *, generous: bool = False) -> Keeper:
        keeper = Keeper(on_holidays=dice.choice(("closed", "open", "short")))
        opens = dice.randrange(0, 1440, 15)
        keeper.short = (opens, min(2880, opens + dice.choice((60, 480, 1440))))
        for _ in range(dice.choice((0, 0, 1, 2))):
            near = [self.day + timedelta(days=dice.randrange(-200, 200)) for _ in range(2)]
            first, last = ((day.month, day.day) for day in near)
            keeper.seasons.append((first, last))
        for season in (None, *range(len(keeper.seasons))):
            for weekday in range(1, 8):
                if dice.random() < (0.6 if generous else 0.3):
                    keeper.weekly.append((season, weekday, 0, 1440))
                    continue
                for opens in {dice.randrange(0, 1440, 15) for _ in range(dice.randrange(3))}:
                    closes = min(2880, opens + dice.choice((15, 60, 120, 480, 960, 1440, 2880)))
                    keeper.weekly.append((season, weekday, opens, closes))
        for offset in range(-2, 3):
            day = self.day + timedelta(days=offset)
            if dice.random() < 0.15:
                keeper.exceptions.append((day, None, None))
            for opens in {dice.randrange(0, 1440, 15) for _ in range(dice.choice((0, 0, 0, 1, 2)))}:
                keeper.exceptions.append((day, opens, opens + dice.choice((30, 180, 600, 1440))))
        return keeper

    def _write(self, keeper: Keeper, of: Space | Place) -> None:
        of.on_holidays = keeper.on_holidays
        is_short = keeper.on_holidays == "short"
        of.holiday_opens, of.holiday_closes = keeper.short if is_short else (None, None)
        of.save(update_fields=["on_holidays", "holiday_opens", "holiday_closes"])
        whose = {"space" if isinstance(of, Space) else "place": of}
        seasons = [
            Season.objects.create(
                **whose,
                first_month=first[0],
                first_day=first[1],
                last_month=last[0],
                last_day=last[1],
            )
            for first, last in keeper.seasons
        ]
        OpeningHours.objects.bulk_create(
            OpeningHours(
                **whose,
                season=None if season is None else seasons[season],
                weekday=weekday,
                opens=opens,
                closes=closes,
            )
            for season, weekday, opens, closes in keeper.weekly
        )
        HoursException.objects.bulk_create(
            HoursException(**whose, date=day, opens=opens, closes=closes)
            for day, opens, closes in keeper.exceptions
        )

    def _closed(self, dice: random.Random) -> set[int]:
        """Times, overlapping or not, when the whole place is closed."""
        midnight = slot(datetime.combine(self.day, time(), UTC))
        closed: set[int] = set()
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            first = midnight + dice.randrange(-300, 600)
            last = first + dice.choice((12, 48, 288, 600))
            Closure.objects.create(
                place=self.spaces[0].place,
                period=period(moment(first), moment(last)),
                made_by=self.closure.made_by,
                created_at=self.closure.created_at,
            )
            closed.update(range(first, last))
        return closed

    def _occupied(self, unit: Unit, now: datetime, dice: random.Random) -> set[int]:
        """Give the unit rows that do not overlap, and tell what the live ones take."""
        edges = sorted(
            slot(datetime.combine(self.day, time(), UTC)) + dice.randrange(-300, 600)
            for _ in range(dice.choice((0, 2, 4, 6)))
        )
        taken: set[int] = set()
        rows = []
        for first, last in pairwise(edges):
            if first == last or dice.random() < 0.3:
                continue
            held_until = dice.choice((None, None, now - SLOT, now, now + SLOT))
            cause: dict[str, Booking | Closure] = {"booking": self.booking}
            if held_until is None and dice.random() < 0.4:
                cause = {"closure": self.closure}
            rows.append(
                Occupancy(
                    place_id=unit.place_id,
                    unit=unit,
                    during=period(moment(first), moment(last)),
                    held_until=held_until,
                    **cause,
                )
            )
            if held_until is None or held_until > now:
                taken.update(range(first, last))
        Occupancy.objects.bulk_create(rows)
        return taken

    def _busy(self, space: Space, taken: dict[int, set[int]], dice: random.Random) -> None:
        """Outside calendars say what they like: over each other, and over what is booked."""
        units = sorted(space.units.values_list("pk", flat=True))
        for _ in range(dice.choice((0, 0, 1, 2))):
            one = dice.choice((None, *units))
            times = []
            for _ in range(dice.choice((1, 2, 3))):
                first = slot(datetime.combine(self.day, time(), UTC)) + dice.randrange(-300, 600)
                times.append((first, first + dice.choice((1, 6, 12, 40))))
            is_paused = dice.random() < 0.2
            said = [period(moment(first), moment(last)) for first, last in times]
            make_source(
                space, *said, address="", unit_id=one, is_paused=is_paused, added_by=self.person
            )
            for unit in [] if is_paused else units if one is None else [one]:
                taken[unit].update(at for first, last in times for at in range(first, last))

    def spans(self, oracle: Oracle, dice: random.Random) -> Iterable[Period]:
        """Of all lengths, and often with an edge where something begins or ends."""
        middle = slot(datetime.combine(self.day, time(), UTC))
        edges = {at for slots in oracle.taken.values() for at in slots if at - 1 not in slots}
        for _ in range(8):
            start = dice.choice((*edges, *(middle + dice.randrange(-300, 400, 3) for _ in "1234")))
            length = dice.choice((1, 3, 6, 6, 12, 12, 18, 18, 48, 288))
            shift = timedelta(seconds=dice.choice((0, 0, 0, 0, 0, 0, 30, 120, 180)))
            yield period(moment(start) + shift, moment(start + length) + shift)


class LongDistrict(District):
    """Open day and night but for now and then, and let for days."""

    def _rules(self, space: Space, place: Keeper, dice: random.Random) -> Facts:
        facts = super()._rules(space, place, dice)
        space.min_length, space.max_length = 60, dice.choice((3, 5, 14)) * 24 * 60
        space.step, space.horizon_days = dice.choice((5, 15, 60)), 30
        space.save(update_fields=["min_length", "max_length", "step", "horizon_days"])
        space.in_force.refresh_from_db()
        return facts

    def _keeper(self, dice: random.Random, *, generous: bool = False) -> Keeper:
        keeper = Keeper(on_holidays=dice.choice(("open",) * 7 + ("closed",)))
        for weekday in range(1, 8):
            keeper.weekly.append((None, weekday, 0, 1440 if dice.random() < 0.95 else 1080))
        if dice.random() < 0.2:
            day = self.day + timedelta(days=dice.randrange(-2, 4))
            keeper.exceptions.append((day, None, None))
        return keeper

    def _closed(self, dice: random.Random) -> set[int]:
        return super()._closed(dice) if dice.random() < 0.2 else set()

    def spans(self, oracle: Oracle, dice: random.Random) -> Iterable[Period]:
        """Two to five days, by the clock on the wall or by the hour."""
        for _ in range(8):
            first = self.day + timedelta(days=dice.randrange(-3, 2))
            minute = dice.randrange(0, 1440, 15)
            last = first + timedelta(days=dice.randrange(2, 6))
            start = moment(when(first, minute, self.zone))
            ends = dice.choice((minute, dice.randrange(0, 1440, 15)))
            by_the_hour = start + timedelta(hours=24 * dice.randrange(2, 6))
            yield period(start, dice.choice((moment(when(last, ends, self.zone)), by_the_hour)))


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day"), DAYS, ids=[f"{zone}-{day}" for zone, day in DAYS])
def test_the_engine_agrees_with_the_oracle_on_days(zone: str, day: date) -> None:
    """Two to five days around each clock change; and some are free, some not."""
    dice = random.Random(f"days {zone} {day}{SEED}")
    district = LongDistrict(zone, day)
    verdicts = set()
    for number in range(DISTRICTS // 6):
        with transaction.atomic():
            facts, oracle = district.shuffle(dice)
            for span in district.spans(oracle, dice):
                quantity = dice.choice((1, 1, 2, 3))
                agree_on_span(facts, oracle, span, quantity, f"{number}: {span} × {quantity}")
                verdicts |= {oracle.verdict(fact, span, quantity) for fact in facts}
            lower = moment(when(day, dice.randrange(-2880, 0, 30), district.zone))
            asked = Slots(period(lower, lower + timedelta(days=4)), 2880, (480, 1080))
            agree_on_days(facts, oracle, asked)
            transaction.set_rollback(True)
    assert {"free", "slot_taken", "closed"} <= verdicts


def agree_on_days(facts: list[Facts], oracle: Oracle, asked: Slots) -> None:
    """What lasts days begins and ends between the hours, and can be booked; where something
    of a day can be had, its first is offered."""
    known = Space.objects.published().by_distance(63.42, 10.39)
    offered = availability.free_slots(known, asked, now=oracle.now, each=99, limit=99)
    assert asked.between is not None
    opens, closes = asked.between
    for fact in facts:
        found = offered.get(fact.space.pk, ())
        days: dict[date, datetime] = {}
        for span in found:
            first, last = (one.astimezone(fact.zone) for one in (span.lower, span.upper))
            assert opens <= first.hour * 60 + first.minute, f"{span} of {fact}"
            assert last.hour * 60 + last.minute <= closes, f"{span} of {fact}"
            assert oracle.verdict(fact, span, 1) == "free", f"{span} of {fact}"
            days.setdefault(first.date(), span.lower)
        for day in (asked.window.lower.astimezone(fact.zone).date() + timedelta(n) for n in (1, 2)):
            start = moment(when(day, opens, fact.zone))
            span = period(start, start + timedelta(minutes=asked.minutes))
            if span.upper <= asked.window.upper and fact.space.listing == "published":
                is_free = oracle.verdict(fact, span, 1) == "free"
                assert (days.get(day) == start) == is_free, f"{span} of {fact} now {oracle.now}"


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day"), DAYS, ids=[f"{zone}-{day}" for zone, day in DAYS])
def test_the_engine_agrees_with_the_oracle(zone: str, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")
    dice = random.Random(f"{zone} {day}{SEED}")
    district = District(zone, day)
    for number in range(DISTRICTS):
        with transaction.atomic():
            facts, oracle = district.shuffle(dice)
            for span in district.spans(oracle, dice):
                quantity = dice.choice((0, 1, 1, 1, 2, 3, 4))
                agree_on_span(facts, oracle, span, quantity, f"{number}: {span} × {quantity}")
                agree_on_offers(facts, oracle, span)
            others = random.Random(f"{number} {zone} {day}{SEED}")
            agree_on_many(facts, oracle, list(district.spans(oracle, others)), number % 3)
            lower = moment(slot(datetime.combine(day, time(), UTC)) + dice.randrange(-288, 288))
            window = period(lower, lower + dice.choice((SLOT * 7, timedelta(hours=30))))
            agree_on_window(facts, oracle, window, dice.choice((1, 2, 3, 4)))
            agree_on_slots(facts, oracle, wanted_slots(window, dice), dice.choice((1, 1, 2, 3)))
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day"), MIDNIGHTS, ids=[f"{zone}-{day}" for zone, day in MIDNIGHTS]
)
def test_the_engine_agrees_with_the_oracle_at_midnight(zone: str, day: date) -> None:
    """Where a day begins when the clocks change over its midnight, open all night."""
    dice = random.Random(f"midnight {zone} {day}{SEED}")
    district = LongDistrict(zone, day)
    midnight = moment(when(day, 0, district.zone))
    for _ in range(DISTRICTS // 10):
        with transaction.atomic():
            facts, oracle = district.shuffle(dice)
            lower = midnight - timedelta(minutes=dice.randrange(0, 600, 15))
            window = period(lower, lower + timedelta(hours=14))
            for weekdays in (range(1, 8), [day.isoweekday()], [day.isoweekday() % 7 + 1]):
                asked = Slots(window, dice.choice((60, 90, 240)), None, weekdays)
                agree_on_slots(facts, oracle, asked, 1)
            transaction.set_rollback(True)


def agree_on_span(
    facts: list[Facts], oracle: Oracle, span: Period, quantity: int, about: str
) -> None:
    asked = availability.verdict(span, now=oracle.now, quantity=quantity)
    answers = dict(Space.objects.annotate(verdict=asked).values_list("pk", "verdict"))
    for fact in facts:
        expected = oracle.verdict(fact, span, quantity)
        assert answers[fact.space.pk] == expected, f"{about} at {fact} now {oracle.now}"
    known = Known(facts[0].space, [span], now=oracle.now)
    wish = Asked(facts[0].space, span, oracle.now, known, quantity)
    told = {reason.code for reason in in_the_way(wish)}
    expected = answers[facts[0].space.pk]
    if expected == availability.FREE:
        assert not told, f"{about} at {facts[0]} now {oracle.now}"
    elif quantity:
        assert expected in told, f"{about} at {facts[0]} now {oracle.now}"
    found = availability.first_free(
        Space.objects.by_distance(63.42, 10.39), span, now=oracle.now, quantity=quantity, limit=99
    )
    assert set(found) == {pk for pk, answer in answers.items() if answer == availability.FREE}
    for fact in facts:
        before = timedelta(minutes=fact.space.buffer_before)
        after = timedelta(minutes=fact.space.buffer_after)
        if not span.lower.second:
            units = availability.free_units(
                fact.space,
                period(span.lower - before, span.upper + after),
                quantity=9,
                now=oracle.now,
            )
            assert units == oracle.free_units(fact, span), about


def agree_on_many(facts: list[Facts], oracle: Oracle, spans: list[Period], quantity: int) -> None:
    """Several times in one question, one of which there is not in that zone."""
    zone = str(facts[0].zone)
    found = availability.free_of_each(
        Space.objects.by_distance(63.42, 10.39),
        {zone: [*spans[:2], None, *spans[2:]], "Pacific/Apia": spans},
        now=oracle.now,
        quantity=quantity,
        most=99,
    )
    for fact in facts:
        expected = [
            number + (number > 1)
            for number, span in enumerate(spans)
            if oracle.verdict(fact, span, quantity) == "free"
        ]
        assert found.get(fact.space.pk, []) == expected, f"{spans} of {fact} now {oracle.now}"


def agree_on_window(facts: list[Facts], oracle: Oracle, window: Period, quantity: int) -> None:
    spaces = [fact.space.pk for fact in facts]
    answers = availability.calendars(spaces, window, now=oracle.now, quantity=quantity)
    for fact in facts:
        answer = answers[fact.space.pk]
        expected = oracle.calendar(fact, window, quantity)
        for name, slots in zip(("open", "taken", "free"), expected, strict=True):
            ranges: tuple[Period, ...] = getattr(answer, name)
            assert all(one.upper < other.lower for one, other in pairwise(ranges))
            found = {at for span in ranges for at in range(slot(span.lower), slot(span.upper))}
            assert found == slots, f"{name} of {fact} in {window} × {quantity}"


def agree_on_offers(facts: list[Facts], oracle: Oracle, span: Period) -> None:
    """The nearest other time that a page offers can be booked."""
    window = period(span.lower - timedelta(days=1), span.lower + timedelta(days=1))
    listed = [fact for fact in facts if fact.space.listing == "published"]
    spaces = [fact.space.pk for fact in listed]
    pools = [fact.space.pk for fact in listed if fact.space.is_pool]
    for quantity in (1, 2):
        found = availability.calendars(spaces, window, now=oracle.now, quantity=quantity)
        units = availability.taken_by_unit(pools, window, now=oracle.now)
        for fact in listed:
            pool = Pool(units[fact.space.pk], quantity) if fact.space.is_pool else None
            if quantity > 1 and pool is None:
                continue
            offer = nearest_time(found[fact.space.pk], span, fact.space, now=oracle.now, pool=pool)
            if offer is not None:
                verdict = oracle.verdict(fact, offer, quantity)
                assert verdict == "free", f"{offer} of {fact} × {quantity}"


def wanted_slots(window: Period, dice: random.Random) -> Slots:
    opens = dice.randrange(0, 1440, 30)
    between = dice.choice((None, None, (opens, opens + dice.choice((120, 480, 1440)))))
    weekdays = dice.sample(range(1, 8), dice.choice((2, 5, 7, 7)))
    return Slots(window, dice.choice((15, 30, 60, 90, 240)), between, weekdays)


def agree_on_slots(facts: list[Facts], oracle: Oracle, asked: Slots, quantity: int) -> None:
    """On each day where there is something, the first of it is offered, and nothing that
    cannot be booked."""
    offered = availability.free_slots(
        Space.objects.published().by_distance(63.42, 10.39),
        asked,
        now=oracle.now,
        quantity=quantity,
        each=99,
        limit=99,
    )
    for fact in facts:
        about = f"{asked} × {quantity} at {fact} now {oracle.now}"
        found = offered.get(fact.space.pk, ())
        assert all(oracle.verdict(fact, span, quantity) == "free" for span in found), about
        assert {span.lower for span in found} >= set(first_slots(fact, oracle, asked, quantity)), (
            about
        )
        assert all(day_of(fact, asked, span.lower) is not None for span in found), about


def first_slots(fact: Facts, oracle: Oracle, asked: Slots, quantity: int) -> Iterable[datetime]:
    """The first start of each wanted day, found by trying all."""
    length = timedelta(minutes=asked.minutes)
    firsts: dict[date, datetime] = {}
    tick = SLOT if fact.space.step % 5 == 0 else timedelta(minutes=1)
    for n in range((asked.window.upper - asked.window.lower) // tick):
        start = asked.window.lower + n * tick
        day = day_of(fact, asked, start)
        if start < asked.window.lower or start + length > asked.window.upper:
            continue
        if day is None or day in firsts:
            continue
        if not (is_named(start, fact.zone) and is_named(start + length, fact.zone)):
            continue
        if oracle.verdict(fact, period(start, start + length), quantity) == "free":
            firsts[day] = start
    return firsts.values()


def is_named(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether an address that says what the clock shows means that moment."""
    wall = moment.astimezone(zone)
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)) == moment


def day_of(fact: Facts, asked: Slots, start: datetime) -> date | None:
    """The wanted day that a slot from this start on would belong to."""
    end = start + timedelta(minutes=asked.minutes)
    today = start.astimezone(fact.zone).date()
    if asked.between is None:
        is_wanted = today.isoweekday() in asked.weekdays
        return today if is_wanted else None
    for day in (today, today - timedelta(days=1)):
        opens, closes = (moment(when(day, minute, fact.zone)) for minute in asked.between)
        if day.isoweekday() in asked.weekdays and opens <= start and end <= closes:
            return day
    return None
