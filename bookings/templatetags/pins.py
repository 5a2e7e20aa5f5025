"""The pins on the map of a search: `{% load pins %}`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import ngettext, pgettext

from bookings.forms import Wanted
from bookings.queries import Results, Row
from bookings.queries.offers import Slot
from spaces import formats
from spaces.models import Space
from spaces.money import Money
from spaces.prices.lines import before_vat

register = template.Library()

Listed = tuple[Space, Sequence[Slot]]


@register.simple_tag
def pins_of(results: Results, *, net: bool) -> list[dict[str, Any]]:
    """One pin for each place: its price when one space is there, else the lowest and how many.
    `net`: prices before VAT, as in the rows beside the map."""
    by_place: dict[int, list[Row]] = {}
    for row in results.rows:
        by_place.setdefault(row.space.place_id, []).append(row)
    return [pin(rows, results.wanted, net=net) for rows in by_place.values()]


@register.simple_tag
def slot_pins_of(
    spaces: Iterable[Listed], misses: Iterable[Listed], wanted: Wanted, *, net: bool
) -> list[dict[str, Any]]:
    """The same of free times. Where nothing fits, there are the pins of what comes close."""
    found, close = list(spaces), list(misses)
    by_place: dict[int, list[Listed]] = {}
    for space, slots in found or close:
        by_place.setdefault(space.place_id, []).append((space, slots))
    return [slots_pin(here, wanted, is_free=bool(found), net=net) for here in by_place.values()]


def pin(rows: list[Row], wanted: Wanted, *, net: bool) -> dict[str, Any]:
    shown = [row for row in rows if row.is_free] or rows
    offered = [(row.space, None if row.is_of_another_length else row.total) for row in shown]
    is_free = any(row.is_free for row in rows)
    return made(offered, shown[0].url, wanted, is_free=is_free, net=net)


def slots_pin(here: list[Listed], wanted: Wanted, *, is_free: bool, net: bool) -> dict[str, Any]:
    offered = [(space, min((slot.price for slot in slots), default=None)) for space, slots in here]
    return made(offered, here[0][1][0].url, wanted, is_free=is_free, net=net)


def made(
    offered: Sequence[tuple[Space, Money | None]],
    first_url: str,
    wanted: Wanted,
    *,
    is_free: bool,
    net: bool,
) -> dict[str, Any]:
    """Of the spaces of one place and what each costs. Several lead to the search there."""
    place = offered[0][0].place
    prices = [
        before_vat(price, space.vat) if net else price
        for space, price in offered
        if price is not None
    ]
    label = price_label(min(prices)) if prices else "–"
    if len(offered) > 1:
        label = f"{label} +{len(offered) - 1}"
        count = ngettext("%(n)s space", "%(n)s spaces", len(offered)) % {"n": len(offered)}
        here = wanted.query(place=(place.slug,))
        name, url = f"{place.name}, {count}", f"{reverse(wanted.page_name)}?{here}"
    else:
        name, url = f"{offered[0][0].name}, {place.name}", first_url
    return {
        "slug": place.slug,
        "name": name,
        "lat": place.latitude,
        "lon": place.longitude,
        "label": label,
        "free": is_free,
        "url": url,
        "description": f"{name}, {label}",
    }


def price_label(price: Money) -> str:
    return formats.price(price) if price else pgettext("price", "Free")
