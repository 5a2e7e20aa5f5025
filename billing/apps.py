from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """How much: orders, checkout, payments, refunds and the ledger."""

    name = "billing"
    verbose_name = _("Money")

    def ready(self) -> None:
        from billing.emails import month_unpaid, papers_of
        from bookings.emails.papers import add_letter, add_papers
        from bookings.models import Kind

        add_papers(papers_of)
        add_letter(Kind.MONTH_UNPAID, month_unpaid)
