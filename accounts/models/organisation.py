"""Organisations, and the people who act for them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.texts import in_language


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
    address = models.CharField(_("address"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    about = models.JSONField(_("about"), default=dict, blank=True)  # {language: text}
    website = models.URLField(_("website"), blank=True)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)  # re-encoded by us
    is_listed = models.BooleanField(  # by the operators
        _("is in the actor directory"),
        default=False,
        help_text=_("Without it, it is there while it shares a room."),
    )
    # What its receipts and invoices say of it.
    is_vat_registered = models.BooleanField(_("is in the VAT register"), default=False)
    is_in_business_register = models.BooleanField(
        _("is in the Register of Business Enterprises"), default=False
    )
    account_number = models.CharField(_("account number"), max_length=11, blank=True)
    is_demo = models.BooleanField(default=False)
    books_on_account = models.BooleanField(default=False)

    members = models.ManyToManyField(User, through="Member", related_name="organisations")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["number"], name="organisation_number_once", condition=~Q(number="")
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("actor", args=[self.slug])

    @property
    def initials(self) -> str:
        """What stands where a logo would: `Studenthuset Kvarten` is `SK`."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def about_text(self) -> str:
        return in_language(self.about)


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
SEES_MONEY = (Role.OWNER, Role.FINANCE)
RUNS_SALES = (Role.OWNER, Role.MANAGER, Role.FINANCE)  # codes, passes, who pays on account


class Member(models.Model):
    """A person in an organisation, with one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} in {self.organisation}"
