from django.apps import AppConfig


class BillingConfig(AppConfig):
    """How much: orders, checkout, payments, refunds and the ledger."""

    name = "billing"
