"""A space that the district has taken off the lists."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from spaces.models.space import Space


class Pause(models.Model):
    """While one stands its owner cannot list the space again: a database trigger sees to it."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=300)  # told to the owner
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("from"))
    was_listed = models.BooleanField()  # before: then it is listed again after
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["space"], condition=Q(lifted_at=None), name="pause_once_at_a_time"
            ),
            models.CheckConstraint(name="pause_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="pause_lifted_by_somebody",
                condition=Q(lifted_by=None, lifted_at=None)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space}: {self.reason}"
