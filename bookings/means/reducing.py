"""Lowering a price, and keeping count of what lowered it."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bookings.means import campaigns, passes
from bookings.means.campaigns import CodeRefused
from bookings.means.guessing import TooManyGuesses
from bookings.means.passes import Taken
from bookings.means.wanted import Asked, Means, Planned
from bookings.models import Booking, Campaign, CampaignUse, Pass
from spaces.money import Money
from spaces.prices import Line, Quote
from spaces.prices.lines import Item


@dataclass(frozen=True, slots=True)
class Reduced:
    """A price after what lowers it, and what that is. `usable`: the passes that there are."""

    price: Quote
    campaign: Campaign | None = None
    taken: tuple[Taken, ...] = ()
    usable: tuple[Pass, ...] = ()


def reduce(
    price: Quote, asked: Asked, *, means: Means, now: datetime, planned: Planned | None = None
) -> Reduced:
    """Lower a price by what the booker wants it lowered by: passes first, and a code off the
    rest. What is used up by it is locked until the transaction ends: call it before any unit
    is locked. `planned` is what others in the same go use, and this then too; they are not
    stored yet. Raises `CodeRefused`."""
    return _reduce(price, asked, means, now=now, planned=planned or Planned(), locks=True)


def preview(
    price: Quote, asked: Asked, *, means: Means, now: datetime, planned: Planned | None = None
) -> Reduced:
    """The same, of a moment and without locks: for a page to show. `planned` is what others
    in the same go use already, and this then too."""
    return _reduce(price, asked, means, now=now, planned=planned or Planned(), locks=False)


def preview_together(
    prices: Sequence[Quote], asked: Sequence[Asked], *, means: Means, now: datetime
) -> tuple[list[Quote], str]:
    """`preview` of several times that one person books in one go for the same organisation:
    what each costs, and why the code holds for none of them, if so. As many queries for many
    as for one, but for the code."""
    planned, no_code, found = Planned(), "", []
    usable = passes.passes_for_each(asked, now=now, choice=means.passes)
    for price, one, theirs in zip(prices, asked, usable, strict=True):
        lower = partial(_reduce, price, one, now=now, planned=planned, usable=theirs)
        try:
            reduced = lower(means=means)
        except (CodeRefused, TooManyGuesses) as no:
            no_code = no_code or no.sentence
            reduced = lower(means=replace(means, code=""))
        found.append(reduced.price)
    return found, "" if planned.codes else no_code


def _reduce(
    price: Quote,
    asked: Asked,
    means: Means,
    *,
    now: datetime,
    planned: Planned,
    locks: bool = False,
    usable: list[Pass] | None = None,
) -> Reduced:
    """`usable`: the passes, where the caller has asked for them already."""
    if usable is None and price.total:
        usable = passes.passes_for(asked, now=now, choice=means.passes, locks=locks)
    reduced = _lowered_by(price, asked, means, usable or [], now=now, planned=planned, locks=locks)
    planned.codes += reduced.campaign is not None
    for one in reduced.taken:
        planned.units[passes.key(one.used_of)] += one.units
    return reduced


def _lowered_by(
    price: Quote,
    asked: Asked,
    means: Means,
    usable: list[Pass],
    *,
    now: datetime,
    planned: Planned,
    locks: bool,
) -> Reduced:
    reduced = Reduced(price)
    if not price.total:
        return reduced
    usable = [copy(one) for one in usable]
    for one in usable:
        one.left -= planned.units[passes.key(one)]
    taken = passes.cover(price, asked, usable)
    reduced = replace(reduced, taken=tuple(taken), usable=tuple(usable))
    reduced = with_lines(reduced, [one.line for one in taken])
    if not means.code or not reduced.price.total:
        return reduced
    campaign = campaigns.campaign_for(
        means.code, asked, now=now, locks=locks, besides=planned.codes
    )
    if locks:
        CampaignUse.let_go_of_stale(campaign, now=now)
    lines = campaigns.lines_of(campaign, reduced.price)
    return with_lines(replace(reduced, campaign=campaign), lines)


def with_lines(reduced: Reduced, lines: Iterable[Line]) -> Reduced:
    return replace(reduced, price=lowered(reduced.price, lines))


def lowered(price: Quote, lines: Iterable[Line]) -> Quote:
    lines, total = tuple(lines), price.total
    for line in lines:
        total += line.amount
    return replace(price, lines=(*price.lines, *lines), total=total)


def lower_again(
    price: Quote, booking: Booking, asked: Asked, *, percent: int, now: datetime
) -> Quote:
    """Another price of a booking, lowered by the passes it has used and the code it was sold
    with. Of what it uses less, `percent` comes back."""
    again = passes.cover_again(price, asked, booking, percent=percent, now=now)
    price = lowered(price, again)
    return lowered(price, campaigns.lines_again(booking, price))


def lock_to_lower_again(booking: Booking, asked: Asked, *, now: datetime) -> None:
    """What a change may use: call it before any unit is locked."""
    if has_used_a_pass(booking):
        passes.passes_for(asked, now=now, choice="", locks=True)


def has_used_a_pass(booking: Booking) -> bool:
    return any(line.get("item") == Item.PASS for line in booking.lines)


def use_means(reduced: Reduced, booking: Booking, *, now: datetime) -> None:
    """Count what has lowered the price of a booking that is stored now."""
    if reduced.taken:
        passes.use(booking, now=now)
    off = off_by_code(booking)
    if reduced.campaign is not None and off:
        campaigns.use(reduced.campaign, booking, off=off, now=now)


def off_by_code(booking: Booking) -> Money:
    """What a code took off it."""
    codes = (one["amount"] for one in booking.lines if one.get("item") == Item.CODE)
    return Money(-sum(codes), booking.currency)


def recount_means(booking: Booking, *, percent: int, now: datetime) -> None:
    """The booking has another price now, lowered by the same. What a cancellation would have
    kept of its passes, at so many `percent` back, stays used."""
    passes.bind(booking, percent=percent)
    passes.use(booking, now=now)
    CampaignUse.objects.filter(booking=booking).update(amount=off_by_code(booking).amount)


def let_go_means(booking: Booking, *, percent: int = 100) -> None:
    """The booking has come to nothing: its code can be used again, and so many percent of
    what it used of passes."""
    CampaignUse.objects.filter(booking=booking).delete()
    passes.give_back(booking, percent=percent)


def keep_means(booking: Booking, *, now: datetime) -> None:
    """Count again what lowered the price of a booking whose hold had run out: somebody may
    have used it up meanwhile, and then it raises the refusal that says so. Call it before
    any unit is locked."""
    passes.use_again(booking, now=now)
    off = off_by_code(booking)
    if not off or CampaignUse.objects.filter(booking=booking).exists():
        return
    pk = next(one["about"]["campaign"] for one in booking.lines if one.get("item") == Item.CODE)
    for campaign in campaigns.lock([pk]):  # none: deleted since
        CampaignUse.let_go_of_stale(campaign, now=now)
        campaigns.use(campaign, booking, off=off, now=now)


def lock_means_of(bookings: Iterable[Booking]) -> None:
    """What the prices of several bookings were lowered by: all at once, before any unit."""
    about = [one["about"] for booking in bookings for one in booking.lines if "about" in one]
    campaigns.lock({one["campaign"] for one in about if "campaign" in one})
    pks = {one["pass"] for one in about if "pass" in one}
    list(Pass.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True))


def lock_means(asked: Iterable[Asked], *, means: Means, now: datetime) -> None:
    """What several times, taken in one go, may use: all at once, before any unit."""
    wanted = list(asked)
    if means.code:
        campaigns.lock_all(means.code, [one.space for one in wanted])
    passes.lock_all(wanted, now=now, choice=means.passes)
