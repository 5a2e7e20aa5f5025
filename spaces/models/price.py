"""What a space costs, for whom and per what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space
from spaces.money import Money


class Per(models.TextChoices):
    HOUR = "hour", _("hour")
    DAY = "day", _("day")  # up to 24 elapsed hours; a cap on the hourly price


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("Everyone")
    OWN = "own", _("The owner's own people")
    STUDENT = "student", _("Students")
    EMPLOYEE = "employee", _("Employees in the district")
    STARTUP = "startup", _("Start-ups")


class Vat(models.TextChoices):
    """VAT treatment of the letting (merverdiavgiftsloven). The rate is frozen when sold."""

    EXEMPT_3_11 = "exempt_3_11", _("Exempt: letting of real property (§ 3-11)")
    STANDARD_25 = "standard_25", _("25 % VAT")
    REDUCED_12 = "reduced_12", _("12 % VAT")
    NOT_REGISTERED = "not_registered", _("Owner not registered for VAT")


VAT_PERCENT = {
    Vat.EXEMPT_3_11: 0,
    Vat.STANDARD_25: 25,
    Vat.REDUCED_12: 12,
    Vat.NOT_REGISTERED: 0,
}


class Price(models.Model):
    """A price per hour or day and unit of quantity, VAT included, for one audience."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="prices")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYONE)
    per = models.CharField(max_length=5, choices=Per, default=Per.HOUR)
    amount = models.PositiveIntegerField()  # minor units
    currency = models.CharField(max_length=3, default="NOK")
    vat = models.CharField(max_length=15, choices=Vat, default=Vat.EXEMPT_3_11)

    class Meta:
        ordering = ("amount", "id")
        constraints = [
            models.UniqueConstraint(fields=["space", "audience", "per"], name="price_once")
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} per {self.per} ({self.audience})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
