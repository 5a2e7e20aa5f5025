"""Passes: which are used, what they cover, and what comes back of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Affiliation, Organisation, User
from bookings import operations
from bookings.means import Asked, Means, preview, words
from bookings.means.passes import PassUsedUp, back_of, cover, passes_for
from bookings.models import (
    Booking,
    Campaign,
    Counts,
    Pass,
    PassStatus,
    PassType,
    PassUse,
    Status,
)
from bookings.operations import Item
from bookings.operations.holding import HOLD
from spaces.models import Place, Space
from spaces.money import Money
from spaces.periods import Period, period
from spaces.prices import Buyer, Quote, quote
from spaces.prices.lines import Item as Of
from spaces.prices.lines import Line
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_add_on,
    make_member,
    make_organisation,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=2)  # a Wednesday, 12:00 in Trondheim
FULL, HALF = [[0, 100]], [[24 * 60, 100], [0, 50]]


@pytest.fixture
def space() -> Space:
    return make_space(price=40_000)


@pytest.fixture
def student() -> User:
    return make_user()


def make_type(owner: Organisation, **fields: Any) -> PassType:
    values = {"name": "Timer", "counts": Counts.MINUTES, "amount": 600, "price": 100_000}
    return PassType.objects.create(owner=owner, **{**values, **fields})


def make_pass(space: Space, by: User | None = None, **fields: Any) -> Pass:
    """Of `by`, or of an organisation; it holds from yesterday for a month."""
    organisation = fields.pop("organisation", None)
    starts_at = fields.pop("starts_at", NOW - timedelta(days=1))
    ends_at = fields.pop("ends_at", NOW + timedelta(days=30))
    kept = fields.pop("type", None) or make_type(space.organisation, **fields)
    return Pass.objects.create(
        type=kept,
        person=None if organisation else by,
        organisation=organisation,
        status=PassStatus.ACTIVE,
        counts=kept.counts,
        amount=kept.amount,
        price=kept.price,
        vat=kept.vat,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=NOW,
    )


def give_students(space: Space, **fields: Any) -> PassType:
    values = {"name": "Gratistimer", "price": 0, "amount": 240, "window": "week"}
    return make_type(space.organisation, affiliation="student", **{**values, **fields})


def hold(space: Space, by: User, hours: int = 2, at: datetime = START, **more: Any) -> Booking:
    now = more.pop("now", NOW)
    span = period(at, at + hours * HOUR)
    return operations.hold(space=space, span=span, by=by, now=now, **more)


def left_of(one: Pass, now: datetime = NOW) -> int:
    return Pass.objects.with_left(now).get(pk=one.pk).left


def cancel(booking: Booking, now: datetime = NOW) -> Booking:
    return operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=now)


# --- What is covered ------------------------------------------------------------------------


def test_hold_with_hours_left_costs_nothing_and_uses_them(space: Space, student: User) -> None:
    mine = make_pass(space, student)

    booking = hold(space, student)

    assert (booking.amount, booking.status) == (0, Status.CONFIRMED)
    assert left_of(mine) == 600 - 120
    with translation.override("en"):
        assert Line.from_json(booking.lines[-1]).words == "Timer: 2 hours"


def test_hold_with_too_few_hours_left_pays_the_rest(space: Space, student: User) -> None:
    mine = make_pass(space, student, amount=90)

    booking = hold(space, student)

    assert (booking.amount, left_of(mine)) == (80_000 - 60_000, 0)


def test_days_are_begun_days_of_each_desk(student: User) -> None:
    desks = make_space(units=3, allocation="any", price=5_000)
    mine = make_pass(desks, student, counts=Counts.DAYS, amount=10)

    booking = hold(desks, student, hours=4, quantity=2)
    hold(desks, student, hours=6, at=START + 8 * HOUR)  # past midnight

    assert booking.amount == 0
    assert left_of(mine) == 10 - 2 - 2


def test_what_is_booked_along_is_paid_for(space: Space, student: User) -> None:
    make_pass(space, student)
    coffee = make_add_on(space.place, [space], amount=9_000)

    assert hold(space, student, add_ons={coffee: 1}).amount == 9_000


def test_a_code_takes_off_what_a_pass_does_not_cover(space: Space, student: User) -> None:
    make_pass(space, student, amount=60)
    Campaign.objects.create(
        owner=space.organisation, name="x", code="HALV", percent=50, first_day=NOW
    )

    assert hold(space, student, means=Means(code="halv")).amount == 20_000


def test_what_ends_first_is_used_first_and_a_percentage_last(space: Space, student: User) -> None:
    late = make_pass(space, student, amount=60, ends_at=NOW + timedelta(days=20))
    soon = make_pass(space, student, amount=30, ends_at=NOW + timedelta(days=10))
    make_pass(space, student, counts=Counts.PERCENT, amount=50, ends_at=NOW + timedelta(days=5))

    booking = hold(space, student)

    assert (left_of(soon), left_of(late)) == (0, 0)
    assert booking.amount == (120 - 90) * 40_000 // 60 // 2


def test_one_type_may_be_chosen_or_none(space: Space, student: User) -> None:
    first = make_pass(space, student)
    second = make_pass(space, student, ends_at=NOW + timedelta(days=90))

    hold(space, student, means=Means(passes=str(second.type_id)))
    paid = hold(space, student, at=START + 3 * HOUR, means=Means(passes="none"))

    assert (left_of(first), left_of(second), paid.amount) == (600, 480, 80_000)


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": START},
        {"starts_at": START + HOUR},
        {"organisation": "another"},
    ],
)
def test_a_pass_that_does_not_hold_then_or_for_them_is_not_used(
    space: Space, student: User, fields: dict[str, Any]
) -> None:
    if "organisation" in fields:
        fields = {"organisation": make_organisation()}
    make_pass(space, student, **fields)

    assert hold(space, student).amount == 80_000


def test_a_pass_for_another_space_or_owner_is_not_used(space: Space, student: User) -> None:
    make_pass(space, student).type.spaces.set([make_space(space.place)])
    make_pass(make_space(), student)

    assert hold(space, student).amount == 80_000


def test_members_share_what_their_organisation_has(space: Space) -> None:
    company = make_organisation()
    one, other = make_member(company), make_member(company)
    shared = make_pass(space, organisation=company)

    hold(space, one, organisation=company)
    hold(space, other, at=START + 3 * HOUR, organisation=company)
    own = hold(space, one, at=START + 6 * HOUR)

    assert (left_of(shared), own.amount) == (600 - 240, 80_000)


def test_hold_together_uses_what_the_first_left(space: Space, student: User) -> None:
    mine = make_pass(space, student, amount=180)
    spans = [period(START + n * HOUR, START + (n + 2) * HOUR) for n in (0, 2)]

    booked = operations.hold_together(
        items=[Item(space, span) for span in spans], by=student, now=NOW
    )

    assert [one.amount for one in booked] == [0, 40_000]
    assert left_of(mine) == 0


# --- What students have for free --------------------------------------------------------------


def prove(student: User) -> None:
    Affiliation.objects.create(
        user=student, kind="student", organisation=make_organisation(), verified_at=NOW
    )


def test_students_have_their_hours_anew_each_week(space: Space, student: User) -> None:
    give_students(space)
    prove(student)
    sunday = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)  # 23:30 in Trondheim
    monday = sunday + HOUR

    first = hold(space, student, hours=3)
    second = hold(space, student, hours=2, at=START + 5 * HOUR)
    last = hold(space, student, hours=1, at=sunday)
    third = hold(space, student, hours=2, at=monday)

    assert (first.amount, second.amount, last.amount, third.amount) == (0, 40_000, 40_000, 0)
    assert Pass.objects.count() == 2


def test_the_week_of_a_clock_change_is_a_week(space: Space, student: User) -> None:
    give_students(space)
    start = datetime(2027, 3, 28, 20, tzinfo=UTC)
    asked = Asked(space, period(start, start + HOUR), 1, student)
    prove(student)

    (one,) = passes_for(asked, now=NOW, choice="")

    assert one.starts_at == datetime(2027, 3, 21, 23, tzinfo=UTC)
    assert one.ends_at == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_who_is_no_student_has_no_free_hours(space: Space, student: User) -> None:
    give_students(space)

    assert hold(space, student).amount == 80_000
    assert not Pass.objects.exists()


def test_what_is_given_is_used_before_what_is_bought(space: Space, student: User) -> None:
    give_students(space)
    bought = make_pass(space, student, ends_at=START + HOUR)
    prove(student)

    hold(space, student)

    assert left_of(bought) == 600


def test_preview_says_what_is_left_without_storing_anything(space: Space, student: User) -> None:
    give_students(space)
    prove(student)
    span = period(START, START + 2 * HOUR)
    price = quote(space, span, buyer=Buyer.of(student, NOW))

    reduced = preview(price, Asked(space, span, 1, student), means=Means(), now=NOW)

    assert (reduced.price.total.amount, Pass.objects.count()) == (0, 0)
    with translation.override("en"):
        assert words.left(reduced.usable[0]) == "4 of 4 hours left that week"


# --- What comes back --------------------------------------------------------------------------


@pytest.mark.parametrize(("tiers", "left"), [(FULL, 600), (HALF, 540), ([], 480)])
def test_cancel_gives_back_what_the_tiers_say(student: User, tiers: Any, left: int) -> None:
    space = make_space(price=40_000, cancellation=tiers)
    mine = make_pass(space, student)
    booking = hold(space, student)

    cancel(booking, now=START - 2 * HOUR)

    assert left_of(mine) == left


def test_the_owners_cancellation_gives_all_back(space: Space, student: User) -> None:
    mine = make_pass(space, student)
    booking = hold(space, student)

    operations.cancel(booking=booking, by=student, as_owner=True, now=START - HOUR)

    assert left_of(mine) == 600


def test_a_hold_that_runs_out_gives_all_back(space: Space, student: User) -> None:
    mine = make_pass(space, student, amount=60)
    booking = hold(space, student)
    assert booking.status == Status.HELD

    assert left_of(mine, now=NOW + HOLD) == 60  # before anybody has swept
    operations.expire(booking=booking, now=NOW + HOLD)

    assert not PassUse.objects.exists()


def test_paid_too_late_uses_the_pass_again_or_is_refused(space: Space, student: User) -> None:
    make_pass(space, student, amount=60)
    late = hold(space, student)
    after = NOW + HOLD
    other = hold(space, student, hours=1, at=START + 5 * HOUR, now=after)

    with pytest.raises(PassUsedUp), transaction.atomic():
        operations.confirm(booking=late, now=after)

    cancel(other, now=after)
    assert operations.confirm(booking=late, now=after).status == Status.CONFIRMED
    assert PassUse.objects.get().booking == late


# --- Changes ----------------------------------------------------------------------------------


def reschedule(booking: Booking, **wish: Any) -> Any:
    now = wish.pop("now", NOW)
    booking.refresh_from_db()
    return operations.reschedule(booking=booking, by=booking.booker, now=now, **wish)


def test_longer_uses_more_and_shorter_gives_back(space: Space, student: User) -> None:
    mine = make_pass(space, student)
    booking = hold(space, student)

    reschedule(booking, span=period(START, START + 5 * HOUR))
    assert left_of(mine) == 600 - 300
    reschedule(booking, span=period(START, START + HOUR))

    assert left_of(mine) == 600 - 60
    assert Booking.objects.get().amount == 0


def test_longer_than_a_pass_reaches_is_paid(space: Space, student: User) -> None:
    mine = make_pass(space, student, amount=180)
    booking = hold(space, student)

    change = reschedule(booking, span=period(START, START + 4 * HOUR))
    assert (change.due, left_of(mine)) == (40_000, 60)
    operations.make_change(change=change, now=NOW)

    assert (left_of(mine), Booking.objects.get().amount) == (0, 40_000)


def test_shorter_when_half_comes_back_keeps_half(student: User) -> None:
    space = make_space(price=40_000, cancellation=HALF)
    mine = make_pass(space, student)
    booking = hold(space, student, hours=4)

    reschedule(booking, span=period(START, START + 2 * HOUR), now=START - 3 * HOUR)

    assert left_of(mine) == 600 - 120 - 60


def test_moving_it_away_and_cancelling_brings_back_no_more(student: User) -> None:
    space = make_space(price=40_000, cancellation=HALF)
    mine = make_pass(space, student)
    booking = hold(space, student, hours=4)
    week = timedelta(days=7)

    reschedule(booking, span=period(START + week, START + week + 4 * HOUR), now=START - 3 * HOUR)
    cancel(booking, now=START - 3 * HOUR)

    assert left_of(mine) == 600 - 120


def test_moved_to_another_week_the_free_hours_are_of_that_week(space: Space, student: User) -> None:
    give_students(space)
    prove(student)
    booking = hold(space, student, hours=4)
    week = timedelta(days=7)

    reschedule(booking, span=period(START + week, START + week + 4 * HOUR))

    assert Booking.objects.get().amount == 0
    used = {one.used_of.starts_at: one.amount for one in PassUse.objects.all()}
    assert used == {datetime(2026, 11, 29, 23, tzinfo=UTC): 240}
    assert hold(space, student, hours=4).amount == 0


# --- What always holds ------------------------------------------------------------------------


def test_the_database_lets_nobody_use_more_than_there_is(space: Space, student: User) -> None:
    mine = make_pass(space, student, amount=60)
    booking, other = hold(space, student), hold(space, student, at=START + 3 * HOUR)

    with pytest.raises(IntegrityError, match="are used"), transaction.atomic():
        PassUse.objects.create(used_of=mine, booking=other, amount=1, used_at=NOW)
    with pytest.raises(IntegrityError, match="are used"), transaction.atomic():
        booking.pass_uses.update(amount=61)


@given(
    cost=st.integers(1, 10**7),
    minutes=st.integers(1, 2000),
    lefts=st.lists(st.tuples(st.sampled_from(list(Counts)), st.integers(0, 1500)), max_size=6),
)
def test_cover_never_takes_more_than_there_is_nor_more_than_it_costs(
    cost: int, minutes: int, lefts: list[tuple[Counts, int]]
) -> None:
    space = Space(place=Place(time_zone="Europe/Oslo"))
    passes = []
    for counts, left in lefts:
        one = Pass(type=PassType(name="x"), counts=counts, amount=max(1, left % 100))
        one.left = left
        passes.append(one)
    time = Line(Of.TIME, "hour", 1, 1, Money(cost), Money(cost), "everyone", "exempt_3_11")
    span: Period = period(START, START + timedelta(minutes=minutes))
    asked = Asked(space, span, 1, User())

    taken = cover(Quote((time,), Money(cost), Money(0)), asked, passes)

    assert all(one.units <= one.used_of.left for one in taken)
    off = -sum(one.line.amount.amount for one in taken)
    assert 0 <= off <= cost
    whole = sum(one.units for one in taken if one.used_of.counts == Counts.MINUTES)
    assert whole <= minutes


@given(amount=st.integers(0, 10**5), bound=st.integers(0, 10**5), percent=st.integers(0, 100))
def test_what_comes_back_is_never_more_than_was_used(amount: int, bound: int, percent: int) -> None:
    bound = min(bound, amount)

    assert 0 <= back_of(amount, bound, percent) <= amount - bound


# --- Pages ------------------------------------------------------------------------------------


def test_the_panel_shows_what_is_left_and_lets_one_choose(client: Client) -> None:
    cast = Cast()
    space = make_space(price=40_000)
    tomorrow = timezone.now().date() + timedelta(days=1)
    later = timezone.now() + timedelta(days=40)
    make_pass(space, cast.booker, name="Ti timer", ends_at=later)
    cast.sign_in(client, "booker")
    when = {"date": tomorrow.isoformat(), "from": "13:00", "to": "14:00"}
    panel = reverse("space_panel", args=[space.slug])

    shown = client.get(panel, when).content.decode()
    without = client.get(panel, when | {"passes": "none"}).content.decode()

    assert "10 of 10 hours left" in shown
    assert "Ti timer: 1 hour" in shown
    assert "400\xa0kr" in without


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_an_owner_makes_a_pass_and_what_students_have(client: Client, role: str) -> None:
    cast = Cast()
    cast.sign_in(client, role)
    slug = [cast.organisation.slug]
    said = {
        "name": "Ti dager",
        "counts": "days",
        "amount": "10",
        "price": "1500",
        "vat": "standard_25",
        "lasts_days": "365",
        "holder": "person",
    }
    given_ = said | {"counts": "minutes", "amount": "4", "window": "week"}

    made = client.post(reverse("pass_type_new", args=slug), said)
    nobody = client.post(reverse("pass_type_new", args=slug), given_)
    students = client.post(reverse("pass_type_new", args=slug), given_ | {"affiliation": "student"})

    assert [one.status_code for one in (made, nobody, students)] == [302, 422, 302]
    sold, free = PassType.objects.order_by("pk")
    assert (sold.price, free.price, free.amount) == (150_000, 0, 240)
    client.post(reverse("offer_pass_type", args=[*slug, sold.pk]), {"to": "hidden"})
    assert not PassType.objects.get(pk=sold.pk).is_offered
