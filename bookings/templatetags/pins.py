"""The pins on the map of a search: `{% load pins %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import ngettext, pgettext

from bookings.forms import Wanted
from bookings.queries import Results, Row
from spaces import formats
from spaces.money import Money
from spaces.prices.lines import before_vat

register = template.Library()


@register.simple_tag
def pins_of(results: Results, *, net: bool) -> list[dict[str, Any]]:
    """One pin for each place: its price when one space is there, else the lowest and how many.
    `net`: prices before VAT, as in the rows beside the map."""
    by_place: dict[int, list[Row]] = {}
    for row in results.rows:
        by_place.setdefault(row.space.place_id, []).append(row)
    return [pin(rows, results.wanted, net=net) for rows in by_place.values()]


def pin(rows: list[Row], wanted: Wanted, *, net: bool) -> dict[str, Any]:
    place = rows[0].space.place
    shown = [row for row in rows if row.is_free] or rows
    prices = [
        before_vat(row.total, row.space.vat) if net else row.total
        for row in shown
        if row.total is not None
    ]
    label = price_label(min(prices)) if prices else "–"
    if len(shown) > 1:
        label = f"{label} +{len(shown) - 1}"
        count = ngettext("%(n)s space", "%(n)s spaces", len(shown)) % {"n": len(shown)}
        here = wanted.query(place=(place.slug,))
        name, url = f"{place.name}, {count}", f"{reverse('search')}?{here}"
    else:
        name, url = f"{shown[0].space.name}, {place.name}", shown[0].url
    return {
        "slug": place.slug,
        "name": name,
        "lat": place.latitude,
        "lon": place.longitude,
        "label": label,
        "free": any(row.is_free for row in rows),
        "url": url,
        "description": f"{name}, {label}",
    }


def price_label(price: Money) -> str:
    return formats.price(price) if price else pgettext("price", "Free")
