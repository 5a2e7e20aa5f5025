"""The same request twice is one request."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from billing import idempotency, operations
from billing.idempotency import LONGEST, STALE, IdempotencyMismatch, StillUnderWay
from billing.models import IdempotencyKey
from billing.tasks import forget_old_keys
from bookings.models import Booking
from bookings.refusals import SlotTaken
from spaces.models import Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=1)


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def space() -> Space:
    return make_space(units=3, allocation="any")


def book(space: Space, by: User, key: str = "key", now: datetime = NOW, **asked) -> Booking:
    span = asked.pop("span", period(START, START + HOUR))
    return operations.book(space=space, span=span, by=by, now=now, key=key, **asked)


def claim(user: User, now: datetime = NOW, fingerprint: bytes = b"x") -> IdempotencyKey:
    return idempotency.claim(user=user, key="key", fingerprint=fingerprint, now=now)


def test_the_same_key_gives_the_same_booking(space: Space, student: User) -> None:
    first = book(space, student)
    assert book(space, student) == first
    assert Booking.objects.count() == 1


def test_the_same_key_gives_the_same_booking_whatever_has_become_of_it(
    space: Space, student: User
) -> None:
    first = book(space, student)
    operations.cancel(booking=first, by=student, as_owner=False, now=NOW)
    assert book(space, student) == first


def test_no_key_books_each_time(space: Space, student: User) -> None:
    assert book(space, student, key="") != book(space, student, key="")
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("other", ["span", "quantity", "title", "organisation", "space"])
def test_the_same_key_for_something_else_is_refused(
    space: Space, student: User, other: str
) -> None:
    book(space, student)
    changed = {
        "span": lambda: {"span": period(START, START + 2 * HOUR)},
        "quantity": lambda: {"quantity": 2},
        "title": lambda: {"title": "Other"},
        "organisation": lambda: {"organisation": make_organisation()},
        "space": dict,
    }[other]()
    with pytest.raises(IdempotencyMismatch):
        book(make_space() if other == "space" else space, student, **changed)
    assert Booking.objects.count() == 1


def test_the_same_moment_in_another_zone_is_the_same_request(space: Space, student: User) -> None:
    oslo = space.place.zone
    first = book(space, student)
    span = period(START.astimezone(oslo), (START + HOUR).astimezone(oslo))
    assert book(space, student, span=span) == first


def test_two_persons_with_one_key_book_twice(space: Space, student: User) -> None:
    assert book(space, student) != book(space, make_user())


def test_a_refused_key_may_be_tried_again(student: User) -> None:
    space = make_space()
    other = make_booking(space, START)
    with pytest.raises(SlotTaken):
        book(space, student)
    assert not IdempotencyKey.objects.exists()
    other.occupancies.all().delete()

    assert book(space, student)


def test_while_the_first_is_under_way_the_second_waits(student: User) -> None:
    claim(student)
    with pytest.raises(StillUnderWay):
        claim(student, NOW + STALE - timedelta(seconds=1))
    with pytest.raises(IdempotencyMismatch):
        claim(student, fingerprint=b"y")


def test_a_claim_whose_process_died_is_taken_over_once(student: User) -> None:
    claim(student)
    assert claim(student, NOW + STALE).booking is None
    with pytest.raises(StillUnderWay):
        claim(student, NOW + STALE + timedelta(seconds=1))


def test_release_forgets_only_what_came_to_nothing(space: Space, student: User) -> None:
    book(space, student)
    idempotency.release(IdempotencyKey.objects.get())
    assert IdempotencyKey.objects.exists()


def test_a_key_of_any_length_is_a_key(space: Space, student: User) -> None:
    first = book(space, student, key="k" * (LONGEST + 50))
    assert book(space, student, key="k" * (LONGEST + 50)) == first
    assert book(space, student, key="k" * (LONGEST + 50) + "2") != first


def test_old_keys_are_forgotten(space: Space, student: User) -> None:
    book(space, student, now=NOW)
    forget_old_keys()  # asks the clock, for which NOW may be to come
    row = IdempotencyKey.objects.first()
    if row is not None:
        row.locked_at = datetime(2020, 1, 1, tzinfo=NOW.tzinfo)
        row.save()
    forget_old_keys()
    assert not IdempotencyKey.objects.exists()


def test_the_same_key_gives_the_same_change_whatever_has_changed_since(
    space: Space, student: User
) -> None:
    booking = book(space, student)
    longer = {"booking": booking, "by": student, "now": NOW, "minutes": 60, "key": "longer"}
    first = operations.extend(**longer)
    booking.refresh_from_db()
    shorter = period(START, START + HOUR)
    operations.reschedule(booking=booking, by=student, now=NOW + HOUR / 2, span=shorter)

    assert operations.extend(**longer) == first
    assert booking.changes.count() == 2
