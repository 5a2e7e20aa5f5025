"""Whether there is anything to prepare: a cheap look at what preparation depends on.

A stamp is a fingerprint of what was read (names, sizes, times) and of what was made (that
it is still the same folder). Deleting something made by hand therefore makes it anew.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.demo.plan import ROOT


@dataclass(frozen=True)
class Work:
    """Something prepared: what it is made from, in the checkout, and makes, in the home."""

    name: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]

    def is_done(self, home: Path) -> bool:
        try:
            return self._stamp(home).read_text() == self._fingerprint(home)
        except OSError:
            return False

    def note_done(self, home: Path) -> None:
        self._stamp(home).write_text(self._fingerprint(home))

    def _stamp(self, home: Path) -> Path:
        return home / "run" / f"{self.name}.done"

    def _fingerprint(self, home: Path) -> str:
        digest = hashlib.sha256(os.fsencode(ROOT))
        for source in self.reads:
            for path in _files(ROOT / source):
                found = path.stat()
                changes = f"{found.st_size} {found.st_mtime_ns}"
                # A compiled catalogue is made by us: only its being there counts.
                digest.update(f"{path} {changes if path.suffix != '.mo' else ''}\n".encode())
        for name in self.makes:
            path = home / name
            digest.update(f"{path.stat().st_ino if path.exists() else 'gone'}\n".encode())
        return digest.hexdigest()


STATIC = Work(
    "static",
    reads=("static", "spaces/staticfinders.py", "config/settings.py", "requirements.lock"),
    makes=("static/staticfiles.json",),
)
EVERYTHING = Work(
    "everything",
    reads=(
        *("accounts", "spaces", "bookings", "billing", "district", "config"),
        *("locale", "static", "templates", "tools/demo", "requirements.lock"),
    ),
    makes=("postgres/PG_VERSION", "static/staticfiles.json", "media"),
)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (Path(folder, name) for name in sorted(files))
