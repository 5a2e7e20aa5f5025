"""Ten weeks of paid bookings, lived through as they would be: booked, paid at Stripe's
stand-in, used, earned and sent to their owners, day after day of its clock.

Nothing of it is written past the operations, so books, documents and Stripe agree. Written
once the district is there, and only where the stand-in is the demo's own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from accounts.errors import Refused
from accounts.models import Organisation, Role, User
from billing import operations
from billing.models import FeeAgreement, Order, PayoutAccount
from billing.operations.disputing import note_dispute
from billing.operations.payouts import note_payout
from billing.operations.refunding import left_to_give
from billing.stripe_gateway import Notice
from bookings import operations as bookings
from bookings.availability import verdict_on
from bookings.models import Booking, Delivery, DeliveryState, Status
from bookings.operations import Item
from district.demo.plans import STUDENT
from district.demo.together import DAY, free_spans, live_together, space_of
from spaces.models import Space
from spaces.periods import at_minute, period

WEEKS = 10
AHEAD = timedelta(days=15)  # booked so long before
SLACK = 4  # days within which a time is found
CARD, DISPUTED = "4242424242424242", "4000000000000259"
READY = ("elveporten", "sambandet", "dypvann", "sintef")
UNFINISHED = "smia"  # has begun at Stripe, and is asked for more


class Bank(Protocol):
    """What the stand-in does that no page of ours can."""

    def pay(self, session: str, card: str) -> None: ...
    def onboard(self, account: str, *, complete: bool) -> None: ...
    def until(self, moment: datetime) -> None: ...
    def told(self) -> list[Notice]:
        """What it has said since it was asked last."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Booked by somebody for so many hours, on a day of each week or of one."""

    space: str
    booker: str
    weekday: int  # ISO
    hour: int
    hours: int
    weeks: tuple[int, ...]  # counted from the first of them; 10 is this one
    card: str = CARD

    @property
    def begins(self) -> range:
        """The hours at which it may begin, to be over that day or so many days on."""
        return range(self.hour, 21 - self.hours % 24)


CLOSING = 4  # the weekday on which books are closed, ISO
SALES = (
    Sale("kanalen", "firma@demo.ledig.no", 2, 9, 3, (0, 2, 4, 6, 8, 9, 11)),
    Sale("sal-a", "marte.haugan@demo.ledig.no", 4, 12, 4, (1, 5, 8, 11)),
    Sale("lune", "paul.weber@demo.ledig.no", 3, 9, 2, (4, 9)),
    Sale("ekko", "camilla.wold@demo.ledig.no", 3, 13, 2, (3, 7, 9, 12)),
    Sale("kompass", "bjorn.tiller@demo.ledig.no", 2, 8, 4, (2, 8)),
    Sale("signal", "nils.okkenhaug@demo.ledig.no", 1, 11, 2, (9,)),  # whose owner waits
    Sale("klimakammeret", "firma@demo.ledig.no", 2, 9, 72, (11,)),  # days and nights
    Sale("kanalen", "nils.okkenhaug@demo.ledig.no", 5, 12, 2, (9,), DISPUTED),
)


def is_lived() -> bool:
    return PayoutAccount.objects.exists()


def live(bank: Bank, *, today: date, zone: ZoneInfo) -> None:
    """Live through the weeks up to `today`, whose morning the stand-in's clock must reach."""
    first = today - timedelta(days=today.weekday() + 7 * WEEKS)
    begins = at_minute(first - timedelta(days=20), 9 * 60, zone)
    bank.until(begins)
    register(bank, begins)
    plans = sorted(planned(first), key=lambda plan: plan[0])
    for day in (begins.date() + timedelta(days=n) for n in range((today - begins.date()).days + 1)):
        morning = at_minute(day, 7 * 60, zone)
        while plans and plans[0][0] - AHEAD <= day:
            on, sale = plans.pop(0)
            bank.until(morning)
            sell(bank, sale, on, now=morning + timedelta(hours=1), zone=zone)
        if day.isoweekday() == CLOSING or day == today:
            bank.until(morning)
            close_days(bank, now=morning + timedelta(hours=2))
    live_together(today=today, zone=zone)
    ask_for_a_cart(bank, today, now=at_minute(today, 8 * 60, zone), zone=zone)
    give_some_back(now=at_minute(today, 6 * 60, zone))
    close_days(bank, now=at_minute(today, 7 * 60, zone))
    forget_letters()


def planned(first: date) -> "list[tuple[date, Sale]]":
    return [
        (first + timedelta(days=7 * week + sale.weekday - 1), sale)
        for sale in SALES
        for week in sale.weeks
    ]


