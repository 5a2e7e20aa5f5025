"""Free times of a wanted length. What the oracle does not make often enough stands here."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings import availability
from bookings.availability import Slots
from spaces.models import Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # midnight before Tuesday, in Trondheim
WORKDAY = (9 * 60, 16 * 60)


def at(hour: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


def starts(asked: Slots, **how: Any) -> dict[str, list[float]]:
    """By space name: hours after Monday's midnight."""
    found = availability.free_slots(
        Space.objects.published().by_distance(63.42, 10.39),
        asked,
        **{"now": NOW, "limit": 24, **how},
    )
    names = Space.objects.in_bulk(list(found))
    return {
        names[pk].name: [(span.lower - MONDAY) / timedelta(hours=1) for span in spans]
        for pk, spans in found.items()
    }


def two_hours(**changes: Any) -> Slots:
    whole = period(at(0), at(0, day=3))
    return Slots(**{"window": whole, "minutes": 120, "between": WORKDAY, **changes})


def test_free_slots_are_the_first_of_each_stretch_of_each_day() -> None:
    room = make_space(name="Nidelva", hours=(8 * 60, 20 * 60))
    make_booking(room, start=at(11), end=at(13))
    assert starts(two_hours()) == {"Nidelva": [9, 13, 33]}
    assert starts(two_hours(), each=9) == {"Nidelva": [9, 13, 33, 57]}


def test_free_slots_of_a_pool_have_the_same_desks_to_the_end() -> None:
    """At every moment one of two desks is free, and yet neither for two hours."""
    desks = make_space(name="Loftet", units=2, allocation="any", hours=(9 * 60, 12 * 60))
    for unit, start in zip(desks.units.order_by("pk"), (10, 10.5), strict=True):
        booking = make_booking(desks, start=at(start), status="cancelled")
        booking.occupancies.create(
            place=desks.place, unit=unit, during=period(at(start), at(start + 0.5))
        )
    tuesday = {"window": period(at(0), at(24))}
    assert starts(two_hours(**tuesday)) == {}
    assert starts(two_hours(**tuesday, minutes=90)) == {"Loftet": [9]}
    assert starts(two_hours(**tuesday, minutes=60), quantity=2) == {"Loftet": [9, 11]}


def test_free_slots_without_hours_begin_on_the_day_and_may_pass_midnight() -> None:
    make_space(name="Døgnåpent")
    late = two_hours(window=period(at(23), at(28)), between=None)
    assert starts(late) == {"Døgnåpent": [23, 24]}
    assert starts(two_hours(window=period(at(23), at(28)), between=None, weekdays=[2])) == {
        "Døgnåpent": [23]
    }


def test_free_slots_between_hours_past_midnight_belong_to_the_evening() -> None:
    make_space(name="Verkstedet")
    night = two_hours(between=(22 * 60, 26 * 60), weekdays=[2])
    assert starts(night) == {"Verkstedet": [22]}


def test_free_slots_stop_at_the_limit_in_the_order_of_the_candidates() -> None:
    far = make_place(latitude=63.5)
    make_space(far, name="Langt borte")
    make_space(name="Her")
    assert list(starts(two_hours())) == ["Her", "Langt borte"]
    assert list(starts(two_hours(), limit=1)) == ["Her"]


def test_free_slots_keep_to_length_notice_and_horizon() -> None:
    make_space(name="Kort", max_length=60)
    make_space(name="Lang", min_length=180)
    make_space(name="Varsel", lead_time=2 * 24 * 60)
    make_space(name="Nært", horizon_days=1)
    assert starts(two_hours()) == {"Varsel": [36, 57], "Nært": [9]}
