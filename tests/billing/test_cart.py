"""The cart: gathered, seen, and booked all or none."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import CartItem, Order
from bookings.models import Booking, Status
from spaces.models import Space
from tests.cast import Cast
from tests.factories import make_booking, make_space
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
