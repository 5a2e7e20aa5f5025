"""Keeping what an owner sells or gives. Passes that are bought keep what they had then."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from accounts.models import Organisation
from accounts.transactions import operation
from bookings.models import Pass, PassType
from spaces.models import Space


@operation
def set_pass_type(
    *,
    owner: Organisation,
    pass_type: PassType | None,
    spaces: Collection[Space] = (),
    **values: Any,
) -> PassType:
    """A new one, or other terms for what is sold from now on."""
    kept = pass_type or PassType(owner=owner)
    for name, value in values.items():
        setattr(kept, name, value)
    kept.save()
    kept.spaces.set(spaces)
    return kept


@operation
def give_pass(*, pass_type: PassType, organisation: Organisation, now: datetime) -> Pass:
    """One that nobody pays for here: of a member whose dues are paid elsewhere, a partner.
    It holds from now on."""
    given = Pass(
        **pass_type.terms,
        organisation=organisation,
        is_given=True,
        created_at=now,
    )
    given.begin(now)
    given.save(force_insert=True)
    return given


@operation
def offer_pass_type(*, pass_type: PassType, is_offered: bool) -> None:
    """Sell or give it, or no longer: what somebody has can still be used."""
    pass_type.is_offered = is_offered
    pass_type.save(update_fields=["is_offered"])
