"""What is bought, or given, before it is used: desk days, hours, a percentage off."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AffiliationKind, Organisation, User
from bookings.models.booking import Booking
from bookings.models.states import UNSETTLED
from spaces.ids import uuid7
from spaces.models import Space
from spaces.models.vat import Vat
from spaces.money import Money


class Counts(models.TextChoices):
    """What is used up by a booking."""

    DAYS = "days", _("Days")  # begun days of each unit, such as a desk
    MINUTES = "minutes", pgettext_lazy("counted", "Hours")  # of each unit
    PERCENT = "percent", _("Percent off")  # nothing: as often as one likes


class Holder(models.TextChoices):
    PERSON = "person", _("One person")
    ORGANISATION = "organisation", _("An organisation, whose members share it")


class Window(models.TextChoices):
    WEEK = "week", _("each week")
    MONTH = "month", _("each month")


class PassTypeQuerySet(models.QuerySet["PassType"]):
    def bearing_on(self, *spaces: Space) -> Self:
        """Those that can be used in one of these spaces."""
        named = PassType.spaces.through.objects.all()
        return self.filter(
            Q(pk__in=named.filter(space__in=spaces).values("passtype"))
            | ~Q(pk__in=named.values("passtype")),
            owner__in={space.organisation_id for space in spaces},
        )

    def for_sale(self) -> Self:
        return self.filter(is_offered=True, window="", renews=False)

    def memberships(self) -> Self:
        return self.filter(is_offered=True, renews=True)

    def granted(self) -> Self:
        return self.filter(is_offered=True).exclude(window="")


class PassType(models.Model):
    """What an owner sells or gives. `amount` is days, minutes or percent, as it `counts`.

    With a `window` it costs nothing: everybody of the `affiliation` has it anew each week or
    month, and it is used for what begins in that. Passes keep what they were bought with.
    """

    owner = models.ForeignKey(Organisation, models.CASCADE, related_name="pass_types")
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    counts = models.CharField(_("what it gives"), max_length=10, choices=Counts)
    amount = models.PositiveIntegerField(_("how many"))
    spaces = models.ManyToManyField(Space, blank=True, related_name="+")  # none: all
    holder = models.CharField(_("for"), max_length=12, choices=Holder, default=Holder.PERSON)
    price = models.PositiveIntegerField(_("price"), default=0)  # minor units, VAT included
    currency = models.CharField(max_length=3, default="NOK")
    vat = models.CharField(_("VAT"), max_length=20, choices=Vat, default=Vat.EXEMPT_3_11)
    lasts_days = models.PositiveSmallIntegerField(_("lasts so many days"), default=365)
    affiliation = models.CharField(max_length=10, choices=AffiliationKind, blank=True)
    window = models.CharField(_("how often"), max_length=5, choices=Window, blank=True)
    renews = models.BooleanField(_("a membership, anew each month"), default=False)
    is_offered = models.BooleanField(_("offered"), default=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    objects = PassTypeQuerySet.as_manager()

    class Meta:
        ordering = ("owner", "price", "pk")
        constraints = [
            models.CheckConstraint(
                name="pass_type_amount",
                condition=Q(amount__gte=1) & (~Q(counts=Counts.PERCENT) | Q(amount__lte=100)),
            ),
            models.CheckConstraint(
                name="pass_type_sold_or_given",
                condition=Q(window="", price__gte=1, lasts_days__gte=1)
                | Q(price=0, holder=Holder.PERSON) & ~Q(window="") & ~Q(affiliation=""),
            ),
            models.CheckConstraint(
                name="pass_type_renews_is_sold", condition=Q(renews=False) | Q(window="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def money(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def is_given(self) -> bool:
        return bool(self.window)

    @property
    def terms(self) -> dict[str, Any]:
        """What a pass of this type keeps of it, but its price: that may have been agreed
        before, or be nothing."""
        return {
            "type": self,
            "counts": self.counts,
            "amount": self.amount,
            "currency": self.currency,
            "vat": self.vat,
        }


class PassStatus(models.TextChoices):
    ORDERED = "ordered", _("Waiting for payment")
    ACTIVE = "active", _("Can be used")
    RETURNED = "returned", _("Given back")


STALE = Q(booking__status__in=UNSETTLED)


class PassQuerySet(models.QuerySet["Pass"]):
    def usable_by(self, person: User, organisation: Organisation | None) -> Self:
        """Those that somebody can use, for themselves or for one organisation of theirs."""
        active = self.filter(status=PassStatus.ACTIVE)
        if organisation is None:
            return active.filter(person=person)
        return active.filter(organisation=organisation)

    def visible_to(self, user: User) -> Self:
        """One's own, and those of organisations that one is a member of."""
        if not user.is_authenticated:
            return self.none()
        ours = user.memberships.values("organisation")
        return self.filter(Q(person=user) | Q(organisation__in=ours))

    def with_left(self, now: datetime) -> Self:
        """Each with `left`: what is not used, nor held by a hold that still stands."""
        uses = PassUse.objects.filter(used_of=OuterRef("pk")).exclude(
            STALE, booking__expires_at__lte=now
        )
        used = uses.order_by().values("used_of").annotate(sum=Sum("amount")).values("sum")
        return self.annotate(left=F("amount") - Coalesce(Subquery(used), 0))


