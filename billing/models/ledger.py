"""Double entry in whole minor units: debits are positive, credits negative.

The database holds the rules (`billing/migrations/0002_ledger_triggers.py`): the entries of
a transaction sum to zero when it commits, nothing is ever changed or deleted, and no
account leaves its floor and ceiling. The balance row's lock is what makes two refunds at
once safe.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from billing.models.order import Order


class Code(models.TextChoices):
    STRIPE_BALANCE = "stripe_balance"  # asset: what Stripe holds for us
    PSP_FEE = "psp_fee"  # expense: what Stripe takes
    HELD = "held"  # liability per order and owner: paid, and not yet earned or given back
    REFUNDS_DUE = "refunds_due"  # liability per order and owner: promised back, not yet sent
    DISPUTED = "disputed"  # asset per order: taken back by a bank, and not yet decided
    DISPUTE_LOSS = "dispute_loss"  # expense per order: decided for the buyer
    RECEIVABLE = "receivable"  # asset per order and customer: on account, not yet paid
    ON_ACCOUNT = "on_account"  # its counterpart per order and owner, whom the customer pays
    OWNER_PAYABLE = "owner_payable"  # liability per order and owner: earned, not yet sent
    TRANSFERRING = "transferring"  # liability per order and owner: on its way to the owner
    OWNER_DEBT = "owner_debt"  # asset per owner: given back of what the owner had been sent
    PLATFORM_FEE = "platform_fee"  # income per order and owner, without VAT
    PLATFORM_VAT = "platform_vat"  # liability, likewise: the VAT in our fees
    BANK = "bank"  # asset: what Stripe has paid out to the platform's own bank
    UNEXPLAINED = "unexplained"  # what Stripe's books say and nobody has explained yet


class Account(models.Model):
    code = models.CharField(max_length=20, choices=Code)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    floor = models.BigIntegerField(null=True, blank=True)
    ceiling = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "organisation", "order", "currency"],
                nulls_distinct=False,
                name="ledger_account_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.currency})"


class Transaction(models.Model):
    """Entries that belong together. `source` names the cause, which can post only once."""

    source = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.source


class Entry(models.Model):
    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(
                name="ledger_entry_amount",
                condition=~Q(amount=0) & Q(amount__range=(-(10**12), 10**12)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.account}"


class Balance(models.Model):
    """The sum of an account's entries, kept by trigger."""

    account = models.OneToOneField(
        Account, models.PROTECT, primary_key=True, related_name="balance"
    )
    amount = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account}: {self.amount}"
