"""Making photos of what somebody uploaded, in a worker."""

import logging
import uuid
from datetime import datetime

from celery import current_app
from django.core.files.base import ContentFile
from django.db import transaction
from kombu.exceptions import KombuError

from accounts.pictures import NoPicture, redraw
from spaces.models import Photo, Upload
from spaces.operations.ordering import next_order

log = logging.getLogger("ledig.photos")

LEAST_WIDTH = 400
WITHIN = (1600, 1200)
MAX_ATTEMPTS = 3


def nudge() -> None:
    """Ask a worker to begin now. Without a broker, the next scheduled run does it."""
    try:
        current_app.send_task("spaces.tasks.make_photos")
    except (KombuError, OSError) as error:
        log.warning("no nudge, the scheduled run will do it: %s", error)


def make_due(*, now: datetime) -> int:
    """Make photos of all uploads that wait; how many were tried. Any number may run at once.

    An attempt is counted before it is made, so that a picture that ends its worker is
    refused in the end and keeps nobody waiting.
    """
    tried = 0
    while (upload := _take()) is not None:
        tried += 1
        _make(upload, now=now)
    return tried


def _take() -> Upload | None:
    with transaction.atomic():
        waiting = Upload.objects.select_for_update(skip_locked=True).filter(
            state=Upload.State.WAITING, attempts__lte=MAX_ATTEMPTS
        )
        upload = waiting.order_by("attempts", "pk").first()
        if upload is not None:
            upload.attempts += 1
            upload.save(update_fields=["attempts"])
    return upload


def _make(upload: Upload, *, now: datetime) -> None:
    try:
        if upload.attempts > MAX_ATTEMPTS:
            raise NoPicture("broken")
        drawn, width, height = redraw(bytes(upload.content), within=WITHIN, least_width=LEAST_WIDTH)
    except NoPicture as no:
        _settle(upload, Upload.State.REFUSED, no.code)
        return
    with transaction.atomic():
        if not _settle(upload, Upload.State.DONE):
            return  # another worker was quicker
        order = next_order(upload.space.photos.all())
        photo = Photo(space=upload.space, width=width, height=height, order=order)
        photo.file.save(f"{uuid.uuid4().hex}.webp", ContentFile(drawn), save=False)
        photo.save()


def _settle(upload: Upload, state: str, refusal: str = "") -> bool:
    """Say what came of it, once."""
    waiting = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING)
    return bool(waiting.update(state=state, refusal=refusal, content=b""))
