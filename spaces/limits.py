"""What each level says about booking a space: district, organisation, space. In words, and
which of them decides."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from spaces import formats, rulebook
from spaces.models import OrganisationRules, Rulebook, RulesInForce, Space
from spaces.models.limits import Limits

# Of two values the one that is tighter, for each rule.
TIGHTER: dict[str, Callable[[int, int], int]] = {
    "min_length": max,
    "max_length": min,
    "lead_time": max,
    "horizon_days": min,
    "buffer_before": max,
    "buffer_after": max,
    "answer_within": min,
    "longest_notice": min,
    "release_after": min,
}


def above(organisation: Organisation) -> list[tuple[str, Limits]]:
    """What stands above the organisation's spaces, the highest first: (who says so, what)."""
    found = of_district()
    if (own := OrganisationRules.objects.filter(organisation=organisation).first()) is not None:
        found.append((organisation.name, own))
    return found


def of_district() -> list[tuple[str, Limits]]:
    """The same, for what stands above every organisation."""
    district = rulebook.in_force()
    return [] if district is None else [(_("The district’s rulebook"), district)]


def tightest(levels: list[tuple[str, Limits]], name: str) -> tuple[str, int] | None:
    """Who says the tightest of a rule, and what; None where nobody says anything."""
    found: tuple[str, int] | None = None
    for who, limits in levels:
        value: int | None = getattr(limits, name)
        if value is not None and (found is None or TIGHTER[name](value, found[1]) != found[1]):
            found = who, value
    return found


def hint(levels: list[tuple[str, Limits]], name: str) -> str:
    """`The district’s rulebook says: at most 8 hours.`, or nothing."""
    found = tightest(levels, name)
    if found is None:
        return ""
    return _("%(who)s says: %(what)s. The tighter holds.") % {
        "who": found[0],
        "what": demand(name, found[1]),
    }


def demand(name: str, value: int) -> str:
    """One demand in words, to stand in a sentence."""
    if name == "horizon_days":
        return ngettext("at most %(n)d day ahead", "at most %(n)d days ahead", value) % {"n": value}
    told = {"time": formats.duration(value)}
    return {
        "min_length": _("a booking lasts at least %(time)s"),
        "max_length": _("a booking lasts at most %(time)s"),
        "lead_time": _("booked at least %(time)s before"),
        "buffer_before": _("%(time)s kept free before"),
        "buffer_after": _("%(time)s kept free after"),
        "answer_within": _("a request is answered within %(time)s"),
        "longest_notice": _("cancelling at most %(time)s before gives all back"),
        "release_after": _("the rest is for others unless one checks in within %(time)s"),
    }[name] % told


def in_words(limits: Limits) -> Iterator[str]:
    """All that it demands, a sentence each."""
    for name in TIGHTER:
        value: int | None = getattr(limits, name)
        if value is not None:
            words = demand(name, value)
            yield f"{words[0].upper()}{words[1:]}."
    if limits.needs_approval:
        yield _("The owner answers every booking.")


def strikes_in_words(rulebook: Rulebook) -> Iterator[str]:
    """What comes of too many strikes, where there can be too many."""
    if rulebook.strike_limit is None:
        return
    yield _(
        "Not coming and staying too long give a strike. With %(limit)d in %(days)d days, "
        "%(then)s for %(pause)d days."
    ) % {
        "limit": rulebook.strike_limit,
        "days": rulebook.strike_days,
        "then": rulebook.get_strike_then_display(),
        "pause": rulebook.strike_pause,
    }


def fees_in_words(rulebook: Rulebook) -> Iterator[str]:
    """What owners may take at most when nobody comes, or somebody stays."""
    if rulebook.most_fee == 0:
        yield _("No owner takes a fee for not coming or for staying too long.")
    elif rulebook.most_fee is not None:
        yield _("An owner may take at most %(price)s for not coming or for staying too long.") % {
            "price": formats.price(rulebook.most_fee)
        }


def impossible(organisation: Organisation) -> list[Space]:
    """Its spaces on which no booking is possible, since the levels contradict each other."""
    found = RulesInForce.objects.filter(space__organisation=organisation)
    contradictory = [rules.pk for rules in found if rules.min_length > rules.max_length]
    return list(Space.objects.filter(pk__in=contradictory).order_by("name"))


def bounds(levels: list[tuple[str, Limits]], own: dict[str, Any], name: str) -> int | None:
    """What would hold of a rule, were `own` the space's."""
    said: int | None = own.get(name)
    found = tightest(levels, name)
    if said is None or found is None:
        return said
    return TIGHTER[name](said, found[1])
