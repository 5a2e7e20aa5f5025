"""Files for tests of imports: made here, so that nobody has to trust one in the repository."""

import csv
import io
from typing import Any

from openpyxl import Workbook

from accounts.models import User
from billing.operations import work_on_import
from spaces.bulk import importing
from spaces.bulk.running import Outcome
from spaces.models import Import
from tests.factories import NOW


def csv_of(*rows: list[Any], delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def workbook_of(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    del book[book.active.title]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sent(content: bytes, by: User, name: str = "rooms.csv") -> Import:
    """A file that a worker has looked at."""
    job = importing.begin_import(content=content, name=name, by=by, now=NOW)
    return worked_on(job)


def written(content: bytes, by: User) -> Import:
    """And one that its owner has said yes to."""
    job = sent(content, by)
    assert job.state == Import.State.CHECKED, (job.state, job.refusal, job.result)
    importing.confirm_import(job=job, now=NOW)
    return worked_on(job)


def worked_on(job: Import) -> Import:
    work_on_import(pk=job.pk, clock=lambda: NOW)
    job.refresh_from_db()
    return job


def said(job: Import) -> Outcome:
    assert job.result is not None, job.refusal
    result: Outcome = job.result
    return result


def rows(job: Import) -> list[dict[str, Any]]:
    return [row for sheet in said(job)["sheets"] for row in sheet["rows"]]


def sentences(job: Import) -> list[str]:
    """What is said to be wrong: with the file, or with its rows."""
    if job.refusal:
        return [job.refusal]
    return [error["sentence"] for sheet in said(job)["sheets"] for error in sheet["errors"]]
