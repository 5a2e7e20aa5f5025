"""A booking that is to become another: later, longer, elsewhere, for more or fewer."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.models.booking import REAL_PERIOD, Booking
from bookings.models.series import SeriesChange
from bookings.models.timed import Timed
from spaces.ids import uuid7
from spaces.models import Place, Space
from spaces.money import Money


class ChangeStatus(models.TextChoices):
    HELD = "held", _("Waits for payment")
    REQUESTED = "requested", _("Waits for the owner's answer")
    MADE = "made", _("Made")
    EXPIRED = "expired", _("Not paid in time")  # and made after all, if the money comes
    ENDED = "ended", _("Came to nothing")


OPEN = (ChangeStatus.HELD, ChangeStatus.REQUESTED)


class ChangeQuerySet(models.QuerySet["Change"]):
    def open(self, now: datetime) -> Self:
        return self.filter(status__in=OPEN, expires_at__gt=now)

    def waiting_with(self, change: "Change") -> Self:
        """It, and what else its series waits for: all of it is made, or none."""
        if change.series_change_id is None:
            return self.filter(pk=change.pk, status__in=OPEN)
        return self.filter(series_change=change.series_change_id, status__in=OPEN)


class Change(Timed, models.Model):
    """What a booking is to become, and at which price.

    Until it is made the booking stands as it was. What it needs beyond that is kept for it
    until `expires_at`, by rows of `Occupancy` of its own; when it comes to nothing, those go
    and nothing else has happened.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="changes")
    space = models.ForeignKey(Space, models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    quantity = models.PositiveIntegerField()
    people = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=ChangeStatus)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    series_change = models.ForeignKey(
        SeriesChange, models.SET_NULL, null=True, blank=True, related_name="changes"
    )  # that it is part of, while that waits: once it is made the rule follows
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)  # while it waits
    sequence = models.PositiveIntegerField()  # of the booking that it is a change of

    due = models.PositiveIntegerField(default=0)  # to be paid before it is made
    back = models.PositiveIntegerField(default=0)  # paid back once it is made
    lines = models.JSONField(default=list)
    amount = models.PositiveIntegerField(default=0)
    deposit = models.PositiveIntegerField(default=0)
    bound = models.PositiveIntegerField(default=0)
    cancellation = models.JSONField(default=list)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("created_at", "pk")
        constraints = [
            models.CheckConstraint(name="change_real_period", condition=REAL_PERIOD),
            models.CheckConstraint(name="change_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="change_pays_one_way", condition=Q(due=0) | Q(back=0)),
            models.CheckConstraint(
                name="change_waits_until",
                condition=~Q(status__in=["held", "requested"]) | Q(expires_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(status__in=["held", "requested"]),
                name="change_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["held", "requested"]),
                name="change_to_expire",
            )
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.period} ({self.status})"

    @property
    def to_pay(self) -> Money:
        return Money(self.due, self.booking.currency)

    @property
    def paid_back(self) -> Money:
        return Money(self.back, self.booking.currency)

    def is_open(self, now: datetime) -> bool:
        return self.status in OPEN and self.expires_at is not None and self.expires_at > now
