"""The house typeface, taken out of its wheel instead of kept in the repository."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

FONT = "fonts/schibsted-grotesk.woff2"
PACKAGE, SOURCE = "fontpkg_schibsted_grotesk", "files/SchibstedGrotesk[wght].ttf"
# Latin with what Norwegian, Sámi and our neighbours need, dashes, quotes, arrows, signs.
UNICODES = (
    "U+0020-007E,U+00A0-017F,U+2010-2026,U+2030,U+2032,U+2033,U+2039,U+203A,U+20AC,"
    "U+2190-2193,U+2212,U+2713"
)
FEATURES = "kern,liga,calt,ccmp,locl,mark,mkmk,tnum,case,zero"


@cache
def font_folder() -> Path:
    """Where the subset is kept: one folder per version of the typeface and of this recipe."""
    recipe = "|".join((version("fontpkg-schibsted-grotesk"), UNICODES, FEATURES))
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    return Path(settings.LEDIG_HOME) / "cache" / f"typeface-{digest}"


def font_file() -> Path:
    """The subset as WOFF2, made the first time it is asked for (about a second)."""
    path = font_folder() / FONT
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent)
        os.close(handle)
        draft = Path(unfinished)
        make_subset(draft)
        draft.chmod(0o644)
        draft.replace(path)  # several processes may have made it at once
    return path


def make_subset(target: Path) -> None:
    from fontTools import subset  # slow to import, and needed once

    source = files(PACKAGE) / SOURCE
    subset.main(
        [
            str(source),
            "--flavor=woff2",
            f"--output-file={target}",
            f"--unicodes={UNICODES}",
            f"--layout-features={FEATURES}",
        ]
    )


class FontFinder(BaseFinder):
    """Finds the one font file; `collectstatic` and whitenoise ask it like any other finder."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != FONT:
            return []
        found = str(font_file())
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        font_file()
        yield FONT, FileSystemStorage(location=font_folder())
