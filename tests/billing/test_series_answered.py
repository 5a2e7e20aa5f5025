"""A series whose owner answers first, moved as a whole: asked for at once, all of it or none."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from billing import audit as money
from billing import ledger, operations
from billing.models import Order, OrderStatus, Refund
from billing.operations.settling import expire_holds, settle_order
from bookings import audit as promises
from bookings import operations as bookings
from bookings.emails import changes as letters
from bookings.models import Booking, Change, ChangeStatus, Delivery, Kind, Series, Status
from bookings.operations import Pick
from bookings.operations.shapes import Shape
from bookings.operations.shifting import AnsweredApart, SeriesUnanswered, shifts_of
from bookings.quotas import QuotaUsed
from bookings.refusals import WrongState
from spaces.models import Quota, Space
from spaces.periods import Period
from tests.billing.sound_district import unseen_of
from tests.billing.test_asked_together import at_stripe
from tests.billing.test_on_account import agree
from tests.billing.test_series_changed import LONGER, hours, space, told
from tests.billing.test_settling import work
from tests.bookings.test_series import as_wanted, tuesdays
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_space
from tools.stripe_standin import StandIn

__all__ = ["space"]  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER, SHORTER = Shape(780, 900), Shape(780, 840)
CHECKS = [*promises.CHECKS, *money.CHECKS]


@pytest.fixture
def paid(standin: StandIn, cast: Cast, space: Space) -> Series:
    """Three Tuesdays 10–12, paid for; from now on the owner answers first."""
    series = tuesdays(space, 3)
    booked = operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)
    give_card(standin)
    Space.objects.update(is_instant=False)
    return Series.objects.get(pk=booked.pk)


def give_card(standin: StandIn) -> Order:
    order = Order.objects.get(status=OrderStatus.OPEN)
    standin.pay(order.session_id)
    return settle_order(order, now=NOW)


def first_of(series: Series) -> Booking:
    return series.bookings.order_by("period")[0]


def states(series: Series) -> list[str]:
    found = Change.objects.filter(booking__series=series).order_by("booking__period")
    return list(found.values_list("status", flat=True))


def broken(promise: str = "") -> set[str]:
    """Which promises are broken, of all or of this one."""
    found = [check for check in CHECKS if promise in ("", check.promise)]
    return {one.promise for one in promises.audit(found, now=NOW) if one.count}


def test_move_series_waits_for_one_answer_and_stands_until_then(cast: Cast, paid: Series) -> None:
    before = Delivery.objects.count()

    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)

    paid.refresh_from_db()
    assert (hours(paid), paid.opens) == ([(10, 12)] * 3, 600)
    assert states(paid) == [ChangeStatus.REQUESTED] * 3
    assert len(set(Change.objects.values_list("expires_at", flat=True))) == 1
    asked = Delivery.objects.order_by("pk")[before:]
    assert {(one.kind, one.recipient) for one in asked} == {
        (Kind.CHANGE_ASKED, cast.booker),
        (Kind.CHANGE_ASKED, cast.owner),
        (Kind.CHANGE_ASKED, cast.manager),
        (Kind.CHANGE_ASKED, cast.host),
    }
    assert asked.count() == 4
    assert broken() == set()


def test_a_yes_to_one_makes_all_of_them_and_the_rule_follows(cast: Cast, paid: Series) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)

    operations.approve(booking=paid.bookings.order_by("period")[1], by=cast.owner, now=NOW)

    paid.refresh_from_db()
    assert (hours(paid), paid.opens, paid.closes) == ([(13, 15)] * 3, 780, 900)
    assert states(paid) == [ChangeStatus.MADE] * 3
    assert (told(Kind.SERIES_CHANGED, cast.booker), told(Kind.CHANGED, cast.booker)) == (1, 0)
    assert told(Kind.SERIES_CHANGED, cast.owner) == 0  # who knows of it
    assert broken() == set()
    with pytest.raises(WrongState):
        operations.approve_series(series=paid, by=cast.owner, now=NOW)


def test_what_it_costs_more_is_reserved_once_and_drawn_after_the_yes(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    assert states(paid) == [ChangeStatus.HELD] * 3
    assert told(Kind.CHANGE_ASKED, cast.owner) == 0

    order = give_card(standin)
    assert (order.status, order.amount) == (OrderStatus.AUTHORISED, 30_000)
    assert states(paid) == [ChangeStatus.REQUESTED] * 3
    assert (told(Kind.CHANGE_ASKED, cast.owner), told(Kind.CHANGE_ASKED, cast.booker)) == (1, 1)
    assert (hours(paid), broken()) == ([(10, 12)] * 3, set())

    operations.approve_series(series=paid, by=cast.owner, now=NOW)
    order.refresh_from_db()
    paid.refresh_from_db()
    assert (order.status, ledger.held_for(order).amount) == (OrderStatus.PAID, 30_000)
    assert (hours(paid), paid.closes, broken()) == ([(10, 13)] * 3, 780, set())
    assert told(Kind.SERIES_CHANGED, cast.booker) == 1


def test_a_yes_to_less_gives_back_what_the_terms_say(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    paid.bookings.update(cancellation=[[0, 100]])
    shifts = shifts_of(paid, SHORTER, now=NOW)
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=SHORTER)
    assert not Refund.objects.exists()

    operations.approve_series(series=paid, by=cast.owner, now=NOW)

    said = [one.offer.back.amount for one in shifts if one.offer]
    assert said == list(Refund.objects.values_list("amount", flat=True)) == [10_000] * 3
    work(standin, NOW)
    assert broken() == set()


@pytest.mark.parametrize("how", ["declined", "withdrawn", "unanswered", "payment_failed"])
def test_whatever_ends_one_ends_all_and_lets_the_money_go(
    standin: StandIn, cast: Cast, paid: Series, how: str
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    order = give_card(standin)
    second = paid.bookings.order_by("period")[1]
    until = Change.objects.values_list("expires_at", flat=True)[0]
    assert until is not None
    before = Delivery.objects.count()

    if how == "declined":
        operations.decline(booking=second, by=cast.owner, now=NOW, reason="Full house")
    elif how == "withdrawn":
        operations.withdraw(booking=second, by=cast.booker, now=NOW)
    elif how == "unanswered":
        expire_holds(now=until)
    else:
        at_stripe(standin).v1.payment_intents.cancel(order.intent_id)
        settle_order(order, now=NOW)

    paid.refresh_from_db()
    assert (states(paid), paid.closes) == ([ChangeStatus.ENDED] * 3, 720)
    assert (hours(paid), Booking.objects.filter(series=paid).count()) == ([(10, 12)] * 3, 3)
    news = list(Delivery.objects.filter(recipient=cast.booker).order_by("pk")[before:])
    assert len([one for one in news if one.kind == Kind.CHANGE_ENDED]) <= 1
    assert told(Kind.CHANGE_ENDED, cast.booker) == (how != "withdrawn")
    assert told(Kind.CHANGE_ENDED, cast.owner) == (how in ("withdrawn", "unanswered"))
    work(standin, NOW)
    order.refresh_from_db()
    assert order.status == OrderStatus.VOID
    assert broken() == set()


def test_what_is_cancelled_meanwhile_is_neither_drawn_nor_in_the_way(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    order = give_card(standin)
    gone = first_of(paid)
    operations.cancel(booking=gone, by=cast.booker, as_owner=False, now=NOW)
    assert states(paid) == [ChangeStatus.ENDED, *[ChangeStatus.REQUESTED] * 2]

    operations.approve_series(series=paid, by=cast.owner, now=NOW)

    order.refresh_from_db()
    paid.refresh_from_db()
    assert (order.status, order.amount) == (OrderStatus.PAID, 20_000)
    assert ledger.held_for(order).amount == 20_000
    assert (hours(paid)[1:], paid.closes) == ([(10, 13)] * 2, 780)
    work(standin, NOW)
    assert broken() == set()


def test_what_is_cancelled_before_the_card_is_given_is_not_waited_for(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    operations.cancel(booking=first_of(paid), by=cast.booker, as_owner=False, now=NOW)

    order = give_card(standin)
    operations.approve_series(series=paid, by=cast.owner, now=NOW)

    order.refresh_from_db()
    assert (order.status, order.amount) == (OrderStatus.PAID, 20_000)
    assert hours(paid)[1:] == [(10, 13)] * 2
    assert broken() == set()


def test_the_owner_moves_one_away_and_the_others_wait_on(
    standin: StandIn, cast: Cast, paid: Series, space: Space
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    order, one = give_card(standin), first_of(paid)
    span = Period(one.start + 4 * HOUR, one.end + 4 * HOUR, "[)")
    operations.reschedule(booking=one, span=span, by=cast.owner, as_owner=True, now=NOW)

    operations.approve_series(series=paid, by=cast.owner, now=NOW)

    order.refresh_from_db()
    assert (hours(paid), order.amount) == ([(14, 16), (10, 13), (10, 13)], 20_000)
    assert broken() == set()


def test_while_it_waits_nothing_else_becomes_of_them(cast: Cast, paid: Series) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)
    assert {one.refusal for one in shifts_of(paid, LONGER, now=NOW)} == {
        "A change is waiting already. Take it back first, or wait for it."
    }


def test_on_account_it_is_owed_when_it_is_asked_for_and_made_with_a_yes(
    standin: StandIn, space: Space, cast: Cast
) -> None:
    company = make_organisation(slug="firma")
    make_member(company, user=cast.booker)
    agree(space.organisation, company)
    series = tuesdays(space, 3, organisation=company)
    booked = operations.book_series(
        series=series, picks=as_wanted(series), by=cast.booker, now=NOW, on_account=True
    )
    Space.objects.update(is_instant=False)
    booked = Series.objects.get(pk=booked.pk)

    operations.move_series(series=booked, by=cast.booker, now=NOW, to=LONGER)
    assert (states(booked), hours(booked)) == ([ChangeStatus.REQUESTED] * 3, [(10, 12)] * 3)
    assert (told(Kind.CHANGE_ASKED, cast.owner), broken()) == (1, set())

    operations.approve_series(series=booked, by=cast.owner, now=NOW)
    assert (hours(booked), broken()) == ([(10, 13)] * 3, set())
    assert told(Kind.SERIES_CHANGED, cast.booker) == 1


def test_one_in_a_space_that_is_booked_at_once_waits_with_the_others(
    standin: StandIn, cast: Cast, space: Space
) -> None:
    other = make_space(space.place, name="Fjord", price=10_000)
    series = tuesdays(space, 3)
    first, second, third = as_wanted(series)
    picks = [first, second, Pick(third.day, other, third.span)]
    booked = operations.book_series(series=series, picks=picks, by=cast.booker, now=NOW)
    give_card(standin)
    Space.objects.filter(pk=other.pk).update(is_instant=False)

    operations.move_series(series=booked, by=cast.booker, now=NOW, to=LATER)
    assert states(booked) == [ChangeStatus.REQUESTED] * 3

    operations.approve(booking=first_of(booked), by=cast.owner, now=NOW)
    assert hours(booked) == [(13, 15)] * 3


def test_several_owners_are_asked_one_by_one(cast: Cast, space: Space) -> None:
    space.prices.update(amount=0)
    elsewhere = make_space(name="Fjord")
    series = tuesdays(space, 2)
    first, second = as_wanted(series)
    picks = [first, Pick(second.day, elsewhere, second.span)]
    booked = operations.book_series(series=series, picks=picks, by=cast.booker, now=NOW)
    Space.objects.filter(pk=space.pk).update(is_instant=False)
    booked = Series.objects.get(pk=booked.pk)

    with pytest.raises(AnsweredApart), transaction.atomic():
        operations.move_series(series=booked, by=cast.booker, now=NOW, to=LATER)

    assert [one.refusal for one in shifts_of(booked, LATER, now=NOW)] == [
        AnsweredApart().sentence
    ] * 2
    assert not Change.objects.exists()


def test_what_is_not_answered_yet_is_not_asked_for_anew(cast: Cast, space: Space) -> None:
    space.prices.update(amount=0)
    Space.objects.update(is_instant=False)
    space.refresh_from_db()
    series = tuesdays(space, 2)
    booked = operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)
    operations.approve(booking=first_of(booked), by=cast.owner, now=NOW)

    with pytest.raises(SeriesUnanswered) as no, transaction.atomic():
        operations.move_series(series=booked, by=cast.booker, now=NOW, to=LATER)
    assert no.value.details["date"] == "2026-12-08"


def test_a_yes_is_not_said_to_more_than_the_quotas_have(
    standin: StandIn, cast: Cast, paid: Series, space: Space
) -> None:
    """Eight hours a month: three times two, each of which could be four by itself."""
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    order = give_card(standin)
    Quota.objects.create(space=space, counts="minutes", amount=480, window="month")

    with pytest.raises(QuotaUsed), transaction.atomic():
        operations.approve_series(series=paid, by=cast.owner, now=NOW)

    order.refresh_from_db()
    assert (order.status, states(paid)) == (OrderStatus.AUTHORISED, [ChangeStatus.REQUESTED] * 3)


def test_the_database_makes_all_of_it_or_none(cast: Cast, paid: Series) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)
    one = Change.objects.order_by("pk")[0]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="made as a whole"), transaction.atomic():
        Change.objects.filter(pk=one.pk).update(status=ChangeStatus.MADE, expires_at=None)


def test_the_letters_name_all_times_as_they_are_and_shall_be(cast: Cast, paid: Series) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)
    first = first_of(paid)

    asked, to_answer = letters.change_asked(first), letters.change_to_answer(first)
    assert "all of it or none" in asked.paragraphs[0]
    assert "One answer is for all of them." in to_answer.paragraphs[1]
    for letter in (asked, to_answer):
        rows = dict([*letter.above, *(letter.rows or [])])
        assert (rows["Wanted"].count("13:00"), rows["When"].count("10:00")) == (3, 3)

    operations.decline_series(series=paid, by=cast.owner, now=NOW, reason="Full house")
    ended = letters.change_ended(first)
    assert ended.heading == "Your series stands as it was"
    assert "Their reason: Full house" in ended.paragraphs
    assert "3 times" in letters.change_lapsed(first).subject


def test_booker_and_owner_see_one_request_and_answer_it(
    client: Client, cast: Cast, paid: Series
) -> None:
    move, mine = reverse("series_move", args=[paid.pk]), reverse("series", args=[paid.pk])
    cast.sign_in(client, "booker")
    asked = {"from": "13:00", "to": "15:00"}
    page = client.get(move, asked).content.decode()
    assert "is to say yes first, to all of it or none" in page
    assert "Ask to change 3 bookings" in page
    assert client.post(move, {**asked, "shown": "0"}, follow=True).redirect_chain[-1][0] == mine
    page = client.get(mine).content.decode()
    assert "A change is asked for" in page

    cast.sign_in(client, "owner")
    listed = client.get(reverse("owner_requests")).content.decode()
    assert listed.count("A change of 3 times") == 1
    assert "Approve all 3" in listed
    page = client.get(reverse("owner_series", args=[paid.pk])).content.decode()
    assert "A change of 3 times waits for your answer" in page
    assert page.count("Wants it to be:") == 3
    answer = client.post(reverse("approve_series", args=[paid.pk]), follow=True).content.decode()
    assert "3 times are approved." in answer
    assert hours(paid) == [(13, 15)] * 3


def test_a_program_is_told_who_is_asked_and_until_when(
    client: Client, cast: Cast, paid: Series
) -> None:
    cast.sign_in(client, "booker")
    url = f"/api/v1/series/{paid.pk}/reschedule/"
    asked = {"from": "13:00", "to": "15:00"}
    told = client.post(f"{url}?preview=1", asked, "application/json").json()
    assert told["asks"]["owners"] == [cast.organisation.slug]

    client.post(url, asked, "application/json")

    until = Change.objects.values_list("expires_at", flat=True)[0]
    assert until is not None
    assert told["asks"]["answer_by"] == until.isoformat()


def wait_longer(series: Series) -> None:
    waiting = Change.objects.filter(booking=first_of(series))
    waiting.update(expires_at=F("expires_at") + HOUR)


def let_the_card_go(series: Series) -> None:
    Order.objects.filter(lines__change__isnull=False).update(status=OrderStatus.VOID)


def ask_for_longer(series: Series) -> None:
    Order.objects.filter(lines__change__isnull=False).update(lapses_at=NOW)


WHOLE = "What a series asks to become is answered at once, and reserved for as long"
BREACHES = [(WHOLE, wait_longer), (WHOLE, let_the_card_go), (WHOLE, ask_for_longer)]


def test_audit_finds_what_is_broken(standin: StandIn, cast: Cast, paid: Series) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    give_card(standin)
    assert unseen_of(BREACHES, paid, broken) == []


# --- What else becomes of them meanwhile --------------------------------------------------


def test_the_answer_comes_before_the_first_of_them_begins(cast: Cast, paid: Series) -> None:
    """Else somebody would sit there, and have another time for it too."""
    first = first_of(paid)
    evening = first.start - 3 * HOUR
    operations.move_series(series=paid, by=cast.booker, now=evening, to=LATER)
    assert {one.expires_at for one in Change.objects.all()} == {first.start}

    with pytest.raises(WrongState), transaction.atomic():
        operations.approve_series(series=paid, by=cast.owner, now=first.start)
    expire_holds(now=first.start)

    assert (hours(paid), states(paid)) == ([(10, 12)] * 3, [ChangeStatus.ENDED] * 3)


def test_who_checks_in_early_has_come_to_the_old_time(cast: Cast, paid: Series) -> None:
    first = first_of(paid)
    before = first.start - timedelta(minutes=5)
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LATER)
    bookings.check_in(booking=first, by=cast.booker, as_owner=False, now=before)

    with pytest.raises(WrongState), transaction.atomic():
        operations.approve_series(series=paid, by=cast.owner, now=before)

    assert hours(paid) == [(10, 12)] * 3


def test_a_series_that_is_cancelled_needs_no_answer_and_no_card(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    order = give_card(standin)

    operations.cancel_series(series=paid, by=cast.booker, now=NOW)
    work(standin, NOW, rounds=2)

    order.refresh_from_db()
    assert (order.status, states(paid)) == (OrderStatus.VOID, [ChangeStatus.ENDED] * 3)
    assert set(paid.bookings.values_list("status", flat=True)) == {Status.CANCELLED}
    assert broken() == set()
    with pytest.raises(WrongState):
        operations.approve_series(series=paid, by=cast.owner, now=NOW)


def test_what_is_cancelled_on_a_page_that_is_then_paid_comes_back(
    standin: StandIn, cast: Cast, paid: Series
) -> None:
    """Where nobody has to be asked: of three that cost more one is gone when the money comes."""
    Space.objects.update(is_instant=True)
    operations.move_series(series=paid, by=cast.booker, now=NOW, to=LONGER)
    operations.cancel(booking=first_of(paid), by=cast.booker, as_owner=False, now=NOW)

    order = give_card(standin)

    paid.refresh_from_db()
    assert (order.status, hours(paid)[1:], paid.closes) == (OrderStatus.PAID, [(10, 13)] * 2, 780)
    assert [one.amount for one in order.refunds.all()] == [10_000]
    work(standin, NOW)
    assert broken() == set()


def test_a_day_that_is_added_while_it_waits_keeps_the_old_time(
    standin: StandIn, cast: Cast, space: Space
) -> None:
    space.prices.update(amount=0)
    series = tuesdays(space, 3)
    first, second, third = as_wanted(series)
    booked = operations.book_series(series=series, picks=[first, third], by=cast.booker, now=NOW)
    Space.objects.update(is_instant=False)
    booked = Series.objects.get(pk=booked.pk)
    operations.move_series(series=booked, by=cast.booker, now=NOW, to=Shape(600, 720, days=1))
    operations.add_to_series(series=booked, pick=second, by=cast.booker, now=NOW)

    operations.approve(booking=first_of(booked), by=cast.owner, now=NOW)

    booked.refresh_from_db()
    days = [one.start.isoweekday() for one in booked.bookings.order_by("period")]
    assert days == [3, 2, 3]
    named = booked.bookings.order_by("period").values_list("recurrence_date", flat=True)
    assert [day.isoweekday() for day in named if day] == [3, 3, 3]
    assert broken() == set()
