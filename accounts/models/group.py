"""Whom an organisation names, and what it has taught them."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from accounts.models.people import User
from accounts.texts import in_language


class Group(models.Model):
    """People an organisation names by e-mail, to open spaces for them."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="group_once")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One address in a group. Whoever has verified it belongs, now or later."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    email = models.EmailField(_("e-mail address"), db_index=True)  # in lower case

    class Meta:
        ordering = ("email",)
        constraints = [models.UniqueConstraint(fields=["group", "email"], name="group_member_once")]

    def __str__(self) -> str:
        return self.email


class Training(models.Model):
    """What an organisation requires to have been learnt before some spaces are used."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="trainings")
    name = models.JSONField(_("name"), default=dict)  # {language: text}
    description = models.JSONField(_("description"), default=dict, blank=True)
    valid_months = models.PositiveSmallIntegerField(_("valid for"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def description_text(self) -> str:
        return in_language(self.description)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def holding_at(self, moment: datetime) -> Self:
        return self.filter(revoked_at=None).exclude(expires_at__lt=moment)


class Certificate(models.Model):
    """That a person has a training: from when, until when, and on whose word. Never deleted."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="certificates")
    user = models.ForeignKey(User, models.CASCADE, related_name="certificates")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("-granted_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="certificate_expires_after_grant",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("granted_at")),
            ),
            models.CheckConstraint(
                name="certificate_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.training}"

    @property
    def valid_until(self) -> datetime | None:
        """The last moment it holds, to be shown as a day."""
        return self.expires_at and self.expires_at - timedelta(microseconds=1)

    def holds_at(self, moment: datetime) -> bool:
        has_expired = self.expires_at is not None and self.expires_at < moment
        return self.revoked_at is None and not has_expired
