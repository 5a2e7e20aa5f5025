"""The rows of the week grid: `{% load week %}`. A week has two hundred slots and more, and
drawing them is most of what a space's page takes."""

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.queries import Week
from bookings.queries.week import Cell, Line
from spaces import formats

register = template.Library()

LOOK = {(True, True): " sel-a sel-b", (True, False): " sel-a", (False, True): " sel-b"}


@register.simple_tag
def week_rows(week: Week) -> SafeString:
    """A button where it is free, one cell over all of a time that is taken."""
    names = [escape(formats.day_name(day.date)) for day in week.days]
    taken = escape(_("Taken"))
    return SafeString("".join(_row(line, names, taken) for line in week.lines))


def _row(line: Line, names: Sequence[str], taken: str) -> str:
    clock = escape(formats.minute_clock(line.start))
    head = clock if line.is_hour else f'<span class="sr">{clock}</span>'
    cells = "".join(
        _free(cell, f"{names[cell.day.index]} {clock}")
        if cell.state == "free"
        else _busy(cell, taken)
        if cell.state == "busy"
        else f'<td class="d{cell.day.index} {cell.state}"></td>'
        for cell in line.cells
    )
    look = ' class="hour"' if line.is_hour else ""
    return f'<tr{look}><th scope="row">{head}</th>{cells}</tr>'


def _free(cell: Cell, name: str) -> str:
    """To be pressed; `name` is its day and time."""
    day, look, pressed = cell.day.index, "", "false"
    if cell.is_chosen:
        look, pressed = f" sel{LOOK.get((cell.is_first, cell.is_last), '')}", "true"
    return (
        f'<td class="d{day}"><button class="slot{look}" name="slot" value="{cell.value}"'
        f' data-d="{day}" data-m="{cell.start}" aria-pressed="{pressed}" aria-label="{name}">'
        "<span></span></button></td>"
    )


def _busy(cell: Cell, taken: str) -> str:
    look = f"d{cell.day.index} busy gone" if cell.is_gone else f"d{cell.day.index} busy"
    rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    times = escape(formats.minute_range(cell.start, cell.end))
    return f'<td class="{look}"{rows}><span>{taken}<span class="sr"> {times}</span></span></td>'
