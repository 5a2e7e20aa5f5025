"""Saved cards: said yes to, saved, charged while nobody is there, and let go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from billing import consent, operations
from billing.models import (
    Card,
    CardConsent,
    CardSetup,
    CardStatus,
    Order,
    OrderStatus,
    SetupStatus,
    StripeCustomer,
)
from billing.operations.cancelling import PaymentUnderWay
from billing.operations.cards import CardGone, NoConsent, may_charge
from billing.stripe_gateway import PaymentsUnavailable
from bookings.models import Booking, Change, ChangeStatus, Delivery, Kind, Status
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.test_changing import bought, held, order_of
from tests.billing.test_settling import stripe_balance, work
from tests.factories import make_space, make_user
from tools.stripe_standin import ApiError, StandIn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FINE, MASTERCARD = "4242424242424242", "5555555555554444"
ASKS_ONCE, ASKS_ALWAYS = "4000002500003155", "4000002760003184"
REFUSED_LATER, NEVER_SAVED = "4000000000000341", "4000000000000002"


@pytest.fixture
def space() -> Space:
    return make_space(price=10_000, cancellation=[[24 * 60, 100]], step=30)


@pytest.fixture
def student() -> User:
    return make_user()


def save(standin: StandIn, by: User, now: datetime, number: str = FINE, cap: int = 200_000) -> Card:
    setup = operations.open_setup(by=by, now=now, cap=cap)
    standin.pay(setup.session_id, number)
    card = operations.settle_setup(setup, now=now)
    assert card is not None
    return card


def stripe_api(standin: StandIn) -> Any:
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})


def cards_at(standin: StandIn, user: User) -> list[str]:
    customer = StripeCustomer.objects.get(user=user).stripe_id
    return [one.id for one in stripe_api(standin).v1.customers.payment_methods.list(customer).data]


def charges(standin: StandIn) -> list[int]:
    """What has been charged off a card, oldest first."""
    found = stripe_api(standin).v1.payment_intents.list().data
    return [one.amount for one in reversed(found) if one.status == "succeeded"]


# --- Saving ------------------------------------------------------------------------------


def test_a_card_is_saved_with_consent_and_nothing_is_paid(
    standin: StandIn, student: User, now: datetime
) -> None:
    card = save(standin, student, now)

    said = CardConsent.objects.get()
    assert (str(card), card.expires, card.is_default) == ("Visa •••• 4242", "12/34", True)
    assert (said.cap, said.version, said.given_at) == (200_000, consent.VERSION, now)
    assert "uten å spørre" in said.text
    assert cards_at(standin, student) == [card.stripe_id]
    assert stripe_balance(standin) == 0


def test_no_card_is_saved_without_a_yes(standin: StandIn, student: User, now: datetime) -> None:
    with pytest.raises(NoConsent):
        operations.open_setup(by=student, now=now)
    assert not StripeCustomer.objects.exists()


def test_asked_twice_it_is_the_same_page(standin: StandIn, student: User, now: datetime) -> None:
    first = operations.open_setup(by=student, now=now, cap=50_000)
    assert operations.open_setup(by=student, now=now).url == first.url
    assert CardSetup.objects.count() == StripeCustomer.objects.count() == 1


def test_a_bank_that_says_no_saves_nothing(standin: StandIn, student: User, now: datetime) -> None:
    setup = operations.open_setup(by=student, now=now, cap=50_000)
    with pytest.raises(ApiError):
        standin.pay(setup.session_id, NEVER_SAVED)
    assert operations.settle_setup(setup, now=now) is None
    assert not Card.objects.exists()


def test_the_webhook_alone_is_enough(standin: StandIn, student: User, now: datetime) -> None:
    setup = operations.open_setup(by=student, now=now, cap=50_000)
    standin.pay(setup.session_id)
    work(standin, now)
    assert Card.objects.get().status == CardStatus.SAVED


def test_a_page_nobody_came_back_from_is_asked_once_it_is_over(
    standin: StandIn, student: User, now: datetime
) -> None:
    setup = operations.open_setup(by=student, now=now, cap=50_000)
    standin.advance(46 * 60)
    operations.settle(now=now + HOUR)
    setup.refresh_from_db()
    assert setup.status == SetupStatus.ENDED


def test_the_same_number_saved_anew_takes_the_place_of_the_older(
    standin: StandIn, student: User, now: datetime
) -> None:
    older = save(standin, student, now)
    newer = save(standin, student, now)
    work(standin, now)

    assert cards_at(standin, student) == [newer.stripe_id]
    assert Card.objects.get(pk=older.pk).status == CardStatus.REMOVED
    assert Card.objects.saved_by(student).get().is_default


def test_the_card_one_pays_with_is_saved_when_one_says_so(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = operations.book(space=space, span=span, by=student, now=now)
    before = Order.objects.get()
    order = operations.open_checkout(booking=booking, now=now, saves_card=True)
    assert order.session_id != before.session_id
    with pytest.raises(ApiError, match="no longer active"):
        standin.pay(before.session_id)

    standin.pay(order.session_id)
    work(standin, now)

    card = Card.objects.get()
    assert cards_at(standin, student) == [card.stripe_id]
    assert card.is_default
    assert held(booking) == 20_000


def test_a_card_one_pays_with_is_not_saved_otherwise(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    bought(standin, space, span, student, now)
    assert not Card.objects.exists()
    assert not StripeCustomer.objects.exists()


def test_paying_meanwhile_on_the_first_page_is_paying_once(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = operations.book(space=space, span=span, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    with pytest.raises(PaymentUnderWay):
        operations.open_checkout(booking=booking, now=now, saves_card=True)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert charges(standin) == [20_000]


# --- Letting go --------------------------------------------------------------------------


def test_removed_it_is_gone_at_stripe_too(standin: StandIn, student: User, now: datetime) -> None:
    first, second = save(standin, student, now), save(standin, student, now, MASTERCARD)
    operations.remove_card(card=second, by=student, now=now)
    operations.remove_card(card=second, by=student, now=now)
    work(standin, now)

    assert cards_at(standin, student) == [first.stripe_id]
    assert Card.objects.to_charge(student) == first


@pytest.mark.parametrize("trouble", ["fail", "drop_before", "drop_after"])
def test_a_removal_stripe_did_not_answer_is_done_later(
    standin: StandIn, student: User, now: datetime, trouble: str
) -> None:
    card = save(standin, student, now)
    getattr(standin.faults, trouble)("POST", "/v1/payment_methods/*/detach", times=3)
    operations.remove_card(card=card, by=student, now=now)
    assert Card.objects.to_charge(student) is None
    work(standin, now, rounds=4)
    card.refresh_from_db()
    assert card.status == CardStatus.REMOVED
    assert cards_at(standin, student) == []


def test_consent_withdrawn_removes_every_card_and_charges_nothing_more(
    standin: StandIn, student: User, now: datetime
) -> None:
    save(standin, student, now)
    save(standin, student, now, MASTERCARD)
    operations.withdraw_consent(by=student, now=now)
    work(standin, now)
    assert cards_at(standin, student) == []
    assert CardConsent.objects.get().withdrawn_at == now


def test_a_card_saved_after_consent_was_withdrawn_is_let_go(
    standin: StandIn, student: User, now: datetime
) -> None:
    setup = operations.open_setup(by=student, now=now, cap=50_000)
    operations.withdraw_consent(by=student, now=now)
    standin.pay(setup.session_id)
    work(standin, now, rounds=2)
    assert Card.objects.get().status == CardStatus.REMOVED
    assert cards_at(standin, student) == []


def test_a_card_removed_at_stripe_is_not_charged(
    standin: StandIn, student: User, now: datetime
) -> None:
    card = save(standin, student, now)
    stripe_api(standin).v1.payment_methods.detach(card.stripe_id)
    work(standin, now)
    assert Card.objects.get().status == CardStatus.REMOVED


def test_another_cap_takes_the_place_of_the_first_and_the_cards_stay(
    standin: StandIn, student: User, now: datetime
) -> None:
    card = save(standin, student, now)
    operations.give_consent(by=student, now=now, cap=50_000)
    assert CardConsent.objects.count() == 2
    assert CardConsent.objects.standing().get().cap == 50_000
    assert Card.objects.to_charge(student) == card


def test_another_can_be_the_one_that_is_charged(
    standin: StandIn, student: User, now: datetime
) -> None:
    first, second = save(standin, student, now), save(standin, student, now, MASTERCARD)
    assert Card.objects.to_charge(student) == second
    operations.prefer_card(card=first, by=student)
    assert Card.objects.to_charge(student) == first
    operations.remove_card(card=first, by=student, now=now)
    with pytest.raises(CardGone):
        operations.prefer_card(card=first, by=student)


def test_the_database_holds_one_consent_and_one_default(student: User, now: datetime) -> None:
    operations.give_consent(by=student, now=now)
    with pytest.raises(IntegrityError, match="card_consent_one_stands"), transaction.atomic():
        CardConsent.objects.create(user=student, version=1, text="x", cap=1, given_at=now)
    values: dict[str, Any] = {
        "user": student, "brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030,
        "is_default": True, "saved_at": now, "not_before": now,
    }  # fmt: skip
    Card.objects.create(stripe_id="pm_1", **values)
    with pytest.raises(IntegrityError, match="card_one_default"), transaction.atomic():
        Card.objects.create(stripe_id="pm_2", **values)


# --- More time, charged at once ----------------------------------------------------------


@pytest.fixture
def booking(standin: StandIn, space: Space, span: Period, student: User, now: datetime) -> Booking:
    return bought(standin, space, span, student, now)


def extended(booking: Booking, by: User, now: datetime) -> Change:
    change = operations.extend(booking=booking, by=by, now=now, minutes=60)
    booking.refresh_from_db()
    return change


def test_more_time_is_charged_to_the_saved_card_at_once(
    standin: StandIn, booking: Booking, student: User, span: Period, now: datetime
) -> None:
    card = save(standin, student, now)

    change = extended(booking, student, now)

    assert change.status == ChangeStatus.MADE
    assert booking.end == span.upper + HOUR
    order = order_of(change)
    assert (order.status, order.card, order.session_id) == (OrderStatus.PAID, card, "")
    work(standin, now)
    assert booking.amount == held(booking) == 30_000
    assert charges(standin) == [20_000, 10_000]


def test_a_card_that_asks_when_it_is_saved_does_not_ask_again(
    standin: StandIn, booking: Booking, student: User, now: datetime
) -> None:
    save(standin, student, now, ASKS_ONCE)
    assert extended(booking, student, now).status == ChangeStatus.MADE


@pytest.mark.parametrize(
    ("number", "code"),
    [(ASKS_ALWAYS, "authentication_required"), (REFUSED_LATER, "card_declined")],
)
def test_a_bank_that_says_no_leaves_it_to_be_paid_on_a_page(
    standin: StandIn,
    booking: Booking,
    student: User,
    span: Period,
    now: datetime,
    number: str,
    code: str,
) -> None:
    save(standin, student, now, number)

    change = extended(booking, student, now)

    order = order_of(change)
    assert (change.status, order.status, order.declined) == ("held", OrderStatus.OPEN, code)
    assert (booking.end, booking.status) == (span.upper, Status.CONFIRMED)
    assert booking.events.get(kind=Kind.NOT_CHARGED).data["amount"] == 10_000
    assert Delivery.objects.get(kind=Kind.NOT_CHARGED).recipient == student

    standin.pay(order.session_id)
    work(standin, now)
    booking.refresh_from_db()
    assert booking.end == span.upper + HOUR
    assert booking.amount == held(booking) == 30_000


def test_not_paid_in_time_either_the_old_time_stands(
    standin: StandIn, booking: Booking, student: User, span: Period, now: datetime
) -> None:
    save(standin, student, now, REFUSED_LATER)
    change = extended(booking, student, now)
    operations.expire_holds(now=now + HOLD)
    work(standin, now + HOLD)
    booking.refresh_from_db()
    assert order_of(change).status == OrderStatus.VOID
    assert (booking.end, booking.amount) == (span.upper, 20_000)


def test_beyond_the_cap_it_is_paid_on_a_page(
    standin: StandIn, booking: Booking, student: User, now: datetime
) -> None:
    save(standin, student, now, cap=15_000)
    assert extended(booking, student, now).status == ChangeStatus.MADE
    change = extended(booking, student, now)
    assert (change.status, order_of(change).card) == (ChangeStatus.HELD, None)


def test_without_consent_or_for_another_change_nothing_is_charged_by_itself(
    standin: StandIn, booking: Booking, student: User, span: Period, now: datetime
) -> None:
    assert may_charge(booking, 1) is None
    save(standin, student, now)
    longer = period(span.lower, span.upper + HOUR)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer)
    assert change.status == ChangeStatus.HELD
    operations.withdraw(booking=booking, by=student, now=now)
    booking.refresh_from_db()
    operations.withdraw_consent(by=student, now=now)
    assert extended(booking, student, now).status == ChangeStatus.HELD


@pytest.mark.parametrize("trouble", ["fail", "drop_before", "drop_after"])
def test_a_charge_stripe_did_not_answer_is_made_later_and_once(
    standin: StandIn, booking: Booking, student: User, span: Period, now: datetime, trouble: str
) -> None:
    save(standin, student, now)
    getattr(standin.faults, trouble)("POST", "/v1/payment_intents", times=3)

    change = extended(booking, student, now)
    assert (change.status, booking.end) == (ChangeStatus.HELD, span.upper)
    with pytest.raises(PaymentUnderWay), transaction.atomic():
        operations.withdraw(booking=booking, by=student, now=now)

    work(standin, now, rounds=4)
    booking.refresh_from_db()
    assert booking.end == span.upper + HOUR
    assert charges(standin) == [20_000, 10_000]
    assert booking.amount == held(booking) == 30_000


def test_a_worker_killed_after_the_charge_finds_it_again_when_the_key_is_forgotten(
    standin: StandIn, booking: Booking, student: User, now: datetime
) -> None:
    """Stripe charged, and the process died before it could write that down, for days."""
    save(standin, student, now)
    standin.faults.drop_after("POST", "/v1/payment_intents", times=2)
    extended(booking, student, now)
    standin.webhooks.deliver()
    standin.advance(2 * 86_400)
    work(standin, now, rounds=2)
    assert charges(standin) == [20_000, 10_000]
    assert held(booking) == 30_000


def test_charged_after_its_time_was_given_away_it_is_paid_back(
    standin: StandIn, booking: Booking, student: User, space: Space, span: Period, now: datetime
) -> None:
    save(standin, student, now)
    standin.faults.drop_before("POST", "/v1/payment_intents", times=2)
    extended(booking, student, now)
    operations.expire_holds(now=now + HOLD)
    after = period(span.upper, span.upper + HOUR)
    operations.book(space=space, span=after, by=make_user(), now=now + HOLD)

    work(standin, now + HOLD, rounds=2)
    booking.refresh_from_db()
    assert (booking.end, held(booking)) == (span.upper, 20_000)


# --- Pages and programs ------------------------------------------------------------------


@pytest.fixture
def page(client: Client, student: User) -> Callable[[], str]:
    client.force_login(student)
    return lambda: client.get("/cards/").content.decode()


def test_pages_save_show_and_remove(
    standin: StandIn, client: Client, student: User, page: Callable[[], str]
) -> None:
    assert "uten å spørre" in page()
    refused = client.post("/cards/add/", {"cap": 100_000})
    assert refused.status_code == 422
    onward = client.post("/cards/add/", {"cap": 100_000, "agrees": "on"})
    assert "/c/pay/" in onward["Location"]
    standin.pay(CardSetup.objects.get().session_id)
    back = client.get("/cards/saved/", follow=True).content.decode()
    assert "Visa •••• 4242 er lagret" in back
    assert "1\u00a0000\u00a0kr" in back
    card = Card.objects.get()
    client.post(f"/cards/{card.pk}/default/")
    client.post(f"/cards/{card.pk}/remove/")
    assert "4242" not in page().split("er fjernet")[-1]
    client.post("/cards/withdraw/")
    assert not CardConsent.objects.standing().exists()


def test_the_page_says_when_stripe_is_silent(
    standin: StandIn, client: Client, page: Callable[[], str]
) -> None:
    standin.faults.drop_before("POST", "/v1/customers", times=3)
    answer = client.post("/cards/add/", {"cap": 100_000, "agrees": "on"}, follow=True)
    assert "svarer ikke" in answer.content.decode()
    assert "/c/pay/" in client.post("/cards/add/")["Location"]


def test_a_booking_is_paid_with_a_card_that_is_saved(
    standin: StandIn, client: Client, space: Space, span: Period, student: User, now: datetime
) -> None:
    client.force_login(student)
    booking = operations.book(space=space, span=span, by=student, now=now)
    url = booking.get_absolute_url()
    assert 'name="save_card"' in client.get(url).content.decode()
    onward = client.post(f"{url}pay/", {"save_card": "on"})
    standin.pay(onward["Location"].rpartition("/")[2])
    assert client.get(f"{url}paid/").status_code == 303
    assert Card.objects.get().user == student


def test_api_saves_lists_and_removes(standin: StandIn, client: Client, student: User) -> None:
    client.force_login(student)

    def post(body: dict[str, object]) -> Any:
        return client.post("/api/v1/cards/", body, content_type="application/json")

    assert post({"agrees": False}).status_code == 400
    answer = post({"agrees": True, "cap": 50_000})
    assert answer.status_code == 201
    assert answer.json()["consent"]["most"] == {"amount": 50_000, "currency": "NOK"}
    standin.pay(answer.json()["url"].rpartition("/")[2])
    client.get("/cards/saved/")
    (card,) = client.get("/api/v1/cards/").json()["results"]
    assert (card["last4"], card["is_default"]) == ("4242", True)
    assert client.delete(f"/api/v1/cards/{card['id']}/").status_code == 204
    assert client.delete(f"/api/v1/cards/{card['id']}/").status_code == 404
    standin.faults.drop_before("POST", "/v1/checkout/sessions", times=3)
    assert post({"agrees": True}).json()["code"] == "payments_silent"


def test_customers_are_made_once_whatever_happens(
    standin: StandIn, student: User, now: datetime
) -> None:
    standin.faults.drop_after("POST", "/v1/customers", times=2)
    with pytest.raises(PaymentsUnavailable):
        operations.open_setup(by=student, now=now, cap=50_000)
    operations.open_setup(by=student, now=now)
    assert len(stripe_api(standin).v1.customers.list().data) == 1
