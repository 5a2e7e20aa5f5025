"""The rows of a list of spaces, and the values of its filters: `{% load rows %}`.

A page has two dozen of each, and drawing them is most of what a search takes: as templates
within templates they took ten times as long. What a space is (`*_drawn`) is drawn once for
each thing there is to say, since nothing but the arguments decides it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.forms import Wanted
from bookings.queries import Row
from bookings.queries.facets import Choice
from bookings.queries.offers import Slot
from spaces import formats
from spaces.highlighting import marked, snippets
from spaces.models import Kind, Space
from spaces.models.space import address
from spaces.money import sum_of
from spaces.periods import Period
from spaces.prices import Rate
from spaces.prices.lines import before_vat
from spaces.templatetags.ui import day_axis, day_line, lucide

register = template.Library()

NOTHING = SafeString("")
CHECKED = {True: SafeString(" checked"), False: NOTHING}
AMENITIES = 3  # told of each space
LOOKS = 8  # of the same filters, with other prices
MANY = 4096


@register.simple_tag
def space_row(row: Row, *, hearts: bool, first: bool = False, net: bool = False) -> SafeString:
    """One space in the results of a search. `hearts`: whether the reader has favourites;
    `net`: whether they read prices before VAT."""
    return row_drawn(row, row.space.stamp, hearts, first, net, formats.language())


@lru_cache(maxsize=512)
def row_drawn(
    row: Row, _stamp: str, hearts: bool, first: bool, net: bool, _language: str
) -> SafeString:
    """A row says all that decides how it looks, but for which version of the space it is."""
    space, asked = row.space, row.wanted.q
    look = " is-later" if row.is_later else "" if row.is_free else " is-full"
    return format_html(
        '<li class="row{}" data-slug="{}">{}<div class="row-main">'
        '<div class="row-t"><h3><a href="{}">{}</a></h3>{}</div>{}{}{}'
        '<div class="row-axis">{}</div>'
        '<div class="row-foot"><p class="state">{}{}</p><p class="price">{}</p>{}{}</div>'
        "</div></li>",
        look,
        space.place.slug,
        picture(space, is_first=first),
        row.url,
        marked(space.name, asked),
        heart(space, is_on=row.is_favourite) if hearts else NOTHING,
        where(space, row.walk, asked) + hit(space, asked),
        tags(space),
        day_line(row.line),
        day_axis(row.line),
        state(row),
        notes(row),
        price(row, net=net),
        repeat(row) if row.has_time else NOTHING,
        hint(row.student_rate) if row.student_rate else NOTHING,
    )


@register.simple_tag
def anytime_row(
    space: Space,
    slots: Sequence[Slot],
    wanted: Wanted,
    *,
    net: bool = False,
    is_known: bool = False,
) -> SafeString:
    """One space with its free times; a near miss says what is otherwise about it."""
    stamps = tuple(one.space.stamp for slot in slots for one in (slot, *slot.rooms))
    return anytime_drawn(space, tuple(slots), stamps, wanted.q, net, is_known, formats.language())


@lru_cache(maxsize=1024)
def anytime_drawn(
    space: Space,
    slots: tuple[Slot, ...],
    _stamps: tuple[str, ...],
    asked: str,
    net: bool,
    is_known: bool,
    language: str,
) -> SafeString:
    """Slots say all that decides how they look, but for which versions of their spaces."""
    offered = [
        both_rooms(slot, is_known=is_known, net=net, language=language)
        if slot.rooms
        else offer(slot, net=net, language=language)
        for slot in slots
    ]
    return format_html(
        '<li class="row" data-slug="{}">{}<div class="row-main"><h3>{}</h3>'
        '{}{}{}{}<ul class="slots">{}</ul></div></li>',
        space.place.slug,
        picture(space),
        format_html_join(
            " + ",
            '<a href="{}">{}</a>',
            (
                (one.space.get_absolute_url(), marked(one.space.name, asked))
                for one in slots[0].rooms or slots[:1]
            ),
        ),
        where(space, slots[0].walk, asked),
        hit(space, asked),
        tags(space),
        almost(slots[0]),
        format_html_join("", "<li>{}</li>", ((one,) for one in offered)),
    )


# --- What a space is ----------------------------------------------------------------------


def picture(space: Space, *, is_first: bool = False) -> SafeString:
    """The page's first picture is fetched at once, the others as they come into view."""
    if (cover := space.cover) is None:
        return SafeString('<div class="row-pic"></div>')
    how = 'fetchpriority="high"' if is_first else 'loading="lazy"'
    return picture_drawn(cover.file.url, cover.width, cover.height, how)


