"""The last of a limit, and the month's run by two workers."""

from functools import partial

import pytest

from accounts.models import CreditAgreement
from billing import ledger
from billing.models import AccountInvoice, Order, OrderLine
from bookings.models import Booking, Status
from tests.factories import NOW, make_member, make_organisation, make_place, make_space
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_money import HOUR, TOMORROW

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_limit_is_not_passed_and_a_month_is_invoiced_once(race: Race) -> None:
    place, company = make_place(), make_organisation()
    member = make_member(company)
    agreement = CreditAgreement.objects.create(
        owner=place.organisation,
        customer=company,
        status="agreed",
        limit=100_000,
        invoice_email="faktura@example.org",
        asked_by=member,
        asked_at=NOW,
    )
    books = [
        partial(
            bookers.book_on_account,
            space=make_space(place, price=40_000).pk,
            start=TOMORROW,
            end=TOMORROW + HOUR,
            by=member.pk,
            organisation=company.pk,
            now=NOW,
        )
        for _n in range(6)
    ]

    result = race([[book] for book in books])

    assert result.refusals == ["over_credit_limit"] * 4
    assert (result.errors, result.deadlocks) == ([], 0)
    assert ledger.owed_by(agreement) == 80_000
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2
    assert Order.objects.filter(status="account").count() == 2

    run = partial(bookers.invoice_month, now=NOW.replace(month=12))
    result = race([[run]] * 4)

    assert result.errors == []
    assert AccountInvoice.objects.get().amount == 80_000
    assert not OrderLine.objects.filter(invoice=None).exists()
