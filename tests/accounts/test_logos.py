"""The logo of an organisation: uploaded, drawn anew, shown, deleted."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts import pictures
from tests.cast import NAMES, Cast
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db
PROFILE = "/owner/organisations/elveporten/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "logos"


@pytest.fixture
def cast() -> Cast:
    return Cast(make_organisation("Elveporten", slug="elveporten"))


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind)
    return drawn.getvalue()


def upload(client: Client, content: bytes) -> Any:
    return client.post(PROFILE + "logo/", {"logo": SimpleUploadedFile("logo.png", content)})


def files(folder: Path) -> list[str]:
    return [f"logos/{file.name}" for file in folder.iterdir()]


def test_a_logo_is_drawn_anew_and_the_old_file_deleted(
    client: Client, cast: Cast, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    cast.sign_in(client, "owner")
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(client, picture()).status_code == 302
        assert upload(client, picture("JPEG", (1200, 900))).status_code == 302

    cast.organisation.refresh_from_db()
    assert files(media) == [cast.organisation.logo.name]
    with (media.parent / str(cast.organisation.logo)).open("rb") as file:
        shown = Image.open(file)
        assert (shown.format, shown.size) == ("WEBP", (480, 360))


def test_a_rollback_keeps_the_old_file(client: Client, cast: Cast, media: Path) -> None:
    cast.sign_in(client, "owner")
    upload(client, picture())  # the test's transaction never commits
    first = files(media)

    upload(client, picture())

    assert set(first) < set(files(media))


def test_a_logo_can_be_deleted(
    client: Client, cast: Cast, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    cast.sign_in(client, "owner")
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, picture())
        client.post(PROFILE + "logo/", {"drop": ""})

    cast.organisation.refresh_from_db()
    assert not cast.organisation.logo
    assert files(media) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "not_a_picture"),
        (picture()[:60], "broken"),
        (picture(size=(99, 99)), "too_small"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_sentence(
    client: Client, cast: Cast, content: bytes, code: str
) -> None:
    cast.sign_in(client, "owner")

    answer = upload(client, content)

    assert answer.status_code == 422
    (refusal,) = answer.context["logo_form"].errors.as_data()["logo"]
    assert refusal.code == code
    cast.organisation.refresh_from_db()
    assert not cast.organisation.logo


def test_a_file_too_heavy_is_refused_unread(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    cast.sign_in(client, "owner")

    assert "larger than 15 MB" in upload(client, picture()).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_only_owners_change_the_logo(client: Client, cast: Cast, name: str) -> None:
    cast.sign_in(client, name)

    status = upload(client, picture()).status_code

    cast.organisation.refresh_from_db()
    assert status == (302 if name in ("owner", "") else 404)
    assert bool(cast.organisation.logo) == (name == "owner")
