"""What ties a person to the district, and what proves it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from accounts.models.people import User


class AffiliationKind(models.TextChoices):
    STUDENT = "student", _("Student")
    EMPLOYEE = "employee", _("Employee")
    STARTUP = "startup", _("Start-up")


class Affiliation(models.Model):
    """A proved tie (Feide or a verified e-mail domain) that opens prices and access."""

    user = models.ForeignKey(User, models.CASCADE, related_name="affiliations")
    kind = models.CharField(max_length=10, choices=AffiliationKind)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="affiliations")
    verified_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "organisation"], name="affiliation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}, {self.organisation}"
