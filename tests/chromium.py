"""Finding a Chromium: the system's, or Playwright's own."""

import os
import shutil
from functools import cache
from pathlib import Path

HOW_TO_GET = (
    "no Chromium found: install one (Debian: apt install chromium; macOS: brew install --cask "
    "chromium), run `.venv/bin/playwright install chromium`, or name one in CHROMIUM"
)
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_MACOS = ("Chromium", "Google Chrome", "Microsoft Edge")
OF_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome*/*headless*shell",
)


@cache
def find() -> Path | None:
    """The browser to drive: the one named in CHROMIUM first, else any that is installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        return Path(path) if path else None
    for name in ON_PATH:
        if path := shutil.which(name):
            return Path(path)
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        for name in ON_MACOS:
            app = folder / f"{name}.app" / "Contents" / "MacOS" / name
            if app.exists():
                return app
    for folder in playwright_folders():
        for pattern in OF_PLAYWRIGHT:
            if found := sorted(folder.glob(pattern)):
                return found[-1]
    return None


def playwright_folders() -> list[Path]:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = (".cache/ms-playwright", "Library/Caches/ms-playwright")
    return [Path(named)] if named else [Path.home() / cache for cache in caches]
