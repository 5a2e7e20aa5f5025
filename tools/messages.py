"""The catalogues of texts, without the gettext programs: Babel and Django's `templatize`.

    python -m tools.messages update    collect the texts of code and templates into the .po files
    python -m tools.messages compile   make the .mo files that Django reads
    python -m tools.messages check     fail when a text is missing, unsure or not collected

The source language is English, so `en` has an empty catalogue. A .po file holds no dates
and no line numbers, and is sorted: two people who add texts seldom meet in one line.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("accounts", "spaces", "bookings", "billing", "district", "config", "templates")
TRANSLATED = ("nb", "nn")
LANGUAGES = (*TRANSLATED, "en")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


# --- Collecting -------------------------------------------------------------------------


def collected(root: Path = ROOT) -> Catalog:
    """Every text that code and templates ask to have translated."""
    catalog = Catalog(charset="utf-8")
    for path, source in sources(root):
        found = extract("python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"])
        for _line, text, comments, context in found:
            where = [(path.relative_to(root).as_posix(), 1)]
            catalog.add(text, locations=where, auto_comments=comments, context=context)
    return catalog


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Files with texts, as Python: Django's templatize turns a template into calls."""
    from django.utils.translation.template import templatize

    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield path, path.read_text()
            elif path.suffix in {".html", ".txt"}:
                calls = templatize(path.read_text(), origin=str(path))
                yield path, "\n".join(line.strip() for line in calls.splitlines())


def catalogue(language: str, root: Path = ROOT) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def merged(language: str, texts: Catalog, root: Path = ROOT) -> str:
    """The language's .po file as it should be: its translations of the texts there are now."""
    catalog = read(catalogue(language, root), language)
    if language in TRANSLATED:
        catalog.update(texts, no_fuzzy_matching=True)
    for message in catalog:
        message.locations = sorted({(path, 1) for path, _line in message.locations})
    body = io.BytesIO()
    pofile.write_po(
        body,
        catalog,
        width=96,
        omit_header=True,
        ignore_obsolete=True,
        include_lineno=False,
        sort_output=True,
    )
    return (HEADER.format(language=language) + body.getvalue().decode().strip()).strip() + "\n"


def update(root: Path = ROOT) -> int:
    texts = collected(root)
    for language in LANGUAGES:
        path, wanted = catalogue(language, root), merged(language, texts, root)
        if not path.exists() or path.read_text() != wanted:
            write(path, wanted.encode())
            print(f"{path.relative_to(root)} written")
    return 0


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: a running server may read it this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    draft = Path(file.name)
    draft.chmod(0o644)
    draft.replace(path)


# --- Compiling --------------------------------------------------------------------------


def compile_all(root: Path = ROOT) -> int:
    for language in LANGUAGES:
        source = catalogue(language, root)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        catalog = read(source, language)
        # Babel writes an untranslated plural as two empty strings, which would hide the
        # fallback from nn to nb.
        for message in [one for one in catalog if one.id and not is_translated(one)]:
            catalog.delete(message.id, message.context)
        compiled = io.BytesIO()
        mofile.write_mo(compiled, catalog)
        write(target, compiled.getvalue())
        print(f"{target.relative_to(root)} compiled")
    return 0


# --- Checking ---------------------------------------------------------------------------


def is_translated(message: Message) -> bool:
    if isinstance(message.string, (list, tuple)):
        return bool(message.string) and all(message.string)
    return bool(message.string)


def check(root: Path = ROOT) -> int:
    texts = collected(root)
    faults = []
    for language in LANGUAGES:
        path = catalogue(language, root)
        if not path.exists() or path.read_text() != merged(language, texts, root):
            faults.append(f"{language}: not up to date; run `make messages`")
        if language in TRANSLATED:
            catalog = read(path, language)
            for message in catalog:
                if message.id and (message.fuzzy or not is_translated(message)):
                    fault = "unsure" if message.fuzzy else "missing"
                    text = message.id if isinstance(message.id, str) else message.id[0]
                    faults.append(f"{language}: {fault}: {text!r}")
    print("\n".join(faults) or "Every text is collected and translated.")
    return 1 if faults else 0


COMMANDS = {"update": update, "compile": compile_all, "check": check}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.messages", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    return COMMANDS[parser.parse_args(argv).command]()


if __name__ == "__main__":
    sys.exit(main())
