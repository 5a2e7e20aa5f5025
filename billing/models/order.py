"""What is paid in one go."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import CreditAgreement, Organisation, User
from billing.models.card import Card, CardConsent
from billing.models.on_account import AccountInvoice
from bookings.models import Booking, Change, ChangeStatus, Pass, Status
from spaces.ids import uuid7
from spaces.money import Money


class OrderStatus(models.TextChoices):
    """The workflow; the ledger holds the money.

    Those that end in -ING are recorded intents: the call to Stripe is still to be made,
    or its answer is unknown, and it is repeated with the same idempotency key until known.
    """

    OPEN = "open", _("Waiting for payment")
    CHARGING = "charging", _("Being charged to the saved card")
    AUTHORISED = "authorised", _("Reserved on the card")
    CAPTURING = "capturing", _("Being charged")
    PAID = "paid", _("Paid")
    VOIDING = "voiding", _("Being released")
    VOID = "void", _("Not charged")
    ACCOUNT = "account", _("On account")  # owed, and paid by a monthly invoice


GRACE = timedelta(days=7)  # in which a month that was not charged can be paid on a page
UNDER_WAY = (OrderStatus.CHARGING, OrderStatus.CAPTURING, OrderStatus.VOIDING)


class LineKind(models.TextChoices):
    """What a line of an order is for."""

    BOOKING = "booking", _("Booking")  # the booking itself, as it was sold
    CHANGE = "change", _("Change")  # what a change of it costs more
    NO_SHOW = "no_show", _("Nobody came")  # a fee, as its terms say
    OVERSTAY = "overstay", _("Stayed too long")  # another
    PASS = "pass", _("Pass")  # days, hours or a percentage, to be used later
    DEPOSIT = "deposit", _("Deposit")  # reserved; its amount is what was drawn of it


STAY = (LineKind.BOOKING, LineKind.CHANGE)  # the price of a booking, which a refund is of
ABOUT_BOOKING = (*STAY, LineKind.NO_SHOW, LineKind.OVERSTAY, LineKind.DEPOSIT)
BESIDE = (LineKind.NO_SHOW, LineKind.OVERSTAY, LineKind.DEPOSIT)  # owed until it is waived
ONCE = (LineKind.BOOKING, LineKind.NO_SHOW, LineKind.OVERSTAY)  # for one booking


class OrderQuerySet(models.QuerySet["Order"]):
    def unsettled(self) -> Self:
        return self.filter(status__in=UNDER_WAY)

    def to_pay(self, booking: Booking, now: datetime) -> "Order | None":
        """What waits for the booker's money now: the booking, or a change of it."""
        orders = self.select_related("buyer")
        if booking.status == Status.HELD and not booking.has_run_out(now):
            return orders.sold_with(booking)
        held = booking.changes.open(now).filter(status=ChangeStatus.HELD)
        of_change = orders.filter(lines__change__in=held).first()
        beside = orders.filter(
            status=OrderStatus.OPEN, lines__booking=booking, lines__kind__in=BESIDE
        )
        return of_change or beside.order_by("created_at", "pk").first()

    def sold_with(self, booking: Booking) -> "Order | None":
        """The order that the booking itself was sold on, not a later change of it."""
        return self.filter(lines__booking=booking, lines__kind=LineKind.BOOKING).first()


class Order(models.Model):
    """One payment for one or more lines, of one or more owners."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    buyer = models.ForeignKey(User, models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.OPEN)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="NOK")
    is_captured_later = models.BooleanField(default=False)  # authorised for a request
    created_at = models.DateTimeField()
    session_expires_at = models.DateTimeField()  # asked of Stripe: at least 30 minutes ahead
    card = models.ForeignKey(
        Card, models.PROTECT, null=True, blank=True, related_name="+"
    )  # charged off-session, with the consent of its holder
    consent = models.ForeignKey(
        CardConsent, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # by which it is charged, or by which the card that it is paid with is saved
    lapses_at = models.DateTimeField(null=True, blank=True)  # what is reserved, at the bank
    declined = models.CharField(max_length=60, blank=True)  # Stripe's word, off-session
    session_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.TextField(blank=True)
    intent_id = models.CharField(max_length=100, blank=True)
    charge_id = models.CharField(max_length=100, blank=True)
    agreement = models.ForeignKey(
        CreditAgreement, models.PROTECT, null=True, blank=True, related_name="orders"
    )  # by which it is owed, where it is on account
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()  # next try of an intent

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(name="order_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="order_charged_with_card",
                condition=~Q(status="charging") | Q(card__isnull=False),
            ),
            models.CheckConstraint(
                name="order_on_account",
                condition=Q(status="account", agreement__isnull=False)
                | ~Q(status="account") & Q(agreement__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="order_session_once"
            ),
            models.UniqueConstraint(
                fields=["intent_id"], condition=~Q(intent_id=""), name="order_intent_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["open", "charging", "capturing", "voiding"]),
                name="order_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"order {self.pk} ({self.status})"

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    def session_is_open(self, now: datetime) -> bool:
        return (
            self.status == OrderStatus.OPEN
            and bool(self.checkout_url)
            and now < self.session_expires_at
        )


class OrderLine(models.Model):
    """What is paid for, and the owner it is sold by. What it is about depends on its kind."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=10, choices=LineKind)
    booking = models.ForeignKey(
        Booking, models.PROTECT, null=True, blank=True, related_name="order_lines"
    )
    change = models.OneToOneField(
        Change, models.PROTECT, null=True, blank=True, related_name="order_line"
    )
    sold_pass = models.OneToOneField(
        Pass, models.PROTECT, null=True, blank=True, related_name="order_line"
    )
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField()
    invoice = models.ForeignKey(
        AccountInvoice, models.PROTECT, null=True, blank=True, related_name="lines"
    )  # of what is on account: once
    # The platform's terms when it was sold: filled in by the database, whoever sells.
    fee_points = models.PositiveSmallIntegerField(default=0, editable=False)  # per 10,000
    fee_least = models.PositiveIntegerField(default=0, editable=False)
    lost = models.PositiveIntegerField(default=0, editable=False)  # to the buyer's bank
    earned = models.PositiveIntegerField(default=0, editable=False)  # of the amount, and kept
    earned_at = models.DateTimeField(null=True, blank=True, editable=False)  # all that is left

    class Meta:
        indexes = [
            models.Index(fields=["booking"], condition=Q(earned_at=None), name="line_to_earn")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "kind"], condition=Q(kind__in=ONCE), name="order_line_once"
            ),
            models.CheckConstraint(
                name="order_line_earned", condition=Q(earned__lte=F("amount") - F("lost"))
            ),
            models.CheckConstraint(
                name="order_line_booking",
                condition=Q(booking__isnull=False) | ~Q(kind__in=ABOUT_BOOKING),
            ),
            models.CheckConstraint(
                name="order_line_change",
                condition=Q(kind=LineKind.CHANGE, change__isnull=False)
                | ~Q(kind=LineKind.CHANGE) & Q(change__isnull=True),
            ),
            models.CheckConstraint(
                name="order_line_pass",
                condition=Q(kind=LineKind.PASS, sold_pass__isnull=False, booking__isnull=True)
                | ~Q(kind=LineKind.PASS) & Q(sold_pass__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.booking} of {self.order}"

    @property
    def booked(self) -> Booking:
        """The booking that a line of a kind in `ABOUT_BOOKING` has."""
        assert self.booking is not None
        return self.booking
