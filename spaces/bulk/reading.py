"""From a file somebody sent to tables of cells, or a refusal that says why not.

Nothing in the file is trusted: not its name, not its size, not what it says of itself.
"""

from django.utils.translation import gettext as _

from spaces.bulk import csv_files, workbooks
from spaces.bulk.refusals import TooMuch, Unreadable
from spaces.bulk.tables import Table

MOST_BYTES = 5_000_000
ZIP, OLD_OFFICE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
BLANK = b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"


def tables_of(content: bytes) -> list[Table]:
    """The tables with at least a header. Raises `Unreadable`."""
    if len(content) > MOST_BYTES:
        raise TooMuch
    if not content.strip(BLANK):
        raise Unreadable(_("The file is empty."))
    if content.startswith(OLD_OFFICE):
        raise Unreadable(
            _(
                "This is an old or a locked Excel file. Save it as an ordinary Excel "
                "workbook (.xlsx) without a password, or as CSV."
            )
        )
    if content.startswith(PDF):
        raise Unreadable(_("This is neither an Excel workbook (.xlsx) nor a CSV file."))
    found = workbooks.read(content) if content.startswith(ZIP) else csv_files.read(content)
    if not any(table.rows for table in found):
        raise Unreadable(_("The file has a header, but no rows."))
    return found
