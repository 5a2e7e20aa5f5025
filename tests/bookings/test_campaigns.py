"""Codes that lower a price: who may use one, how often, and what becomes of it."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Affiliation, AffiliationKind, User
from billing.models import CartItem
from bookings import operations
from bookings.means import Means
from bookings.means.campaigns import CodeRefused, CodeUsedUp, lines_of
from bookings.means.guessing import MOST, TooManyGuesses
from bookings.models import Booking, Campaign, CampaignUse, Status
from bookings.operations import Item
from bookings.operations.holding import HOLD
from spaces.models import Kind, Space, Vat
from spaces.money import Money
from spaces.periods import Period, period
from spaces.prices import Quote
from spaces.prices.lines import Item as Of
from spaces.prices.lines import Line
from tests.cast import Cast
from tests.factories import NOW, make_add_on, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=2)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _nobody_has_guessed() -> None:
    cache.clear()


@pytest.fixture
def space() -> Space:
    return make_space(price=40_000)


@pytest.fixture
def student() -> User:
    return make_user()


def make_campaign(space: Space, **fields: Any) -> Campaign:
    values = {"owner": space.organisation, "name": "Vår", "code": "VÅR25", "first_day": TODAY}
    if "amount" not in fields:
        values["percent"] = 25
    return Campaign.objects.create(**{**values, **fields})


def hold(
    space: Space, by: User, at: datetime = START, code: str = "vår 25", **more: Any
) -> Booking:
    now = more.pop("now", NOW)
    span = period(at, at + HOUR)
    return operations.hold(space=space, span=span, by=by, now=now, means=Means(code), **more)


def test_hold_with_a_code_freezes_its_line_and_counts_it(space: Space, student: User) -> None:
    campaign = make_campaign(space)

    booking = hold(space, student)

    assert (booking.amount, booking.lines[-1]["amount"]) == (30_000, -10_000)
    with translation.override("en"):
        assert Line.from_json(booking.lines[-1]).words == "Code VÅR25, 25 % off"
    assert booking.lines[-1]["about"]["campaign"] == campaign.pk
    use = CampaignUse.objects.get()
    assert (use.booking, use.person, use.amount) == (booking, student, 10_000)


def test_hold_with_an_amount_off_is_never_below_nothing(space: Space, student: User) -> None:
    make_campaign(space, amount=90_000)

    booking = hold(space, student)

    assert (booking.amount, booking.status) == (0, Status.CONFIRMED)
    assert CampaignUse.objects.get().amount == 40_000


def test_a_code_lowers_each_vat_rate_in_proportion(student: User) -> None:
    space = make_space(price=10_000, vat=Vat.STANDARD_25)
    coffee = make_add_on(space.place, [space], amount=3_333, vat=Vat.EXEMPT_3_11)
    make_campaign(space, percent=10)

    booking = hold(space, student, add_ons={coffee: 1})

    off = {one["vat"]: one["amount"] for one in booking.lines if one["item"] == Of.CODE}
    assert off == {"standard_25": -1000, "exempt_3_11": -333}
    assert booking.amount == 12_000


@given(
    parts=st.lists(
        st.tuples(st.sampled_from(list(Vat)), st.integers(0, 10**7)), min_size=1, max_size=6
    ),
    percent=st.integers(1, 100) | st.none(),
    amount=st.integers(1, 10**7),
)
def test_lines_of_a_code_never_take_more_than_the_price(
    parts: list[tuple[Vat, int]], percent: int | None, amount: int
) -> None:
    lines = tuple(
        Line(Of.TIME, "hour", 1, 1, Money(n), Money(n), "everyone", vat.value) for vat, n in parts
    )
    total = Money(sum(n for _vat, n in parts))
    campaign = Campaign(code="A", percent=percent, amount=None if percent else amount)

    off = lines_of(campaign, Quote(lines, total, Money(0))) if total else []

    wanted = total.amount * percent / 100 if percent else min(amount, total.amount)
    assert abs(sum(one.amount.amount for one in off) + (wanted if total else 0)) <= 0.5
    of_rate: dict[str, int] = {}
    for line in (*lines, *off):
        of_rate[line.vat] = of_rate.get(line.vat, 0) + line.amount.amount
    assert min(of_rate.values()) >= 0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"first_day": date(2026, 12, 1)}, "This code holds from Tuesday 1 December."),
        ({"first_day": date(2026, 1, 1), "last_day": date(2026, 11, 22)}, "This code is over."),
        ({"is_paused": True}, "This code is paused."),
        ({"kinds": [Kind.LAB]}, "This code is only for: lab."),
        ({"affiliations": ["student"]}, "This code is only for: students."),
        ({"limit": 0}, "This code has been used as often as it may be."),
        ({"limit_each": 0}, "You have used this code as often as one may."),
        ({"code": "HØST"}, "There is no such code here. Look at how it is spelled."),
        ({"owner": None}, "There is no such code here. Look at how it is spelled."),
    ],
)
def test_a_code_that_does_not_hold_says_why(
    space: Space, student: User, fields: dict[str, Any], says: str
) -> None:
    make_campaign(space, **fields)

    with translation.override("en"), pytest.raises(CodeRefused) as refused:
        hold(space, student)

    assert refused.value.sentence == says
    assert not Booking.objects.exists()


def test_a_code_for_other_spaces_names_them(space: Space, student: User) -> None:
    other = make_space(space.place, name="Lune", price=1)
    make_campaign(space).spaces.set([other])

    with translation.override("en"), pytest.raises(CodeRefused) as refused:
        hold(space, student)

    assert refused.value.sentence == "This code is only for: Lune."
    assert hold(other, student).amount == 1


def test_a_code_for_students_holds_for_a_proved_one(space: Space, student: User) -> None:
    make_campaign(space, affiliations=[AffiliationKind.STUDENT])
    Affiliation.objects.create(
        user=student, kind="student", organisation=make_organisation(), verified_at=NOW
    )

    assert hold(space, student).amount == 30_000


def test_a_code_of_the_district_holds_for_owners_who_joined(space: Space, student: User) -> None:
    campaign = make_campaign(space, owner=None)
    operations.join_campaign(campaign=campaign, owner=space.organisation, joins=True)

    assert hold(space, student).amount == 30_000

    operations.join_campaign(campaign=campaign, owner=space.organisation, joins=False)
    with pytest.raises(CodeRefused):
        hold(space, student, START + HOUR)


def test_an_owners_own_code_goes_before_the_districts(space: Space, student: User) -> None:
    make_campaign(space, owner=None, percent=90).joined.add(space.organisation)
    make_campaign(space, percent=10)

    assert hold(space, student).amount == 36_000


def test_the_last_use_comes_back_when_the_booking_comes_to_nothing(
    space: Space, student: User
) -> None:
    make_campaign(space, limit=1)
    held = hold(space, student)
    with pytest.raises(CodeUsedUp):
        hold(space, make_user(), START + HOUR)

    operations.cancel(booking=held, by=student, as_owner=False, now=NOW)

    again = hold(space, make_user(), START + HOUR)
    operations.expire(booking=again, now=NOW + HOLD)
    assert not CampaignUse.objects.exists()


def test_a_hold_that_has_run_out_keeps_no_use_from_others(space: Space, student: User) -> None:
    make_campaign(space, limit=1)
    hold(space, student)

    other = hold(space, make_user(), START + HOUR, now=NOW + HOLD)

    assert CampaignUse.objects.get().booking == other


def test_paid_too_late_takes_the_use_again_or_is_refused(space: Space, student: User) -> None:
    make_campaign(space, limit=1)
    late = hold(space, student)
    operations.expire(booking=late, now=NOW + HOLD)
    after = NOW + HOLD
    other = hold(space, make_user(), START + HOUR, now=after)

    with pytest.raises(CodeUsedUp), transaction.atomic():
        operations.confirm(booking=late, now=after)

    operations.cancel(booking=other, by=other.booker, as_owner=False, now=after)
    assert operations.confirm(booking=late, now=after).status == Status.CONFIRMED
    assert CampaignUse.objects.get().booking == late


def test_the_database_counts_whatever_the_application_does(space: Space, student: User) -> None:
    campaign = make_campaign(space, limit_each=1)
    booking, other = hold(space, student), hold(space, student, START + HOUR, code="")

    with pytest.raises(IntegrityError, match="has been used"), transaction.atomic():
        CampaignUse.objects.create(
            campaign=campaign, booking=other, person=student, amount=1, used_at=NOW
        )
    assert CampaignUse.objects.get().booking == booking


def test_hold_together_uses_a_code_where_it_holds(space: Space, student: User) -> None:
    make_campaign(space)
    other, span = make_space(price=10_000), period(START, START + HOUR)
    items = [Item(other, span), Item(space, span)]

    booked = operations.hold_together(items=items, by=student, now=NOW, means=Means("VÅR25"))

    assert [one.amount for one in booked] == [10_000, 30_000]
    with pytest.raises(CodeRefused):
        operations.hold_together(
            items=[Item(other, later(span)), Item(other, later(later(span)))],
            by=student,
            now=NOW,
            means=Means("VÅR25"),
        )


def later(span: Period) -> Period:
    return period(span.lower + HOUR, span.upper + HOUR)


def test_a_longer_booking_keeps_the_terms_of_its_code(space: Space, student: User) -> None:
    campaign = make_campaign(space, limit=1)
    booking = hold(space, student)
    operations.confirm(booking=booking, now=NOW)
    operations.pause_campaign(campaign=campaign, is_paused=True)

    change = operations.extend(booking=Booking.objects.get(), by=student, now=NOW, minutes=60)
    assert change.due == 30_000
    operations.make_change(change=change, now=NOW)

    assert Booking.objects.get().amount == 60_000
    assert CampaignUse.objects.get().amount == 20_000


def test_who_tries_code_after_code_is_made_to_wait(space: Space, student: User) -> None:
    make_campaign(space)
    for n in (*range(MOST - 1), 0, MOST):
        with pytest.raises(CodeRefused):
            hold(space, student, code=f"GUESS{n}")

    with pytest.raises(TooManyGuesses):
        hold(space, student)
    assert hold(space, make_user()).amount == 30_000


# --- Pages ------------------------------------------------------------------------------------


def tomorrow() -> date:
    return timezone.now().date() + timedelta(days=1)


def panel(client: Client, space: Space, **said: str) -> str:
    when = {"date": tomorrow().isoformat(), "from": "13:00", "to": "14:00"}
    return client.get(reverse("space_panel", args=[space.slug]), when | said).content.decode()


def test_the_panel_shows_what_a_code_takes_off(client: Client) -> None:
    cast = Cast()
    space = make_space(price=40_000)
    make_campaign(space)
    cast.sign_in(client, "booker")

    shown = panel(client, space, code="vår25")
    wrong = panel(client, space, code="feil")

    assert "Code VÅR25, 25 % off" in shown
    assert "300\xa0kr" in shown
    assert "There is no such code here." in wrong
    assert "400\xa0kr" in wrong


def test_book_with_a_wrong_code_says_so_and_books_nothing(client: Client) -> None:
    cast = Cast()
    space = make_space(price=40_000)
    cast.sign_in(client, "booker")
    said = {
        "date": tomorrow().isoformat(),
        "from": "13:00",
        "to": "14:00",
        "quantity": 1,
        "code": "feil",
    }

    answer = client.post(reverse("book", args=[space.slug]), said)

    assert answer.status_code == 422
    assert not Booking.objects.exists()


@pytest.mark.parametrize("role", ["owner", "manager", "finance"])
def test_an_owner_makes_pauses_and_sees_a_code(client: Client, role: str) -> None:
    cast = Cast()
    cast.sign_in(client, role)
    slug = [cast.organisation.slug]
    said = {"name": "Høst", "code": "høst-26", "amount": "100", "first_day": "2026-09-01"}

    made = client.post(reverse("campaign_new", args=slug), said)
    again = client.post(reverse("campaign_new", args=slug), said)

    assert (made.status_code, again.status_code) == (302, 422)
    campaign = Campaign.objects.get()
    assert (campaign.code, campaign.amount) == ("HØST-26", 10_000)
    client.post(reverse("pause_campaign", args=[*slug, campaign.pk]), {"to": "paused"})
    shown = client.get(reverse("campaigns", args=slug)).content.decode()
    assert "HØST-26" in shown
    assert "Paused" in shown


def test_the_cart_shows_what_a_code_takes_off_as_often_as_it_may(client: Client) -> None:
    cast = Cast()
    space = make_space(price=40_000)
    make_campaign(space, limit_each=1)
    start = datetime.combine(tomorrow(), time(12), NOW.tzinfo)
    for n in range(2):
        CartItem.objects.create(
            user=cast.booker,
            space=space,
            period=period(start + n * HOUR, start + (n + 1) * HOUR),
            added_at=NOW,
        )
    cast.sign_in(client, "booker")

    shown = client.get(reverse("cart"), {"code": "vår25"}).content.decode()

    assert "700\xa0kr" in shown
