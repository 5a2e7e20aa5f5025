"""Rules above the space: an organisation's own, quotas, and what is in force."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Organisation
from spaces.models.limits import Limits
from spaces.models.rulebook import Rulebook
from spaces.models.space import Space


class OrganisationRules(Limits):
    """What an organisation demands of all its spaces."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="rules")

    class Meta:
        verbose_name_plural = "organisation rules"
        constraints = Limits.Meta.constraints

    def __str__(self) -> str:
        return f"rules of {self.organisation}"


class RulesInForce(models.Model):
    """A view: the tightest of what district, organisation and space say, for each space.

    While an outside calendar of any of its units has not been read for too long, nobody knows
    whether the space is free: then it `is_unsure`, and its owner answers first.
    """

    space = models.OneToOneField(
        Space, models.DO_NOTHING, primary_key=True, related_name="in_force"
    )
    is_instant = models.BooleanField()
    is_unsure = models.BooleanField()
    min_length = models.PositiveIntegerField()
    max_length = models.PositiveIntegerField()
    lead_time = models.PositiveIntegerField()
    horizon_days = models.PositiveIntegerField()
    buffer_before = models.PositiveSmallIntegerField()
    buffer_after = models.PositiveSmallIntegerField()
    answer_within = models.PositiveSmallIntegerField()
    longest_notice = models.PositiveIntegerField(null=True)
    last_notice = models.PositiveIntegerField()  # no more than the longest
    release_after = models.PositiveSmallIntegerField(null=True)
    no_show_fee = models.PositiveIntegerField()  # øre; 0: none
    overstay_fee = models.PositiveIntegerField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"rules in force for {self.space}"


class QuotaQuerySet(models.QuerySet["Quota"]):
    def of_district(self) -> Self:
        """Those of the rulebook in force."""
        newest = Rulebook.objects.exclude(published_at=None).order_by("-version")
        return self.filter(rulebook__in=newest.values("pk")[:1])

    def bearing_on(self, space: Space) -> Self:
        """Those that bookings of a space are counted in: its own, its owner's, the district's."""
        of_owner = self.filter(owner=space.organisation_id)
        return self.filter(space=space) | of_owner | self.of_district()

    def standing(self) -> Self:
        """Those of all spaces and owners, and of the rulebook in force."""
        return self.filter(rulebook=None) | self.of_district()


class Quota(models.Model):
    """The most that may be booked in a while: `amount` bookings, or minutes.

    Counted for each person, for each organisation that is booked for, or for all people of
    one affiliation together. With an `affiliation`, only bookings of such people are bound
    and counted. A day, week (from Monday), month or semester (from 1 January and 1 August)
    is the place's, and a booking counts where it starts.
    """

    class Counts(models.TextChoices):
        BOOKINGS = "bookings", _("bookings")
        MINUTES = "minutes", _("hours")

    class Window(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        SEMESTER = "semester", _("a semester")

    class Whose(models.TextChoices):
        PERSON = "person", _("each person")
        ORGANISATION = "organisation", _("each organisation")
        AFFILIATION = "affiliation", _("all of them together")

    rulebook = models.ForeignKey(
        Rulebook, models.CASCADE, null=True, blank=True, related_name="quotas"
    )  # over all spaces of the district
    owner = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="quotas"
    )  # over all its spaces
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="quotas")
    counts = models.CharField(_("of what"), max_length=8, choices=Counts)
    amount = models.PositiveIntegerField(_("at most"))
    window = models.CharField(_("in"), max_length=8, choices=Window)
    whose = models.CharField(_("for"), max_length=12, choices=Whose, default=Whose.PERSON)
    affiliation = models.CharField(_("only of"), max_length=10, choices=AffiliationKind, blank=True)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                name="quota_of_one",
                condition=Q(rulebook__isnull=False, owner=None, space=None)
                | Q(rulebook=None, owner__isnull=False, space=None)
                | Q(rulebook=None, owner=None, space__isnull=False),
            ),
            models.CheckConstraint(
                name="quota_together_names_affiliation",
                condition=~Q(whose="affiliation") | ~Q(affiliation=""),
            ),
            models.UniqueConstraint(
                fields=["rulebook", "owner", "space", "counts", "window", "whose", "affiliation"],
                name="quota_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.counts} {self.window} ({self.whose})"
