"""Rows of the search for the same time again and again: `{% load recurring_rows %}`."""

from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.queries.recurring import Day, Row
from bookings.templatetags.rows import NOTHING, picture, tags, where
from spaces import formats
from spaces.money import sum_of
from spaces.prices.lines import before_vat

register = template.Library()

MARKS = 60  # of days, each by itself
DAYS_TOLD = 4  # of those that a space lacks


@register.simple_tag
def recurring_row(row: Row, *, net: bool = False) -> SafeString:
    """One space with the days of a rule it has, and where the others fit."""
    space = row.space
    return format_html(
        '<li class="row">{}<div class="row-main"><h3><a href="{}">{}</a></h3>{}{}'
        '<p class="state">{}{}</p>{}{}<div class="row-foot">'
        '<a class="btn outline small" href="{}">{}<span class="sr">: {}</span></a>'
        '<p class="price">{}</p></div></div></li>',
        picture(space),
        space.get_absolute_url(),
        space.name,
        where(space, row.walk),
        tags(space),
        _("%(n)s of %(all)s times") % {"n": row.free, "all": len(row.days)},
        format_html('<span class="note">{}</span>', _("Asked for one by one"))
        if row.is_apart
        else NOTHING,
        days_drawn(row),
        elsewhere(row),
        row.url,
        _("See the times"),
        space.name,
        total_of(row, net=net),
    )


def days_drawn(row: Row) -> SafeString:
    """A mark for each day of the rule: had here, had elsewhere, or not. Of many, days beside
    each other that are the same share one."""
    kinds = [
        "here" if one.price is not None else "else" if one.instead else "none" for one in row.days
    ]
    runs = [len(list(run)) for _kind, run in groupby(kinds)] if len(kinds) > MARKS else None
    width = 100 / len(kinds)
    marks, number = [], 0
    for run in runs or [1] * len(kinds):
        marks.append((kinds[number], f"{number * width:.4g}", f"{(run - 0.1) * width:.4g}"))
        number += run
    return format_html(
        '<svg class="again-days" aria-hidden="true">{}</svg>',
        format_html_join("", '<rect class="is-{}" x="{}%" width="{}%" height="100%"/>', marks),
    )


def elsewhere(row: Row) -> SafeString:
    """The days it lacks, each with where it fits instead."""
    told = [lacking(one) for one in row.missing[:DAYS_TOLD]]
    if (more := len(row.missing) - len(told)) > 0:
        told.append(ngettext("and %(n)s day more", "and %(n)s days more", more) % {"n": more})
    if not told:
        return NOTHING
    return format_html(
        '<ul class="again-lack">{}</ul>',
        format_html_join("", "<li>{}</li>", ((one,) for one in told)),
    )


def lacking(one: Day) -> str:
    """`tirsdag 8. desember: Fjord, 2 min gange`"""
    day = formats.day_name(one.day)
    if one.instead is None:
        return _("%(day)s: nothing like it is free") % {"day": day}
    told = {"day": day, "space": one.instead.space.name, "n": one.instead.walk}
    return _("%(day)s: %(space)s, %(n)s min walk away") % told


def total_of(row: Row, *, net: bool) -> SafeString:
    if not row.total:
        return format_html("<b>{}</b>", pgettext("price", "Free"))
    number = len(row.offered)
    words = ngettext("for %(n)s time", "for %(n)s times", number) % {"n": number}
    amount = row.total
    if net:
        words = f"{_('excl. VAT')} {words}"
        amount = sum_of(before_vat(price, space.vat) for space, price in row.offered)
    return format_html("<b>{}</b> <span>{}</span>", formats.price(amount), words)
