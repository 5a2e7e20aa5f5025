"""A membership by card: charged each month, once, by consent; unpaid it waits and is paused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import User
from billing import operations
from billing.models import Card, CardStatus, Document, Order, OrderStatus
from billing.models.order import GRACE
from billing.operations.memberships import MemberAlready, NotAMembership
from bookings import deliveries
from bookings.models import Delivery, Kind, Membership, Pass, PassStatus, PassType
from spaces.models import Space
from spaces.periods import period
from tests.billing.conftest import work
from tests.billing.test_cards import ASKS_ALWAYS, FINE, charges, save
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REFUSED_LATER = "4000000000000341"


@pytest.fixture
def now(standin: StandIn) -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def space() -> Space:
    return make_space(price=40_000)


@pytest.fixture
def student() -> User:
    return make_user(language="en")


@pytest.fixture
def evenings(space: Space) -> PassType:
    return PassType.objects.create(
        owner=space.organisation,
        name="Kveld",
        counts="minutes",
        amount=1200,
        price=49_000,
        holder="person",
        renews=True,
    )


def passes() -> list[tuple[str, bool]]:
    """Each month: how it stands, and whether it goes on where the one before it ended."""
    found = list(Pass.objects.order_by("starts_at"))
    ends = [None, *(one.ends_at for one in found)]
    return [(one.status, one.starts_at == end) for one, end in zip(found, ends, strict=False)]


def test_join_by_card_charges_the_saved_card_at_once_and_each_month(
    standin: StandIn, space: Space, student: User, evenings: PassType, now: datetime
) -> None:
    save(standin, student, now)

    membership = operations.join_by_card(pass_type=evenings, by=student, now=now)
    begun = [operations.renew_by_card(now=now + days * DAY) for days in (1, 32, 32, 63)]
    operations.settle(now=now + 64 * DAY)
    work(standin)

    assert begun == [0, 1, 0, 0]  # the second is not charged before the worker comes
    assert operations.renew_by_card(now=now + 64 * DAY) == 1
    operations.settle(now=now + 65 * DAY)
    assert charges(standin) == [49_000] * 3
    assert passes() == [("active", False), ("active", True), ("active", True)]
    assert "490" in membership.agreed
    operations.send_documents(now=now + 65 * DAY)
    assert [letter.to for letter in mail.outbox] == [[student.email]] * 3
    start = (now + 2 * DAY).replace(minute=0, second=0, microsecond=0)
    span = period(start, start + timedelta(hours=2))
    assert operations.book(space=space, span=span, by=student, now=now).amount == 0


def test_join_twice_is_refused_and_what_is_no_membership_too(
    standin: StandIn, student: User, evenings: PassType, now: datetime
) -> None:
    operations.join_by_card(pass_type=evenings, by=student, now=now)

    with pytest.raises(MemberAlready):
        operations.join_by_card(pass_type=evenings, by=student, now=now)
    PassType.objects.update(is_offered=False)
    with pytest.raises(NotAMembership):
        operations.join_by_card(pass_type=PassType.objects.get(), by=make_user(), now=now)
    with pytest.raises(Refused):  # nor is it put on account
        operations.start_membership(
            pass_type=evenings, organisation=evenings.owner, by=student, now=now
        )
    assert Order.objects.count() == 1


def test_the_first_month_is_paid_on_a_page_that_saves_the_card(
    standin: StandIn, student: User, evenings: PassType, now: datetime, client: Client
) -> None:
    client.force_login(student)
    join = reverse("membership_join", args=[evenings.pk])

    without = client.post(join)
    asked = client.post(join, {"agree": "on"})

    order = Order.objects.get()
    assert (without["Location"], asked["Location"]) == (reverse("passes"), order.checkout_url)
    standin.pay(order.session_id, FINE)
    client.get(reverse("pass_paid", args=[order.pk]))
    assert Card.objects.get().status == CardStatus.SAVED
    page = client.get(reverse("passes")).content.decode()
    assert "a month from your card" in page
    assert join not in page  # they have it
    operations.renew_by_card(now=now + 32 * DAY)
    operations.settle(now=now + 32 * DAY)
    assert charges(standin) == [49_000, 49_000]


@pytest.mark.parametrize("number", [REFUSED_LATER, ASKS_ALWAYS])
def test_a_month_the_bank_says_no_to_is_paid_on_a_page_within_the_days_of_grace(
    standin: StandIn,
    student: User,
    evenings: PassType,
    now: datetime,
    client: Client,
    number: str,
) -> None:
    save(standin, student, now, number)
    membership = operations.join_by_card(pass_type=evenings, by=student, now=now)

    operations.settle(now=now)
    deliveries.send_due(now=now)

    order = Order.objects.get()
    assert (order.status, Pass.objects.get().status) == (OrderStatus.OPEN, PassStatus.ORDERED)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([student.email], "To pay: Kveld")
    client.force_login(student)
    client.post(reverse("membership_pay", args=[membership.pk]))
    order.refresh_from_db()
    standin.pay(order.session_id, FINE)
    work(standin)
    assert passes() == [("active", False)]
    assert Document.objects.get().gross == 49_000


def test_a_month_that_nobody_pays_pauses_the_membership_until_it_is_joined_again(
    standin: StandIn, student: User, evenings: PassType, now: datetime
) -> None:
    card = save(standin, student, now)
    membership = operations.join_by_card(pass_type=evenings, by=student, now=now)
    operations.settle(now=now)
    operations.remove_card(card=card, by=student, now=now)
    later = now + 32 * DAY

    assert operations.renew_by_card(now=later) == 1
    assert Delivery.objects.filter(kind=Kind.MONTH_UNPAID).count() == 1
    operations.settle(now=later + GRACE - DAY)
    assert operations.month_to_pay(membership) is not None
    operations.renew_by_card(now=later + GRACE)
    operations.settle(now=later + GRACE)

    membership.refresh_from_db()
    assert membership.paused_for == "not_paid"
    assert operations.month_to_pay(membership) is None
    assert operations.renew_by_card(now=later + 40 * DAY) == 0
    operations.join_by_card(pass_type=evenings, by=student, now=later + 40 * DAY)
    assert Membership.objects.filter(cancelled_at=None).count() == 1


def test_end_by_card_lets_the_month_run_out_and_closes_what_waits(
    standin: StandIn, student: User, evenings: PassType, now: datetime, client: Client
) -> None:
    save(standin, student, now)
    membership = operations.join_by_card(pass_type=evenings, by=student, now=now)
    operations.settle(now=now)
    client.force_login(make_user())
    strange = client.post(reverse("membership_end", args=[membership.pk]))
    client.force_login(student)
    client.post(reverse("membership_end", args=[membership.pk]))

    assert strange.status_code == 404
    assert operations.renew_by_card(now=now + 40 * DAY) == 0
    assert Pass.objects.get().holds_at(now + 20 * DAY)
    waiting = operations.join_by_card(pass_type=evenings, by=make_user(), now=now)
    operations.end_by_card(membership=waiting, now=now)
    operations.settle(now=now)
    assert Order.objects.get(lines__sold_pass__membership=waiting).status == OrderStatus.VOID
