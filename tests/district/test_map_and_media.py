"""The sketch under the map, and the files that the demo serves itself."""

from pathlib import Path
from typing import Any

import brotli
import pytest
from django.test import Client


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "spaces").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "media"


def test_the_sketch_is_geojson_and_kept_for_a_day(client: Client) -> None:
    answer = client.get("/district/map.json")

    assert answer.json()["type"] == "FeatureCollection"
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_the_sketch_is_packed_for_those_who_can_unpack(client: Client) -> None:
    whole = client.get("/district/map.json").content
    packed = client.get("/district/map.json", headers={"Accept-Encoding": "gzip, br"})

    assert packed["Content-Encoding"] == "br"
    assert brotli.decompress(packed.content) == whole


def test_a_drawing_is_packed_kept_for_ever_and_can_do_nothing(client: Client, media: Path) -> None:
    (media / "spaces" / "a.svg").write_text("<svg>" + "<!-- script -->" * 50 + "</svg>")

    answer = client.get("/media/spaces/a.svg", headers={"Accept-Encoding": "gzip"})

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_other_files_are_served_as_they_are(client: Client, media: Path) -> None:
    (media / "spaces" / "a.webp").write_bytes(b"RIFF")

    answer = client.get("/media/spaces/a.webp")

    assert b"".join(answer) == b"RIFF"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["../secret.txt", "..%2fsecret.txt", "spaces/", "none.svg", "%00", "a" * 5000]
)
def test_nothing_outside_the_folder_is_served(client: Client, media: Path, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404
