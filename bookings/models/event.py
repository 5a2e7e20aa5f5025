"""What happened, and what has to be sent because of it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.models.booking import Booking
from spaces.models import Place


class Kind(models.TextChoices):
    HELD = "held", _("Held")
    OFFERED = "offered", _("Offered")
    REQUESTED = "requested", _("Requested")
    AGREED = "agreed", _("Approved, and waits for the others")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    MOVED = "moved", _("Moved to another space")
    CHANGED = "changed", _("Changed")
    CHANGE_HELD = "change_held", _("A change waits for payment")
    CHANGE_ASKED = "change_asked", _("A change is asked for")
    CHANGE_ENDED = "change_ended", _("A change came to nothing")
    KEPT = "kept", _("Kept as it is")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    PAYMENT_FAILED = "payment_failed", _("Payment failed")
    PAID_TOO_LATE = "paid_too_late", _("Paid too late")
    NOT_CHARGED = "not_charged", _("The saved card was not charged")
    FEE_DUE = "fee_due", _("A fee is due")
    FEE_WAIVED = "fee_waived", _("The fee is waived")
    FEE_CHARGED = "fee_charged", _("A fee is paid")
    DEPOSIT_RESERVED = "deposit_reserved", _("The deposit is reserved")
    DEPOSIT_CLAIMED = "deposit_claimed", _("Something of the deposit is claimed")
    DEPOSIT_RELEASED = "deposit_released", _("The deposit is released")
    REFUNDED = "refunded", _("Money given back")  # beside what the terms say
    CHECKED_IN = "checked_in", _("Checked in")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("No-show")
    LEFT_LATE = "left_late", _("Still there after the end")
    DESCRIBED = "described", _("Described anew")
    INVITED = "invited", _("Invited")
    UNINVITED = "uninvited", _("No longer invited")
    ANSWERED = "answered", _("Answered")
    MESSAGE = "message", _("Message")
    REMINDER = "reminder", _("Reminder")
    SERIES_BOOKED = "series_booked", _("Series booked")  # one letter for all of it
    SERIES_CHANGED = "series_changed", _("Series changed")
    SERIES_CANCELLED = "series_cancelled", _("Series cancelled")
    TO_PAY = "to_pay", _("To be paid")  # kept from a calendar, where there is no page to pay on
    DIGEST = "digest", _("Your day")  # about no one booking
    CALENDAR_LOST = "calendar_lost", _("A calendar cannot be read")  # nor this
    REFUSED = "refused", _("Not booked from your calendar")  # nor is this
    MONTH_UNPAID = "month_unpaid", _("A month of a membership is not paid")  # nor this
    RULEBOOK = "rulebook", _("A new version of the rulebook")  # nor this
    MORE_TIMES = "more_times", _("A space has more of the times you wait for")  # nor this
    PAUSED = "paused", _("The district has paused one of your spaces")  # nor this
    PAUSE_LIFTED = "pause_lifted", _("The district no longer pauses a space of yours")  # nor this


OF_DISTRICT = (
    Kind.RULEBOOK,
    Kind.PAUSED,
    Kind.PAUSE_LIFTED,
)  # what owners are told by the district
ABOUT_GUESTS = (Kind.INVITED, Kind.UNINVITED, Kind.ANSWERED)  # the booker's own affair


class BookingEventQuerySet(models.QuerySet["BookingEvent"]):
    def concerning_booker(self) -> Self:
        """What the booker did and what concerns them; not what owners note for themselves."""
        return self.exclude(kind=Kind.KEPT)

    def concerning_owners(self) -> Self:
        """All but whom the booker has invited."""
        return self.exclude(kind__in=ABOUT_GUESTS)


STRIKES = (Kind.NO_SHOW, Kind.LEFT_LATE)  # events that count against the booker


class BookingEvent(models.Model):
    """One entry of a booking's history. Append-only: a database trigger sees to it."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)

    objects = BookingEventQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "kind"],
                condition=Q(kind__in=["no_show", "left_late"]),
                name="strike_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    SENDING = "sending"  # leased by a worker until `not_before`
    SENT = "sent"
    SILENT = "silent"  # only in its reader's list: they want no mail about it
    DEAD = "dead"  # given up after many tries; shown to operators


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """To be tried at `now`: waiting ones, and those whose worker has gone silent."""
        return self.filter(
            state__in=(DeliveryState.PENDING, DeliveryState.SENDING), not_before__lte=now
        )

    def noticed_by(self, user: User) -> Self:
        """What stands in a person's list of notices."""
        return self.filter(recipient=user).exclude(kind=Kind.DIGEST)

    def unread_by(self, user: User) -> Self:
        return self.noticed_by(user).filter(read_at=None)


class Delivery(models.Model):
    """A mail that must go out: one row per booking, version, kind and recipient.

    Written in the transaction of the event that causes it, so none is lost when a worker
    or the broker dies; sent by a task that leases it, and repeated only when the answer
    is unknown, with the same Message-ID. It goes to a person with an account, who also
    finds it in their list of notices, or else to an address. A digest, or a letter about lost
    calendars, is about no one booking, and its version is the day; that of a refusal is the
    number of the refusal, that of an unpaid month the number of what is to be paid, that of a
    rulebook its version, that of a pause its number, and that of more times the number of the
    letter to who waited for them.
    """

    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    version = models.PositiveIntegerField()  # the booking's sequence, or a message's number
    kind = models.CharField(max_length=20, choices=Kind)
    recipient = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.EmailField(blank=True)  # in lower case, of who has no account
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # in the list of notices
    error = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "version", "kind", "recipient", "address"],
                nulls_distinct=False,
                name="delivery_once",
            ),
            models.CheckConstraint(
                name="delivery_about_one",
                condition=Q(booking__isnull=False)
                | Q(kind__in=["digest", "calendar_lost", "refused", "month_unpaid", "more_times"])
                | Q(kind__in=[kind.value for kind in OF_DISTRICT]),
            ),
            models.CheckConstraint(
                name="delivery_to_one",
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient=None) & ~Q(address="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=["pending", "sending"]),
                name="delivery_in_turn",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=Q(recipient__isnull=False) & ~Q(kind="digest"),
                name="delivery_listed",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(recipient__isnull=False, read_at=None) & ~Q(kind="digest"),
                name="delivery_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version} to {self.recipient or self.address}"
