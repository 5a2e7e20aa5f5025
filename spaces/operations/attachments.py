"""The papers of a space."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.models import Attachment, Space
from spaces.operations.ordering import move, next_order

MOST_BYTES = 5 * 1024 * 1024
MOST = 10
TAIL = 1024  # where a PDF says that it ends, as readers look for it


class NotPdf(Refused):
    code = "not_pdf"
    message = _("This is no whole PDF. Save it as PDF, and choose that file.")


class PaperTooLarge(Refused):
    code = "paper_too_large"
    message = _("This file is larger than 5 MB.")


class TooManyPapers(Refused):
    code = "too_many_papers"
    message = _("A space has at most ten papers.")


@operation
def attach(*, space: Space, name: str, content: bytes) -> Attachment:
    """Add a paper at the end. Raises `NotPdf`, `PaperTooLarge` and `TooManyPapers`.

    What is in it is not looked through: it is only ever handed out as a file to save.
    """
    if len(content) > MOST_BYTES:
        raise PaperTooLarge
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-TAIL:]:
        raise NotPdf
    Space.objects.select_for_update().get(pk=space.pk)
    if space.attachments.count() >= MOST:
        raise TooManyPapers
    order = next_order(space.attachments.all())
    return Attachment.objects.create(
        space=space, name=name, content=content, size=len(content), order=order
    )


@operation
def rename_attachment(*, attachment: Attachment, name: str) -> None:
    attachment.name = name
    attachment.save(update_fields=["name"])


@operation
def move_attachment(*, attachment: Attachment, by: int) -> None:
    """Earlier (`by` = -1) or later (1) among the papers of its space."""
    space = Space.objects.select_for_update().get(pk=attachment.space_id)
    move(attachment, by=by, among=space.attachments.for_listing())


@operation
def detach(*, attachment: Attachment) -> None:
    attachment.delete()
