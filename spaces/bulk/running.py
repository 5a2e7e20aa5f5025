"""Running tables against what a person keeps: what each row changes, or what is wrong."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from import_export.results import RowResult
from tablib import Dataset

from accounts.models import User
from spaces.bulk.escaping import unescaped
from spaces.bulk.hours import HoursSheet
from spaces.bulk.known import Known
from spaces.bulk.places import PlaceSheet
from spaces.bulk.prices import PriceSheet
from spaces.bulk.refusals import Unreadable
from spaces.bulk.sheets import Sheet
from spaces.bulk.spaces import SpaceSheet
from spaces.bulk.tables import Table
from spaces.bulk.units import UnitSheet

# In this order they are read: a space may stand at a place of the same file.
SHEETS: tuple[type[Sheet], ...] = (PlaceSheet, SpaceSheet, UnitSheet, HoursSheet, PriceSheet)
BY_TITLE = {sheet.title: sheet for sheet in SHEETS}

KINDS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_DELETE: "removed",
}
EVERY = 10  # rows between two words about how far it has come

Outcome = dict[str, Any]  # JSON: see `run`


def run(
    tables: list[Table], *, name: str, by: User, lock: bool, told: Callable[[int], None]
) -> Outcome:
    """Write all rows, in the caller's transaction, and say what each one did:

    {"sheets": [{"title", "same", "rows": [{"number", "label", "kind", "changes"}],
    "errors": [{"number", "label", "column", "sentence"}]}], "failed": bool}; to which is added
    what is then "in_the_way".

    When anything failed the caller rolls back. The same data and file give the same outcome.
    """
    planned = sorted(
        ((kind_of(table, name), table) for table in tables), key=lambda pair: SHEETS.index(pair[0])
    )
    for kind, table in planned:
        check_columns(kind, table)
    known = Known(by, lock=lock)
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count % EVERY == 0:
            told(count)

    sheets = [_run_one(kind(known, table.numbers, step), table) for kind, table in planned]
    return {"sheets": sheets, "failed": any(sheet["errors"] for sheet in sheets)}


def named_in(tables: list[Table], name: str) -> set[str]:
    """The slugs in those sheets that can change when something is open."""
    return {
        str(cell).strip()
        for table in tables
        if kind_of(table, name) in (PlaceSheet, SpaceSheet, HoursSheet)
        for row in table.rows
        for header, cell in zip(table.headers, row, strict=True)
        if header in ("slug", "place", "space")
    }


def _run_one(sheet: Sheet, table: Table) -> Outcome:
    dataset = Dataset(*[[_unescaped(cell) for cell in row] for row in table.rows])
    dataset.headers = table.headers
    result = sheet.import_data(dataset, use_transactions=False, raise_errors=False)
    for failure in (*result.base_errors, *(e for row in result.error_rows for e in row.errors)):
        raise failure.error  # no row's fault
    rows, errors = [], []
    told = {*sheet.key, "remove"}  # by the label
    for number, row in zip(table.numbers, result.rows, strict=True):
        about = {"number": number, "label": sheet.labels.get(number, "")}
        if row.validation_error is not None:
            errors += [
                {**about, "column": "" if column == NON_FIELD_ERRORS else column, "sentence": text}
                for column, texts in row.validation_error.message_dict.items()
                for text in texts
            ]
        elif row.import_type in KINDS:
            kind = KINDS[row.import_type]
            changes = [change for change in row.diff if kind == "changed" or change[0] not in told]
            rows.append({**about, "kind": kind, "changes": changes})
    same = result.totals[RowResult.IMPORT_TYPE_SKIP]
    return {"title": sheet.title, "same": same, "rows": rows, "errors": errors}


def kind_of(table: Table, name: str) -> type[Sheet]:
    """By its title in a workbook; else by its columns, and by the file's name where they fit
    more than one."""
    if table.title in BY_TITLE:
        return BY_TITLE[table.title]
    fitting = [sheet for sheet in SHEETS if set(table.headers) >= sheet.must_have]
    if not fitting:
        if table.title:
            raise Unreadable(
                _("The sheet “%(title)s” is not one of these: %(titles)s.")
                % {"title": table.title[:60], "titles": ", ".join(BY_TITLE)}
            )
        raise Unreadable(
            _("The columns tell no kind of sheet. Start from one that you download here.")
        )
    known = {sheet: len(set(table.headers) & set(sheet.headers())) for sheet in fitting}
    best = [sheet for sheet in fitting if known[sheet] == max(known.values())]
    named = [sheet for sheet in best if sheet.title in name.lower()]
    if len(best) > 1 and len(named) != 1:
        raise Unreadable(
            _("These columns could be %(first)s or %(second)s. Name the file after one of them.")
            % {"first": best[0].title, "second": best[1].title}
        )
    return named[0] if len(named) == 1 else best[0]


def check_columns(sheet: type[Sheet], table: Table) -> None:
    known = sheet.headers()
    if unknown := [name for name in table.headers if name not in known]:
        raise Unreadable(
            _("“%(name)s” is no column of %(title)s. It has: %(names)s.")
            % {"name": unknown[0][:60], "title": sheet.title, "names": ", ".join(known)}
        )
    if absent := sorted(sheet.must_have - set(table.headers)):
        raise Unreadable(
            _("The column “%(name)s” is missing in %(title)s.")
            % {"name": absent[0], "title": sheet.title}
        )


def _unescaped(cell: Any) -> Any:
    return unescaped(cell) if isinstance(cell, str) else cell
