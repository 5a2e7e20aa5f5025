"""Files as they come from the world: each is read right, or refused with a sentence."""

import io
import zipfile
from collections.abc import Callable
from datetime import time

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from accounts.models import User
from spaces.bulk import exporting, reading, tables, workbooks
from spaces.bulk.running import BY_TITLE
from spaces.models import Import, Space
from tests.factories import make_member, make_organisation, make_place, make_space
from tests.spaces.bulk.files import csv_of, rows, saved, sent, sentences, workbook_of, written

pytestmark = pytest.mark.django_db

State = Import.State
SPACE = ["slug", "place", "kind", "name", "capacity"]
ROW = ["blabaer", "kaia", "meeting_room", "Blåbær", 8]


@pytest.fixture
def owner() -> User:
    owner = make_member(make_organisation())
    owner.language = "en"
    owner.save()
    make_place(owner.organisations.get(), slug="kaia")
    return owner


def repacked(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A workbook with some of its parts changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return stream.getvalue()


def in_sheets(head: bytes, body: bytes = b"") -> Callable[[str, bytes], bytes]:
    """Puts something at the top of each sheet's XML."""

    def change(name: str, part: bytes) -> bytes:
        if "worksheets/" not in name:
            return part
        return head + part.replace(b"</worksheet>", body + b"</worksheet>")

    return change


# --- Read right -----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_letters_and_delimiters_of_all_who_write_csv_are_read(
    owner: User, encoding: str, delimiter: str
) -> None:
    file = csv_of(SPACE, ROW, delimiter=delimiter, encoding=encoding)

    written(file, owner)

    assert Space.objects.get().name == "Blåbær"


def test_excels_own_first_line_names_the_delimiter(owner: User) -> None:
    written(b"sep=,\r\n" + csv_of(SPACE, ROW, delimiter=",", encoding="utf-8"), owner)

    assert Space.objects.exists()


def test_text_in_quotes_may_hold_delimiters_and_new_lines(owner: User) -> None:
    file = csv_of([*SPACE, "summary_nb"], [*ROW, 'Fin; "lys"\nog stor'], delimiter=";")

    written(file, owner)

    assert Space.objects.get().summary == {"nb": 'Fin; "lys"\nog stor'}


def test_numbers_kept_as_text_and_text_that_looks_like_numbers_are_read(owner: User) -> None:
    space = make_space(owner.organisations.get().places.get())
    file = workbook_of(
        spaces=[["slug", "capacity", "name"], [space.slug, "12", 101]],
        places=[["slug", "postcode"], ["kaia", 7010.0]],
        prices=[["space", "audience", "amount"], [space.slug, "student", "1\u00a0080,50"]],
        hours=[["place", "monday", "sunday"], ["kaia", "8-16", None]],
    )

    written(file, owner)

    space.refresh_from_db()
    space.place.refresh_from_db()
    assert (space.capacity, space.name, space.place.postcode) == (12, "101", "7010")
    assert space.prices.get(audience="student").amount == 108050


def test_headers_may_be_written_as_people_do_and_empty_lines_are_passed_over(owner: User) -> None:
    file = csv_of([" Slug", "PLACE ", "Kind", "name", "Capacity"], [], ["", "", "", "", ""], ROW)

    job = sent(file, owner)

    assert [row["number"] for row in rows(job)] == [4]


def test_looks_hidden_sheets_and_the_page_of_help_are_not_read(owner: User) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Spaces"
    sheet.append(SPACE)
    sheet.append(ROW)
    sheet["A1"].font = Font(bold=True)
    book.create_sheet("columns").append(["anything", "goes"])
    book.create_sheet("secret").append(["more"])
    book["secret"].sheet_state = "hidden"

    assert len(rows(sent(saved(book), owner))) == 1


def test_a_time_that_excel_made_of_a_cell_is_a_time_again(owner: User) -> None:
    job = sent(workbook_of(hours=[["place", "monday"], ["kaia", time(8)]]), owner)

    assert sentences(job) == ["Write times of day as 08:00-16:00; several with a semicolon."]


# --- Refused with a sentence ----------------------------------------------------------

GOOD = workbook_of(spaces=[SPACE, ROW])
BOMB = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
FETCH = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def merged() -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "spaces"
    sheet.append(SPACE)
    sheet.append(ROW)
    sheet.append(ROW)
    sheet.merge_cells("B2:B3")
    return saved(book)


def zip_bomb() -> bytes:
    zeros = b" " * (workbooks.MOST_UNPACKED + 1)
    return repacked(GOOD, lambda name, part: part, **{"xl/bomb.xml": zeros})


