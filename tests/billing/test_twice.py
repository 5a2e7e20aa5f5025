"""A button pressed twice is pressed once, whatever becomes of the first answer: nothing is done
again, and nobody reads that what they have just done cannot be done. And the way back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

from billing import operations
from billing.models import Order, Refund
from bookings.models import Booking, BookingEvent, Delivery, Message, Status
from spaces.models import Space
from spaces.periods import period
from tests.billing.test_settling import work
from tests.bookings.test_series import TUESDAY, as_wanted, at, tuesdays
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_series, make_space
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def five_past_noon(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation))


def complaints(client: Client, url: str) -> list[str]:
    """What the page says went wrong, once the answer is followed."""
    page = client.get(url)
    return [str(one) for one in get_messages(page.wsgi_request) if one.level_tag == "error"]


Button = tuple[str, str, dict[str, Any], Callable[[Space, Cast], Booking]]


def coming(space: Space, cast: Cast) -> Booking:
    return make_booking(space, LATER, LATER + 2 * HOUR, by=cast.booker)


def under_way(space: Space, cast: Cast) -> Booking:
    return make_booking(space, NOW - HOUR, NOW + 2 * HOUR, by=cast.booker)


def requested(space: Space, cast: Cast) -> Booking:
    waits = {"status": Status.REQUESTED, "expires_at": NOW + HOUR}
    return make_booking(space, LATER, LATER + 2 * HOUR, by=cast.booker, **waits)


def over(space: Space, cast: Cast) -> Booking:
    return make_booking(space, NOW - 3 * HOUR, NOW - HOUR, by=cast.booker)


LONGER = {"date": "2026-12-02", "from": "12:00", "to": "15:00", "shown": "0"}
BUTTONS: dict[str, Button] = {
    "cancel": ("booker", "cancel", {"shown": "0"}, coming),
    "cancel by the owner": ("manager", "cancel", {"reason": "Broken pipe"}, coming),
    "change": ("booker", "change", LONGER, coming),
    "extend": ("booker", "extend", {}, under_way),
    "release": ("booker", "release", {}, under_way),
    "check in": ("booker", "check_in", {}, under_way),
    "nobody came": ("host", "no_show", {}, under_way),
    "still there": ("host", "left_late", {}, over),
    "approve": ("host", "approve", {}, requested),
    "decline": ("host", "decline", {"reason": ""}, requested),
    "take a change back": ("booker", "withdraw_change", {}, coming),
    "describe": ("booker", "describe", {"title": "Choir", "visibility": "private"}, coming),
    "invite": ("booker", "attendees", {"people": "anne@example.org"}, coming),
    "write": ("booker", "messages", {"text": "Is there a piano?"}, coming),
}


@pytest.mark.parametrize("name", BUTTONS)
def test_pressed_twice_is_pressed_once(name: str, client: Client, cast: Cast, space: Space) -> None:
    who, route, said, make = BUTTONS[name]
    booking = make(space, cast)
    said = {**said, **({"space": space.pk} if route == "change" else {})}
    if route == "extend":
        said["end"] = booking.end.isoformat()
    cast.sign_in(client, who)
    url = reverse(route, args=[booking.pk])

    first = client.post(url, said)
    assert first.status_code in (302, 303)
    found = (BookingEvent.objects.count(), Delivery.objects.count(), Message.objects.count())
    again = client.post(url, said)

    assert again.status_code in (302, 303)
    assert complaints(client, booking.get_absolute_url()) == []
    assert found == (
        BookingEvent.objects.count(),
        Delivery.objects.count(),
        Message.objects.count(),
    )


@pytest.mark.parametrize("route", ["series_move", "series_cancel", "series_add", "series_rename"])
def test_so_is_a_series(route: str, client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "booker")
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    first = series.bookings.earliest("period")
    said = {"from": "14:00", "to": "16:00", "shown": "0", "title": "Choir"}
    url = reverse(route, args=[series.pk])
    if route == "series_cancel":
        said = {}
    if route == "series_add":
        operations.cancel(booking=first, by=cast.booker, as_owner=False, now=NOW)
        url += "?date=2026-12-01"
        row = client.get(url).context["row"]
        said = {row.name: row.chosen}

    answers = [client.post(url, said)["Location"] for _ in range(2)]

    assert answers == [series.get_absolute_url()] * 2
    assert complaints(client, series.get_absolute_url()) == []
    assert series.bookings.filter(status=Status.CONFIRMED).count() in (0, 3)


def test_gone_back_after_paying_one_is_told_that_it_is_paid(
    client: Client, cast: Cast, space: Space, standin: StandIn
) -> None:
    space.prices.update(amount=10_000)
    span = period(LATER, LATER + HOUR)
    booking = operations.book(space=space, span=span, by=cast.booker, now=NOW)
    cast.sign_in(client, "booker")
    standin.pay(Order.objects.get().session_id, "4242424242424242")
    client.get(reverse("paid", args=[booking.pk]))

    answer = client.post(reverse("pay", args=[booking.pk]))

    page = client.get(answer["Location"])
    assert [str(one) for one in get_messages(page.wsgi_request)] == ["It is paid already."]


def test_paying_a_series_leads_to_the_series(
    client: Client, cast: Cast, space: Space, standin: StandIn
) -> None:
    space.prices.update(amount=10_000)
    series = tuesdays(space, 2)
    made = operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)
    cast.sign_in(client, "booker")
    standin.pay(Order.objects.get().session_id, "4242424242424242")
    first = made.bookings.earliest("period")

    answer = client.get(reverse("paid", args=[first.pk]))

    assert answer["Location"] == made.get_absolute_url()


def test_two_tabs_of_which_one_has_cancelled_and_one_pays(
    client: Client, cast: Cast, space: Space, standin: StandIn
) -> None:
    """The payment comes after the cancellation: it is released or paid back, and the time is
    free for others."""
    space.prices.update(amount=10_000)
    span = period(LATER, LATER + HOUR)
    booking = operations.book(space=space, span=span, by=cast.booker, now=NOW)
    order = Order.objects.get()
    cast.sign_in(client, "booker")
    client.post(reverse("cancel", args=[booking.pk]), {"shown": "0"})
    standin.pay(order.session_id, "4242424242424242")

    client.get(reverse("paid", args=[booking.pk]))
    work(standin, NOW + HOUR)

    booking.refresh_from_db()
    order.refresh_from_db()
    assert booking.status == Status.CANCELLED
    paid_back = sum(one.amount for one in Refund.objects.filter(status="succeeded"))
    assert order.status == "void" or paid_back == order.amount
    assert not space.units.get().occupancies.exists()


def test_what_runs_out_while_the_owner_looks_is_not_approved(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = make_booking(
        space,
        LATER,
        LATER + HOUR,
        by=cast.booker,
        status=Status.REQUESTED,
        expires_at=NOW,
    )
    cast.sign_in(client, "host")

    client.post(reverse("approve", args=[booking.pk]))

    assert complaints(client, booking.get_absolute_url())
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


def test_the_language_may_change_between_the_page_and_the_click(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "booker")
    url = reverse("space", args=[space.slug])
    said = {"date": "2026-12-02", "from": "12:00", "to": "14:00", "quantity": "1"}
    client.get(url, said)
    client.post(reverse("set_language"), {"language": "nb", "next": url})

    answer = client.post(reverse("book", args=[space.slug]), said)

    with translation.override("nb"):
        page = client.get(answer["Location"])
    assert Booking.objects.get().status == Status.CONFIRMED
    assert "Bekreftet" in page.content.decode()
