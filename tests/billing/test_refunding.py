"""Goodwill: any amount up to what is left, once for each click, and the booker is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from accounts.models import User
from billing import ledger, operations, takings
from billing.ledger import MoreThanPaid
from billing.models import Code, Dispute, Order, Refund, RefundStatus
from billing.operations.refunding import BankAsks, LeftHasChanged, NotFailed, left_to_give
from bookings import deliveries
from bookings.forms import district_zone
from bookings.models import Booking, Delivery, Kind
from spaces.models import Space
from tests.billing.owners import AFTER, agree_fee, books, make_paid, make_ready, send_all
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), price=50_000)


@pytest.fixture
def order(space: Space) -> Order:
    return make_paid(space)


@pytest.fixture
def booking(order: Order) -> Booking:
    return order.lines.get().booked


def give(booking: Booking, amount: int, by: User, **other: Any) -> list[Refund]:
    values = {"left": left_to_give(booking).amount, "reason": "Det var kaldt.", "now": NOW, **other}
    return operations.give_back_some(booking=booking, amount=amount, by=by, **values)


def come_to(refund: Refund, status: RefundStatus) -> None:
    operations.settling._refund_came_to(refund.pk, status, f"re_{refund.pk}", "", now=AFTER)


def test_goodwill_is_promised_and_the_booker_is_told_why(booking: Booking, cast: Cast) -> None:
    (refund,) = give(booking, 12_345, cast.finance)

    assert (refund.amount, refund.by, refund.reason) == (12_345, cast.finance, "Det var kaldt.")
    assert left_to_give(booking).amount == 87_655
    deliveries.send_due(now=NOW)
    (letter,) = [one for one in mail.outbox if one.to == [booking.booker.email]]
    assert "123,45" in letter.body
    assert "Det var kaldt." in letter.body


def test_goodwill_twice_is_two_letters(booking: Booking, cast: Cast) -> None:
    give(booking, 10_000, cast.finance)
    give(booking, 20_000, cast.finance)

    told = Delivery.objects.filter(kind=Kind.REFUNDED, recipient=booking.booker)
    assert told.count() == 2


def test_same_click_twice_gives_back_once(booking: Booking, cast: Cast) -> None:
    give(booking, 10_000, cast.finance, left=100_000)
    with pytest.raises(LeftHasChanged) as refused:
        give(booking, 10_000, cast.finance, left=100_000)

    assert refused.value.details == {"left": 90_000}
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", [0, -1, 100_001])
def test_goodwill_of_nothing_or_too_much_is_refused(
    booking: Booking, cast: Cast, amount: int
) -> None:
    with pytest.raises(MoreThanPaid):
        give(booking, amount, cast.finance)


def test_no_line_gives_back_more_than_was_paid_for_it_though_the_order_holds_more(
    space: Space,
) -> None:
    """What the others of a cart have been paid is not this owner's to give."""
    others = make_space(price=50_000)
    line = make_paid(space, others).lines.order_by("pk")[0]

    with pytest.raises(MoreThanPaid) as refused, transaction.atomic():
        operations.refund(line=line, amount=100_001, now=NOW)

    assert refused.value.details == {"left": 100_000}
    assert not Refund.objects.exists()


def test_goodwill_while_a_bank_asks_is_refused(order: Order, booking: Booking, cast: Cast) -> None:
    Dispute.objects.create(
        stripe_id="du_1",
        order=order,
        amount=100_000,
        reason="fraudulent",
        status="needs_response",
        opened_at=NOW,
        changed_at=NOW,
    )
    with pytest.raises(BankAsks):
        give(booking, 1, cast.finance)


def test_goodwill_after_the_transfer_is_fetched_back(
    space: Space, booking: Booking, cast: Cast
) -> None:
    make_ready(space.organisation)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()

    give(booking, 30_000, cast.owner, now=AFTER)
    send_all()

    assert books() == {Code.STRIPE_BALANCE: 30_000, Code.REFUNDS_DUE: -30_000}


# --- Failed -------------------------------------------------------------------------------------


def test_refund_that_fails_after_success_is_held_and_sent_anew(
    order: Order, booking: Booking, cast: Cast
) -> None:
    (refund,) = give(booking, 40_000, cast.finance)
    come_to(refund, RefundStatus.SUCCEEDED)
    assert books()[Code.STRIPE_BALANCE] == 60_000

    come_to(refund, RefundStatus.FAILED)

    assert books() == {Code.STRIPE_BALANCE: 100_000, Code.HELD: -100_000}
    assert left_to_give(booking).amount == 60_000  # the rest is the booker's, and waits
    assert list(Refund.objects.open_cases()) == [refund]
    again = operations.resend_refund(refund=refund, by=cast.finance, now=AFTER)
    come_to(again, RefundStatus.SUCCEEDED)
    assert books()[Code.STRIPE_BALANCE] == 60_000
    assert not Refund.objects.open_cases().exists()
    month = takings.months(cast.organisation, district_zone())
    assert sum(one.refunded.amount for one in month) == 40_000


