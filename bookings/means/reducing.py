"""Lowering a price, and keeping count of what lowered it."""

from dataclasses import dataclass, replace
from datetime import datetime

from bookings.means import campaigns
from bookings.means.wanted import Asked, Means
from bookings.models import Booking, Campaign, CampaignUse
from spaces.money import Money
from spaces.prices import Line, Quote
from spaces.prices.lines import Item


@dataclass(frozen=True, slots=True)
class Reduced:
    """A price after what lowers it, and what is to be counted once the booking is there."""

    price: Quote
    campaign: Campaign | None = None


def reduce(price: Quote, asked: Asked, *, means: Means, now: datetime) -> Reduced:
    """Lower a price by what the booker wants it lowered by. What is used up by it is locked
    until the transaction ends: call it before any unit is locked. Raises `CodeRefused`."""
    return _reduce(price, asked, means, now=now, locks=True)


def preview(
    price: Quote, asked: Asked, *, means: Means, now: datetime, besides: int = 0
) -> Reduced:
    """The same, of a moment and without locks: for a page to show. `besides`: how many others
    in the same go use the code."""
    return _reduce(price, asked, means, now=now, besides=besides)


def _reduce(
    price: Quote,
    asked: Asked,
    means: Means,
    *,
    now: datetime,
    locks: bool = False,
    besides: int = 0,
) -> Reduced:
    if not means.code or not price.total:
        return Reduced(price)
    campaign = campaigns.campaign_for(means.code, asked, now=now, locks=locks, besides=besides)
    if locks:
        CampaignUse.let_go_of_stale(campaign, now=now)
    return with_lines(Reduced(price, campaign), campaigns.lines_of(campaign, price))


def with_lines(reduced: Reduced, lines: list[Line]) -> Reduced:
    total = reduced.price.total
    for line in lines:
        total += line.amount
    price = replace(reduced.price, lines=(*reduced.price.lines, *lines), total=total)
    return replace(reduced, price=price)


def lower_again(price: Quote, booking: Booking) -> Quote:
    """Another price of a booking, lowered by the code that it was sold with."""
    return with_lines(Reduced(price), campaigns.lines_again(booking, price)).price


def use_means(reduced: Reduced, booking: Booking, *, now: datetime) -> None:
    """Count what has lowered the price of a booking that is stored now."""
    off = off_by_code(booking)
    if reduced.campaign is not None and off:
        campaigns.use(reduced.campaign, booking, off=off, now=now)


def off_by_code(booking: Booking) -> Money:
    """What a code took off it."""
    codes = (one["amount"] for one in booking.lines if one.get("item") == Item.CODE)
    return Money(-sum(codes), booking.currency)


def recount_means(booking: Booking) -> None:
    """The booking has another price now, lowered by the same."""
    CampaignUse.objects.filter(booking=booking).update(amount=off_by_code(booking).amount)


def let_go_means(booking: Booking) -> None:
    """The booking has come to nothing: what lowered its price can be used again."""
    CampaignUse.objects.filter(booking=booking).delete()


def keep_means(booking: Booking, *, now: datetime) -> None:
    """Count again what lowered the price of a booking whose hold had run out: somebody may
    have used it up meanwhile, and then it raises the refusal that says so. Call it before
    any unit is locked."""
    off = off_by_code(booking)
    if not off or CampaignUse.objects.filter(booking=booking).exists():
        return
    pk = next(one["about"]["campaign"] for one in booking.lines if one.get("item") == Item.CODE)
    for campaign in campaigns.lock([pk]):  # none: deleted since
        CampaignUse.let_go_of_stale(campaign, now=now)
        campaigns.use(campaign, booking, off=off, now=now)
