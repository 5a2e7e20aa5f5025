"""Photos: made by a worker of what was uploaded, in the order their owner wants."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from spaces import photos
from spaces.models import Photo, Space, Upload
from spaces.operations import drop_photo, move_photo, upload
from tests.accounts.test_pictures import picture
from tests.cast import Cast
from tests.factories import NOW, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

# --- The worker -------------------------------------------------------------------------


@pytest.fixture
def space() -> Space:
    return make_space()


def send(space: Space, *contents: bytes) -> list[Upload]:
    files = [(f"{number}.jpg", content) for number, content in enumerate(contents)]
    return upload(space=space, files=files, by=make_user(), now=NOW)


def test_a_worker_makes_photos_in_order_and_says_what_failed(space: Space) -> None:
    send(space, picture(size=(500, 400)), b"no", picture(size=(600, 400)))

    assert photos.make_due(now=NOW) == 3

    assert [photo.width for photo in space.photos.all()] == [500, 600]
    assert [upload.state for upload in space.uploads.all()] == ["done", "refused", "done"]
    assert not any(upload.content for upload in space.uploads.all())
    assert photos.make_due(now=NOW) == 0


def test_a_picture_that_ends_its_worker_is_refused_in_the_end(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(space, picture())

    class Killed(BaseException):
        pass

    def end(content: bytes, **how: object) -> None:
        raise Killed

    monkeypatch.setattr(photos, "redraw", end)
    for _ in range(photos.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            photos.make_due(now=NOW)
    photos.make_due(now=NOW)

    assert space.uploads.get().refusal == "broken"


def test_photos_move_and_go_with_their_files(space: Space) -> None:
    send(space, *(picture(size=(500 + n, 400)) for n in range(3)))
    photos.make_due(now=NOW)
    first, second, third = space.photos.all()

    move_photo(photo=third, by=-1)
    move_photo(photo=first, by=-1)  # already first

    assert list(space.photos.all()) == [first, third, second]
    assert space.cover == first
    name = first.file.name
    drop_photo(photo=first)
    assert space.photos.count() == 2
    assert default_storage.exists(name)  # until the transaction, the test's own, is done


# --- The page ---------------------------------------------------------------------------


def test_an_owner_uploads_several_words_them_and_sees_what_failed(client: Client) -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "manager")
    page = f"/owner/spaces/{space.slug}/photos/"
    files = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.jpg", b"no")]

    assert client.post(page, {"pictures": files}).status_code == 302
    assert "0 of 2" in client.get(f"{page}waiting/").content.decode()
    photos.make_due(now=NOW)
    answer = client.get(f"{page}waiting/")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")

    shown = client.get(page).content.decode()
    assert "<b>b.jpg</b>: This is no picture that we know" in shown
    photo = space.photos.get()
    client.post(f"{page}{photo.pk}/", {"alt_nb": "Et bord", "alt_en": "A table"})
    assert Photo.objects.get().alt == {"nb": "Et bord", "en": "A table"}
    client.post(f"{page}{photo.pk}/", {"drop": ""})
    assert not Photo.objects.exists()


def test_anothers_photo_is_not_there(client: Client) -> None:
    cast = Cast()
    ours = make_space(make_place(cast.organisation))
    theirs = Photo.objects.create(space=make_space(), file="x.webp", width=1, height=1)
    cast.sign_in(client, "owner")

    answer = client.post(f"/owner/spaces/{ours.slug}/photos/{theirs.pk}/", {"drop": ""})

    assert answer.status_code == 404
    assert Photo.objects.exists()


def test_too_much_at_once_is_refused(client: Client) -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")
    files = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(21)]

    answer = client.post(f"/owner/spaces/{space.slug}/photos/", {"pictures": files})

    assert answer.status_code == 422
    assert not Upload.objects.exists()
