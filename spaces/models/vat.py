"""How the letting of a space is taxed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Vat(models.TextChoices):
    """VAT treatment and its reason (merverdiavgiftsloven). The rate is frozen when sold."""

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
