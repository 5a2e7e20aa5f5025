"""Changing many spaces in one go, through the operations that change one."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.transactions import operation
from spaces import operations
from spaces.bulk.refusals import NotAsShown
from spaces.cancellation import free_until, in_order, with_free_until
from spaces.checklist import missing
from spaces.models import Audience, Listing, Per, Space
from spaces.operations.listing import LISTING_MOVES

RULES = ("is_instant", "lead_time", "horizon_days", "buffer_after")
FREE_UNTIL = "free_cancellation"
LISTING, HOLIDAYS, AMOUNT = "listing", "on_holidays", "amount"


@dataclass
class Edit:
    """What the wishes come to for one space."""

    space: Space
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)  # name, was, becomes
    refusal: str = ""  # why it is left out


def plan(*, spaces: Collection[Space], wishes: Mapping[str, Any]) -> list[Edit]:
    """What would change, space by space. A wish is {name: value}; what is not wished stays."""
    return [_plan_one(space, wishes) for space in spaces]


def fingerprint(edits: Collection[Edit]) -> str:
    """Equal for two plans that change the same."""
    told = {edit.space.pk: edit.changes for edit in edits if edit.changes and not edit.refusal}
    return hashlib.sha256(json.dumps(sorted(told.items())).encode()).hexdigest()[:32]


@operation
def edit_spaces(*, slugs: Collection[str], wishes: Mapping[str, Any], shown: str, by: User) -> int:
    """Do to the spaces what was shown, all of it or nothing; how many changed.

    Raises `NotAsShown` when it would be something else by now.
    """
    locked = Space.objects.kept_by(by).filter(slug__in=slugs).select_related("organisation")
    spaces = locked.order_by("pk").select_for_update(of=("self",), no_key=True)
    edits = plan(spaces=spaces.prefetch_related("prices"), wishes=wishes)
    if fingerprint(edits) != shown:
        raise NotAsShown
    changed = [edit for edit in edits if edit.changes and not edit.refusal]
    for edit in changed:
        _do(edit)
    return len(changed)


def _plan_one(space: Space, wishes: Mapping[str, Any]) -> Edit:
    edit = Edit(space)
    for name, becomes in wishes.items():
        was = _now(space, name)
        if was != becomes:
            edit.changes.append((name, was, becomes))
    if any(name == LISTING for name, _was, _becomes in edit.changes):
        edit.refusal = _why_not(space, wishes)
    return edit


def _why_not(space: Space, wishes: Mapping[str, Any]) -> str:
    """Why it cannot be listed as wished."""
    to = Listing(wishes[LISTING])
    if to not in LISTING_MOVES[Listing(space.listing)]:
        return _("%(state)s: that cannot become “%(wish)s”.") % {
            "state": space.get_listing_display(),
            "wish": to.label,
        }
    gaps = missing(space) if to == Listing.PUBLISHED else []
    words = [str(item.words) for item in gaps if not (item.code == "price" and AMOUNT in wishes)]
    return _("Is missing: %(what)s.") % {"what": ", ".join(words)} if words else ""


def _now(space: Space, name: str) -> Any:
    if name == FREE_UNTIL:
        return free_until(in_order(space.cancellation))
    return _amount(space) if name == AMOUNT else getattr(space, name)


def _amount(space: Space) -> int | None:
    """What an hour costs everyone."""
    hours = (one for one in space.prices.all() if one.per == Per.HOUR and not one.is_special)
    return next((one.amount for one in hours if one.audience == Audience.EVERYONE), None)


def _do(edit: Edit) -> None:
    wished = {name: becomes for name, _was, becomes in edit.changes}
    if rules := {name: wished[name] for name in RULES if name in wished}:
        operations.set_rules(space=edit.space, **rules)
    if FREE_UNTIL in wished:
        tiers = with_free_until(in_order(edit.space.cancellation), wished[FREE_UNTIL])
        operations.set_rules(space=edit.space, cancellation=tiers)
    if HOLIDAYS in wished:
        operations.set_holidays(keeper=edit.space, on_holidays=wished[HOLIDAYS])
    if AMOUNT in wished:
        operations.set_hourly(space=edit.space, amount=wished[AMOUNT])
    if LISTING in wished:  # last, since a space needs a price before it is published
        operations.relist(space=edit.space, to=Listing(wished[LISTING]))
