"""The district's common rules, and who has said yes to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.texts import in_language
from spaces.models.limits import Limits


class Rulebook(Limits):
    """One version of the common rules. The newest published one is in force."""

    version = models.PositiveIntegerField(unique=True)
    text = models.JSONField(default=dict)  # {language: text}
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebooks")
        ordering = ("-version",)
        constraints = Limits.Meta.constraints

    def __str__(self) -> str:
        return f"{_('Rulebook')} {self.version}"

    @property
    def body(self) -> str:
        return in_language(self.text)


class Acceptance(models.Model):
    """An organisation's yes to one version of the rulebook."""

    rulebook = models.ForeignKey(Rulebook, models.PROTECT, related_name="acceptances")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="acceptances")
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "organisation"], name="acceptance_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.rulebook}"
