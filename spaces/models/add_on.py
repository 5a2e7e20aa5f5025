"""What can be booked along with a space."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.texts import in_language
from spaces.models.place import Place
from spaces.models.space import Space
from spaces.models.vat import Vat
from spaces.money import Money


class AddOn(models.Model):
    """A projector, coffee, a technician: booked along with some spaces of a place.

    What is counted has units, and a booking takes them like any other, so that the same
    projector is never in two rooms. What is not is a service that does not run out.
    """

    class Per(models.TextChoices):
        BOOKING = "booking", _("booking")
        HOUR = "hour", _("hour")
        PERSON = "person", _("person")

    place = models.ForeignKey(Place, models.PROTECT, related_name="add_ons")
    spaces = models.ManyToManyField(Space, blank=True, related_name="add_ons")
    name = models.JSONField(_("name"), default=dict)  # {language: text}
    description = models.JSONField(_("description"), default=dict, blank=True)
    amount = models.PositiveIntegerField()  # minor units, VAT included
    currency = models.CharField(max_length=3, default="NOK")
    per = models.CharField(max_length=7, choices=Per, default=Per.BOOKING)
    vat = models.CharField(max_length=15, choices=Vat, default=Vat.STANDARD_25)
    is_counted = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def description_text(self) -> str:
        return in_language(self.description)

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
