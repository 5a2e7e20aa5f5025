"""Pictures of spaces, and what they are made from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.texts import in_language
from spaces.models.space import Space


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


class Upload(models.Model):
    """A picture as it came in, until a worker has made a photo of it or said why not.

    Its bytes are kept here, and nowhere where they could be served.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    space = models.ForeignKey(Space, models.CASCADE, related_name="uploads")
    content = models.BinaryField()  # empty once it was read
    name = models.CharField(max_length=200)  # as its owner called it
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    refusal = models.CharField(max_length=40, blank=True)  # a code of accounts.pictures.REFUSALS
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
