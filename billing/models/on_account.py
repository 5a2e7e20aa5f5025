"""What is booked on account: credits of it, and the monthly invoices."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import CreditAgreement, User
from spaces.ids import uuid7
from spaces.money import Money


class AccountInvoice(models.Model):
    """One month's invoice of one agreement and cost centre, or nothing where what was booked
    came to nothing. Its lines name it, so that each is invoiced once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(CreditAgreement, models.PROTECT, related_name="invoices")
    cost_centre = models.CharField(max_length=60, blank=True)
    month = models.DateField()  # its first day
    amount = models.PositiveIntegerField()
    due_on = models.DateField()
    issued_at = models.DateTimeField()
    document = models.OneToOneField(
        "Document", models.PROTECT, null=True, blank=True, related_name="account_invoice"
    )  # None: nothing is owed
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    paid_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-month", "cost_centre")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "cost_centre", "month"], name="account_invoice_once"
            ),
            models.CheckConstraint(name="account_invoice_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.month:%Y-%m}"

    @property
    def source(self) -> str:
        """What names it among documents: issued once."""
        return f"account:{self.pk}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.agreement.currency)

    @property
    def left(self) -> Money:
        """To be paid, less what was credited since it was issued."""
        notes = self.document.credit_notes.all() if self.document else ()
        return Money(self.amount - sum(one.gross for one in notes), self.agreement.currency)

    def is_overdue(self, today: date) -> bool:
        return bool(self.left) and self.paid_on is None and self.due_on < today


class AccountCredit(models.Model):
    """What is taken off what was booked on account: a cancellation, a change for less."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = models.ForeignKey("OrderLine", models.PROTECT, related_name="credits")
    amount = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    document = models.OneToOneField(
        "Document", models.PROTECT, null=True, blank=True, related_name="account_credit"
    )  # the credit note, of what was invoiced before

    class Meta:
        constraints = [
            models.CheckConstraint(name="account_credit_amount", condition=Q(amount__gte=1))
        ]

    def __str__(self) -> str:
        return f"{self.amount} off {self.line}"
