"""Ledig's own template tags and filters: the day line, money, days and times.

Built into every template (`TEMPLATES["OPTIONS"]["builtins"]`), so no `{% load %}`.
The filters for moments take the place's zone: `{{ booking.starts_at|clock:place.zone }}`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.forms.utils import flatatt
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as drawn_icon

from spaces import formats, highlighting
from spaces.dayline import Block, DayLine, Span, axis_hours
from spaces.forms.clock import DAY, clock_value
from spaces.money import Money
from spaces.prices.lines import Line, before_vat, net_of

register = template.Library()

# By the names of their routes: where else a page counts as beneath them.
MAIN_PAGES = {
    "search": ("/spaces/",),
    "actors": (),
    "activities": (),
    "bookings": (),
    "owner": (),
}
SHORTEST_LINK = 60  # minutes; a shorter stretch is too narrow to be hit


@register.filter
def marked(text: str, asked: str) -> SafeString:
    """With the words of a search marked where they are found."""
    return highlighting.marked(str(text), asked)


# --- Money, days and times --------------------------------------------------------------


@register.filter
def kr(money: Money | int | None) -> str:
    return "" if money is None else formats.price(money)


@register.filter
def net(lines: Sequence[Line]) -> str:
    """What the lines of a price come to before VAT."""
    return formats.price(net_of(lines)) if lines else ""


@register.filter
def net_at(money: Money | None, vat: str) -> Money | None:
    """What of an amount at one VAT is not VAT."""
    return None if money is None else before_vat(money, vat)


@register.filter
def exact(money: Money | None) -> str:
    return "" if money is None else formats.exact(money)


@register.filter
def clock(moment: datetime | int | None, zone: tzinfo | None = None) -> str:
    """A moment, or minutes after midnight, as a clock."""
    if moment is None:
        return ""
    if isinstance(moment, int):
        return formats.minute_clock(moment)
    return formats.clock(moment, zone)


@register.filter
def day_name(day: date | None, zone: tzinfo | None = None) -> str:
    return formats.day_name(day, zone) if day else ""


@register.filter
def day_short(day: date | None, zone: tzinfo | None = None) -> str:
    return formats.day_short(day, zone) if day else ""


@register.filter
def day_narrow(day: date) -> str:
    return formats.day_narrow(day)


@register.filter
def day_full(day: date | None, zone: tzinfo | None = None) -> str:
    return formats.day_full(day, zone) if day else ""


@register.filter
def weekday(day: date | None, zone: tzinfo | None = None) -> str:
    return formats.weekday(day, zone) if day else ""


@register.filter
def duration(minutes: int | None) -> str:
    return "" if minutes is None else formats.duration(minutes)


@register.simple_tag
def time_range(start: datetime | int, end: datetime | int, zone: tzinfo | None = None) -> str:
    """`13–15`, from two moments or two minutes after midnight."""
    if isinstance(start, int) and isinstance(end, int):
        return formats.minute_range(start, end)
    if isinstance(start, datetime) and isinstance(end, datetime):
        return formats.time_range(start, end, zone)
    raise TypeError("time_range needs two moments or two minutes")


@register.simple_tag
def when(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tirsdag 20. oktober, 13–15`"""
    return formats.when(start, end, zone)


