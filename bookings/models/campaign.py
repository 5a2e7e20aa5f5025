"""Codes that lower a price, and how often they were used."""

from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Organisation, User
from bookings.models.booking import Booking
from bookings.models.states import UNSETTLED
from spaces import formats
from spaces.models import Kind, Space
from spaces.money import Money


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def kept_by(self, organisation: Organisation) -> Self:
        """Its own, the newest first, with how often each is used."""
        return self.filter(owner=organisation).with_uses().order_by("-created_at", "-pk")

    def of_district(self) -> Self:
        """Those of the operators, which owners join."""
        return self.filter(owner=None).with_uses().order_by("-created_at", "-pk")

    def with_uses(self) -> Self:
        return self.annotate(used=Count("uses"))

    def bearing_on(self, space: Space) -> Self:
        """Those that its owner has made or joined; its owner's own first."""
        owner = space.organisation_id
        ours = self.filter(Q(owner=owner) | Q(owner=None, joined=owner))
        return ours.order_by(models.F("owner").asc(nulls_last=True))


class Campaign(models.Model):
    """A code that takes a percentage or an amount off. An owner's holds in their spaces; one
    of the district's operators in those of the owners who have joined it.

    Nothing that bookings were sold with changes with it: their lines are frozen.
    """

    owner = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="campaigns"
    )  # None: the district's operators
    joined = models.ManyToManyField(Organisation, blank=True, related_name="joined_campaigns")
    name = models.CharField(_("what it is for"), max_length=100)
    code = models.CharField(_("code"), max_length=30)  # capitals
    percent = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)
    amount = models.PositiveIntegerField(_("amount off"), null=True, blank=True)  # øre
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until and with"), null=True, blank=True)
    spaces = models.ManyToManyField(Space, blank=True, related_name="+")  # none: all
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind), default=list, blank=True)
    affiliations = ArrayField(
        models.CharField(max_length=10, choices=AffiliationKind), default=list, blank=True
    )
    limit = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    limit_each = models.PositiveIntegerField(_("uses of one person"), null=True, blank=True)
    is_paused = models.BooleanField(_("paused"), default=False)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "code"], nulls_distinct=False, name="campaign_code_once"
            ),
            models.CheckConstraint(
                name="campaign_code_in_capitals", condition=~Q(code="") & Q(code=Upper("code"))
            ),
            models.CheckConstraint(
                name="campaign_percent_or_amount",
                condition=Q(percent__range=(1, 100), amount=None) | Q(percent=None, amount__gte=1),
            ),
            models.CheckConstraint(
                name="campaign_days",
                condition=Q(last_day=None) | Q(last_day__gte=models.F("first_day")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def clean(self) -> None:
        self.code = self.code.upper()

    @property
    def takes_off(self) -> str:
        """`25 %` or `100 kr`"""
        if self.percent is not None:
            return f"{self.percent} %"
        return formats.price(Money(self.amount or 0))

    def is_over(self, today: date) -> bool:
        return self.last_day is not None and self.last_day < today


class CampaignUse(models.Model):
    """A row exists iff a booking has the code's price, or was held with it by a hold that has
    run out since. A trigger counts them under the campaign's lock: never more than `limit`
    in all, nor more than `limit_each` of one person."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="uses")
    booking = models.OneToOneField(Booking, models.CASCADE, related_name="campaign_use")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField()  # what it took off, minor units
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["campaign", "person"], name="campaign_use_of_person")]

    def __str__(self) -> str:
        return f"{self.campaign} for {self.booking}"

    @classmethod
    def let_go_of_stale(cls, campaign: Campaign, *, now: datetime) -> None:
        """Forget those of holds that have run out; call under the campaign's lock."""
        stale = Q(booking__status__in=UNSETTLED, booking__expires_at__lte=now)
        cls.objects.filter(stale, campaign=campaign).delete()
