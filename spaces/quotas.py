"""Quotas in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AffiliationKind
from spaces import formats
from spaces.models import Quota


def measure(quota: Quota, amount: int) -> str:
    """`3 bookings`, `4 hours`"""
    if quota.counts == Quota.Counts.BOOKINGS:
        return ngettext("%(n)d booking", "%(n)d bookings", amount) % {"n": amount}
    return formats.hours(amount)


def in_words(quota: Quota) -> str:
    """`4 hours a week for each person (Students)`"""
    words = _("%(amount)s %(window)s for %(whose)s") % {
        "amount": measure(quota, quota.amount),
        "window": Quota.Window(quota.window).label,
        "whose": Quota.Whose(quota.whose).label,
    }
    if quota.affiliation:
        words += f" ({AffiliationKind(quota.affiliation).label})"
    return words
