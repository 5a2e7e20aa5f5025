"""Where our books and Stripe's do not agree."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.models.order import Order
from spaces.money import Money


class CaseKind(models.TextChoices):
    PAYMENT = "payment", _("A payment that we do not know")
    FEE = "fee", _("Stripe’s fee is another than we have posted")
    REFUND = "refund", _("A refund made in Stripe’s own pages")
    MOVEMENT = "movement", _("Something else moved at Stripe")
    MISSING = "missing", _("Posted here, and not at Stripe")
    BALANCE = "balance", _("The balances differ")


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(settled_at=None)


class Case(models.Model):
    """One difference, found by the nightly reconciliation: `told` is what Stripe says moved on
    our balance, `posted` what the ledger says. It is open until somebody settles it, or the
    two agree by themselves."""

    kind = models.CharField(_("what"), max_length=10, choices=CaseKind)
    stripe_id = models.CharField(_("at Stripe"), max_length=100)  # of the movement; or a currency
    source = models.CharField(max_length=100, blank=True)  # what caused it: ch_…, re_…, tr_…
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("payment"),
    )
    posted = models.BigIntegerField()  # minor units
    told = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(_("found"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )  # nobody: they agree by themselves
    how = models.CharField(_("how"), max_length=300, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "stripe_id"], condition=Q(settled_at=None), name="case_open_once"
            ),
            models.CheckConstraint(
                name="case_settled_somehow", condition=Q(settled_at=None) | ~Q(how="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.stripe_id})"

    @property
    def difference(self) -> Money:
        return Money(self.told - self.posted, self.currency)
