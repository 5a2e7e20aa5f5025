"""Passes bought through Checkout, and given back."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Organisation, User
from billing import fees, ledger, operations, purses
from billing.models import Code, Order, OrderLine, OrderStatus, Refund
from billing.operations.refunding import LeftHasChanged
from billing.operations.selling import REGRET, NotReturned
from bookings import operations as bookings
from bookings.models import Booking, Counts, Pass, PassStatus, PassType
from spaces.models import Space
from spaces.periods import period
from tests.billing.conftest import work
from tests.billing.owners import agree_fee, books
from tests.cast import Cast
from tests.factories import make_member, make_organisation, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


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

    owner = make_member(space.organisation)
    now, back = timezone.now(), 300_000 * 420 // 600
    told = {"sold": bought, "by": owner, "reason": "Flyttet", "now": now}
    with pytest.raises(LeftHasChanged):
        operations.take_pass_back(left=back + 1, **told)

    returned = operations.take_pass_back(left=back, **told)

    assert (returned.amount, returned.by, returned.reason) == (back, owner, "Flyttet")
    assert returned.documents.get().gross == back
    with pytest.raises(NotReturned):
        operations.take_pass_back(left=back, **told)


# --- Earned ---------------------------------------------------------------------------------


def finish(now: datetime) -> None:
    Booking.objects.filter(period__endswith__lte=now).update(status="completed")


def test_a_pass_is_earned_as_it_is_used_and_the_rest_when_it_ends(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    agree_fee(space.organisation, 1_000)
    bought = buy(standin, ten_hours(space.organisation), student, now)
    order, charged = bought.order_line.order, books()[Code.PSP_FEE]
    use(space, student, timezone.now())
    (stay,) = Booking.objects.all()

    assert operations.earn_due(now=stay.start) == 0
    finish(stay.end)
    assert operations.earn_due(now=stay.end) == 1
    assert operations.earn_due(now=stay.end) == 0

    assert books() == {
        Code.STRIPE_BALANCE: 300_000 - charged,
        Code.PSP_FEE: charged,
        Code.HELD: -210_000,
        Code.OWNER_PAYABLE: -81_000,
        Code.PLATFORM_FEE: -7_200,
        Code.PLATFORM_VAT: -1_800,
    }
    assert bought.ends_at is not None
    assert operations.earn_due(now=bought.ends_at) == 1
    assert ledger.held_for(order).amount == 0
    assert purses.payable(space.organisation, order) == 270_000


def test_a_pass_taken_back_after_some_is_earned_gives_back_only_what_is_held(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    agree_fee(space.organisation, 1_000)
    bought = buy(standin, ten_hours(space.organisation), student, now)
    use(space, student, timezone.now())
    over = Booking.objects.get().end
    finish(over)
    operations.earn_due(now=over)

    back = operations.worth_back(bought, now=over, by_owner=True)
    by = make_member(space.organisation)
    operations.take_pass_back(sold=bought, left=back.amount, by=by, reason="Slutt", now=over)
    operations.earn_due(now=over)

    assert back.amount == 210_000
    assert books()[Code.OWNER_PAYABLE] == -81_000
    assert Code.HELD not in books()
    assert OrderLine.objects.get().earned == 90_000


def test_a_pass_that_a_bank_takes_back_is_lost_by_held_and_earned(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    agree_fee(space.organisation, 1_000)
    bought = buy(standin, ten_hours(space.organisation), student, now)
    use(space, student, timezone.now())
    over = Booking.objects.get().end
    finish(over)
    operations.earn_due(now=over)
    line = OrderLine.objects.select_related("order", "owner").get()

    taken = fees.split(line, 300_000, 300_000)
    with transaction.atomic():
        owed = purses.lost(line, "dispute-lost:du_1:1", taken, now=over)

    assert (taken.held, taken.earned, taken.back.gross, owed) == (210_000, 90_000, 9_000, 0)
    assert books()[Code.DISPUTED] == -300_000
    assert not {Code.HELD, Code.OWNER_PAYABLE, Code.PLATFORM_FEE} & books().keys()
    assert bought.status == PassStatus.ACTIVE


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


def test_finance_sees_a_pass_and_gives_back_what_is_not_used(
    standin: StandIn, client: Client
) -> None:
    cast = Cast()
    bought = buy(standin, ten_hours(cast.organisation), cast.booker, timezone.now())
    page = reverse("take_pass_back", args=[bought.pk])
    cast.sign_in(client, "finance")
    assert page in client.get(reverse("owner_money")).content.decode()

    assert "3,000" in client.get(page).content.decode()
    client.post(page, {"left": "300000", "reason": "Stengt"})

    bought.refresh_from_db()
    assert bought.status == PassStatus.RETURNED
    assert "Stengt" in client.get(page).content.decode()
    cast.sign_in(client, "host")
    assert client.get(page).status_code == 404
