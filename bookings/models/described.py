"""What somebody says of a booking, before and after it is one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """Who else sees that there is this booking. Its owner always does."""

    PRIVATE = "private", _("Only me and the owner")
    ORGANISATION = "organisation", _("Colleagues in the organisation I book for")
    PUBLIC = "public", _("Everybody: it is a public activity")


class Described(models.Model):
    """The title is for those who come and those who run the space, the note for the latter."""

    title = models.CharField(_("title"), max_length=140, blank=True)
    public_title = models.CharField(_("public title"), max_length=140, blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.PRIVATE)
    note = models.TextField(_("note to the owner"), max_length=1000, blank=True)

    class Meta:
        abstract = True
