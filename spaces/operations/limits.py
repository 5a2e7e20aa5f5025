"""What an organisation demands of all its spaces, and how much may be booked.

For bookings from now on: those that are made stand.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import Organisation
from accounts.transactions import operation
from spaces.models import OrganisationRules, Quota, Space


class QuotaThere(Refused):
    code = "quota_there"
    message = _("There is a quota for just that already. Remove that one first.")


@operation
def set_organisation_rules(*, organisation: Organisation, **limits: Any) -> None:
    OrganisationRules.objects.update_or_create(organisation=organisation, defaults=limits)


@operation
def add_quota(
    *, space: Space | None = None, owner: Organisation | None = None, **values: Any
) -> Quota:
    """On one space, or over all spaces of an organisation. Raises `QuotaThere`."""
    with refused_by("quota_once", QuotaThere), transaction.atomic():
        return Quota.objects.create(space=space, owner=owner, **values)


@operation
def drop_quota(*, quota: Quota) -> None:
    quota.delete()
