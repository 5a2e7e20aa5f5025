"""Why a time in a space cannot be booked: every reason, each with what would help.

The engine's verdict names the first reason only, which is enough to refuse. Here all of them
are told, from the same facts. What others have booked is told by its time, never by who.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from django.contrib.auth.models import AnonymousUser

from accounts.models import Organisation, User
from bookings import availability
from bookings.explaining.facts import Along, Asked, Facts
from bookings.explaining.reasons import (
    Reason,
    by_along,
    by_person,
    by_price,
    by_strikes,
    in_the_way,
)
from bookings.grounds import Grounds, grounds_of
from bookings.operations.holding import Item
from bookings.quotas import QuotaUse, shares_of
from bookings.refusals import BY_CODE
from spaces.access import Access
from spaces.models import Space
from spaces.periods import Period
from spaces.prices import Buyer

__all__ = [
    "Along",
    "Asked",
    "Facts",
    "Reason",
    "by_along",
    "in_the_way",
    "why_not",
    "why_not_each",
]


def why_not(
    space: Space,
    span: Period,
    *,
    user: User | AnonymousUser | None,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
    organisation: Organisation | None = None,
    grounds: Grounds | None = None,
) -> list[Reason]:
    """Every reason why this person cannot book this time; none when they can.

    The rules, the hours, what others have, and then what the person may and has a price
    for: by these `grounds`, when they are not simply theirs.
    """
    item = Item(space, span, quantity, people)
    (reasons,) = why_not_each(
        [item], user=user, now=now, organisation=organisation, grounds=grounds
    )
    return reasons


def why_not_each(
    items: Sequence[Item],
    *,
    user: User | AnonymousUser | None,
    now: datetime,
    organisation: Organisation | None = None,
    grounds: Grounds | None = None,
) -> list[list[Reason]]:
    """The same for several times, perhaps in several spaces, that are to be booked together, in
    their order: what the earlier ones use of a quota, the later ones cannot. As many queries
    for many that are free as for one; what is taken is asked for space by space."""
    verdicts = availability.verdicts_for(items, now=now)
    spaces = {item.space.pk: item.space for item in items}
    if grounds is None and isinstance(user, User):
        grounds = grounds_of([item.space for item in items], by=user, now=now)
    access = grounds.access if grounds else Access(user, now)
    buyer = grounds.buyer if grounds else Buyer.of(user, now)
    shares = [
        shares_of(item.space, item.span, grounds, organisation=organisation) if grounds else []
        for item in items
    ]
    used = QuotaUse(chain.from_iterable(shares), now)
    facts = {
        pk: Facts(space, [one.span for one in items if one.space.pk == pk], now=now, user=user)
        for pk, space in spaces.items()
    }
    strikes = {pk: by_strikes(one, grounds, now) if grounds else None for pk, one in spaces.items()}
    along = Along(items, now=now)
    found: list[list[Reason]] = []
    for item, verdict, share in zip(items, verdicts, shares, strict=True):
        pk = item.space.pk
        asked = Asked(item.space, item.span, now, facts[pk], item.quantity, item.people)
        reasons: list[Reason] = []
        if verdict != availability.FREE:
            reasons = in_the_way(asked)
            if not any(reason.code == verdict for reason in reasons):  # it has changed meanwhile
                reasons.append(Reason(verdict, str(BY_CODE[verdict].message)))
        reasons += [
            *by_along(item.add_ons, along.left(item)),
            *by_person(asked, access, (used, share), strikes[pk], takes=not reasons),
            *by_price(asked, buyer),
        ]
        found.append(reasons)
    return found
