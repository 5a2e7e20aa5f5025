"""The browser that the tests drive: found, Norwegian, and silent on its console."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import chromium


def test_the_browser_is_norwegian_and_in_trondheim(page: Page) -> None:
    page.set_content("<title>Ledig</title>")

    asked = "() => [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
    assert page.evaluate(asked) == ["nb-NO", "Europe/Oslo"]


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    return path


@pytest.mark.skipif(Path("/Applications").exists(), reason="macOS may have one of its own")
def test_no_browser_is_nothing_found(nothing_installed) -> None:
    assert chromium.find.__wrapped__() is None


def test_one_on_the_path_is_found(nothing_installed) -> None:
    path = program(nothing_installed / "bin" / "google-chrome")

    assert chromium.find.__wrapped__() == path


@pytest.mark.parametrize(
    "path",
    [
        "chromium-1200/chrome-linux/chrome",
        "chromium-1200/chrome-linux64/chrome",
        "chromium-1200/chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Chrome",
        "chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell",
    ],
)
def test_playwrights_own_is_found(nothing_installed, path) -> None:
    own = program(nothing_installed / "browsers" / path)

    assert chromium.find.__wrapped__() == own


def test_the_one_named_wins(nothing_installed, monkeypatch) -> None:
    program(nothing_installed / "bin" / "chromium")
    named = program(nothing_installed / "my" / "chromium")
    monkeypatch.setenv("CHROMIUM", str(named))

    assert chromium.find.__wrapped__() == named
