"""The rules for booking a space in words, and who says each: the district, the owner, the space."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaces import cancellation, formats, quotas
from spaces.access import only_for
from spaces.limits import above, tightest
from spaces.models import Quota, Space
from spaces.models.limits import Limits
from spaces.versions import once_a_version

Levels = list[tuple[str, Any]]  # who says so, and what: the highest first, the space last


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    value: str
    by: str  # who says so


def rules_of(space: Space) -> list[Rule]:
    """All that bind a booker, as they are in force. Of a space that `spaces.listed` keeps they
    are worked out once for each of its stamps and languages."""
    return _rules_in(space, formats.language())


@once_a_version
def _rules_in(space: Space, _language: str) -> list[Rule]:
    return list(_rules(space))


def _rules(space: Space) -> Iterator[Rule]:
    higher = above(space.organisation)
    here = _("This space")
    levels: Levels = [*higher, (here, space)]
    yield from _access(space, here)
    yield from _approval(space, levels, here)
    yield from _times(space, levels, here)
    yield from _quotas(space, higher, here)
    yield _cancelling(space, higher, here)
    yield from _presence(space, levels, here)


def _access(space: Space, here: str) -> Iterator[Rule]:
    who = only_for(space) if space.access_rules.all() else _("Everyone.")
    yield Rule(_("Who may book"), who, here)
    for training in space.trainings.all():
        yield Rule(_("Training"), str(training), here)


def _approval(space: Space, levels: Levels, here: str) -> Iterator[Rule]:
    rules = space.in_force
    if rules.is_instant:
        yield Rule(_("A booking"), _("is confirmed at once"), here)
        return
    asks = next((who for who, limits in levels[:-1] if limits.needs_approval), here)
    yield Rule(_("A booking"), _("waits for the owner’s answer"), asks)
    told = formats.duration(rules.answer_within)
    yield Rule(_("Requests are answered within"), told, by(levels, "answer_within"))


def _times(space: Space, levels: Levels, here: str) -> Iterator[Rule]:
    rules = space.in_force
    yield Rule(_("Shortest booking"), formats.duration(rules.min_length), by(levels, "min_length"))
    yield Rule(_("Longest booking"), formats.duration(rules.max_length), by(levels, "max_length"))
    yield Rule(_("Starts and ends every"), formats.duration(space.step), here)
    notice = (
        _("%(time)s before") % {"time": formats.duration(rules.lead_time)}
        if rules.lead_time
        else _("right until it begins")
    )
    yield Rule(_("Booked at the latest"), notice, by(levels, "lead_time"))
    ahead = ngettext("%(n)d day ahead", "%(n)d days ahead", rules.horizon_days)
    yield Rule(
        _("Booked at the earliest"), ahead % {"n": rules.horizon_days}, by(levels, "horizon_days")
    )
    for name, words in (
        ("buffer_before", _("Kept free before")),
        ("buffer_after", _("Kept free after")),
    ):
        if minutes := getattr(rules, name):
            yield Rule(words, formats.duration(minutes), by(levels, name))


def by(levels: Levels, name: str) -> str:
    """Of several that say the same, the highest."""
    found = tightest(levels, name)
    assert found is not None  # the space always says something
    return found[0]


def _quotas(space: Space, higher: list[tuple[str, Limits]], here: str) -> Iterator[Rule]:
    for quota in Quota.objects.bearing_on(space):
        if quota.space_id is not None:
            who = here
        elif quota.owner_id is not None:
            who = space.organisation.name
        else:
            who = higher[0][0]
        yield Rule(_("At most"), quotas.in_words(quota), who)


def _cancelling(space: Space, higher: list[tuple[str, Limits]], here: str) -> Rule:
    own, tiers = cancellation.in_order(space.cancellation), space.tiers
    bound = tightest(higher, "longest_notice") if tiers != own else None
    says = " ".join(cancellation.in_words(tiers))
    return Rule(_("Cancelling"), says, bound[0] if bound else here)


def _presence(space: Space, levels: Levels, here: str) -> Iterator[Rule]:
    rules = space.in_force
    if rules.release_after is not None:
        told = {"time": formats.duration(rules.release_after)}
        yield Rule(
            _("Check-in"),
            _("within %(time)s of the start, else the rest is for others") % told,
            by([level for level in levels if level[1].release_after is not None], "release_after"),
        )
    if rules.no_show_fee:
        yield Rule(_("Not coming"), formats.price(rules.no_show_fee), here)
    if rules.overstay_fee:
        yield Rule(_("Staying too long"), formats.price(rules.overstay_fee), here)