@lru_cache(maxsize=MANY)
def picture_drawn(url: str, width: int, height: int, how: str) -> SafeString:
    return format_html(
        '<div class="row-pic"><img src="{}" width="{}" height="{}" alt="" {}></div>',
        url,
        width,
        height,
        SafeString(how),
    )


@register.simple_tag
def heart(space: Space, *, is_on: bool) -> SafeString:
    """Saves the space, or no longer: of the form that `_hearts.html` makes."""
    return format_html(
        '<button class="heart" form="hearts" formaction="{}" name="to" value="{}"'
        ' aria-pressed="{}" aria-label="{}">{}</button>',
        address("favourite", space.slug),
        "off" if is_on else "on",
        "true" if is_on else "false",
        _("Save %(name)s") % {"name": space.name},
        icon("heart", 22),
    )


def where(space: Space, walk: int, asked: str = "") -> SafeString:
    """`Meeting room in Elveporten, 2nd floor · 3 min walk`"""
    named = space.kind, space.place.name, space.floor_text
    return where_drawn(*named, walk, asked, formats.language())


@lru_cache(maxsize=MANY)
def where_drawn(
    kind: str, place: str, floor: str, walk: int, asked: str, _language: str
) -> SafeString:
    kind_in_place = format_html(
        _("%(kind)s in %(place)s") % {"kind": "{kind}", "place": "{place}"},
        kind=Kind(kind).label,
        place=marked(place, asked),
    )
    return format_html(
        '<p class="meta">{}{}<span class="dot" aria-hidden="true"></span>{}</p>',
        kind_in_place,
        f", {floor}" if floor else "",
        _("%(n)s min walk") % {"n": walk},
    )


def hit(space: Space, asked: str) -> SafeString:
    """Where the words are that its name, kind and place do not say."""
    if not asked:
        return NOTHING
    seen = f"{space.name} {Kind(space.kind).label} {space.place.name}"
    told = (
        *(str(one.amenity) for one in space.space_amenities.all()),
        *(value for value in space.facts.values() if isinstance(value, str)),
        space.organisation.name,
        space.place.address,
        space.summary_text,
        space.description_text,
    )
    return format_html_join(
        "", '<p class="hit">{}</p>', ((one,) for one in snippets(told, asked, beside=seen))
    )


def tags(space: Space) -> SafeString:
    has = list(space.space_amenities.all())[:AMENITIES]
    told = tuple(str(one.amenity) for one in has)
    return tags_drawn(space.capacity, space.is_step_free, told, formats.language())


@lru_cache(maxsize=MANY)
def tags_drawn(
    capacity: int, is_step_free: bool, amenities: tuple[str, ...], _language: str
) -> SafeString:
    told = [_("Step-free"), *amenities] if is_step_free else amenities
    return format_html(
        '<ul class="tags"><li>{}{}</li>{}</ul>',
        icon("users"),
        ngettext("%(n)s person", "%(n)s people", capacity) % {"n": capacity},
        format_html_join("", "<li>{}</li>", ((one,) for one in told)),
    )


@register.simple_tag(takes_context=True)
def facets_form(context: Context) -> str:
    """The filters that are folded away, drawn once for as long as their numbers are kept."""
    wanted, drawn = context["wanted"], context["facets"].drawn
    key = wanted.max_price, bool(context.get("is_part"))
    if key not in drawn:
        if len(drawn) > LOOKS:
            drawn.clear()
        drawn[key] = render_to_string(
            "bookings/_facets.html", cast("dict[str, Any]", context.flatten())
        )
    return SafeString(drawn[key])


@register.simple_tag(takes_context=True)
def chip_count(context: Context, named: str, count: int, *, is_part: bool = False) -> SafeString:
    """How many spaces a chip would leave; in a part of a page, in place of what it said."""
    swap = SafeString(' hx-swap-oob="true"') if is_part else NOTHING
    return format_html('<small id="n-{}"{}>{}</small>', named, swap, number(context, count))


@register.simple_tag(takes_context=True)
def ticks(context: Context, name: str, choices: Iterable[Choice]) -> SafeString:
    """The values of one filter, each to be ticked, with how many spaces it would leave."""
    return format_html_join(
        "",
        '<label class="tick"><input type="checkbox" id="f-{}-{}" name="{}" value="{}"{}>'
        "<span>{}</span><small>{}</small></label>",
        (
            (
                *(name, one.value, name, one.value),
                *(CHECKED[one.is_chosen], one.label, number(context, one.count)),
            )
            for one in choices
        ),
    )


def number(context: Context, count: int) -> str:
    return str(count) if context["facets"].is_counted else ""


# --- When it is free, and what it costs ------------------------------------------------------


