"""Keeping campaigns: made, changed, paused, joined. What was sold with a code stands."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import Organisation
from accounts.transactions import operation
from bookings.means.campaigns import lock, normal
from bookings.models import Campaign
from spaces.models import Space


class CodeThere(Refused):
    code = "code_there"
    message = _("You have a campaign with this code already.")


class UsedMore(Refused):
    code = "used_more"
    message = _("It has been used more often than that already.")


@operation
def set_campaign(
    *,
    owner: Organisation | None,
    campaign: Campaign | None,
    code: str,
    spaces: Collection[Space] = (),
    **values: Any,
) -> Campaign:
    """A new campaign of an owner, or of the district's operators, or other terms for one.
    Raises `CodeThere`, and `UsedMore` for a limit below what it has been used."""
    campaign = campaign or Campaign(owner=owner)
    _require_above_uses(campaign, values.get("limit"), values.get("limit_each"))
    for name, value in {**values, "code": normal(code)}.items():
        setattr(campaign, name, value)
    with refused_by("campaign_code_once", CodeThere), transaction.atomic():
        campaign.save()
    campaign.spaces.set(spaces)
    return campaign


def _require_above_uses(campaign: Campaign, limit: int | None, limit_each: int | None) -> None:
    if campaign.pk is None:
        return
    lock([campaign.pk])
    each = campaign.uses.values_list("person").annotate(n=Count("pk")).values_list("n", flat=True)
    uses = list(each.order_by())
    if (limit is not None and sum(uses) > limit) or (
        limit_each is not None and max(uses, default=0) > limit_each
    ):
        raise UsedMore


@operation
def pause_campaign(*, campaign: Campaign, is_paused: bool) -> None:
    """From now on nobody can use it, or people can again."""
    campaign.is_paused = is_paused
    campaign.save(update_fields=["is_paused"])


@operation
def join_campaign(*, campaign: Campaign, owner: Organisation, joins: bool) -> None:
    """An owner lets a code of the district hold in their spaces, or does so no longer."""
    change = campaign.joined.add if joins else campaign.joined.remove
    change(owner)
