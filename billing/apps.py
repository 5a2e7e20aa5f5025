from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """How much: orders, checkout, payments, refunds and the ledger."""

    name = "billing"
    verbose_name = _("Money")
