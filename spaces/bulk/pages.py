"""What the pages of an import show."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from spaces.bulk.importing import progress
from spaces.bulk.running import BY_TITLE, SHEETS
from spaces.models import Import

FIRST = 100  # rows of a sheet that are shown until somebody asks for all


@dataclass
class ShownSheet:
    title: str
    words: str | Promise
    new: int
    changed: int
    removed: int
    same: int
    rows: list[dict[str, Any]]  # the first ones
    more: int
    errors: list[dict[str, Any]]
    more_errors: int


def pictured(job: Import, *, show_all: bool) -> dict[str, Any]:
    done, total = progress(job) if job.is_working else (0, 0)
    sheets = [] if job.is_working else [_shown(one, show_all) for one in sheets_of(job)]
    return {
        "sheets": sheets,
        "done": done,
        "rows": total,
        "share": done * 100 // total if total else 0,
        "has_more": any(sheet.more or sheet.more_errors for sheet in sheets),
        "changes": sum(sheet.new + sheet.changed + sheet.removed for sheet in sheets),
        "errors": sum(len(sheet.errors) + sheet.more_errors for sheet in sheets),
        "same": sum(sheet.same for sheet in sheets),
    }


def explained() -> list[dict[str, Any]]:
    """What sheets there are and what their columns mean."""
    return [{"title": one.title, "words": one.words, "listed": one.listed} for one in SHEETS]


def sheets_of(job: Import) -> list[dict[str, Any]]:
    return job.result["sheets"] if job.result else []


def _shown(sheet: dict[str, Any], show_all: bool) -> ShownSheet:
    rows, errors = sheet["rows"], sheet["errors"]
    kinds = [row["kind"] for row in rows]
    last = None if show_all else FIRST
    return ShownSheet(
        title=sheet["title"],
        words=BY_TITLE[sheet["title"]].words,
        new=kinds.count("new"),
        changed=kinds.count("changed"),
        removed=kinds.count("removed"),
        same=sheet["same"],
        rows=rows[:last],
        more=0 if show_all else max(0, len(rows) - FIRST),
        errors=errors[:last],
        more_errors=0 if show_all else max(0, len(errors) - FIRST),
    )
