"""Papers about a space."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def for_listing(self) -> Self:
        """Without what is in them."""
        return self.defer("content")


class Attachment(models.Model):
    """A paper as PDF: house rules, a seating plan, a lab's safety sheet.

    Its bytes are kept here, where only the view that asks who may see the space serves them.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=120)
    content = models.BinaryField()
    size = models.PositiveIntegerField()  # bytes
    order = models.PositiveSmallIntegerField(default=0)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name
