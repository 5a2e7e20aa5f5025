"""The words of a search in a name."""

import pytest

from spaces.highlighting import marked
from tests.cast import EVIL


@pytest.mark.parametrize(
    ("name", "asked", "html"),
    [
        ("Nidelva", "", "Nidelva"),
        ("Nidelva", "nidel", "<mark>Nidel</mark>va"),
        ("Nidelva", "elva", "Nidelva"),  # words are found by how they begin
        ("Møterom 3", "moterom", "<mark>Møterom</mark> 3"),
        ("Møterom 3", "møterommene", "<mark>Møterom</mark> 3"),  # another form of it
        ("Laserkutter og 3D", "laserkuter 3d", "<mark>Laserkutter</mark> og <mark>3D</mark>"),
        ("Café Blå", "cafe bla", "<mark>Café</mark> <mark>Blå</mark>"),
        ("Lab & kontor", "lab", "<mark>Lab</mark> &amp; kontor"),
        ("A+B", "& <", "A+B"),
        ("Straße", "strasse", "<mark>Straße</mark>"),
        ("Nidelva", "🙂 \x00", "Nidelva"),
    ],
)
def test_marked(name: str, asked: str, html: str) -> None:
    assert marked(name, asked) == html


def test_marked_lets_nothing_through() -> None:
    assert "<img" not in marked(EVIL, "img src onerror")
    assert "<mark>img</mark>" in marked(EVIL, "img")
