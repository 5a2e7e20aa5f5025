from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """How much: orders, checkout, payments, refunds and the ledger."""

    name = "billing"
    verbose_name = _("Money")

    def ready(self) -> None:
        from billing.emails import month_unpaid, papers_of
        from billing.returns import is_on_account
        from bookings.emails.papers import add_account, add_letter, add_papers
        from bookings.models import Kind

        add_papers(papers_of)
        add_account(is_on_account)
        add_letter(Kind.MONTH_UNPAID, month_unpaid)
