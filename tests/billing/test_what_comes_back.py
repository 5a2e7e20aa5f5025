"""What a page promises back is what comes back: to the øre, also when some is back already."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from billing import ledger, operations
from billing.audit import CHECKS
from billing.models import OrderLine, Refund
from billing.operations.on_account import put_on_account
from billing.operations.refunding import left_to_give
from billing.operations.repeating import returns_of
from billing.receipt import Receipt
from bookings.audit import audit
from bookings.models import Booking, BookingEvent, Kind, Series, Status
from bookings.operations.repeating import coming_of
from spaces.models import Space
from spaces.periods import period
from tests.billing.owners import pay
from tests.billing.test_on_account import HALF, START, agree, book
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_series,
    make_space,
)

pytestmark = pytest.mark.usefixtures("monday_noon")

HOUR = timedelta(hours=1)
PRICE = 100_000


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), price=PRICE // 2)


@pytest.fixture
def booking(cast: Cast, space: Space) -> Booking:
    made = make_booking(space, START, by=cast.booker, amount=PRICE, cancellation=HALF)
    pay(made)
    return made


def give(booking: Booking, amount: int, cast: Cast) -> None:
    left = left_to_give(booking).amount
    operations.give_back_some(
        booking=booking, amount=amount, left=left, by=cast.finance, reason="Kaldt", now=NOW
    )


CAME_TO_NOTHING = "On account nothing is owed for what came to nothing"


def broken() -> list[str]:
    return [one.promise for one in audit(CHECKS, now=NOW + 2 * HOUR) if one.count]


def given_back(booking: Booking) -> int:
    refunds = Refund.objects.filter(booking=booking)
    return sum(refunds.values_list("amount", flat=True))


# --- One booking ----------------------------------------------------------------------------


@pytest.mark.parametrize(("as_owner", "given"), [(False, 60_000), (True, 60_000), (False, 0)])
def test_quote_after_goodwill_is_what_cancelling_gives_back(
    booking: Booking, cast: Cast, as_owner: bool, given: int
) -> None:
    if given:
        give(booking, given, cast)
    receipt = Receipt(booking, now=NOW)
    quoted = receipt.back_if_cancelled(as_owner=as_owner).amount
    by = cast.owner if as_owner else cast.booker

    operations.cancel(booking=booking, by=by, as_owner=as_owner, now=NOW)

    assert quoted == PRICE - given == given_back(booking) - given
    assert [tier.back.amount for tier in receipt.tiers] == [PRICE - given, min(50_000, quoted)]


def test_quote_of_what_a_bank_has_taken_back_is_nothing(booking: Booking, cast: Cast) -> None:
    OrderLine.objects.update(lost=PRICE)

    receipt = Receipt(booking, now=NOW)

    assert not receipt.back_if_cancelled(as_owner=True)
    assert {tier.back.amount for tier in receipt.tiers} == {0}


@pytest.mark.parametrize(("who", "can"), [("owner", True), ("host", False), ("booker", False)])
def test_who_sees_the_money_gives_back_from_the_bookings_page(
    client: Client, booking: Booking, cast: Cast, who: str, can: bool
) -> None:
    cast.sign_in(client, who)
    page = client.get(booking.get_absolute_url()).content.decode()
    assert (reverse("give_back", args=[booking.pk]) in page) == can


def test_the_page_tells_what_is_back_already_and_what_comes(
    client: Client, booking: Booking, cast: Cast
) -> None:
    give(booking, 60_000, cast)
    cast.sign_in(client, "booker")
    address = reverse("cancel", args=[booking.pk])

    page = client.get(address).content.decode()
    done = client.post(address, {"shown": "40000"}, follow=True).content.decode()

    assert "Already back with you</dt><dd>−600\xa0kr" in page
    assert "Not paid back" not in page
    assert "Cancel, 400\xa0kr back" in page
    assert "400\xa0kr is on its way back" in done
    assert "Paid</dt><dd>1,000\xa0kr" in done
    assert reverse("give_back", args=[booking.pk]) not in done
    assert given_back(booking) == PRICE


def test_the_quote_for_programs_promises_no_more_than_is_left(
    client: Client, booking: Booking, cast: Cast
) -> None:
    give(booking, 60_000, cast)
    cast.sign_in(client, "booker")

    quote = client.get(f"/api/v1/bookings/{booking.pk}/refund-quote/").json()

    assert quote["refund"]["amount"] == 40_000
    assert [tier["back"]["amount"] for tier in quote["tiers"]] == [40_000, 40_000]


def test_a_change_promises_no_more_back_than_is_left(
    client: Client, booking: Booking, cast: Cast
) -> None:
    give(booking, 60_000, cast)
    cast.sign_in(client, "booker")
    address = reverse("change", args=[booking.pk])
    zone = booking.space.place.zone
    start, end = (at.astimezone(zone) for at in (booking.start, booking.end - HOUR))
    asked = {"date": f"{start:%Y-%m-%d}", "from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
    asked |= {"space": str(booking.space_id), "quantity": "1"}

    page = client.get(address, asked).content.decode()
    done = client.post(address, {**asked, "shown": "-40000"}, follow=True).content.decode()

    assert "Change, 400\xa0kr back" in page
    assert "400\xa0kr is on its way back" in done
    assert given_back(booking) == PRICE
    assert booking.events.get(kind=Kind.CHANGED).data["back"] == 40_000
    booking.refresh_from_db()
    assert (booking.amount, Receipt(booking, now=NOW).left.amount) == (50_000, 0)


def test_a_request_on_account_is_withdrawn_for_nothing(cast: Cast) -> None:
    company = make_organisation()
    member = make_member(company)
    space = make_space(price=40_000, is_instant=False, cancellation=[])
    agreement = agree(space.organisation, company)
    asked = book(space, member)
    assert (asked.status, ledger.owed_by(agreement)) == (Status.REQUESTED, 80_000)
    quoted = Receipt(asked, now=NOW).back_if_cancelled(as_owner=False)

    operations.cancel(booking=asked, by=member, as_owner=False, now=NOW)

    assert (quoted.amount, ledger.owed_by(agreement)) == (80_000, 0)


def test_cancel_on_account_takes_off_a_change_that_waits_too(cast: Cast) -> None:
    company = make_organisation()
    member = make_member(company)
    space = make_space(price=40_000, is_instant=False, cancellation=HALF)
    agreement = agree(space.organisation, company)
    booked = book(space, member)
    operations.approve(booking=booked, by=make_member(space.organisation), now=NOW)
    operations.extend(booking=booked, by=member, now=NOW, minutes=60)
    assert ledger.owed_by(agreement) == 120_000

    operations.cancel(booking=booked, by=member, as_owner=False, now=START - HOUR)
    operations.expire_holds(now=START - HOUR)

    assert ledger.owed_by(agreement) == 40_000


def test_a_request_declined_after_goodwill_is_owed_no_more(cast: Cast) -> None:
    company = make_organisation()
    member = make_member(company)
    owner = make_member(cast.organisation)
    space = make_space(make_place(cast.organisation), price=40_000, is_instant=False)
    agreement = agree(cast.organisation, company)
    asked = book(space, member)
    give(asked, 10_000, cast)

    operations.decline(booking=asked, by=owner, now=NOW)
    assert broken() == [CAME_TO_NOTHING]
    operations.expire_holds(now=NOW)

    assert ledger.owed_by(agreement) == 0
    assert broken() == []


@pytest.mark.parametrize("given", [10_000, 70_000])
def test_a_request_made_cheaper_after_goodwill_keeps_the_goodwill(cast: Cast, given: int) -> None:
    """800 kr, of which the owner takes some off; then half as long, and a quarter. Never below
    nothing."""
    company = make_organisation()
    member = make_member(company)
    space = make_space(make_place(cast.organisation), price=40_000, is_instant=False, step=30)
    agreement = agree(cast.organisation, company)
    asked = book(space, member)
    give(asked, given, cast)

    for minutes, costs in ((60, 40_000), (30, 20_000)):
        span = period(asked.start, asked.start + timedelta(minutes=minutes))
        operations.reschedule(booking=asked, span=span, by=member, now=NOW)
        assert ledger.owed_by(agreement) == max(0, costs - given)
        asked.refresh_from_db()

    assert broken() == []


# --- A series -------------------------------------------------------------------------------


@pytest.fixture
def series(cast: Cast, space: Space) -> Series:
    made = make_series(space, START, count=3, by=cast.booker)
    made.bookings.update(amount=40_000, cancellation=HALF)
    pay(*made.bookings.all())
    return made


def test_returns_of_a_series_on_account_are_what_is_taken_off(
    client: Client, space: Space, cast: Cast
) -> None:
    company = make_organisation()
    make_member(company, user=cast.booker)
    agreement = agree(space.organisation, company)
    found = make_series(space, START, count=3, by=cast.booker, organisation=company)
    Booking.objects.update(amount=40_000, organisation=company)
    put_on_account(list(found.bookings.all()), [agreement], by=cast.booker, now=NOW)
    cast.sign_in(client, "booker")
    address = reverse("series_cancel", args=[found.pk])

    page = client.get(address).content.decode()
    client.post(address, {"shown": "120000"})

    assert 'name="shown" value="120000"' in page
    assert ledger.owed_by(agreement) == 0


def test_returns_of_a_series_are_no_more_than_is_left(series: Series, cast: Cast) -> None:
    first = series.bookings.order_by("period")[0]
    give(first, 30_000, cast)

    returns = returns_of(coming_of(series, now=NOW), now=NOW)
    operations.cancel_series(series=series, by=cast.booker, now=NOW)

    assert [one.amount.amount for one in returns] == [10_000, 40_000, 40_000]
    assert given_back(first) == 40_000


def test_cancel_series_shows_again_what_has_become_less(
    client: Client, series: Series, cast: Cast
) -> None:
    cast.sign_in(client, "booker")
    address = reverse("series_cancel", args=[series.pk])
    assert 'name="shown" value="120000"' in client.get(address).content.decode()

    with time_machine.travel(START - 23 * HOUR, tick=False):
        again = client.post(address, {"shown": "120000"})
        assert again.status_code == 422
        assert "What you get back has changed." in again.content.decode()
        assert 'name="shown" value="100000"' in again.content.decode()
        assert not Refund.objects.exists()
        client.post(address, {"shown": "100000"})

    assert Refund.objects.aggregate(sum=Sum("amount"))["sum"] == 100_000


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_moved_series_promises_no_more_back_than_is_left(
    client: Client, cast: Cast, space: Space, is_asked: bool
) -> None:
    """Also where the owner gives some back while they are asked."""
    series = make_series(space, START, count=2, by=cast.booker)
    series.bookings.update(amount=PRICE, cancellation=[[0, 100]])
    pay(*series.bookings.all())
    Space.objects.update(is_instant=not is_asked)
    first = series.bookings.order_by("period")[0]
    give(first, 60_000, cast)
    cast.sign_in(client, "booker")
    address, asked = reverse("series_move", args=[series.pk]), {"from": "10:00", "to": "11:00"}
    url = f"/api/v1/series/{series.pk}/reschedule/?preview=1"

    told = client.post(url, asked, "application/json").json()["bookings"]
    page = client.get(address, asked).content.decode()
    assert [one["back"]["amount"] for one in told] == [40_000, 50_000]
    assert 'name="shown" value="-90000"' in page
    client.post(address, {**asked, "shown": "-90000"})
    if is_asked:
        give(first, 15_000, cast)
        operations.approve_series(series=series, by=cast.owner, now=NOW)

    left = 25_000 if is_asked else 40_000
    events = BookingEvent.objects.filter(kind=Kind.CHANGED).order_by("booking__period")
    assert [one.data["back"] for one in events] == [left, 50_000]
    assert given_back(first) == PRICE
    assert Refund.objects.aggregate(sum=Sum("amount"))["sum"] == PRICE + 50_000
