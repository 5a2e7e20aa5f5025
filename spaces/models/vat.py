"""How the letting of a space is taxed."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Vat(models.TextChoices):
    """VAT treatment and its reason (merverdiavgiftsloven). The rate is frozen when sold."""

    EXEMPT_3_11 = "exempt_3_11", _("Exempt: letting of real property (§ 3-11)")
    STANDARD_25 = "standard_25", _("25 % VAT")
    REDUCED_12 = "reduced_12", _("12 % VAT")
    NOT_REGISTERED = "not_registered", _("Owner not registered for VAT")


# Of the VAT act (merverdiavgiftsloven), for an owner who chooses.
VAT_REASON = {
    Vat.EXEMPT_3_11: _("A bare room, land or a building that is let (§ 3-11)."),
    Vat.STANDARD_25: _(
        "Services and equipment, conferences with service, or letting that the owner is "
        "voluntarily registered for (§ 2-3)."
    ),
    Vat.REDUCED_12: _("Rooms to stay the night, and what goes with them (§ 5-5)."),
    Vat.NOT_REGISTERED: _("The owner’s taxable sales are below the limit (§ 2-1)."),
}
TAXED = (Vat.STANDARD_25, Vat.REDUCED_12)  # only by who is registered


def misfit(vat: str, *, is_registered: bool) -> str:
    """Why an owner may not treat a space so; empty when they may."""
    if vat in TAXED and not is_registered:
        return gettext(
            "Only an organisation that is registered for VAT may charge it. Yours says that it "
            "is not."
        )
    if vat == Vat.NOT_REGISTERED and is_registered:
        return gettext("Your organisation says that it is registered for VAT.")
    return ""


VAT_PERCENT = {
    Vat.EXEMPT_3_11: 0,
    Vat.STANDARD_25: 25,
    Vat.REDUCED_12: 12,
    Vat.NOT_REGISTERED: 0,
}
