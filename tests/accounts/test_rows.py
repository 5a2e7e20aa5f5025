"""Rows of several tables in one statement are the same as the ORM's, one by one."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, models, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import Affiliation, Member, Organisation, Role, User
from accounts.rows import Gathering, hang, insert
from bookings.models import Booking, BookingEvent, Delivery, Kind, Occupancy
from spaces import reading
from spaces.models import Door, Listing, Place, Price, RulesInForce, Space
from tests.factories import NOW, make_booking, make_member, make_space

pytestmark = pytest.mark.django_db
PERSON = Gathering(
    people=(User, "WHERE one.id = %(user)s"),
    memberships=(Member, "WHERE one.user_id = %(user)s ORDER BY one.id"),
    affiliations=(Affiliation, "WHERE one.user_id = %(user)s"),
)


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_gathering_reads_what_the_orm_reads(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    space = make_space()
    person = make_member(space.organisation, Role.HOST)
    person.last_login = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
    person.save()
    Affiliation.objects.create(
        user=person, kind="student", organisation=space.organisation, verified_at=NOW
    )

    with django_assert_num_queries(1):
        found = PERSON(user=person.pk)

    assert [values(one) for one in found["people"]] == [values(User.objects.get(pk=person.pk))]
    assert [values(one) for one in found["memberships"]] == [
        values(one) for one in person.memberships.order_by("pk")
    ]
    assert [values(one) for one in found["affiliations"]] == [
        values(one) for one in person.affiliations.all()
    ]


def test_gathering_finds_nothing_where_there_is_nothing() -> None:
    assert PERSON(user=0) == {"people": [], "memberships": [], "affiliations": []}


def test_what_json_cannot_carry_is_refused_when_it_is_written() -> None:
    with pytest.raises(TypeError, match="period"):
        Gathering(bookings=(Booking, ""))


def test_a_space_is_read_whole(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    space = make_space()
    Door.objects.create(
        space=space, salt="00000000-0000-4000-8000-000000000001", digest=b"\x00\xff", created_at=NOW
    )

    with django_assert_num_queries(1):
        found = reading.published(space.pk)
        assert found is not None
        parts = [found, found.place, found.organisation, found.in_force, found.door]

    asked: list[type[models.Model]] = [Space, Place, Organisation, RulesInForce, Door]
    for model, part in zip(asked, parts, strict=True):
        assert values(part) == values(model._default_manager.get(pk=part.pk))
    assert found.door.space is found


def test_a_space_without_a_door_is_not_asked_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    found = reading.published(make_space().pk)

    with django_assert_num_queries(0):
        assert getattr(found, "door", None) is None


@pytest.mark.parametrize("listing", [Listing.DRAFT, Listing.PAUSED, Listing.ARCHIVED])
def test_what_not_everybody_sees_is_not_there(listing: Listing) -> None:
    assert reading.published(make_space(listing=listing).pk) is None


def test_insert_stores_what_the_orm_would(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    like = make_booking(make_space(), title="Æsj “%s” {}", lines=[{"a": None}])
    booking = Booking(**values(like) | {"id": Booking().pk})
    events = [
        BookingEvent(booking=booking, place_id=like.place_id, kind=kind, at=NOW, data={"n": [1]})
        for kind in (Kind.CONFIRMED, Kind.CHECKED_IN)
    ]

    with django_assert_num_queries(1):
        insert([booking, *events])

    stored = Booking.objects.get(pk=booking.pk)
    told_by_trigger = {"changed_in": stored.changed_in}
    assert values(stored) == values(like) | {"id": booking.pk} | told_by_trigger
    assert [(one.kind, one.at, one.data) for one in stored.events.all()] == [
        (event.kind, NOW, {"n": [1]}) for event in events
    ]
    booking.title = "Et annet"
    booking.save()  # it knows that it is stored
    assert Booking.objects.filter(pk=booking.pk, title="Et annet").exists()


def test_insert_of_nothing_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        insert([])


def test_a_row_that_is_there_already_is_left_as_it_is_only_if_asked_for() -> None:
    booking = make_booking(make_space())

    def mail() -> Delivery:
        return Delivery(
            booking=booking, version=7, kind=Kind.CHANGED, recipient=booking.booker, not_before=NOW
        )

    insert([mail(), mail()], once=(Delivery,))
    insert([mail()], once=(Delivery,))

    assert booking.deliveries.filter(version=7).count() == 1
    with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
        insert([mail()])


def test_one_row_too_many_stores_none() -> None:
    booking = make_booking(make_space())
    row = booking.occupancies.get()
    event = BookingEvent(booking=booking, place_id=booking.place_id, kind=Kind.KEPT, at=NOW)
    twice = Occupancy(
        place_id=row.place_id, unit_id=row.unit_id, during=row.during, booking=booking
    )

    with pytest.raises(IntegrityError, match="occupancy_no_overlap"), transaction.atomic():
        insert([event, twice])

    assert not booking.events.filter(kind=Kind.KEPT).exists()


def test_what_hangs_is_not_asked_for_and_can_still_be_filtered(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    space = make_space(price=10_000)
    (price,) = Price.objects.filter(space=space)

    hang(space, "prices", [price])

    with django_assert_num_queries(0):
        assert list(space.prices.all()) == [price]
        assert price.space is space
    other = make_space(price=5_000)
    assert list(space.prices.filter(amount__gt=0)) == [price]
    assert other.prices.get() not in space.prices.filter(amount__gt=0)
