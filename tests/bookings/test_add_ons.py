"""What is booked along with a space: counted, priced, and given back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bookings import availability, operations
from bookings.models import Booking, Occupancy
from bookings.refusals import AddOnNotOffered, AddOnTaken
from spaces.models import AddOn, Allocation, Space
from spaces.periods import Period, period
from tests.factories import NOW, make_add_on, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
SPAN = period(TOMORROW, TOMORROW + 2 * HOUR)
LATER = period(TOMORROW + 2 * HOUR, TOMORROW + 4 * HOUR)


@pytest.fixture
def room() -> Space:
    return make_space(name="Nidelva", capacity=10)


@pytest.fixture
def other(room: Space) -> Space:
    return make_space(room.place, name="Gaula")


@pytest.fixture
def projector(room: Space, other: Space) -> AddOn:
    return make_add_on(room.place, [room, other], count=1)


def hold(space: Space, *along: AddOn, span: Period = SPAN, by: User | None = None) -> Booking:
    add_ons = dict.fromkeys(along, 1)
    return operations.hold(space=space, span=span, by=by or make_user(), now=NOW, add_ons=add_ons)


def test_it_is_taken_with_the_room_and_given_back(room: Space, projector: AddOn) -> None:
    booking = hold(room, projector)

    assert Occupancy.objects.filter(booking=booking).count() == 2
    assert availability.add_ons_left(room, SPAN, now=NOW) == {projector.pk: 0}
    assert availability.add_ons_left(room, LATER, now=NOW) == {projector.pk: 1}

    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    assert availability.add_ons_left(room, SPAN, now=NOW) == {projector.pk: 1}


def test_the_same_projector_is_not_in_two_rooms(
    room: Space, other: Space, projector: AddOn
) -> None:
    hold(room, projector)

    with pytest.raises(AddOnTaken):
        hold(other, projector)
    assert hold(other)  # without it
    assert hold(room, projector, span=LATER)


def test_a_hold_that_has_run_out_gives_it_back(room: Space, other: Space, projector: AddOn) -> None:
    room.prices.update(amount=100_00)
    held = hold(room, projector)
    after = held.expires_at
    assert after is not None

    along = {projector: 1}
    now = after + timedelta(seconds=1)
    operations.hold(space=other, span=SPAN, by=make_user(), now=now, add_ons=along)

    with pytest.raises(AddOnTaken):  # paid too late: the room is free still, it is not
        operations.confirm(booking=held, now=now)


def test_paid_late_but_free_still_it_is_taken_anew_with_what_goes_along(
    room: Space, projector: AddOn
) -> None:
    room.prices.update(amount=100_00)
    held = hold(room, projector)
    Occupancy.objects.filter(booking=held).delete()  # as an impatient neighbour does

    operations.confirm(booking=held, now=NOW + HOUR)

    assert Occupancy.objects.filter(booking=held).count() == 2


def test_only_what_is_offered_with_the_space_can_be_had(room: Space, projector: AddOn) -> None:
    elsewhere = make_add_on(make_place(), count=1)
    projector.is_offered = False
    projector.save()

    for wrong in (elsewhere, projector):
        with pytest.raises(AddOnNotOffered):
            hold(room, wrong)
    assert not Booking.objects.exists()


def test_a_service_does_not_run_out(room: Space, other: Space) -> None:
    coffee = make_add_on(room.place, [room, other])
    assert hold(room, coffee)
    assert hold(other, coffee)


def test_it_moves_along_within_its_place_only(room: Space, other: Space, projector: AddOn) -> None:
    booking = hold(room, projector)
    owner = make_user()
    far = make_space(make_place(room.organisation))

    with pytest.raises(AddOnNotOffered):
        operations.rehouse(booking=booking, to=far, by=owner, now=NOW)
    operations.rehouse(booking=booking, to=other, by=owner, now=NOW)

    assert availability.add_ons_left(other, SPAN, now=NOW) == {projector.pk: 0}
    assert hold(room)


@pytest.mark.parametrize(
    ("per", "amount"), [("booking", 250_00), ("hour", 500_00), ("person", 1_500_00)]
)
def test_it_is_paid_by_booking_by_hour_or_by_person(room: Space, per: str, amount: int) -> None:
    along = make_add_on(room.place, [room], amount=250_00, per=per)

    booking = operations.hold(
        space=room, span=SPAN, by=make_user(), now=NOW, people=6, add_ons={along: 1}
    )

    assert booking.amount == amount
    (time, line) = booking.lines
    assert (time["amount"], line["item"], line["vat_amount"]) == (0, "add_on", amount // 5)


def test_desks_and_chairs_are_two_pools() -> None:
    desks = make_space(units=4, allocation=Allocation.ANY)
    chairs = make_add_on(desks.place, [desks], count=3)
    booking = operations.hold(
        space=desks, span=SPAN, by=make_user(), now=NOW, quantity=2, add_ons={chairs: 2}
    )
    assert Occupancy.objects.filter(booking=booking).count() == 4
    assert availability.add_ons_left(desks, SPAN, now=NOW) == {chairs.pk: 1}


# --- As the booker sees it --------------------------------------------------------------


def ask(client: Client, space: Space, **more: Any) -> str:
    wish = {"date": "2026-11-24", "from": "12:00", "to": "14:00", **more}
    return client.get(f"{space.get_absolute_url()}panel/", wish).content.decode()


def test_the_panel_says_what_it_costs_and_when_it_is_taken(
    client: Client, room: Space, other: Space, projector: AddOn
) -> None:
    projector.amount = 100_00
    projector.save()
    field = f"add-on-{projector.pk}"

    assert "Projector" in ask(client, room, **{field: "1"})
    assert "100\xa0kr" in ask(client, room, **{field: "1"})
    hold(other, projector)
    refused = ask(client, room, **{field: "1"})
    assert "Projector: 0 are left." in refused
    assert "Sign in to book" not in refused
    assert "Sign in to book" in ask(client, room, **{field: "0"})


def test_it_is_booked_from_the_page_and_stands_on_the_booking(
    client: Client, room: Space, projector: AddOn
) -> None:
    person = make_user()
    client.force_login(person)
    wish = {"date": "2026-11-24", "from": "12:00", "to": "14:00", "quantity": "1"}

    client.post(f"{room.get_absolute_url()}book/", {**wish, f"add-on-{projector.pk}": "1"})

    booking = Booking.objects.get()
    assert [str(one) for one in booking.add_ons.all()] == ["Projektor"]
    assert "Projektor" in client.get(booking.get_absolute_url()).content.decode()


def test_who_come_are_asked_for_where_it_is_paid_by_person(client: Client, room: Space) -> None:
    assert 'name="people"' not in client.get(room.get_absolute_url()).content.decode()
    make_add_on(room.place, [room], amount=50_00, per="person")

    assert 'name="people"' in client.get(room.get_absolute_url()).content.decode()
    assert "It holds 10 people." in ask(client, room, people="11")


# --- As a program sees it ---------------------------------------------------------------


def test_quotes_and_bookings_take_it_along(client: Client, room: Space, projector: AddOn) -> None:
    person = make_user()
    client.force_login(person)
    asked = {
        "space": room.pk,
        "start": SPAN.lower.isoformat(),
        "end": SPAN.upper.isoformat(),
        "add_ons": [{"id": projector.pk}],
    }

    def post(path: str, **more: Any) -> Any:
        return client.post(f"/api/v1/{path}/", {**asked, **more}, content_type="application/json")

    assert post("quotes").json()["lines"][-1]["item"] == "add_on"
    assert post("bookings").status_code == 201
    assert post("quotes", space=projector.spaces.exclude(pk=room.pk).get().pk).json()["code"] == (
        "add_on_taken"
    )
    shown = client.get(f"/api/v1/spaces/{room.pk}/").json()["add_ons"]
    assert [(one["name"], one["count"]) for one in shown] == [("Projektor", 1)]
