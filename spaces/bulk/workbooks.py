"""Excel workbooks: a zip of XML, from anybody. Looked through before it is parsed."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from spaces.bulk.refusals import TooMuch, Unreadable
from spaces.bulk.tables import MOST_COLUMNS, Table, table

MOST_UNPACKED = 60_000_000  # bytes of all parts together
MOST_PARTS = 400
MOST_LINES = 20_000  # looked at in a sheet, with the empty ones
HELP = "columns"  # the sheet that explains the others; nobody's data
# No spreadsheet program writes a document type; who does wants entities expanded or fetched.
DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
MERGED = re.compile(rb"<(\w+:)?mergeCell\s")


def read(content: bytes) -> list[Table]:
    _look_through(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        raise _corrupt() from error
    try:
        found = [_table(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    finally:
        book.close()
    return [one for one in found if one is not None]


def _table(sheet: Any) -> Table | None:
    title = str(sheet.title).strip().lower()
    if title == HELP:
        return None
    try:
        return table(title, _lines(sheet, title))
    except (Unreadable, TooMuch):
        raise
    except Exception as error:
        raise _corrupt() from error


def _lines(sheet: Any, title: str) -> Iterator[tuple[int, list[Any]]]:
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if number > MOST_LINES:
            raise TooMuch
        yield number, [_value(cell, title) for cell in cells]


def _value(cell: Any, title: str) -> Any:
    value = cell.value
    if value is None:
        return ""
    where = {"sheet": title, "cell": getattr(cell, "coordinate", "")}
    if cell.data_type == "f":
        raise Unreadable(
            _(
                "Cell %(cell)s of “%(sheet)s” holds a formula. Put its value there instead "
                "(copy, then paste as values)."
            )
            % where
        )
    if cell.data_type == "e":
        raise Unreadable(_("Cell %(cell)s of “%(sheet)s” holds an error of Excel’s.") % where)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return value


def _look_through(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise TooMuch
            if "[Content_Types].xml" not in archive.namelist():
                raise Unreadable(_("This is neither an Excel workbook (.xlsx) nor a CSV file."))
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    # zipfile reads no more than the size that was added up above.
                    _check(archive.read(part), part.filename)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise _corrupt() from error
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise _corrupt() from error


def _check(xml: bytes, name: str) -> None:
    if b"\x00" in xml or DOCTYPE.search(xml):  # NUL: XML in UTF-16, which would hide it
        raise Unreadable(
            _("This workbook holds something no spreadsheet needs, and is not opened.")
        )
    if "worksheets/" in name and MERGED.search(xml):
        raise Unreadable(_("There are merged cells. Split them: each row needs its own values."))


def _corrupt() -> Unreadable:
    return Unreadable(_("The workbook is damaged. Open it in Excel and save it anew."))