@register.simple_tag
def when_short(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tir. 20. okt., 13–15`"""
    return formats.when_short(start, end, zone)


@register.simple_tag
def when_full(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tirsdag 20. oktober 2026, 13–15`"""
    return formats.when_full(start, end, zone)


@register.simple_tag
def days_range(first: date, last: date) -> str:
    """`19.–25. oktober`"""
    return formats.days_range(first, last)


# --- Links ------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def current(context: Context, url: str, *also_under: str) -> SafeString:
    """The aria-current of a link: `page` on that page, `true` on the pages beneath it."""
    path = context["request"].path if "request" in context else ""
    if url and path == url:
        return SafeString(' aria-current="page"')
    prefixes = [*also_under, *([url] if url and url != "/" else [])]
    return SafeString(' aria-current="true"' if path.startswith(tuple(prefixes)) else "")


@register.simple_tag(takes_context=True)
def main_menu(context: Context, *, icons: bool = False) -> SafeString:
    """The links to the main pages; with `icons` where they stand in a menu, as on phones."""
    marks = tuple(current(context, reverse(name), *under) for name, under in MAIN_PAGES.items())
    return main_menu_drawn(marks, context["ledig"].is_owner, icons, formats.language())


@lru_cache(maxsize=256)
def main_menu_drawn(
    marks: tuple[str, ...], is_owner: bool, icons: bool, _language: str
) -> SafeString:
    links = dict(zip(MAIN_PAGES, marks, strict=True))
    return SafeString(
        render_to_string("_nav.html", {"links": links, "is_owner": is_owner, "icons": icons})
    )


# --- Icons ------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=1024)
def lucide(name: str, size: int | None = 24, **attributes: str | int) -> str:
    """An icon of Lucide's. The library parses and writes XML for each; here that is done once
    for each icon and look. Nothing in it may come from a person."""
    return drawn_icon(name, size=size, **attributes)


# --- Lists to choose from -----------------------------------------------------------------


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: Any) -> SafeString:
    """The options of a select, with the chosen one selected. Many have fifty, on each page."""
    return options_drawn(tuple((str(value), str(label)) for value, label in choices), str(chosen))


@lru_cache(maxsize=256)
def options_drawn(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, SafeString(" selected" if value == chosen else ""), label)
            for value, label in choices
        ),
    )


@register.simple_tag
def widget_options(
    groups: Iterable[tuple[str | None, Iterable[dict[str, Any]], int]],
) -> SafeString:
    """The options of a form's select, in their groups, as its widget has them."""
    drawn = []
    for name, options, _index in groups:
        rows = ((str(one["value"]), flatatt(one["attrs"]), one["label"]) for one in options)
        inner = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        drawn.append(
            format_html('<optgroup label="{}">{}</optgroup>', name, inner) if name else inner
        )
    return SafeString("".join(drawn))


# --- The day line -----------------------------------------------------------------------
#
# Geometry is in percentages in SVG attributes: the strict CSP allows no style attribute,
# and without a viewBox nothing in the drawing is stretched, text included.


@register.simple_tag
def day_line(line: DayLine) -> SafeString:
    """One space's day as a bar. Ticks come with every whole hour of the axis."""
    has_links = bool(line.free_href) or any(block.href for block in line.blocks)
    return format_html(
        '<svg class="daybar" role="{}" aria-label="{}">{}</svg>',
        "group" if has_links else "img",
        line.description,
        SafeString("".join(drawn(line))),
    )


class Mark(NamedTuple):
    """An hour, or a day, written along a line."""

    minute: int
    day: date | None
    x: str
    anchor: str
    wanted: bool


@register.simple_tag
def day_axis(line: DayLine) -> SafeString:
    """The hours along a line, each at its own place; those inside the wanted time stand out."""
    axis, wanted = (line.opens_at, line.closes_at), line.wanted or (0, -1)
    return axis_drawn(axis, wanted, line.first, formats.language())


@lru_cache(maxsize=256)
def axis_drawn(axis: Span, wanted: Span, first: date | None, _language: str) -> SafeString:
    """All lines of a page have the same hours, so they are drawn once."""
    return SafeString(render_to_string("_axis.html", {"marks": marks(axis, wanted, first)}))


def marks(axis: Span, wanted: Span, first: date | None = None) -> list[Mark]:
    if first is not None:
        return [
            Mark(
                minute=hour * 60,
                day=first + timedelta(days=hour // 24),
                x=percent(hour * 60, axis[1]),
                anchor="start",
                wanted=hour * 60 < wanted[1] and wanted[0] < (hour + 24) * 60,
            )
            for hour in axis_hours(axis)
        ]
    return [
        Mark(
            minute=minute,
            day=None,
            x=percent(minute - axis[0], axis[1] - axis[0]),
            anchor={axis[0]: "start", axis[1]: "end"}.get(minute, "middle"),
            wanted=wanted[0] <= minute <= wanted[1],
        )
        for minute in (hour * 60 for hour in axis_hours(axis))
    ]


def drawn(line: DayLine) -> Iterator[SafeString]:
    """The parts of the drawing, from the back to the front."""
    axis = (line.opens_at, line.closes_at)
    for span in line.open:
        yield bar("bar-open", span, axis)
    passed = line.opens_at if line.now is None else line.now
    for start, end in line.free:
        yield bar("bar-past", (start, min(end, passed)), axis)
        yield free_drawn(line, (max(start, passed), end))
    yield ticks(axis)
    for block in line.blocks:
        yield block_drawn(block, axis)
    if line.wanted:
        state = "is-free" if line.wanted_is_free else "is-taken"
        yield bar(f"bar-want {state}", line.wanted, axis)
    if line.now is not None and line.opens_at < line.now < line.closes_at:
        yield hairline("bar-now", line.now, axis)


@lru_cache(maxsize=256)
def ticks(axis: Span) -> SafeString:
    step = 1 if axis[1] <= DAY else 24
    hours = range(axis[0] // 60 + step, -(-axis[1] // 60), step)
    return SafeString("".join(hairline("bar-tick", hour * 60, axis) for hour in hours))


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.6g}%"


def placed(span: Span, axis: Span) -> tuple[str, str] | None:
    """Where a span starts and how wide it is, cut to the axis; None when it is outside."""
    start, end = max(span[0], axis[0]), min(span[1], axis[1])
    if start >= end:
        return None
    length = axis[1] - axis[0]
    return percent(start - axis[0], length), percent(end - start, length)


def bar(css: str, span: Span, axis: Span) -> SafeString:
    if (place := placed(span, axis)) is None:
        return SafeString("")
    x, width = place
    return SafeString(f'<rect class="{css}" x="{x}" width="{width}" height="100%"/>')


def free_drawn(line: DayLine, span: Span) -> SafeString:
    """Free time; a link where the line has somewhere to lead, by whole half hours."""
    drawing = bar("bar-free", span, (line.opens_at, line.closes_at))
    start, end = -(-span[0] // 30) * 30, min(span[1], line.closes_at) // 30 * 30
    if not line.free_href or end - start < SHORTEST_LINK:
        return drawing
    ends = urlencode({"from": clock_value(start), "to": clock_value(end)})
    return format_html(
        '<a class="bar-offer" href="{}&amp;{}" aria-label="{}, {}">{}</a>',
        line.free_href,
        ends,
        line.free_label,
        formats.minute_range(start, end),
        drawing,
    )


def hairline(css: str, minute: int, axis: Span) -> SafeString:
    x = percent(minute - axis[0], axis[1] - axis[0])
    return SafeString(f'<line class="{css}" x1="{x}" x2="{x}" y2="100%"/>')


def block_drawn(block: Block, axis: Span) -> SafeString:
    """A booking with its name, which HTML cuts off at the block's edge with an ellipsis."""
    if (place := placed((block.start, block.end), axis)) is None:
        return SafeString("")
    words = f"{formats.minute_range(block.start, block.end)} {block.label}"
    drawing = format_html(
        '<svg class="bar-block is-{}" x="{}" width="{}" height="100%"><title>{}</title>'
        '<rect width="100%" height="100%"/><foreignObject width="100%" height="100%">'
        "<p><span>{}</span></p></foreignObject></svg>",
        block.status,
        *place,
        words,
        block.label,
    )
    if not block.href:
        return drawing
    return format_html('<a href="{}" aria-label="{}">{}</a>', block.href, words, drawing)
