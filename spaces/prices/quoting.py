"""What a time comes to, line by line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from spaces.models import AddOn, Price, Space
from spaces.money import Money
from spaces.periods import Period, minutes_in
from spaces.prices.buyers import Buyer
from spaces.prices.lines import Item, Line, Quote, add_on_line, fee_line, time_line
from spaces.prices.stretches import Stretch, pieces
from spaces.versions import once_a_version

Bill = dict[Price, Fraction]  # how many of each price
NO_ADD_ONS: Mapping[AddOn, int] = MappingProxyType({})


class NotForSale(Refused):
    code = "not_for_sale"
    message = _("This space has no price for you.")


class NoPriceThen(NotForSale):
    code = "no_price_then"
    message = _("This space has no price for you at that time.")


def quote(
    space: Space,
    span: Period,
    *,
    quantity: int = 1,
    people: int | None = None,
    add_ons: Mapping[AddOn, int] = NO_ADD_ONS,
    buyer: Buyer,
) -> Quote:
    """The cheapest price this buyer is entitled to, VAT included.

    Elapsed time is billed, each hour at the cheapest price per hour that holds then for one
    of the audiences the buyer belongs to. A price for half a day (4 hours), a day (24), a
    week (7 days) or a month (30 days) caps what each begun one of them costs, counted from
    the start. Then a discount for the length, the minimum charge and the cleaning fee; the
    last two not where the time is free of charge. Then what is booked along.

    `people` are those who come, at least as many as `quantity`. Raises `NotForSale`, and
    `NoPriceThen` when the buyer has prices but none for some of the time.
    """
    people = max(people or 1, quantity)
    mine = [price for price in space.prices.all() if buyer.belongs_to(price, space)]
    if not mine:
        raise NotForSale(space=space.pk)
    bill: Bill = {}
    for piece in pieces(span, mine, space.place.zone, people):
        part = _cheapest(piece.stretches, piece.packages)
        if part is None:
            raise NoPriceThen(space=space.pk)
        _add(bill, part)
    times = [time_line(price, count, quantity, space) for price, count in bill.items() if count]
    minutes = minutes_in(span)
    along = [add_on_line(one, count, minutes, people) for one, count in add_ons.items() if count]
    return _total_of([*times, *_fees(space, times, minutes), *along], space, mine[0].currency)


@once_a_version
def total(
    space: Space, span: Period, *, quantity: int, people: int | None, buyer: Buyer
) -> Money | None:
    """What `quote` comes to; None when it is not for sale to them then."""
    try:
        return quote(space, span, quantity=quantity, people=people, buyer=buyer).total
    except NotForSale:
        return None


def are_paid_apart(prices: Iterable[Money]) -> bool:
    """Whether times at these prices cannot be paid for in one go: a payment is in one currency."""
    return len({price.currency for price in prices if price}) > 1


def _total_of(lines: Sequence[Line], space: Space, currency: str) -> Quote:
    total = Money(0, currency)
    for line in lines:
        total += line.amount
    return Quote(tuple(lines), total, Money(space.deposit, currency))


def _cheapest(stretches: Sequence[Stretch], packages: Sequence[Price]) -> Bill | None:
    """How many of each price: each begun package, the longest first, or else what its parts
    come to when that is less. None when some time has no price."""
    if not packages:
        hours: Bill = {}
        for stretch in stretches:
            if stretch.hourly is None:
                return None
            _add(hours, {stretch.hourly: Fraction(stretch.minutes, 60)})
        return hours
    package, shorter = packages[0], packages[1:]
    found: Bill = {}
    for chunk in _chunks(stretches, package.minutes):
        parts = _cheapest(chunk, shorter)
        if parts is None or _cost(parts) >= package.amount:
            parts = {package: Fraction(1)}
        _add(found, parts)
    return found


def _chunks(stretches: Iterable[Stretch], minutes: int) -> Iterator[list[Stretch]]:
    """The stretches cut into so many minutes; the last may be shorter."""
    chunk: list[Stretch] = []
    room = minutes
    for stretch in stretches:
        left = stretch.minutes
        while left >= room:
            yield [*chunk, Stretch(room, stretch.hourly)]
            left, chunk, room = left - room, [], minutes
        if left:
            chunk.append(Stretch(left, stretch.hourly))
            room -= left
    if chunk:
        yield chunk


def _cost(bill: Bill) -> Fraction:
    """Exact, of one unit."""
    return sum((price.amount * count for price, count in bill.items()), Fraction(0))


def _add(bill: Bill, more: Bill) -> None:
    for price, count in more.items():
        bill[price] = bill.get(price, Fraction(0)) + count


def _fees(space: Space, times: Sequence[Line], minutes: int) -> Iterator[Line]:
    """What comes off and on, once for the booking. What is free of charge stays so."""
    currency = times[0].amount.currency
    sum_of_times = Money(sum(line.amount.amount for line in times), currency)
    if not sum_of_times:
        return
    earned = [one for one in space.length_discounts.all() if one.from_minutes <= minutes]
    after = sum_of_times
    if earned:
        best = max(earned, key=lambda one: one.percent)
        off = sum_of_times.times(Fraction(best.percent, 100))
        after -= off
        about = {"percent": best.percent, "from_minutes": best.from_minutes}
        yield fee_line(Item.DISCOUNT, -off, space, **about)
    if after.amount < space.minimum_charge:
        yield fee_line(Item.MINIMUM, Money(space.minimum_charge, currency) - after, space)
    if space.cleaning_fee:
        yield fee_line(Item.CLEANING, Money(space.cleaning_fee, currency), space)
