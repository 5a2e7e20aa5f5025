"""Tables of cells, as every file we read becomes them, and how large they may be."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from spaces.bulk.refusals import TooMuch, Unreadable

MOST_ROWS = 5_000  # of one table
MOST_COLUMNS = 120
LONGEST_CELL = 10_000


@dataclass
class Table:
    """A sheet of a workbook, or the one table of a CSV file."""

    title: str  # empty for CSV
    headers: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the rows, as the file counts them


def table(title: str, lines: Any) -> Table | None:
    """A table from (number, cells) pairs whose first is the header. Empty lines are passed
    over; a wholly empty sheet is no table."""
    made: Table | None = None
    for number, cells in lines:
        cells = _trimmed(cells)
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise TooMuch(_("The file has more columns than Ledig knows."))
        if made is None:
            made = Table(title, [heading(cell) for cell in cells])
            _check(made)
            continue
        if len(cells) > len(made.headers):
            raise Unreadable(
                _("Row %(row)s has more cells than the header has columns.") % {"row": number}
            )
        if len(made.rows) >= MOST_ROWS:
            raise TooMuch(
                _("There are more than %(most)s rows. Split the file into several.")
                % {"most": MOST_ROWS}
            )
        made.rows.append(cells + [""] * (len(made.headers) - len(cells)))
        made.numbers.append(number)
    return made


def heading(cell: Any) -> str:
    return "_".join(str(cell).strip().lower().split())


def _trimmed(cells: list[Any]) -> list[Any]:
    cells = ["" if cell is None else cell for cell in cells]
    while cells and (cells[-1] == "" or (isinstance(cells[-1], str) and not cells[-1].strip())):
        cells.pop()
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
        raise TooMuch(_("A cell holds more text than Ledig keeps."))
    return cells


def _check(made: Table) -> None:
    if "" in made.headers:
        raise Unreadable(_("A column has no name. The first row must name each column."))
    twice = sorted({name for name in made.headers if made.headers.count(name) > 1})
    if twice:
        raise Unreadable(_("The column “%(name)s” is there twice.") % {"name": twice[0]})