def state(row: Row) -> SafeString:
    if not row.has_time:
        return format_html("{}{}", icon("x", 17), row.why_not)
    time = formats.time_range(row.span.lower, row.span.upper, row.wanted.zone)
    words = _("Free %(time)s") % {"time": time}
    return format_html("{}{}", icon("check" if row.is_free else "clock", 17), words)


def notes(row: Row) -> SafeString:
    told = []
    if row.is_for_others:
        told.append(_("Not for you"))
    elif row.needs_training:
        told.append(_("Asks for a training"))
    if not row.space.in_force.is_instant:
        told.append(_("On request"))
    return format_html_join("", '<span class="note">{}</span>', ((one,) for one in told))


def price(row: Row, *, net: bool) -> SafeString:
    """Of all of the time; but per hour of what cannot be had for so long or so short."""
    if row.is_of_another_length and row.rate:
        rate = row.rate.words_before_vat(row.space.vat) if net else row.rate.words
        return format_html(
            "<span>{}</span>", " · ".join([*([_("excl. VAT")] if net else []), rate])
        )
    if row.total is None:
        return format_html("<span>{}</span>", _("Not for sale to you"))
    if row.total and net:
        vat = row.space.vat
        told = [_("excl. VAT"), row.rate.words_before_vat(vat) if row.rate else ""]
        amount = formats.price(before_vat(row.total, vat))
        return format_html("<b>{}</b> <span>{}</span>", amount, " · ".join(filter(None, told)))
    words = row.rate.words if row.rate else ""
    if row.total:
        return format_html("<b>{}</b> <span>{}</span>", formats.price(row.total), words)
    free = format_html("<b>{}</b>", pgettext("price", "Free"))
    who = row.rate.audience if row.rate and row.rate.is_free else ""
    return format_html("{} <span>{}</span>", free, who) if who else free


def hint(rate: Rate) -> SafeString:
    what = icon("graduation-cap"), students_pay(rate)
    return format_html('<p class="row-hint">{}{}</p>', *what)


@register.filter
def words_before_vat(rate: Rate, space: Space) -> str:
    """`256 kr/hour excl. VAT`"""
    return _("%(amount)s excl. VAT") % {"amount": rate.words_before_vat(space.vat)}


@register.filter
def students_pay(rate: Rate) -> str:
    """`students 120 kr/hour`"""
    if rate.is_free:
        return _("free for students")
    return _("students %(rate)s") % {"rate": rate.words}


def repeat(row: Row) -> SafeString:
    return format_html(
        '<p class="row-repeat"><a href="{}">{}{}<span class="sr">: {}</span></a></p>',
        row.repeat_url,
        icon("repeat"),
        _("Repeat"),
        row.space.name,
    )


def cost(slot: Slot, *, net: bool) -> str:
    if not net:
        return formats.price(slot.price)
    parts = (before_vat(one.price, one.space.vat) for one in slot.rooms or (slot,) if one.price)
    return _("%(amount)s excl. VAT") % {"amount": formats.price(sum_of(parts))}


def offer(slot: Slot, *, net: bool, language: str) -> SafeString:
    """A time that leads to the space's page, with it chosen."""
    price = cost(slot, net=net) if slot.price else ""
    words = offer_words(slot.span, slot.space.place.zone, price, language)
    return format_html('<a class="slot" href="{}">{}</a>', slot.url, words)


@lru_cache(maxsize=MANY)
def offer_words(span: Period, zone: ZoneInfo, price: str, _language: str) -> SafeString:
    return format_html(
        "<b>{}</b><span>{}</span>",
        formats.when_short(span.lower, span.upper, zone),
        price or pgettext("price", "Free"),
    )


def both_rooms(slot: Slot, *, is_known: bool, net: bool, language: str) -> SafeString:
    """Two rooms with one tap: into the cart, of the form `together`; who `is_known` to nobody
    yet comes to see them there first."""
    price = cost(slot, net=net) if slot.price else pgettext("price", "Free")
    told = _("Both rooms, %(price)s") % {"price": price}
    words = offer_words(slot.span, slot.space.place.zone, told, language)
    if is_known:
        html = '<button class="slot" form="together" formaction="{}">{}</button>'
    else:
        html = '<a class="slot" href="{}">{}</a>'
    return format_html(html, slot.url, words)


def almost(slot: Slot) -> SafeString:
    told = ((icon("info"), words) for words in slot.otherwise)
    if not slot.differs:
        return NOTHING
    return format_html('<p class="almost">{}</p>', format_html_join("", "{}{}", told))


def icon(name: str, size: int = 16) -> Any:
    return lucide(name, size=size, aria_hidden="true")
