"""CSV as it comes: from Ledig, from Excel in Norwegian (semicolons, Windows' letters), from
scripts."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from spaces.bulk.refusals import Unreadable
from spaces.bulk.tables import LONGEST_CELL, Table, table

DELIMITERS = ";,\t"
# Windows-1252 reads any bytes at all, so it is believed only when what comes out is letters
# that somebody here would write.
WINDOWS = "cp1252"
BELIEVED = set("æøåÆØÅäöüÄÖÜéèêëÉÈóòôÓÒàáâÀÁçÇñÑíìïßúùšžŠŽ§°²³½¼¾±×÷·µ€£«»“”‘’„…–—´¨\xa0®©™")


def read(content: bytes) -> list[Table]:
    text = _text(content)
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text, skipped = first.strip()[4], rest, 1
    else:
        delimiter, skipped = _delimiter(text), 0
    try:
        found = table("", _lines(text, delimiter, skipped))
    except csv.Error as error:
        raise Unreadable(
            _("This is not a CSV file: a quotation mark is open, or a line is broken.")
        ) from error
    return [found] if found else []


def _lines(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL * 10)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    yield from enumerate(reader, 1 + skipped)


def _text(content: bytes) -> str:
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode(WINDOWS, errors="replace")
        if any(ord(letter) > 127 and letter not in BELIEVED for letter in text):
            raise Unreadable(
                _("The letters of this file cannot be read. Save it as “CSV UTF-8”.")
            ) from None
    if "\x00" in text:
        raise Unreadable(_("This is neither an Excel workbook (.xlsx) nor a CSV file."))
    return text


def _delimiter(text: str) -> str:
    """The one that stands most often in the header."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=header.count)
