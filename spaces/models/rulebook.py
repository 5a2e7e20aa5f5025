"""The district's common rules, and who has said yes to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.texts import in_language
from spaces.models.limits import Limits


class Rulebook(Limits):
    """One version of the common rules. The newest published one is in force."""

    class Strikes(models.TextChoices):
        """What comes of too many of them."""

        ASK = "ask", _("only what an owner answers can be booked")
        NOTHING = "nothing", _("nothing can be booked")

    version = models.PositiveIntegerField(unique=True)
    text = models.JSONField(default=dict)  # {language: text}
    published_at = models.DateTimeField(null=True, blank=True)

    # What owners may take for not coming and for staying too long, in øre; empty: as they like.
    most_fee = models.PositiveIntegerField(
        _("highest fee for not coming or staying too long"), null=True, blank=True
    )
    # What the platform takes of what owners earn; an organisation may have other terms.
    fee_points = models.PositiveSmallIntegerField(
        _("fee, in hundredths of a percent"),
        default=0,
        help_text=_("850 is 8.5 %. VAT is part of it."),
    )
    fee_least = models.PositiveIntegerField(
        _("least fee of a booking, in øre"), default=0, help_text=_("Never more than the price.")
    )

    # Not coming, and staying too long, give a strike. Without a limit they are only counted.
    strike_limit = models.PositiveSmallIntegerField(_("too many strikes"), null=True, blank=True)
    strike_days = models.PositiveSmallIntegerField(_("a strike counts, in days"), default=90)
    strike_pause = models.PositiveSmallIntegerField(_("the pause, in days"), default=14)
    strike_then = models.CharField(
        _("in the pause"), max_length=7, choices=Strikes, default=Strikes.ASK
    )

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebooks")
        ordering = ("-version",)
        constraints = [
            *Limits.Meta.constraints,
            models.CheckConstraint(name="rulebook_fee", condition=Q(fee_points__lte=10_000)),
            models.CheckConstraint(
                name="rulebook_strikes",
                condition=(Q(strike_limit=None) | Q(strike_limit__gte=1))
                & Q(strike_days__gte=1, strike_pause__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Rulebook')} {self.version}"

    @property
    def body(self) -> str:
        return in_language(self.text)


class Acceptance(models.Model):
    """An organisation's yes to one version of the rulebook."""

    rulebook = models.ForeignKey(Rulebook, models.PROTECT, related_name="acceptances")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="acceptances")
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "organisation"], name="acceptance_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.rulebook}"
