"""The pictures of a space."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.transactions import operation
from spaces import photos
from spaces.models import Photo, Space, Upload
from spaces.operations.ordering import move


@operation
def upload(
    *, space: Space, files: Iterable[tuple[str, bytes]], by: User, now: datetime
) -> list[Upload]:
    """Take in pictures, (name, bytes) each. A worker makes photos of them, or says why not."""
    made = Upload.objects.bulk_create(
        Upload(space=space, name=name[:200], content=content, uploaded_by=by, uploaded_at=now)
        for name, content in files
    )
    transaction.on_commit(photos.nudge)
    return made


@operation
def word_photo(*, photo: Photo, alt: Mapping[str, str]) -> None:
    """What the picture shows, {language: text}, for those who cannot see it."""
    photo.alt = dict(alt)
    photo.save(update_fields=["alt"])


@operation
def move_photo(*, photo: Photo, by: int) -> None:
    """Earlier (`by` = -1) or later (1) among the photos of its space. The first is its cover."""
    space = Space.objects.select_for_update().get(pk=photo.space_id)
    move(photo, by=by, among=space.photos.all())


@operation
def drop_photo(*, photo: Photo) -> None:
    """Delete it, and its file once that is certain."""
    storage, name = photo.file.storage, photo.file.name
    photo.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
