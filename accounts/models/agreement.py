"""Who may pay whom later, by a monthly invoice."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import SEES_MONEY, Organisation
from accounts.models.people import User


class CreditStatus(models.TextChoices):
    ASKED = "asked", _("Waits for an answer")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")
    ENDED = "ended", _("Ended")


class CreditQuerySet(models.QuerySet["CreditAgreement"]):
    def agreed(self) -> Self:
        return self.filter(status=CreditStatus.AGREED)

    def answered_by(self, user: User) -> Self:
        """Those of the owners whose money this person looks after."""
        theirs = user.memberships.filter(role__in=SEES_MONEY)
        return self.filter(owner__in=theirs.values("organisation"))


class CreditAgreement(models.Model):
    """An owner lets an organisation pay on account, up to a limit. Its members may then book
    for it without paying at once, and it gets one invoice a month for each cost centre."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="credit_given")
    customer = models.ForeignKey(Organisation, models.PROTECT, related_name="credit")
    status = models.CharField(max_length=10, choices=CreditStatus, default=CreditStatus.ASKED)
    limit = models.PositiveIntegerField(_("limit"), default=0)  # minor units, of what is unpaid
    currency = models.CharField(max_length=3, default="NOK")
    due_days = models.PositiveSmallIntegerField(_("days to pay in"), default=30)
    needs_reference = models.BooleanField(_("a reference is required"), default=False)
    cost_centres = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    invoice_email = models.EmailField(_("invoices by e-mail to"), blank=True)
    ehf_address = models.CharField(_("EHF address"), max_length=60, blank=True)  # 0192:974760673
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ("customer__name",)
        constraints = [
            models.UniqueConstraint(fields=["owner", "customer"], name="credit_once"),
            models.CheckConstraint(name="credit_between_two", condition=~Q(owner=F("customer"))),
            models.CheckConstraint(
                name="credit_agreed_has_limit", condition=~Q(status="agreed") | Q(limit__gte=1)
            ),
            models.CheckConstraint(
                name="credit_has_address",
                condition=~Q(invoice_email="") | ~Q(ehf_address=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.owner} ({self.status})"
