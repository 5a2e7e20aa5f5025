"""Bookings: why units are taken."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import RUNS_BOOKINGS, Organisation, User
from bookings.models.described import Described, Visibility
from bookings.models.keeper import of_keeper
from bookings.models.series import Series
from bookings.models.states import COMES, MOVES, OCCUPYING, UNSETTLED, Actor, Status
from bookings.models.timed import Timed
from spaces.cancellation import Tier, in_order
from spaces.ids import uuid7
from spaces.models import AddOn, Listing, Place, Space
from spaces.money import Money

REAL_PERIOD = Q(
    period__isempty=False,
    period__lower_inf=False,
    period__upper_inf=False,
    period__lower_inc=True,
    period__upper_inc=False,
)


EARLY = timedelta(minutes=15)  # so long before the start one may check in
GRACE = timedelta(minutes=10)  # so long after it a host cannot say that nobody came
LINGER = timedelta(hours=2)  # so long after the end a host can say that they are still there


class BookingQuerySet(models.QuerySet["Booking"]):
    def booked_by(self, user: User) -> Self:
        return self.filter(booker=user)

    def kept_by(self, user: User) -> Self:
        """One's own, and those one has made for others."""
        return self.filter(of_keeper(user))

    def run_by(self, user: User) -> Self:
        """Bookings of the spaces this person answers for."""
        return self.filter(
            space__organisation__in=user.memberships.filter(role__in=RUNS_BOOKINGS).values(
                "organisation"
            )
        )

    def visible_to(self, user: User) -> Self:
        """One's own, those one has made for others, and those of the spaces one answers for."""
        if not user.is_authenticated:
            return self.none()
        runs = user.memberships.filter(role__in=RUNS_BOOKINGS).values("organisation")
        return self.filter(of_keeper(user) | Q(space__organisation__in=runs))

    def shared_within(self, organisation: Organisation) -> Self:
        """Those that colleagues may see: coming or under way, and shared with them."""
        shared = (Visibility.ORGANISATION, Visibility.PUBLIC)
        return self.filter(organisation=organisation, visibility__in=shared, status__in=COMES)

    def activities(self, now: datetime) -> Self:
        """Public ones that are not over, the next first. Not those in a space that its owner
        has taken off the list: who hides a room does not want it told where it is in use. The
        door's display, which stands there, tells all the same."""
        public = self.filter(visibility=Visibility.PUBLIC, status__in=COMES)
        public = public.filter(space__listing=Listing.PUBLISHED)
        return public.filter(period__endswith__gt=now).order_by("period", "pk")

    def occupying(self, now: datetime) -> Self:
        """Those that take their units at `now`: holds that have run out are not among them."""
        return self.filter(status__in=OCCUPYING).exclude(status__in=UNSETTLED, expires_at__lte=now)

    def for_listing(self) -> Self:
        return self.select_related(
            "space__place", "space__organisation", "space__door", "booker", "made_by"
        )


