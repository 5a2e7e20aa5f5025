"""Whether there is anything to prepare: a cheap look at what preparation depends on."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from tools.demo.plan import ROOT, Plan

SOURCES = (
    *("accounts", "spaces", "bookings", "billing", "district", "config"),
    *("locale", "static", "templates", "tools/demo", "requirements.lock"),
)
IGNORED = {"__pycache__"}


def fingerprint(plan: Plan) -> str:
    """The same string as long as nothing that preparation reads or makes has changed."""
    digest = hashlib.sha256(os.fsencode(ROOT))
    for source in SOURCES:
        for entry in _walk(ROOT / source):
            found = entry.stat()
            name = os.fsencode(entry)
            # A compiled catalogue is made here, so only its being there counts.
            made = entry.suffix == ".mo"
            digest.update(name if made else b"%s %d %d" % (name, found.st_size, found.st_mtime_ns))
    for made_here in ("postgres/PG_VERSION", "static/staticfiles.json", "media"):
        try:
            found = (plan.home / made_here).stat()
        except OSError:
            digest.update(b"gone")
        else:
            digest.update(b"%d" % found.st_ino)
    return digest.hexdigest()


def is_prepared(plan: Plan) -> bool:
    """A database that is not ours may change without us, so it is prepared every time."""
    if not plan.database_is_embedded:
        return False
    try:
        return _stamp(plan).read_text() == fingerprint(plan)
    except OSError:
        return False


def note_prepared(plan: Plan) -> None:
    _stamp(plan).write_text(fingerprint(plan))


def _stamp(plan: Plan) -> Path:
    return plan.home / "run" / "prepared"


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        yield from (Path(folder, name) for name in sorted(files))
