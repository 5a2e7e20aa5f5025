"""What the platform takes of what an owner earns."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User

MOST = 10_000  # hundredths of a percent: all of it


class FeeAgreement(models.Model):
    """Other terms for one organisation than the rulebook's, from a moment on. Append-only: a
    new agreement ends the one before it, and what was sold keeps the terms it was sold at."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="fee_agreements", verbose_name=_("organisation")
    )
    points = models.PositiveSmallIntegerField(
        _("fee, in hundredths of a percent"), help_text=_("850 is 8.5 %. VAT is part of it.")
    )
    least = models.PositiveIntegerField(
        _("least fee of a booking, in øre"), default=0, help_text=_("Never more than the price.")
    )
    starts_at = models.DateTimeField(_("from"))
    reason = models.CharField(_("reason"), max_length=200)
    agreed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("fee agreement")
        verbose_name_plural = _("fee agreements")
        ordering = ("-starts_at", "-pk")
        constraints = [
            models.CheckConstraint(name="fee_points", condition=Q(points__lte=MOST)),
            models.UniqueConstraint(
                fields=["organisation", "starts_at"], name="fee_agreement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.points / 100:g} %"