class Booking(Described, Timed, models.Model):
    """One party's use of one space for one period.

    What it was sold at (`lines`, `amount`, refund terms) is frozen here. `sequence` is the
    iCalendar SEQUENCE: it grows with each change that a calendar must see. `bound` is what
    a cancellation would have kept of the amount when it was last changed: moving a booking
    to a later day does not bring that back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, models.PROTECT, related_name="bookings", db_index=False)
    booker = models.ForeignKey(User, models.PROTECT, related_name="bookings", db_index=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # who has booked it for the booker; null: they themselves
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="bookings"
    )  # whom the booker books for
    cost_centre = models.CharField(_("cost centre"), max_length=60, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)  # theirs, not ours
    period = DateTimeRangeField()  # what the booker sees; UTC
    quantity = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(null=True, blank=True)  # who come, where it is asked
    status = models.CharField(max_length=10, choices=Status)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # what a calendar calls LAST-MODIFIED
    expires_at = models.DateTimeField(null=True, blank=True)  # of a hold or a request
    check_in_by = models.DateTimeField(null=True, blank=True)  # else the rest is for others
    sequence = models.PositiveIntegerField(default=0)

    lines = models.JSONField(default=list)
    amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="NOK")
    deposit = models.PositiveIntegerField(default=0)  # beside the amount
    no_show_fee = models.PositiveIntegerField(default=0, db_default=0)  # as the terms said
    overstay_fee = models.PositiveIntegerField(default=0, db_default=0)
    bound = models.PositiveIntegerField(default=0)  # of the amount: not paid back any more
    cancellation = models.JSONField(default=list)  # tiers: spaces/cancellation.py
    last_notice = models.PositiveIntegerField(default=0, db_default=0)  # minutes: see fixed_from

    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="bookings", db_index=False
    )
    recurrence_date = models.DateField(null=True, blank=True)  # the day of the rule it is for

    # What is asked for with one card is confirmed or declined together: operations/jointly.py.
    asked_with = models.UUIDField(null=True, blank=True, editable=False)
    agreed_at = models.DateTimeField(null=True, blank=True)  # it waits only for the others
    agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # for its owner; null: nobody had to be asked

    # The transaction of its last change that calendars show: bookings/calendars/dav/changes.py.
    changed_in = models.BigIntegerField(default=0, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        indexes = [
            models.Index(fields=["booker", "-created_at"], name="booking_by_booker"),
            models.Index(
                fields=["made_by", "-created_at"],
                condition=Q(made_by__isnull=False),
                name="booking_made_for_another",
            ),
            GistIndex(fields=["space", "period"], name="booking_by_space"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["held", "requested"]),
                name="booking_to_expire",
            ),
            models.Index(
                fields=["check_in_by"],
                condition=Q(status="confirmed", check_in_by__isnull=False),
                name="booking_to_check_in",
            ),
            models.Index(
                RangeStartsWith("period"),
                condition=Q(status="confirmed"),
                name="booking_to_remind",
            ),
            models.Index(
                RangeStartsWith("period"),
                condition=Q(deposit__gt=0),
                name="booking_with_deposit",
            ),
            models.Index(
                fields=["period"],
                condition=Q(visibility="public", status__in=["confirmed", "checked_in"]),
                name="booking_activity",
            ),
            models.Index(
                fields=["organisation", "period"],
                condition=Q(visibility__in=["organisation", "public"]),
                name="booking_shared",
            ),
            models.Index(
                fields=["series", "recurrence_date"],
                condition=Q(series__isnull=False),
                name="booking_of_series",
            ),
            models.Index(
                fields=["asked_with"],
                condition=Q(asked_with__isnull=False),
                name="booking_asked_with",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="booking_real_period", condition=REAL_PERIOD),
            models.CheckConstraint(
                name="booking_made_by_another",
                condition=Q(made_by=None) | ~Q(made_by=models.F("booker")),
            ),
            models.CheckConstraint(name="booking_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="booking_bound", condition=Q(bound__lte=models.F("amount"))
            ),
            models.CheckConstraint(
                name="booking_people", condition=Q(people=None) | Q(people__gte=1)
            ),
            models.CheckConstraint(
                name="booking_of_series_for_a_day",
                condition=Q(series=None, recurrence_date=None)
                | Q(series__isnull=False, recurrence_date__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_waits_until",
                condition=~Q(status__in=["held", "requested"]) | Q(expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_public_has_title",
                condition=~Q(visibility="public") | ~Q(public_title=""),
            ),
            models.CheckConstraint(
                name="booking_shared_with_somebody",
                condition=~Q(visibility="organisation") | Q(organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_agreed_together",
                condition=Q(agreed_at=None, agreed_by=None)
                | Q(agreed_at__isnull=False, asked_with__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_stands_once_agreed",
                condition=Q(asked_with=None)
                | Q(agreed_at__isnull=False)
                | ~Q(status__in=["confirmed", "checked_in", "completed", "no_show"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.period} ({self.status})"

    def get_absolute_url(self) -> str:
        return reverse("booking", args=[self.pk])

    @property
    def check_in_opens(self) -> datetime:
        return self.start - EARLY

    @property
    def may_come_until(self) -> datetime:
        return self.start + GRACE

    @property
    def may_linger_until(self) -> datetime:
        return self.end + LINGER

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def tiers(self) -> list[Tier]:
        """What comes back when it is cancelled, as it was sold."""
        return in_order(self.cancellation)

    @property
    def fixed_from(self) -> datetime:
        """From when on its booker can neither cancel it nor make it less or another."""
        return self.start - timedelta(minutes=self.last_notice)

    def is_fixed(self, now: datetime) -> bool:
        """A booking that stands, and that only its owner can cancel any more."""
        return self.status in COMES and self.fixed_from <= now < self.start

    def has_begun(self, now: datetime) -> bool:
        """Its time has come, or they have, who may check in a little before it."""
        return self.start <= now or self.status == Status.CHECKED_IN

    @property
    def ical_uid(self) -> str:
        """Fixed for ever, also if the product's own address changes: the one a calendar
        program gave it, or else ours."""
        given = getattr(self, "calendar_object", None)
        return given.uid if given else f"{self.pk}@booking.ledig"

    def occupies(self, now: datetime) -> bool:
        return self.status in OCCUPYING and not self.has_run_out(now)

    def has_run_out(self, now: datetime) -> bool:
        """A hold or request whose time has passed, whether or not it was swept yet."""
        waiting = self.status in UNSETTLED
        return waiting and self.expires_at is not None and self.expires_at <= now

    @property
    def is_owners_to_answer(self) -> bool:
        """Of what is asked for together: whether its owner is, or was, to say yes to it."""
        return self.agreed_at is None or self.agreed_by_id is not None

    def waits_for_owner(self, now: datetime) -> bool:
        """Whether its owner is to say yes or no."""
        return self.status_at(now) == Status.REQUESTED and self.agreed_at is None

    def is_missed(self, now: datetime) -> bool:
        """Nobody has checked in in time, where one has to."""
        waiting = self.status == Status.CONFIRMED and self.check_in_by is not None
        return waiting and self.check_in_by is not None and self.check_in_by <= now

    def status_at(self, now: datetime) -> Status:
        """The status as it is to be shown: what has run out is over, even unswept."""
        if self.has_run_out(now):
            return Status.EXPIRED if self.status == Status.HELD else Status.DECLINED
        return Status(self.status)

    def as_owner(self, user: User) -> bool:
        """Whether who may see it acts for its owner, and not for its booker: so does who has
        made it for somebody else and runs the space."""
        if self.booker_id == user.pk:
            return False
        if self.made_by_id != user.pk:
            return True
        return user.memberships.filter(
            organisation=self.space.organisation_id, role__in=RUNS_BOOKINGS
        ).exists()

    def can_become(self, status: Status, actor: Actor) -> bool:
        return actor in MOVES[Status(self.status)].get(status, ())


class BookedAddOn(models.Model):
    """So many of an add-on, booked along. What is counted has its occupancies too."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="add_ons")
    add_on = models.ForeignKey(AddOn, models.PROTECT, related_name="booked")
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["booking", "add_on"], name="booked_add_on_once"),
            models.CheckConstraint(name="booked_add_on_count", condition=Q(count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.add_on} × {self.count}" if self.count > 1 else str(self.add_on)