class Pass(models.Model):
    """Somebody's days, hours or percentage. It can be used for what begins from `starts_at`
    and before `ends_at`, in the spaces that its type names then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.ForeignKey(PassType, models.PROTECT, related_name="passes")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="passes")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="passes"
    )
    membership = models.ForeignKey(
        "Membership", models.PROTECT, null=True, blank=True, related_name="passes"
    )  # of which it is a month, paid by card
    status = models.CharField(max_length=10, choices=PassStatus, default=PassStatus.ORDERED)
    counts = models.CharField(max_length=10, choices=Counts)
    amount = models.PositiveIntegerField()
    price = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="NOK")
    vat = models.CharField(max_length=20, choices=Vat)
    is_given = models.BooleanField(default=False)  # nobody has paid for it
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = PassQuerySet.as_manager()

    left: int  # of what is not used: `with_left`

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = [
            models.CheckConstraint(
                name="pass_of_one",
                condition=Q(person=None, organisation__isnull=False)
                | Q(person__isnull=False, organisation=None),
            ),
            models.CheckConstraint(
                name="pass_has_days",
                condition=~Q(status="active") | Q(ends_at__gt=F("starts_at")),
            ),
            models.UniqueConstraint(
                fields=["type", "person", "starts_at"],
                condition=Q(is_given=True, person__isnull=False),
                name="pass_given_once",
            ),
            models.UniqueConstraint(
                fields=["membership", "starts_at"], name="pass_of_membership_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "status"], name="pass_of_organisation")]

    def __str__(self) -> str:
        return f"{self.type} ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def is_counted(self) -> bool:
        return self.counts != Counts.PERCENT

    def holds_at(self, moment: datetime) -> bool:
        if self.starts_at is None or self.ends_at is None:
            return False
        return self.starts_at <= moment < self.ends_at

    def begin(self, now: datetime) -> None:
        """It is paid for: it holds from now on, or for the month that it is of."""
        self.status = PassStatus.ACTIVE
        if self.membership_id is None:
            self.starts_at, self.ends_at = now, now + timedelta(days=self.type.lasts_days)


class PassUse(models.Model):
    """So much of a pass a booking has used, or held by a hold that has run out since. A
    trigger sums them under the pass's lock: never more than the pass has.

    `bound` does not come back by a cancellation any more: it is what one would have kept when
    the booking was last changed.
    """

    used_of = models.ForeignKey(Pass, models.PROTECT, related_name="uses")
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="pass_uses")
    amount = models.PositiveIntegerField()  # as the pass counts; 0 of a percentage
    bound = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["used_of", "booking"], name="pass_use_once"),
            models.CheckConstraint(name="pass_use_bound", condition=Q(bound__lte=F("amount"))),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.used_of} for {self.booking}"


class Membership(models.Model):
    """An organisation has a pass anew each month, on account; or a person, by card, who has
    agreed to a `price` in the words of `agreed`. `next_at` is when the next one begins;
    paused, it has none until somebody starts it again, and cancelled none any more."""

    type = models.ForeignKey(PassType, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="bought_memberships"
    )
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="bought_memberships"
    )
    price = models.PositiveIntegerField(default=0)  # each month, of a person
    agreed = models.TextField(blank=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    next_at = models.DateTimeField()
    paused_for = models.CharField(max_length=40, blank=True)  # the code of the refusal
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "organisation"],
                condition=Q(cancelled_at=None),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["type", "person"],
                condition=Q(cancelled_at=None),
                name="membership_of_person_once",
            ),
            models.CheckConstraint(
                name="membership_of_one",
                condition=Q(organisation__isnull=False, person=None)
                | Q(organisation=None, person__isnull=False, price__gte=1) & ~Q(agreed=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation or self.person}: {self.type}"

    @property
    def money(self) -> Money:
        """What a month costs."""
        return Money(self.price, self.type.currency) if self.price else self.type.money
