"""Paying and being paid back, against the stand-in for Stripe."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing import ledger, operations
from billing.models import Order, OrderStatus, Refund, RefundStatus
from bookings.models import Booking, Status
from spaces.models import Space
from tests.billing.conftest import work
from tests.billing.test_views import LATER, TOMORROW, asked
from tests.cast import Cast
from tests.factories import make_booking, make_place, make_space
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
DECLINES = "4000000000000002"


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), price=32_000)


@pytest.fixture
def booker(client: Client, cast: Cast) -> Client:
    client.force_login(cast.booker)
    return client


def book(client: Client, space: Space) -> tuple[Booking, Order, str]:
    answer = client.post(f"/spaces/{space.slug}/book/", asked())
    booking = Booking.objects.get(space=space, status__in=("held", "requested", "confirmed"))
    return booking, Order.objects.get(lines__booking=booking), answer["Location"]


def page(client: Client, booking: Booking, query: str = "") -> str:
    answer = client.get(f"/bookings/{booking.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def come_back(client: Client, booking: Booking) -> str:
    answer = client.get(f"/bookings/{booking.pk}/paid/")
    assert answer.status_code == 303
    booking.refresh_from_db()
    return str(answer["Location"])


def test_book_leads_to_the_payment_page(booker: Client, space: Space, standin: StandIn) -> None:
    booking, order, location = book(booker, space)

    assert booking.status == Status.HELD
    assert location == order.checkout_url
    assert location.startswith(standin.url)


def test_paid_on_return_without_any_webhook(booker: Client, space: Space, standin: StandIn) -> None:
    booking, order, _location = book(booker, space)
    standin.pay(order.session_id)

    location = come_back(booker, booking)

    assert booking.status == Status.CONFIRMED
    assert location == f"/bookings/{booking.pk}/"
    work(standin)  # the webhook afterwards changes nothing
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert sum(ledger.trial_balance().values()) == 0


def test_paid_by_webhook_without_any_return(booker: Client, space: Space, standin: StandIn) -> None:
    booking, order, _location = book(booker, space)
    standin.pay(order.session_id)

    work(standin)

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_silent_stripe_on_return_is_waited_for(
    booker: Client, space: Space, standin: StandIn
) -> None:
    booking, order, _location = book(booker, space)
    standin.pay(order.session_id)
    standin.faults.fail("GET", "/v1/checkout/sessions/*", status=500, times=9)

    location = come_back(booker, booking)

    assert (booking.status, location) == (Status.HELD, f"/bookings/{booking.pk}/?settling=1")
    waiting = page(booker, booking, "?settling=1")
    assert f'hx-get="/bookings/{booking.pk}/?settling=2"' in waiting
    assert "The payment is being confirmed" in waiting

    standin.faults.clear()
    work(standin)
    done = page(booker, booking, "?settling=2")
    assert "hx-get" not in done
    assert "It is yours" in done


@pytest.mark.parametrize("number", ["40", "999", "0", "-1", "x", "9999999999", "²"])
def test_waiting_stops_by_itself(
    booker: Client, space: Space, standin: StandIn, number: str
) -> None:
    booking, _order, _location = book(booker, space)

    shown = page(booker, booking, f"?settling={number}")

    assert "hx-get" not in shown
    assert f"/bookings/{booking.pk}/pay/" in shown


def test_return_without_having_paid_offers_to_pay(
    booker: Client, space: Space, standin: StandIn
) -> None:
    booking, order, _location = book(booker, space)

    assert come_back(booker, booking) == f"/bookings/{booking.pk}/"
    answer = booker.post(f"/bookings/{booking.pk}/pay/")

    assert (answer.status_code, answer["Location"]) == (303, order.checkout_url)


def test_declined_card_leaves_the_hold(booker: Client, space: Space, standin: StandIn) -> None:
    booking, order, _location = book(booker, space)
    with pytest.raises(Exception, match="declined"):
        standin.pay(order.session_id, DECLINES)

    come_back(booker, booking)

    assert booking.status == Status.HELD
    standin.pay(order.session_id)
    come_back(booker, booking)
    assert booking.status == Status.CONFIRMED


def test_silent_stripe_when_booking_keeps_the_time(
    booker: Client, space: Space, standin: StandIn
) -> None:
    standin.faults.fail("POST", "/v1/checkout/sessions", status=500, times=9)

    booking, _order, location = book(booker, space)

    assert (booking.status, location) == (Status.HELD, f"/bookings/{booking.pk}/")
    tried = booker.post(f"/bookings/{booking.pk}/pay/")
    assert tried["Location"] == f"/bookings/{booking.pk}/"
    standin.faults.clear()
    assert booker.post(f"/bookings/{booking.pk}/pay/")["Location"].startswith(standin.url)


def test_twice_sent_is_one_order(booker: Client, space: Space, standin: StandIn) -> None:
    form = asked()

    first, second = (booker.post(f"/spaces/{space.slug}/book/", form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_pay_after_the_hold_ran_out_says_so(booker: Client, space: Space, standin: StandIn) -> None:
    booking, _order, _location = book(booker, space)
    Booking.objects.filter(pk=booking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = booker.post(f"/bookings/{booking.pk}/pay/", follow=True)

    assert answer.redirect_chain == [(f"/bookings/{booking.pk}/", 303)]
    assert 'class="error"' in answer.content.decode()


def test_paid_too_late_is_on_its_way_back(booker: Client, space: Space, standin: StandIn) -> None:
    booking, order, _location = book(booker, space)
    standin.pay(order.session_id)
    Booking.objects.filter(pk=booking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    booking.occupancies.all().delete()
    make_booking(space, TOMORROW, LATER)

    come_back(booker, booking)

    shown = page(booker, booking)
    assert "The payment came too late" in shown
    assert "is on its way back" in shown
    operations.expire_holds(now=timezone.now())
    work(standin)
    assert "is paid back" in page(booker, booking)


# --- Cancelling -------------------------------------------------------------------------


def paid_booking(client: Client, space: Space, standin: StandIn) -> Booking:
    booking, order, _location = book(client, space)
    standin.pay(order.session_id)
    come_back(client, booking)
    return booking


def test_cancel_in_time_pays_everything_back(booker: Client, cast: Cast, standin: StandIn) -> None:
    space = make_space(make_place(cast.organisation), price=32_000, cancellation=[[60, 100]])
    booking = paid_booking(booker, space, standin)
    assert 'value="64000"' in booker.get(f"/bookings/{booking.pk}/cancel/").content.decode()

    answer = booker.post(f"/bookings/{booking.pk}/cancel/", {"shown": 64_000}, follow=True)

    assert "640" in answer.content.decode()
    assert "is on its way back" in page(booker, booking)
    work(standin)
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED
    assert "is paid back" in page(booker, booking)
    assert ledger.held_for(Order.objects.get()).amount == 0


def test_cancel_late_pays_the_agreed_part_back(
    booker: Client, cast: Cast, standin: StandIn
) -> None:
    terms = {"cancellation": [[60 * 24 * 7, 100], [0, 50]]}
    space = make_space(make_place(cast.organisation), price=32_000, **terms)
    booking = paid_booking(booker, space, standin)

    booker.post(f"/bookings/{booking.pk}/cancel/", {"shown": 32_000})

    assert Refund.objects.get().amount == 32_000


def test_cancel_shows_again_when_less_comes_back_than_shown(
    booker: Client, space: Space, standin: StandIn
) -> None:
    booking = paid_booking(booker, space, standin)
    Booking.objects.filter(pk=booking.pk).update(cancellation=[[60 * 24 * 7, 100]])

    answer = booker.post(f"/bookings/{booking.pk}/cancel/", {"shown": 64_000})

    booking.refresh_from_db()
    assert (answer.status_code, booking.status) == (422, Status.CONFIRMED)
    assert 'name="shown" value="0"' in answer.content.decode()


def test_cancel_by_the_owner_pays_everything_back(
    booker: Client, cast: Cast, standin: StandIn
) -> None:
    terms = {"cancellation": [[60 * 24 * 7, 100]]}
    space = make_space(make_place(cast.organisation), price=32_000, **terms)
    booking = paid_booking(booker, space, standin)
    booker.force_login(cast.host)

    answer = booker.post(
        f"/bookings/{booking.pk}/cancel/", {"shown": 64_000, "reason": "Strømbrudd"}
    )

    assert answer.status_code == 303
    assert Refund.objects.get().amount == 64_000


def test_cancelling_an_unpaid_hold_closes_its_payment_page(
    booker: Client, space: Space, standin: StandIn
) -> None:
    booking, order, _location = book(booker, space)

    booker.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0})
    work(standin)

    order.refresh_from_db()
    assert order.status == OrderStatus.VOID
    assert not Refund.objects.exists()
    with pytest.raises(Exception, match="no longer active"):
        standin.pay(order.session_id)


# --- Requests ---------------------------------------------------------------------------


@pytest.fixture
def requested(booker: Client, cast: Cast, standin: StandIn) -> Booking:
    """Paid with a reservation on the card, and waiting for the owner."""
    space = make_space(make_place(cast.organisation), price=32_000, is_instant=False)
    booking, order, _location = book(booker, space)
    standin.pay(order.session_id)
    come_back(booker, booking)
    assert booking.status == Status.REQUESTED
    return booking


def test_approve_draws_what_was_reserved(
    client: Client, cast: Cast, requested: Booking, standin: StandIn
) -> None:
    client.force_login(cast.host)

    client.post(f"/bookings/{requested.pk}/approve/")

    requested.refresh_from_db()
    order = Order.objects.get()
    assert (requested.status, order.status) == (Status.CONFIRMED, OrderStatus.PAID)
    assert ledger.held_for(order).amount == 64_000


def test_decline_lets_go_of_what_was_reserved(
    client: Client, cast: Cast, requested: Booking, standin: StandIn
) -> None:
    client.force_login(cast.owner)

    client.post(f"/bookings/{requested.pk}/decline/", {"reason": "Opptatt likevel"})
    work(standin)

    requested.refresh_from_db()
    assert requested.status == Status.DECLINED
    assert Order.objects.get().status == OrderStatus.VOID
    client.force_login(cast.booker)
    shown = page(client, requested)
    assert "Opptatt likevel" in shown
    assert "Nothing is charged" in shown


def test_approve_while_stripe_is_silent_is_waited_for(
    client: Client, cast: Cast, requested: Booking, standin: StandIn
) -> None:
    standin.faults.fail("POST", "/v1/payment_intents/*/capture", status=500, times=9)
    client.force_login(cast.owner)

    client.post(f"/bookings/{requested.pk}/approve/")

    shown = page(client, requested)
    assert "hx-get" in shown
    assert "/approve/" not in shown
    standin.faults.clear()
    operations.settle(now=timezone.now() + timedelta(minutes=5))
    requested.refresh_from_db()
    assert requested.status == Status.CONFIRMED
