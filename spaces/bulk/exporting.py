"""What a person keeps, as files that can be read in again."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from accounts.models import User
from spaces.bulk.escaping import escaped
from spaces.bulk.known import Known
from spaces.bulk.running import SHEETS
from spaces.bulk.sheets import Sheet
from spaces.bulk.workbooks import HELP

WIDEST = 48  # letters


def workbook(*, by: User, with_rows: bool = True) -> bytes:
    """All sheets in one file, with one more that explains the columns."""
    book = Workbook()
    del book[book.active.title]
    known = Known(by)
    for kind in SHEETS:
        rows = rows_of(kind, known) if with_rows else []
        _write(book.create_sheet(kind.title), [kind.headers(), *rows])
    lines = [[_("Sheet"), _("Column"), _("What it holds"), _("Example")]]
    for kind in SHEETS:
        for column in kind.listed:
            words = f"{column.help} {', '.join(column.allowed)}".strip()
            lines.append([kind.title, column.column_name, words, column.example])
    _write(book.create_sheet(HELP), lines)
    return _bytes(book)


def csv_file(kind: type[Sheet], *, by: User) -> bytes:
    return "".join(csv_lines([kind.headers(), *rows_of(kind, Known(by))])).encode()


def csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    """With the mark by which Excel knows UTF-8, and semicolons and decimal commas, as Excel
    here expects."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


class Echo:
    """What `csv.writer` writes to, and hands back."""

    def write(self, text: str) -> str:
        return text


def _csv_cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return escaped(value) if isinstance(value, str) else value


def one_sheet(title: str, rows: Iterable[list[Any]]) -> bytes:
    """A workbook of one table, its heads first."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    _write(sheet, rows)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rows_of(kind: type[Sheet], known: Known) -> list[list[Any]]:
    sheet = kind(known, [], lambda: None)
    dataset = sheet.export(sheet.everything())
    return [list(row) for row in dataset]


def _write(sheet: Any, rows: Iterable[list[Any]]) -> None:
    widths: dict[int, int] = {}
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            widths[place] = min(WIDEST, max(widths.get(place, 8), len(str(value)) + 2))
            if value == "":
                continue
            cell = sheet.cell(number, place)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", escaped(value))
                cell.data_type = "s"  # text, whatever it looks like
            else:
                cell.value = value
            if number == 1:
                cell.font = Font(bold=True)
            elif widths[place] == WIDEST:
                cell.alignment = Alignment(wrap_text=False, vertical="top")
    for place, width in widths.items():
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "B2"