def test_refund_from_before_there_were_documents_is_sent_anew_with_its_note(
    order: Order, booking: Booking, cast: Cast
) -> None:
    told = {"order": order, "booking": booking, "line": order.lines.get()}
    refund = Refund.objects.create(amount=40_000, created_at=NOW, not_before=NOW, **told)
    ledger.refund_promised(refund, now=NOW)
    come_to(refund, RefundStatus.FAILED)
    Booking.objects.update(amount=0, lines=[])  # and it costs nothing since

    again = operations.resend_refund(refund=refund, by=cast.finance, now=AFTER)

    assert again.documents.get().gross == 40_000


def test_refund_is_sent_anew_once(booking: Booking, cast: Cast) -> None:
    (refund,) = give(booking, 40_000, cast.finance)
    with pytest.raises(NotFailed):
        operations.resend_refund(refund=refund, by=cast.finance, now=AFTER)
    come_to(refund, RefundStatus.FAILED)
    operations.resend_refund(refund=refund, by=cast.finance, now=AFTER)

    with pytest.raises(NotFailed):
        operations.resend_refund(refund=refund, by=cast.finance, now=AFTER)
    assert ledger.held_for(refund.order).amount == 60_000


def test_failure_told_twice_is_posted_once(booking: Booking, cast: Cast) -> None:
    (refund,) = give(booking, 40_000, cast.finance)
    for status in (RefundStatus.SUCCEEDED, *[RefundStatus.FAILED] * 3, RefundStatus.SUCCEEDED):
        come_to(refund, status)

    refund.refresh_from_db()
    assert refund.status == RefundStatus.FAILED
    assert books() == {Code.STRIPE_BALANCE: 100_000, Code.HELD: -100_000}


# --- Pages and programs ---------------------------------------------------------------------


def address(booking: Booking) -> str:
    return f"/owner/money/bookings/{booking.pk}/refund/"


def test_page_shows_what_it_means_and_then_does_it(
    client: Client, cast: Cast, space: Space, booking: Booking
) -> None:
    cast.sign_in(client, "finance")
    asked = {"left": 100_000, "amount": "250", "reason": f"Sorry {EVIL}"}
    first = client.post(address(booking), asked)

    assert first.status_code == 200
    assert not Refund.objects.exists()
    assert EVIL not in first.content.decode()
    done = client.post(address(booking), {**asked, "confirmed": "1"}, follow=True)
    assert "is on its way back" in done.content.decode()
    assert Refund.objects.get().amount == 25_000
    client.post(address(booking), {**asked, "confirmed": "1"})
    assert Refund.objects.count() == 1


def test_page_says_what_is_taken_from_owner_and_fee(
    client: Client, cast: Cast, space: Space
) -> None:
    agree_fee(space.organisation, 1_000)
    booking = make_paid(space).lines.get().booked
    operations.earn_due(now=AFTER)
    cast.sign_in(client, "owner")
    asked = {"left": 100_000, "amount": "400", "reason": "Kaldt"}

    page = client.post(address(booking), asked).content.decode()

    assert "360\xa0kr" in page
    assert "40\xa0kr" in page


@pytest.mark.parametrize("amount", ["", "0", "-5", "1000.01", "x"])
def test_page_refuses_what_is_no_amount(
    client: Client, cast: Cast, booking: Booking, amount: str
) -> None:
    cast.sign_in(client, "finance")
    answer = client.post(address(booking), {"left": 100_000, "amount": amount, "reason": "Nei"})

    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_program_gives_back_by_what_is_left(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "finance")
    asked = {"amount": 10_000, "left": 100_000, "reason": "Kaldt"}
    path = f"/api/v1/bookings/{booking.pk}/refund/"
    told = client.post(path, asked, content_type="application/json")
    again = client.post(path, asked, content_type="application/json")

    assert told.status_code == 201
    assert told.json()[0]["amount"] == {"amount": 10_000, "currency": "NOK"}
    assert (again.status_code, again.json()["code"]) == (409, "left_changed")
    assert again.json()["left"] == 90_000


def test_finance_of_one_owner_gives_back_their_own_part_of_a_cart(
    client: Client, cast: Cast, space: Space
) -> None:
    other = make_space(price=50_000)
    order = make_paid(space, other)
    theirs = order.lines.get(owner=other.organisation).booked
    cast.sign_in(client, "finance")

    assert client.get(address(theirs)).status_code == 404
    ours = order.lines.get(owner=space.organisation).booked
    give(ours, 100_000, cast.finance)
    assert left_to_give(theirs).amount == 100_000
    assert left_to_give(ours).amount == 0


def test_failed_refunds_are_seen_by_those_whose_they_are(
    client: Client, cast: Cast, booking: Booking
) -> None:
    (refund,) = give(booking, 40_000, cast.finance)
    come_to(refund, RefundStatus.FAILED)
    cast.sign_in(client, "finance")

    assert "could not be given back" in client.get("/owner/money/").content.decode()
    client.post(f"/owner/money/refunds/{refund.pk}/resend/")
    assert "could not be given back" not in client.get("/owner/money/").content.decode()
    assert Refund.objects.get(again_of=refund).created_at > NOW - timedelta(days=1)
