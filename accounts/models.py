"""People, the organisations they belong to, and what proves it."""

import hashlib
import hmac
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with `email`; without a password only by code."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the login; `is_staff` marks the district's operators."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="nb"
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def affiliations_at(self, moment: Any) -> set[str]:
        """The kinds of affiliation proved and not run out at `moment`."""
        return {
            affiliation.kind
            for affiliation in self.affiliations.all()
            if affiliation.expires_at is None or affiliation.expires_at > moment
        }


class OrganisationKind(models.TextChoices):
    UNIVERSITY = "university", _("University")
    INSTITUTE = "institute", _("Research institute")
    HOSPITAL = "hospital", _("Hospital")
    MUNICIPALITY = "municipality", _("Municipality")
    COUNTY = "county", _("County")
    STUDENT_WELFARE = "student_welfare", _("Student welfare")
    STUDENT_SOCIETY = "student_society", _("Student society")
    INCUBATOR = "incubator", _("Incubator")
    STARTUP = "startup", _("Start-up")
    COMPANY = "company", _("Company")


class Organisation(models.Model):
    """An actor of the district. May own spaces; may be billed for bookings."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True, max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    number = models.CharField(_("organisation number"), max_length=9, blank=True)
    about = models.JSONField(_("about"), default=dict, blank=True)  # {language: text}
    website = models.URLField(_("website"), blank=True)
    is_demo = models.BooleanField(default=False)
    books_on_account = models.BooleanField(default=False)

    members = models.ManyToManyField(User, through="Member", related_name="organisations")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")  # everything
    MANAGER = "manager", _("Manager")  # spaces and bookings
    HOST = "host", _("Host")  # today's bookings
    FINANCE = "finance", _("Finance")  # money


class MemberQuerySet(models.QuerySet["Member"]):
    def who_run_bookings(self) -> Self:
        """Those who answer requests and close spaces."""
        return self.filter(role__in=RUNS_BOOKINGS)


RUNS_BOOKINGS = (Role.OWNER, Role.MANAGER, Role.HOST)
RUNS_SPACES = (Role.OWNER, Role.MANAGER)


class Member(models.Model):
    """A person in an organisation, with one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} in {self.organisation}"


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


class CalendarToken(models.Model):
    """The secret in a personal feed's address.

    Only its SHA-256 is stored. The 256-bit token itself is an HMAC of the row under
    SECRET_KEY, so that its holder can be shown the address again while a leaked database
    opens no calendar. Revoking is deleting; rotating is deleting and making anew.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_token")
    salt = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"feed of {self.user}"

    @property
    def token(self) -> str:
        key = f"calendar-token:{settings.SECRET_KEY}".encode()
        return hmac.new(key, self.salt.bytes, hashlib.sha256).hexdigest()

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("personal_feed", args=[self.token])

    @staticmethod
    def digest_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()
