"""Paid bookings of owners who can be paid, for the tests of their money."""

from datetime import datetime, timedelta
from itertools import count

from django.db import transaction

from accounts.models import Organisation
from billing import ledger
from billing.models import (
    FeeAgreement,
    Order,
    OrderLine,
    OrderStatus,
    PayoutAccount,
    SendStatus,
    Transfer,
    TransferReversal,
)
from billing.operations import sending
from bookings.models import Booking, Status
from spaces.models import Space
from tests.factories import NOW, make_booking, make_user

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AFTER = NOW + 60 * DAY  # when all of it is over
numbers = count(1)


def make_paid(
    *spaces: Space, amount: int = 100_000, at: datetime = NOW, charge: str = "", **fields: object
) -> Order:
    """One payment for a booking in each space, each at so much, each on a day of its own and
    over by `AFTER`."""
    booker = make_user()
    booked = []
    for space in spaces:
        start = NOW + next(numbers) % 50 * DAY + HOUR * (next(numbers) % 11) * 2
        booked.append(make_booking(space, start, by=booker, amount=amount, status=Status.COMPLETED))
    return pay(*booked, at=at, charge=charge, **fields)


def pay(*booked: Booking, at: datetime = NOW, charge: str = "", **fields: object) -> Order:
    order = Order.objects.create(
        buyer=booked[0].booker,
        amount=sum(booking.amount for booking in booked),
        status=OrderStatus.PAID,
        charge_id=charge or f"ch_{booked[0].pk}",
        created_at=at,
        not_before=at,
        session_expires_at=at + HOUR,
        **fields,
    )
    for booking in booked:
        OrderLine.objects.create(
            order=order,
            kind="booking",
            booking=booking,
            owner=booking.space.organisation,
            amount=booking.amount,
        )
    with transaction.atomic():
        ledger.captured(order, charge_id=order.charge_id, gross=order.amount, now=at)
    return order


def make_ready(organisation: Organisation, stripe_id: str = "", **fields: object) -> PayoutAccount:
    values = {"is_submitted": True, "can_receive": True, "can_pay_out": True, **fields}
    return PayoutAccount.objects.create(
        organisation=organisation,
        stripe_id=stripe_id or f"acct_{organisation.pk}",
        opened_by=make_user(),
        opened_at=NOW,
        **values,
    )


def agree_fee(organisation: Organisation, points: int, least: int = 0) -> FeeAgreement:
    return FeeAgreement.objects.create(
        organisation=organisation,
        points=points,
        least=least,
        starts_at=NOW - DAY,
        reason="Avtalt",
        agreed_by=make_user(),
    )


def send_all(now: datetime = AFTER) -> None:
    """As `settle` does when Stripe says yes to everything."""
    for transfer in Transfer.objects.filter(status=SendStatus.INTENDED):
        came = f"tr_{transfer.pk}"
        sending._transfer_came_to(transfer.pk, SendStatus.SENT, came, "", now=now)
    for reversal in TransferReversal.objects.filter(status=SendStatus.INTENDED):
        came = f"trr_{reversal.pk}"
        sending._reversal_came_to(reversal.pk, SendStatus.SENT, came, "", now=now)


def books() -> dict[str, int]:
    """The trial balance in øre, without what comes to nothing."""
    found = {code: amount for (code, _currency), amount in ledger.trial_balance().items()}
    assert sum(found.values()) == 0
    return {code: amount for code, amount in found.items() if amount}