def register(bank: Bank, now: datetime) -> None:
    """The owners have been through Stripe's pages; one of them only in part."""
    for slug in (*READY, UNFINISHED):
        organisation = Organisation.objects.get(slug=slug)
        owner = organisation.members.get(memberships__role=Role.OWNER)
        operations.begin_payouts(organisation=organisation, by=owner, now=now)
        account = PayoutAccount.objects.get(organisation=organisation)
        bank.onboard(account.stripe_id, complete=slug != UNFINISHED)
        operations.check_account(account, now=now)
    FeeAgreement.objects.create(
        organisation=Organisation.objects.get(slug="sintef"),
        points=500,
        starts_at=now,
        reason="Grunnleggende partner i bydelen",
        agreed_by=User.objects.filter(is_staff=True).order_by("pk")[0],
    )


def sell(bank: Bank, sale: Sale, on: date, *, now: datetime, zone: ZoneInfo) -> None:
    """On that day at that hour, or at the first time after it that is free, within days."""
    space, booker = Space.objects.get(slug=sale.space), User.objects.get(email=sale.booker)
    times = [(day, hour) for day in range(SLACK) for hour in sale.begins]
    for day, hour in times:
        that = on + timedelta(days=day)
        start = at_minute(that, hour * 60, zone)
        span = period(start, at_minute(that, (hour + sale.hours) * 60, zone))
        if verdict_on(space, span, now=now) != "free":
            continue
        try:
            booking = operations.book(space=space, span=span, by=booker, now=now)
        except Refused:
            continue
        order = Order.objects.filter(lines__booking=booking).first()
        if order is not None and order.session_id:
            bank.pay(order.session_id, sale.card)
            operations.settle_order(order, now=now)
        return


def ask_for_a_cart(bank: Bank, today: date, *, now: datetime, zone: ZoneInfo) -> None:
    """The student has paid for two rooms at once, and the owner of one of them is to answer:
    the money waits on the card. A third time is in the cart, and is nobody's yet."""
    student = User.objects.get(email=STUDENT)
    items = [
        Item(space, span, title=title)
        for slug, title in (("prototypeverkstedet", "Modell i 1:20"), ("ekko", "Innspilling"))
        for space in [space_of(slug)]
        for span in islice(free_spans(space, today + 6 * DAY, now=now, zone=zone), 1)
    ]
    asked = operations.book_together(items=items, by=student, now=now)
    order = Order.objects.get(lines__booking=asked[0])
    bank.pay(order.session_id, CARD)
    operations.settle_order(order, now=now)
    lune = space_of("lune")
    for span in islice(free_spans(lune, today + 8 * DAY, now=now, zone=zone), 1):
        operations.add_to_cart(items=[Item(lune, span, people=1)], by=student, now=now)


def close_days(bank: Bank, *, now: datetime) -> None:
    """What the worker does by its clocks, and what Stripe has told, of some days at once."""
    be_there(now)
    bookings.finish_due(now=now)
    operations.earn_due(now=now)
    operations.send_due(now=now)
    operations.settle(now=now)
    for notice in bank.told():
        if notice.type.startswith("payout."):
            note_payout(notice.account, notice.object_id, now=now)
        if notice.type == "charge.dispute.created":
            note_dispute(notice.object_id, now=now)


def be_there(now: datetime) -> None:
    """They came to what they had paid for, where the space asks them to say so."""
    paid = Booking.objects.filter(order_lines__isnull=False, status=Status.CONFIRMED)
    for booking in paid.filter(check_in_by__lte=now).select_related("booker"):
        bookings.check_in(booking=booking, by=booking.booker, as_owner=False, now=booking.start)


def give_some_back(*, now: datetime) -> None:
    """The heating failed last week: some of it is given back, after the owner had it."""
    finance = User.objects.get(email="bente.oien@demo.ledig.no")
    stay = (
        Booking.objects.filter(
            space__slug="sal-a", status="completed", order_lines__earned_at__isnull=False
        )
        .order_by("-period")
        .first()
    )
    if stay is None:
        return
    left = left_to_give(stay)
    operations.give_back_some(
        booking=stay,
        amount=left.amount // 4 // 100 * 100,
        left=left.amount,
        by=finance,
        reason="Varmen sviktet, og det var kaldt i salen. Vi beklager.",
        now=now,
    )


def forget_letters() -> None:
    """The letters of these weeks have long since been sent, and read."""
    waiting = Delivery.objects.filter(
        state=DeliveryState.PENDING, booking__order_lines__isnull=False
    )
    for letter in waiting:
        letter.state, letter.sent_at, letter.attempts = DeliveryState.SENT, letter.not_before, 1
        letter.read_at = letter.not_before
        letter.save(update_fields=["state", "sent_at", "attempts", "read_at"])
