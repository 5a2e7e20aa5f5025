"""Pictures of spaces."""

from django.db import models

from spaces.models.space import Space
from spaces.texts import in_language


class Photo(models.Model):
    """A picture of a space, in the order the owner wants them seen."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="spaces/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.JSONField(default=dict)  # {language: text}
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return in_language(self.alt)
