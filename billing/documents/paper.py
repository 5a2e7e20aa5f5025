"""A document as it is read: one page of HTML, and the same as a PDF.

The PDF is PDF/UA-1: tagged, with its title and language, so that it can be read aloud. It is
made when it is asked for and kept by a hash of what it is made of; nothing of it needs to be
kept, since the document itself never changes. Making it takes Pango, which a bare machine may
lack: then the page is there to be printed instead.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language

from billing.documents.mixes import Part, Rate, mix_of
from billing.models import Document, DocumentLine
from spaces.models import Vat
from spaces.money import Money
from spaces.staticfinders import font_file

HERE = "ledig:"  # the address space of what a paper is made of
TYPEFACE = f"""
@font-face {{ font-family: "Paper"; src: url("{HERE}typeface"); }}
"""


class NoPaper(Exception):
    """This machine cannot make PDFs: Pango is not installed."""


@dataclass(frozen=True, slots=True)
class Item:
    """What was sold of one thing, place and time."""

    first: DocumentLine
    lines: list[DocumentLine]


@dataclass(frozen=True, slots=True)
class Taxed:
    """What is sold at one VAT: to be shown apart and summed apart (bokføringsforskriften
    § 5-1-1 and § 5-1-5)."""

    rate: Rate
    net: Money
    vat: Money
    gross: Money

    @property
    def treatment(self) -> Vat:
        return Vat(self.rate.treatment)


class Paper:
    """What a page of a document shows."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = list(document.lines.all())

    @property
    def items(self) -> Iterator[Item]:
        for _key, lines in groupby(self.lines, lambda line: (line.subject, line.starts_at)):
            found = list(lines)
            yield Item(found[0], found)

    @property
    def taxed(self) -> list[Taxed]:
        mix = mix_of(
            (Rate(line.treatment, line.percent), Part(line.gross, line.vat)) for line in self.lines
        )
        return [
            Taxed(rate, self._money(part.net), self._money(part.vat), self._money(part.gross))
            for rate, part in mix.items()
        ]

    def _money(self, amount: int) -> Money:
        return Money(amount, self.document.currency)


def pdf(document: Document, language: str = "") -> bytes:
    """The document as PDF/UA-1 in one of our languages, else in the one it was issued in.
    Raises `NoPaper`."""
    with translation.override(language or document.language):
        return render(
            "billing/documents/document_paper.html",
            {"document": document, "paper": Paper(document)},
        )


def render(template: str, context: dict[str, Any]) -> bytes:
    """A template as a PDF in the active language. Raises `NoPaper`."""
    html = render_to_string(template, {**context, "language": get_language()})
    sheet = TYPEFACE + Path(str(finders.find("css/paper.css"))).read_text()
    recipe = f"{_version()} {font_file().parent.parent.name} {sheet} {html}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()
    return _kept(digest, lambda: _write(html, sheet, digest))


def can_write() -> bool:
    try:
        _version()
    except NoPaper:
        return False
    return True


def _kept(digest: str, make: Callable[[], bytes]) -> bytes:
    """What was made before, or what is made now."""
    path = Path(settings.LEDIG_HOME) / "cache" / "papers" / digest[:2] / f"{digest}.pdf"
    if path.exists():
        return path.read_bytes()
    content = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(draft).replace(path)  # several processes may have made it at once
    return content


def _write(html: str, sheet: str, digest: str) -> bytes:
    from weasyprint import CSS, HTML  # slow to import
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    base = {"base_url": HERE, "url_fetcher": _fetcher()}
    style = CSS(string=sheet, font_config=fonts, **base)
    written: bytes = HTML(string=html, **base).write_pdf(
        stylesheets=[style],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=digest[:32].encode(),
        custom_metadata=False,
    )
    return written


@cache
def _version() -> str:
    """Of what makes the PDF. Raises `NoPaper`."""
    try:
        import weasyprint
    except OSError as missing:  # its libraries are loaded by name
        raise NoPaper(str(missing)) from missing
    return str(weasyprint.__version__)


def _fetcher() -> Any:
    """A paper is made of what is here: nothing is fetched for it, from nowhere."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url == f"{HERE}typeface":
                kind = {"Content-Type": "font/woff2"}
                return URLFetcherResponse(url, font_file().read_bytes(), kind)
            raise ValueError(f"{url} is not fetched")

    return Fetcher()
