"""Passes bought through Checkout, and given back."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Organisation, User
from billing import ledger, operations
from billing.models import Order, OrderStatus, Refund
from billing.operations.selling import REGRET, NotReturned
from bookings import operations as bookings
from bookings.models import Counts, Pass, PassStatus, PassType
from spaces.models import Space
from spaces.periods import period
from tests.billing.conftest import work
from tests.cast import Cast
from tests.factories import make_member, make_organisation, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def space() -> Space:
    return make_space(price=40_000)


@pytest.fixture
def student() -> User:
    return make_user()


def ten_hours(owner: Organisation, **fields: object) -> PassType:
    values = {"name": "Ti timer", "counts": Counts.MINUTES, "amount": 600, "price": 300_000}
    return PassType.objects.create(owner=owner, **{**values, **fields})


def buy(standin: StandIn, kept: PassType, by: User, now: datetime) -> Pass:
    order = operations.buy_pass(pass_type=kept, by=by, now=now)
    standin.pay(order.session_id)
    work(standin)
    return Pass.objects.get(order_line__order=order)


def use(space: Space, by: User, now: datetime) -> None:
    start = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    bookings.hold(space=space, span=period(start, start + 3 * HOUR), by=by, now=now)


def test_buy_pass_can_be_used_once_it_is_paid(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    kept = ten_hours(space.organisation)
    order = operations.buy_pass(pass_type=kept, by=student, now=now)
    assert Pass.objects.get().status == PassStatus.ORDERED

    standin.pay(order.session_id)
    work(standin)
    work(standin)

    bought = Pass.objects.get()
    assert bought.status == PassStatus.ACTIVE
    assert bought.starts_at is not None
    assert bought.ends_at == bought.starts_at + timedelta(days=365)
    order.refresh_from_db()
    assert (order.status, ledger.held_for(order).amount) == (OrderStatus.PAID, 300_000)
    assert sum(ledger.trial_balance().values()) == 0


def test_buy_pass_twice_in_a_row_is_one_order(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    kept = ten_hours(space.organisation)

    first = operations.buy_pass(pass_type=kept, by=student, now=now)
    again = operations.buy_pass(pass_type=kept, by=student, now=now)

    assert (first, Order.objects.count()) == (again, 1)


def test_a_pass_that_nobody_pays_is_never_there(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    order = operations.buy_pass(pass_type=ten_hours(space.organisation), by=student, now=now)

    operations.settle(now=now + HOUR)

    order.refresh_from_db()
    assert (order.status, Pass.objects.get().status) == (OrderStatus.VOID, PassStatus.ORDERED)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"is_offered": False}, "not_sold"),
        ({"holder": "organisation"}, "for_organisations"),
    ],
)
def test_buy_pass_is_refused(
    standin: StandIn,
    space: Space,
    student: User,
    now: datetime,
    fields: dict[str, object],
    code: str,
) -> None:
    with pytest.raises(Refused) as refused:
        operations.buy_pass(pass_type=ten_hours(space.organisation, **fields), by=student, now=now)

    assert refused.value.code == code


def test_buy_pass_for_an_organisation_is_for_its_members(
    standin: StandIn, space: Space, now: datetime
) -> None:
    company = make_organisation()
    kept = ten_hours(space.organisation, holder="organisation")

    with pytest.raises(Refused):
        operations.buy_pass(pass_type=kept, by=make_user(), organisation=company, now=now)
    operations.buy_pass(pass_type=kept, by=make_member(company), organisation=company, now=now)

    assert Pass.objects.get().organisation == company


def test_return_pass_gives_all_back_while_nothing_is_used(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    bought = buy(standin, ten_hours(space.organisation), student, now)

    operations.return_pass(sold=bought, now=now)
    work(standin)

    assert Refund.objects.get().status == "succeeded"
    assert ledger.held_for(Order.objects.get()).amount == 0
    assert Pass.objects.get().status == PassStatus.RETURNED
    with pytest.raises(NotReturned):
        operations.return_pass(sold=bought, now=now)


def test_return_pass_is_refused_once_used_or_late(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    bought = buy(standin, ten_hours(space.organisation), student, now)

    with pytest.raises(NotReturned):
        operations.return_pass(sold=bought, now=timezone.now() + REGRET)
    use(space, student, timezone.now())
    with pytest.raises(NotReturned):
        operations.return_pass(sold=bought, now=timezone.now())
    assert not Refund.objects.exists()


def test_return_pass_by_the_owner_gives_back_what_is_not_used(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    bought = buy(standin, ten_hours(space.organisation), student, now)
    use(space, student, timezone.now())

    returned = operations.return_pass(sold=bought, now=timezone.now(), by_owner=True)

    assert returned.amount == 300_000 * 420 // 600


# --- Pages ------------------------------------------------------------------------------------


def test_passes_shows_what_one_has_and_can_buy(standin: StandIn, client: Client) -> None:
    cast = Cast()
    kept = ten_hours(cast.organisation)
    cast.sign_in(client, "booker")

    bought = client.post(reverse("pass_buy", args=[kept.pk]))
    order = Order.objects.get()
    assert bought["Location"] == order.checkout_url
    standin.pay(order.session_id)
    client.get(reverse("pass_paid", args=[order.pk]))
    shown = client.get(reverse("passes")).content.decode()

    assert "10 of 10 hours left" in shown
    assert "Give back, 3,000\xa0kr" in shown or "Give back" in shown
    cast.sign_in(client, "foreign")
    assert client.post(reverse("pass_return", args=[Pass.objects.get().pk])).status_code == 404
