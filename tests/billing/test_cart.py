"""The cart: gathered, seen, and booked all or none."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import CartItem, Order
from bookings.models import Booking, Status
from spaces.models import Space
from spaces.periods import period
from tests.billing.test_on_account import agree
from tests.bookings.test_passes import make_pass
from tests.cast import Cast
from tests.factories import (
    make_add_on,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
)
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(1)
LATER = TOMORROW + timedelta(hours=2)


@pytest.fixture
def booker(cast: Cast, client: Client) -> Client:
    client.force_login(cast.booker)
    return client


def add(client: Client, space: Space, **more: object):
    asked = {"date": f"{TOMORROW:%Y-%m-%d}", "from": "12:00", "to": "14:00", "quantity": "1"}
    return client.post(f"/spaces/{space.slug}/cart/", {**asked, **more})


def cart_item(cast: Cast, space: Space, start: datetime) -> CartItem:
    span = period(start, start + timedelta(hours=1))
    return CartItem.objects.create(user=cast.booker, space=space, period=span, added_at=TOMORROW)


def test_what_is_added_stands_in_the_cart_and_keeps_nothing_free(booker: Client) -> None:
    space = make_space(name="Nidelva", price=32_000)

    answer = add(booker, space, title="Kurs")

    assert answer["Location"] == "/cart/"
    page = booker.get("/cart/").content.decode()
    assert "Nidelva" in page
    assert "640" in page
    assert not Booking.objects.exists()


def test_the_same_time_twice_is_there_once(booker: Client) -> None:
    space = make_space()

    add(booker, space)
    add(booker, space)

    assert CartItem.objects.count() == 1


def test_a_line_says_when_it_is_no_longer_free(booker: Client) -> None:
    space = make_space()
    add(booker, space)
    make_booking(space, TOMORROW, LATER)

    page = booker.get("/cart/").content.decode()

    assert "Take out what cannot be had" in page
    assert "Book all" not in page


def test_book_all_books_each_and_empties_the_cart(booker: Client) -> None:
    spaces = [make_space(), make_space()]
    for space in spaces:
        add(booker, space)

    answer = booker.post("/cart/", {"key": "k"})

    assert answer["Location"] == "/bookings/"
    assert {one.space for one in Booking.objects.filter(status="confirmed")} == set(spaces)
    assert not CartItem.objects.exists()


def test_what_costs_is_paid_in_one_go(standin: StandIn, booker: Client) -> None:
    for space in (make_space(price=10_000), make_space(price=20_000), make_space()):
        add(booker, space)

    answer = booker.post("/cart/", {"key": "k"})

    order = Order.objects.get()
    assert order.amount == 60_000
    assert answer["Location"] == order.checkout_url
    statuses = Booking.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Status.HELD, Status.HELD, Status.CONFIRMED]


@pytest.mark.django_db(transaction=True)  # what was refused is rolled back
def test_when_one_is_gone_none_is_booked_and_it_is_named(booker: Client) -> None:
    first, gone = make_space(), make_space(name="Kanalen")
    for space in (first, gone):
        add(booker, space)
    make_booking(gone, TOMORROW, LATER)

    answer = booker.post("/cart/", {"key": "k"})

    assert answer.status_code == 422
    assert "Kanalen: " in answer.content.decode()
    assert Booking.objects.count() == 1
    assert CartItem.objects.count() == 2


def two_rooms(client: Client) -> str:
    """The address at which an any-time search offers two rooms together."""
    place = make_place()
    make_space(place, name="Nidelva", slug="nidelva", capacity=6, price=100_00)
    make_space(place, name="Fjord", slug="fjord", capacity=3, price=50_00)
    day = f"{TOMORROW:%Y-%m-%d}"
    asked = {"minutes": 120, "people": 8, "from": "12:00", "to": "14:00"}
    found = client.get("/anytime/", {**asked, "date": day, "last": day})
    (two,) = (slot for _space, (slot,) in found.context["misses"] if slot.rooms)
    url: str = two.url
    return url


def test_two_rooms_of_a_search_are_seen_and_paid_in_one_go(
    standin: StandIn, booker: Client
) -> None:
    rooms = two_rooms(booker)

    page = booker.get(rooms).content.decode()
    assert re.search(r"300\s*kr", page)  # two hours of both
    assert not CartItem.objects.exists()
    assert booker.post(rooms)["Location"] == "/cart/"
    assert set(CartItem.objects.values_list("space__slug", "people")) == {
        ("nidelva", 5),
        ("fjord", 3),
    }
    booker.post("/cart/", {"key": "k"})
    assert Order.objects.get().amount == 300_00
    assert {one.status for one in Booking.objects.all()} == {Status.HELD}


def test_a_program_orders_two_rooms_as_they_are_offered(standin: StandIn, booker: Client) -> None:
    two_rooms(booker)
    day = f"{TOMORROW:%Y-%m-%d}"
    asked = {"minutes": 120, "people": 8, "between": "12:00-14:00", "from": day, "to": day}
    misses = booker.get("/api/v1/slots/", asked).json()["near_misses"]
    (two,) = (one for one in misses if one["differs"][0]["what"] == "rooms")

    answer = booker.post(
        "/api/v1/orders/", {"bookings": two["bookings"]}, content_type="application/json"
    )

    assert answer.status_code == 201
    assert answer.json()["total"] == two["price"] == {"amount": 300_00, "currency": "NOK"}
    assert {one.people for one in Booking.objects.all()} == {5, 3}


@pytest.mark.django_db(transaction=True)  # what was refused is rolled back
def test_where_one_of_two_rooms_is_gone_neither_is_booked(booker: Client) -> None:
    rooms = two_rooms(booker)
    make_booking(Space.objects.get(slug="fjord"), TOMORROW, LATER)

    assert "Fjord" in booker.get(rooms).content.decode()
    booker.post(rooms)
    assert booker.post("/cart/", {"key": "k"}).status_code == 422
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_full_cart_takes_neither_of_two_rooms(booker: Client, cast: Cast) -> None:
    rooms = two_rooms(booker)
    space = make_space()
    for n in range(29):
        start = TOMORROW + timedelta(hours=n)
        cart_item(cast, space, start)

    answer = booker.post(rooms)

    assert answer.status_code == 422
    assert "30" in answer.content.decode()
    assert CartItem.objects.count() == 29


@pytest.mark.parametrize(
    "said",
    [
        "",
        "room=nidelva:5",
        "start=x&end=y&room=nidelva:5",
        "start=2026-11-24T10:00Z&end=2026-11-24T09:00Z&room=nidelva:5",
        "start=2026-11-24T09:00Z&end=2026-11-24T10:00Z",
        "start=2026-11-24T09:00Z&end=2026-11-24T10:00Z&room=nowhere:5",
        "start=2026-11-24T09:00Z&end=2026-11-24T10:00Z&room=nidelva:0",
        "start=2026-11-24T09:00Z&end=2026-11-24T10:00Z&room=nidelva:-5&room=%00:1",
        "start=2026-11-24T09:00Z&end=2026-11-24T10:00Z&room=nidelva:1&room=a:1&room=b:1",
    ],
)
def test_an_address_of_no_rooms_says_so(booker: Client, said: str) -> None:
    make_space(slug="nidelva")
    for send in (booker.get, booker.post):
        assert send(f"/cart/rooms/?{said}").status_code == 422
    assert not CartItem.objects.exists()


def test_taken_out_is_gone_and_anothers_stays(booker: Client, cast: Cast) -> None:
    add(booker, make_space())
    item = CartItem.objects.get()
    stranger = Client()
    stranger.force_login(cast.other)

    assert stranger.post(f"/cart/{item.pk}/drop/").status_code == 404
    assert booker.post(f"/cart/{item.pk}/drop/").status_code in (302, 303)
    assert not CartItem.objects.exists()


def test_the_header_counts_what_is_in_the_cart(booker: Client) -> None:
    before = booker.get("/bookings/").content.decode()
    add(booker, make_space())
    add(booker, make_space())

    after = booker.get("/bookings/")

    assert after.context["ledig"].in_cart == 2
    assert '<span class="count hot">2</span>' in after.content.decode()
    assert 'class="count hot"' not in before


def test_what_is_said_of_a_time_is_said_of_its_booking(booker: Client) -> None:
    add(booker, make_space(), note="Kake", visibility="public", public_title="Åpent hus")

    booker.post("/cart/", {"key": "k"})

    booking = Booking.objects.get()
    assert (booking.note, booking.public_title) == ("Kake", "Åpent hus")
    assert booking.visibility == "public"


def test_an_organisation_chosen_in_the_cart_has_its_price_and_is_booked_for(
    standin: StandIn, booker: Client, cast: Cast
) -> None:
    company = make_organisation()
    make_member(company, user=cast.booker)
    space = make_space(price=10_000)
    make_pass(space, organisation=company, amount=60, ends_at=TOMORROW + timedelta(9))
    add(booker, space)
    said = {"organisation": company.pk, "cost_centre": "4711", "reference": "Anne"}

    assert booker.get("/cart/").context["total"].amount == 20_000
    assert booker.get("/cart/", said).context["total"].amount == 10_000
    booker.post("/cart/", {"key": "k", **said})

    booking = Booking.objects.get()
    assert (booking.organisation, booking.cost_centre) == (company, "4711")
    assert (booking.reference, booking.amount) == ("Anne", 10_000)


def test_a_cart_may_be_owed_where_all_owners_have_agreed(booker: Client, cast: Cast) -> None:
    company = make_organisation()
    make_member(company, user=cast.booker)
    for space in (make_space(price=10_000), make_space(price=20_000)):
        add(booker, space)
        assert booker.get("/cart/", {"organisation": company.pk}).context["owed_by"] is None
        agree(space.organisation, company)
    assert booker.get("/cart/", {"organisation": company.pk}).context["owed_by"] == company

    booker.post("/cart/", {"key": "k", "organisation": company.pk, "on_account": "true"})

    assert {one.status for one in Booking.objects.all()} == {Status.CONFIRMED}
    assert {one.status for one in Order.objects.all()} == {"account"}


def test_anothers_organisation_cannot_be_booked_for(booker: Client) -> None:
    add(booker, make_space())

    answer = booker.post("/cart/", {"key": "k", "organisation": make_organisation().pk})

    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_sent_twice_the_cart_is_booked_once_and_leads_to_the_same_page(
    standin: StandIn, booker: Client
) -> None:
    add(booker, make_space(price=10_000))

    first, again = (booker.post("/cart/", {"key": "k"}) for _ in range(2))

    assert first["Location"] == again["Location"] == Order.objects.get().checkout_url
    assert Booking.objects.count() == 1


def test_ten_lines_take_as_many_queries_as_one(booker: Client, cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert booker.get("/cart/").context["can_book"]
        return len(found)

    first = make_space(price=10_000)
    make_pass(first, cast.booker, ends_at=TOMORROW + timedelta(9))
    projector = make_add_on(first.place, [first], count=1)
    add(booker, first, **{f"add-on-{projector.pk}": "1"})
    queries()
    one = queries()
    for _number in range(9):
        add(booker, make_space(make_place(first.organisation), price=10_000))

    assert queries() == one
