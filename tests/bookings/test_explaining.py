"""Why a time cannot be booked: every reason, with what would help."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from bookings import operations
from bookings.explaining import why_not
from bookings.models import ChangeStatus, Occupancy, Status
from bookings.queries.obtaining import Asker
from bookings.queries.otherwise import next_free
from spaces.models import (
    AccessRule,
    Allocation,
    HoursException,
    Listing,
    OrganisationRules,
    Quota,
    Rulebook,
    Space,
    Unit,
)
from spaces.periods import period
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_place,
    make_source,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOMORROW = NOW + timedelta(days=1)  # Tuesday 12:00 in Oslo


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def told(space: Space, start=TOMORROW, end=None, user=None, **asked: Any) -> list[str]:
    space = Space.objects.get(pk=space.pk)
    span = period(start, end or start + 2 * HOUR)
    found = why_not(space, span, user=user, now=NOW, **asked)
    return [reason.sentence.replace("\u202f", " ") for reason in found]


def test_nothing_when_it_can_be_booked() -> None:
    assert told(make_space()) == []


def test_all_reasons_and_not_only_the_first() -> None:
    space = make_space(min_length=180, lead_time=48 * 60, capacity=4)
    make_booking(space, TOMORROW, TOMORROW + HOUR)
    assert told(space, people=9) == [
        "It is booked for 3 hours at least.",
        "It has to be booked 2 days before.",
        "It holds 4 people.",
        "It is booked from 12:00 to 13:00.",
    ]


def test_who_says_so_when_it_is_not_the_space() -> None:
    space = make_space(max_length=600)
    OrganisationRules.objects.create(organisation=space.organisation, max_length=90)
    assert told(space) == [f"It is booked for 1 hour 30 min at most. ({space.organisation.name})"]
    Rulebook.objects.create(version=1, published_at=NOW, max_length=60)
    assert told(space) == ["It is booked for 1 hour at most. (The district’s rulebook)"]


def test_when_it_opens_for_booking_and_what_has_passed() -> None:
    space = make_space(horizon_days=7)
    start = NOW + timedelta(days=10)
    assert told(space, start) == ["That can be booked from Thursday 26 November on."]
    assert told(space, NOW - HOUR)[0] == "That time has passed."


def test_the_hours_of_that_day() -> None:
    space = make_space(step=15)
    day = TOMORROW.date()
    HoursException.objects.create(space=space, date=day, opens=8 * 60, closes=12 * 60)
    assert told(space) == ["On Tuesday 24 November it is open 08:00–12:00."]
    HoursException.objects.update(opens=None, closes=None)
    assert told(space) == ["It is closed all of Tuesday 24 November."]


def test_tidying_after_a_booking_of_what_it_is_part_of() -> None:
    place = make_place()
    hall = make_space(place, name="Hall A+B", units=0, buffer_after=30)
    half = make_space(place, name="Hall A", units=0)
    unit = Unit.objects.create(place=place, name="A")
    for space in (hall, half):
        space.units.add(unit)
    make_booking(hall, TOMORROW - HOUR, TOMORROW)
    sentence = "It is being tidied until 12:30, after a booking of Hall A+B."
    assert told(half) == [sentence]

    make_booking(hall, TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    assert told(half)[1] == "Hall A+B, which shares it, is booked from 13:00 to 14:00."


def test_the_next_booking_wants_it_empty() -> None:
    space = make_space(buffer_after=15)
    make_booking(space, TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)
    assert told(space) == ["It has to be empty from 13:45, before the next booking."]


def test_what_a_booking_is_to_become_is_told_at_its_own_time() -> None:
    """It stands 09:00 to 11:00, and waits to become 12:00 to 14:00."""
    space = make_space()
    booking = make_booking(space, TOMORROW - 3 * HOUR, TOMORROW - HOUR)
    span, until = period(TOMORROW, TOMORROW + 2 * HOUR), NOW + 30 * MINUTE
    change = booking.changes.create(
        place=space.place,
        space=space,
        period=span,
        quantity=1,
        status=ChangeStatus.HELD,
        by=booking.booker,
        created_at=NOW,
        expires_at=until,
        sequence=booking.sequence,
    )
    booking.occupancies.create(
        place=space.place, unit=space.units.get(), during=span, change=change, held_until=until
    )
    held = "It is held from 12:00 to 14:00; by Mon 23 Nov 12:30 it is booked or free."
    assert told(space) == [held]
    assert told(space, TOMORROW - 2 * HOUR, TOMORROW + HOUR) == [
        "It is booked from 09:00 to 11:00.",
        held,
    ]


def test_when_enough_desks_are_given_back() -> None:
    desks = make_space(units=3, allocation=Allocation.ANY, buffer_before=15)
    for unit, hours in zip(desks.units.order_by("pk"), (1, 2, 3), strict=True):
        booking = make_booking(desks, status=Status.CANCELLED)
        taken = period(TOMORROW, TOMORROW + hours * HOUR)
        booking.occupancies.create(place=desks.place, unit=unit, during=taken)

    def until(quantity: int) -> datetime | None:
        span = period(TOMORROW, TOMORROW + 2 * HOUR)
        reasons = why_not(desks, span, user=None, now=NOW, quantity=quantity)
        return reasons[0].until

    assert until(1) == TOMORROW + HOUR + 15 * MINUTE
    assert until(2) == TOMORROW + 2 * HOUR + 15 * MINUTE
    assert until(4) is None


def test_closures_and_holds_that_have_run_out() -> None:
    space = make_space()
    span = period(TOMORROW, TOMORROW + HOUR)
    closure = operations.close(space=space, span=span, by=make_user(), now=NOW, reason="Maling")
    assert told(space) == ["It is closed from 12:00 to 13:00."]
    operations.reopen(closure=closure)
    make_booking(space, TOMORROW, status=Status.HELD, expires_at=NOW - MINUTE)
    assert told(space) == []


def test_busy_in_another_calendar_is_told_by_name_to_those_who_run_the_space() -> None:
    space = make_space(buffer_after=30)
    owner, other = make_member(space.organisation), make_member(make_space().organisation)
    busy = period(TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    make_source(space, busy, name="Outlook")

    for user in (None, make_user(), other):
        assert told(space, user=user) == ["It is taken from 13:00 to 14:00."]
    assert told(space, user=owner) == [
        "It is busy from 13:00 to 14:00 in another calendar (Outlook, read Mon 23 Nov 12:00)."
    ]
    assert told(space, TOMORROW, TOMORROW + HOUR) == ["It is taken from 13:00 to 14:00."]


def test_a_meeting_that_is_in_another_calendar_too_is_told_once() -> None:
    space = make_space()
    make_booking(space, TOMORROW, TOMORROW + HOUR)
    make_source(space, period(TOMORROW, TOMORROW + HOUR))
    make_source(space, period(TOMORROW, TOMORROW + 2 * HOUR))

    told_once = ["It is booked from 12:00 to 13:00.", "It is taken from 12:00 to 14:00."]
    assert told(space) == told_once
    assert len(told(space, user=make_member(space.organisation))) == 3


def test_who_asks_is_told_that_it_is_theirs() -> None:
    space = make_space()
    booker = make_user()
    held = make_booking(space, TOMORROW, by=booker, status=Status.HELD, expires_at=NOW + HOUR)

    assert told(space, user=booker) == ["You have it yourself from 12:00 to 14:00."]
    assert told(space, user=make_user()) == [
        "It is held from 12:00 to 14:00; by Mon 23 Nov 13:00 it is booked or free."
    ]
    with time_machine.travel(NOW, tick=False):
        client = Client()
        client.force_login(booker)
        at = {"date": "2026-11-24", "from": "12:00", "to": "14:00"}
        page = client.get(space.get_absolute_url(), at)
    assert f'<a href="{held.get_absolute_url()}">Betal det</a>' in page.content.decode()


def test_desks_that_are_busy_elsewhere_are_not_left() -> None:
    desks = make_space(units=3, allocation=Allocation.ANY)
    make_source(desks, period(TOMORROW, TOMORROW + HOUR), unit=desks.units.first(), address="")

    assert told(desks, quantity=3) == ["2 are left for the whole of that time."]


def test_how_many_desks_are_left() -> None:
    desks = make_space(units=4, allocation=Allocation.ANY, capacity=4)
    make_booking(desks, TOMORROW, quantity=1)
    left = 4 - Occupancy.objects.count()
    assert told(desks, quantity=4) == [f"{left} are left for the whole of that time."]
    assert "There are 4 here." in told(desks, quantity=9)


def test_what_the_person_may() -> None:
    space = make_space()
    AccessRule.objects.create(space=space, affiliation="student")
    Quota.objects.create(space=space, counts="minutes", amount=60, window="week", whose="person")
    reasons = told(space, user=make_user())
    assert reasons[0].startswith("Only for: ")
    assert reasons[1].startswith("The quota is ")
    assert told(space) == []  # a stranger is asked to sign in first


def test_a_draft_and_a_space_without_a_price() -> None:
    space = make_space(listing=Listing.DRAFT)
    assert told(space) == ["This space cannot be booked now."]
    Space.objects.update(listing=Listing.PUBLISHED)
    space.prices.all().delete()
    assert told(space) == ["This space has no price for you."]


def why(space: Space, start: datetime, end: datetime, **asked: Any) -> dict[str, Any]:
    query = {"from": start.isoformat(), "to": end.isoformat(), **asked}
    with time_machine.travel(NOW, tick=False):
        answer = Client().get(f"/api/v1/spaces/{space.pk}/why/", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_the_api_says_why_until_when_and_what_else() -> None:
    space = make_space(buffer_after=30, step=15, price=10000, capacity=6)
    make_booking(space, TOMORROW, TOMORROW + HOUR)
    make_space(space.place, name="For liten", capacity=2)
    make_space(space.place, name="Lab", kind="lab")
    other = make_space(space.place, name="Ved siden av", price=20000)
    told = why(space, TOMORROW, TOMORROW + 2 * HOUR, people=6)
    assert told == {
        "bookable": False,
        "reasons": [
            {
                "code": "slot_taken",
                "message": "It is booked from 12:00 to 13:00.",
                "until": "2026-11-24T13:30:00+01:00",
            }
        ],
        "next_free": {"start": "2026-11-24T13:30:00+01:00", "end": "2026-11-24T15:30:00+01:00"},
        "alternatives": [
            {
                "space": other.pk,
                "name": "Ved siden av",
                "start": "2026-11-24T12:00:00+01:00",
                "end": "2026-11-24T14:00:00+01:00",
                "quantity": 1,
                "people": 6,
                "price": {"amount": 40000, "currency": "NOK"},
                "walk_minutes": 1,
            }
        ],
    }


def test_the_api_says_when_it_opens_again() -> None:
    space = make_space(hours=(8 * 60, 12 * 60))
    told = why(space, TOMORROW, TOMORROW + 2 * HOUR)
    assert told["reasons"][0]["until"] == "2026-11-25T08:00:00+01:00"
    assert told["next_free"]["start"] == "2026-11-25T08:00:00+01:00"


def test_the_api_looks_as_far_as_can_be_booked_and_for_as_long_as_can_be() -> None:
    space = make_space(min_length=60, horizon_days=90)
    make_booking(space, TOMORROW, TOMORROW + 40 * 24 * HOUR)
    told = why(space, TOMORROW, TOMORROW + HOUR / 2)
    assert told["next_free"] == {
        "start": "2027-01-03T12:00:00+01:00",
        "end": "2027-01-03T13:00:00+01:00",
    }
    make_booking(space, TOMORROW + 40 * 24 * HOUR, TOMORROW + 90 * 24 * HOUR)
    assert why(space, TOMORROW, TOMORROW + HOUR)["next_free"] is None


def test_the_api_says_when_nothing_is_in_the_way_and_what_it_does_not_understand() -> None:
    space = make_space()
    nothing = {"bookable": True, "reasons": [], "next_free": None, "alternatives": []}
    assert why(space, TOMORROW, TOMORROW + HOUR) == nothing
    address = f"/api/v1/spaces/{space.pk}/why/"
    asked = {"from": TOMORROW.isoformat(), "to": (TOMORROW + HOUR).isoformat()}
    for wrong in ({"to": asked["from"]}, {"quantity": "x"}, {"people": 0}, {"from": "now"}):
        assert Client().get(address, {**asked, **wrong}).status_code == 400
    space.listing = Listing.DRAFT
    space.save()
    assert Client().get(address, asked).status_code == 404


# --- The next time that one can have ----------------------------------------------------------


def next_start(space: Space, user: User | None = None, **asked: Any) -> str | None:
    space = Space.objects.get(pk=space.pk)
    span = period(TOMORROW, TOMORROW + 2 * HOUR)
    found = next_free(space, span, asker=Asker.at(NOW, user), **asked)
    return None if found is None else f"{found.lower.astimezone(space.place.zone):%d.%m %H:%M}"


def test_the_next_time_is_none_where_nothing_here_will_do() -> None:
    person, other = make_user(), make_place()
    barred = make_space()
    barred.access_rules.create(organisation=other.organisation)
    lab = make_space()
    lab.trainings.add(lab.organisation.trainings.create(name={"nb": "Laser"}))
    unpriced = make_space(price=None)
    small, desks = make_space(capacity=4), make_space(units=2, allocation=Allocation.ANY)
    little = make_space()
    Quota.objects.create(space=little, counts="minutes", amount=60, window="day")

    assert next_start(barred, person) is None
    assert next_start(lab, person) is None
    assert next_start(unpriced, person) is None
    assert next_start(small, person, people=5) is None
    assert next_start(small, person, quantity=2) is None
    assert next_start(desks, person, quantity=3) is None
    assert next_start(little, person) is None
    assert next_start(barred) == "24.11 12:00"  # a stranger may be anybody


def test_the_next_time_is_when_a_quota_is_a_new_one() -> None:
    person, space = make_user(), make_space()
    quota = Quota.objects.create(space=space, counts="bookings", amount=1, window="day")
    make_booking(space, TOMORROW + 4 * HOUR, by=person)
    assert next_start(space, person) == "25.11 00:00"
    make_booking(space, TOMORROW + 24 * HOUR, by=person)
    assert next_start(space, person) == "26.11 00:00"
    Quota.objects.filter(pk=quota.pk).update(window="semester")
    assert next_start(space, person) == "01.01 00:00"


def test_the_next_time_is_none_beyond_what_can_be_booked() -> None:
    person, space = make_user(), make_space(horizon_days=20)
    Quota.objects.create(space=space, counts="bookings", amount=1, window="semester")
    make_booking(space, TOMORROW + 4 * HOUR, by=person)
    assert next_start(space, person) is None


def test_the_next_time_has_a_price() -> None:
    space = make_space(price=None)
    space.prices.create(amount=0, weekdays=[6], opens=17 * 60, closes=23 * 60)
    assert next_start(space) == "28.11 17:00"


@pytest.mark.parametrize("rows", [1, 30])
def test_why_not_asks_the_database_as_often_for_thirty_others_as_for_one(
    client: Client, rows: int, django_assert_num_queries: Any
) -> None:
    space, person = make_space(), make_user()
    Quota.objects.create(space=space, counts="bookings", amount=1, window="day")
    make_booking(space, TOMORROW, by=person)
    for _ in range(rows):
        make_space(space.place)
    client.force_login(person)
    query = {"from": TOMORROW.isoformat(), "to": (TOMORROW + HOUR).isoformat()}
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(43):
        found = client.get(f"/api/v1/spaces/{space.pk}/why/", query).json()
    assert found["next_free"]["start"] == "2026-11-25T00:00:00+01:00"
    assert len(found["alternatives"]) == min(rows, 3)