def of_kind(title: str, *rows: list[object]) -> bytes:
    return workbook_of(**{title: [list(row) for row in rows]})


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty."),
    "only a mark": (b"\xef\xbb\xbf\r\n", "The file is empty."),
    "only a header": (csv_of(SPACE), "The file has a header, but no rows."),
    "workbook without rows": (of_kind("spaces", SPACE), "The file has a header, but no rows."),
    "workbook without anything": (saved(Workbook()), "The file has a header, but no rows."),
    "other letters": (csv_of(SPACE, ROW, encoding="cp850"), "“CSV UTF-8”"),
    "broken utf-16": (csv_of(SPACE, ROW, encoding="utf-16")[:-1], "“CSV UTF-8”"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "cannot be read"),
    "zeros": (b"slug\x00;name\r\n", "neither an Excel workbook"),
    "a pdf": (b"%PDF-1.7 slug", "neither an Excel workbook"),
    "old or locked excel": (b"\xd0\xcf\x11\xe0" + b"slug" * 99, "without a password"),
    "another zip": (repacked(GOOD, lambda n, p: p)[:90], "damaged"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "damaged"),
    "a part that is no xml": (
        repacked(GOOD, lambda name, part: b"<" if "worksheets/" in name else part),
        "damaged",
    ),
    "entities that grow": (repacked(GOOD, in_sheets(BOMB)), "no spreadsheet needs"),
    "entities that fetch": (repacked(GOOD, in_sheets(FETCH)), "no spreadsheet needs"),
    "entities in utf-16": (
        repacked(GOOD, lambda n, p: (FETCH + p).decode().encode("utf-16") if "sheet1" in n else p),
        "no spreadsheet needs",
    ),
    "zip bomb": (zip_bomb(), "too large"),
    "many bytes": (b"slug;name\r\n" + b"x" * reading.MOST_BYTES, "too large"),
    "many rows": (
        csv_of(["slug"], *[[f"a{n}"] for n in range(tables.MOST_ROWS + 1)]),
        "more than 5000 rows",
    ),
    "many columns": (csv_of([f"c{n}" for n in range(200)], ["x"]), "more columns"),
    "many columns of a workbook": (
        of_kind("spaces", [f"c{n}" for n in range(200)], ["x"]),
        "more columns",
    ),
    "a long cell": (csv_of(SPACE, ["x" * 20_000, *ROW[1:]]), "more text"),
    "a quotation mark": (b'slug;name\r\n"a;b', "quotation mark"),
    "a longer row": (csv_of(SPACE, [*ROW, "one more"]), "Row 2 has more cells"),
    "unknown column": (csv_of([*SPACE, "colour"], [*ROW, "red"]), "“colour” is no column of"),
    "the same column twice": (csv_of([*SPACE, "Name"], [*ROW, "x"]), "“name” is there twice"),
    "a column without a name": (csv_of(["slug", "", "name"], ["a", "", "b"]), "has no name"),
    "no column that addresses": (of_kind("spaces", ["name"], ["x"]), "“slug” is missing"),
    "nothing known": (csv_of(["when", "who"], ["now", "me"]), "tell no kind of sheet"),
    "an unknown sheet": (of_kind("budget", ["when"], ["now"]), "“budget” is not one of these"),
    "a formula": (of_kind("spaces", SPACE, [*ROW[:4], "=SUM(1;2)"]), "Cell E2 of “spaces”"),
    "an error of excel's": (of_kind("spaces", SPACE, [*ROW[:4], "#REF!"]), "Cell E2"),
    "merged cells": (merged(), "merged cells"),
    "slug of two words": (csv_of(SPACE, ["Blå bær", *ROW[1:]]), "small letters, digits"),
    "the same row twice": (csv_of(SPACE, ROW, ROW), "Row 2 is about the same"),
    "a place of nobody": (csv_of(SPACE, [ROW[0], "x", *ROW[2:]]), "There is no “x” among yours"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence(owner: User, name: str) -> None:
    content, sentence = BAD[name]

    job = sent(content, owner)

    assert job.state == State.REFUSED
    assert sentence in sentences(job)[0]
    assert job.content is None
    assert not Space.objects.exists()


def test_every_kind_of_error_is_said_at_its_row(owner: User) -> None:
    file = csv_of(SPACE, ["a", *ROW[1:4], "many"], ROW, ["b", "kaia", "castle", "", 0])

    job = sent(file, owner)

    [sheet] = job.result["sheets"]
    assert [(error["number"], error["column"]) for error in sheet["errors"]] == [
        (2, "capacity"),
        (4, "kind"),
        (4, "capacity"),
        (4, "name"),
    ]


def test_what_looks_like_a_formula_leaves_as_text(owner: User) -> None:
    place = owner.organisations.get().places.get()
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "ordinary"):
        make_space(place, name=name)

    text = exporting.csv_file(BY_TITLE["spaces"], by=owner).decode("utf-8-sig")
    book = exporting.workbook(by=owner)

    names = [line.split(";")[3] for line in text.splitlines()[1:]]
    assert not [name for name in names if name.strip('"')[0] in "=+-@\t"]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet2.xml")
