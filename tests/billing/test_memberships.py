"""Memberships: a pass anew each month, on account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Organisation, User
from billing import ledger, operations
from billing.models import AccountInvoice
from bookings.models import Membership, Pass, PassType
from tests.billing.test_on_account import agree
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_space

pytestmark = pytest.mark.django_db

JANUARY = datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def hours() -> PassType:
    return PassType.objects.create(
        owner=make_space(price=40_000).organisation,
        name="Medlem",
        counts="minutes",
        amount=1200,
        price=300_000,
        holder="organisation",
        renews=True,
    )


@pytest.fixture
def company() -> Organisation:
    return make_organisation()


@pytest.fixture
def buyer(company: Organisation) -> User:
    return make_member(company)


def start(hours: PassType, buyer: User, now: datetime = NOW) -> Membership:
    return operations.start_membership(
        pass_type=hours, organisation=buyer.organisations.get(), by=buyer, now=now
    )


def test_start_membership_has_a_pass_at_once_and_another_each_month(
    hours: PassType, company: Organisation, buyer: User
) -> None:
    agreement = agree(hours.owner, company)
    start(hours, buyer, now=JANUARY)

    begun = [
        operations.renew_memberships(now=JANUARY + timedelta(days=days)) for days in (1, 28, 28, 60)
    ]

    assert begun == [0, 1, 0, 1]
    days = [one.starts_at.date().isoformat() for one in Pass.objects.order_by("starts_at")]
    assert days == ["2027-01-31", "2027-02-28", "2027-03-31"]  # its last day, then the 31st again
    assert ledger.owed_by(agreement) == 900_000


def test_a_membership_is_on_the_monthly_invoice(
    hours: PassType, company: Organisation, buyer: User
) -> None:
    agree(hours.owner, company)
    start(hours, buyer)

    operations.invoice_month(now=datetime(2026, 12, 1, 3, tzinfo=UTC))

    assert AccountInvoice.objects.get().amount == 300_000


def test_start_membership_is_refused_without_an_agreement_and_only_once(
    hours: PassType, company: Organisation, buyer: User
) -> None:
    with pytest.raises(Refused) as refused, transaction.atomic():
        start(hours, buyer)
    assert refused.value.code == "no_credit"
    agree(hours.owner, company)
    start(hours, buyer)

    with pytest.raises(Refused) as refused, transaction.atomic():
        start(hours, buyer)
    assert refused.value.code == "member_already"
    assert Pass.objects.count() == 1


def test_a_month_that_cannot_be_put_on_account_pauses_it_until_it_is_started_again(
    hours: PassType, company: Organisation, buyer: User
) -> None:
    agreement = agree(hours.owner, company, limit=300_000)
    membership = start(hours, buyer)
    later = NOW + timedelta(days=31)

    assert operations.renew_memberships(now=later) == 0
    membership.refresh_from_db()
    assert membership.paused_for == "over_credit_limit"
    assert Pass.objects.count() == 1

    agreement.limit = 900_000
    agreement.save()
    start(hours, buyer, now=later)
    assert Pass.objects.count() == 2


def test_cancel_membership_lets_the_month_run_out(
    hours: PassType, company: Organisation, buyer: User
) -> None:
    agree(hours.owner, company)
    operations.cancel_membership(membership=start(hours, buyer), now=NOW)

    assert operations.renew_memberships(now=NOW + timedelta(days=40)) == 0
    assert Pass.objects.get().holds_at(NOW + timedelta(days=20))


def test_who_decides_what_an_organisation_buys_joins_and_ends(client: Client) -> None:
    cast = Cast()
    kept = PassType.objects.create(
        owner=make_organisation(),
        name="Medlem",
        counts="percent",
        amount=20,
        price=100_000,
        holder="organisation",
        renews=True,
    )
    agree(kept.owner, cast.organisation)
    said = {"organisation": cast.organisation.slug}
    join = reverse("membership_join", args=[kept.pk])

    cast.sign_in(client, "host")
    by_host = client.post(join, said)
    cast.sign_in(client, "finance")
    client.post(join, said)
    shown = client.get(reverse("passes")).content.decode()
    client.post(reverse("membership_end", args=[Membership.objects.get().pk]))

    assert by_host.status_code == 404
    assert "a month on the invoice" in shown
    assert "Give back" not in shown
    assert Membership.objects.get().cancelled_at is not None
