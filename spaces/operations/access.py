"""Whom a space is for. What is booked already stands."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import Group, Organisation, Training
from accounts.transactions import operation
from spaces.models import AccessRule, Space


class AccessThere(Refused):
    code = "access_there"
    message = _("They may book it already.")


@operation
def open_to(
    *,
    space: Space,
    affiliation: str = "",
    organisation: Organisation | None = None,
    group: Group | None = None,
) -> AccessRule:
    """Also these may book it; with the first of them, everyone else no longer may. Raises
    `AccessThere`."""
    with refused_by("access_rule_once", AccessThere), transaction.atomic():
        return AccessRule.objects.create(
            space=space, affiliation=affiliation, organisation=organisation, group=group
        )


@operation
def close_to(*, rule: AccessRule) -> None:
    """They no longer may; when they were the last, everyone may."""
    rule.delete()


@operation
def open_only_to(
    *,
    space: Space,
    affiliation: str = "",
    organisation: Organisation | None = None,
    group: Group | None = None,
) -> None:
    """These and nobody else may book it; with nobody named, everyone."""
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    space.access_rules.all().delete()
    if affiliation or organisation or group:
        open_to(space=space, affiliation=affiliation, organisation=organisation, group=group)


@operation
def set_trainings(*, space: Space, trainings: Collection[Training]) -> None:
    assert all(one.organisation_id == space.organisation_id for one in trainings)
    space.trainings.set(trainings)
