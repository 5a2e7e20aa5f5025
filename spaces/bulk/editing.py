"""Changing many spaces in one go, through the operations that change one."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Group, User
from accounts.transactions import operation
from spaces import operations
from spaces.bulk.refusals import NotAsShown
from spaces.cancellation import free_until, in_order, with_free_until
from spaces.checklist import missing
from spaces.limits import above, bounds
from spaces.models import Audience, Listing, OnHolidays, Per, Space
from spaces.models.limits import Limits
from spaces.operations.listing import LISTING_MOVES

RULES = (
    *("is_instant", "step", "min_length", "max_length", "lead_time", "horizon_days"),
    *("buffer_before", "buffer_after", "release_after"),
)
LENGTHS = ("step", "min_length", "max_length")
FREE_UNTIL = "free_cancellation"
LISTING, HOLIDAYS, AMOUNT = "listing", "on_holidays", "amount"
AS_PLACE = "place"  # wished of HOLIDAYS
HOUSE_RULES, AMENITIES, ACCESS = "house_rules", "amenities", "access"
EVERYONE, OUR_OWN, KIND, GROUP = "everyone", "own", "kind:", "group:"  # whom ACCESS is for
NEEDED = ("prices", "space_amenities", "access_rules__group", "access_rules__organisation")


@dataclass
class Edit:
    """What the wishes come to for one space."""

    space: Space
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)  # name, was, becomes
    refusal: str = ""  # why it is left out


def plan(*, spaces: Collection[Space], wishes: Mapping[str, Any]) -> list[Edit]:
    """What would change, space by space. A wish is {name: value}; what is not wished stays.
    The spaces have to come with what is `NEEDED`."""
    levels: dict[int, list[tuple[str, Limits]]] = {}
    if wishes.keys() & {*LENGTHS}:
        owners = {space.organisation_id: space.organisation for space in spaces}
        levels = {pk: above(owner) for pk, owner in owners.items()}
    return [_plan_one(space, wishes, levels.get(space.organisation_id, [])) for space in spaces]


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
    edits = plan(spaces=spaces.prefetch_related(*NEEDED), wishes=wishes)
    if fingerprint(edits) != shown:
        raise NotAsShown
    changed = [edit for edit in edits if edit.changes and not edit.refusal]
    for edit in changed:
        _do(edit)
    return len(changed)


def _plan_one(space: Space, wishes: Mapping[str, Any], levels: list[tuple[str, Limits]]) -> Edit:
    edit = Edit(space)
    for name, wish in wishes.items():
        was, becomes = _now(space, name), wish
        if name == AMENITIES:
            becomes = sorted({*was, *wish["has"]} - {*wish["has_not"]})
        elif name == HOUSE_RULES:
            becomes = {**was, **wish}
        if was != becomes:
            edit.changes.append((name, was, becomes))
    changed = {name for name, _was, _becomes in edit.changes}
    if LISTING in changed:
        edit.refusal = _why_not(space, wishes)
    if changed & {*LENGTHS} and not edit.refusal:
        edit.refusal = _why_no_length(space, wishes, levels)
    if ACCESS in changed and not edit.refusal:
        edit.refusal = _why_not_for(space, wishes[ACCESS])
    return edit


def _why_no_length(
    space: Space, wishes: Mapping[str, Any], levels: list[tuple[str, Limits]]
) -> str:
    """Why no booking would be possible."""
    own = {name: wishes.get(name, getattr(space, name)) for name in LENGTHS}
    shortest, longest = bounds(levels, own, "min_length"), bounds(levels, own, "max_length")
    assert shortest is not None
    assert longest is not None
    if own["max_length"] < own["step"] or longest < shortest:
        return _("The longest booking would be shorter than the shortest, or than the step.")
    return ""


def _why_not_for(space: Space, whom: str) -> str:
    if not whom.startswith(GROUP):
        return ""
    groups = Group.objects.filter(organisation=space.organisation_id)
    if groups.filter(pk=whom.removeprefix(GROUP)).exists():
        return ""
    return _("That group is of another organisation.")


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
    if name == AMENITIES:
        return sorted(row.amenity_id for row in space.space_amenities.all())
    if name == ACCESS:
        return _whom(space)
    if name == HOLIDAYS and space.on_holidays == OnHolidays.SHORT:
        return [space.on_holidays, space.holiday_opens, space.holiday_closes]
    if name == HOLIDAYS:
        return space.on_holidays or AS_PLACE
    return _amount(space) if name == AMOUNT else getattr(space, name)


def _whom(space: Space) -> str:
    """Whom it is for, as a wish says it; else in words."""
    rules = list(space.access_rules.all())
    if not rules:
        return EVERYONE
    rule = rules[0]
    if len(rules) == 1 and rule.group_id:
        return f"{GROUP}{rule.group_id}"
    if len(rules) == 1 and rule.affiliation and not rule.organisation_id:
        return f"{KIND}{rule.affiliation}"
    if len(rules) == 1 and not rule.affiliation and rule.organisation_id == space.organisation_id:
        return OUR_OWN
    return "; ".join(map(str, rules))


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
        said = wished[HOLIDAYS]
        how, short = (said[0], (said[1], said[2])) if isinstance(said, list) else (said, None)
        choice = None if how == AS_PLACE else how
        operations.set_holidays(keeper=edit.space, on_holidays=choice, short=short)
    if HOUSE_RULES in wished:
        operations.set_rules(space=edit.space, house_rules=wished[HOUSE_RULES])
    if AMENITIES in wished:
        operations.set_amenities(space=edit.space, codes=wished[AMENITIES])
    if ACCESS in wished:
        operations.open_only_to(space=edit.space, **_people(edit.space, wished[ACCESS]))
    if AMOUNT in wished:
        operations.set_hourly(space=edit.space, amount=wished[AMOUNT])
    if LISTING in wished:  # last, since a space needs a price before it is published
        operations.relist(space=edit.space, to=Listing(wished[LISTING]))


def _people(space: Space, whom: str) -> dict[str, Any]:
    if whom.startswith(GROUP):
        return {"group": Group.objects.get(pk=whom.removeprefix(GROUP))}
    if whom.startswith(KIND):
        return {"affiliation": whom.removeprefix(KIND)}
    return {"organisation": space.organisation} if whom == OUR_OWN else {}
