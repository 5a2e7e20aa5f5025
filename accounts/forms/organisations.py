"""Forms about organisations and those who work for them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import exceptions as stdnum_errors
from stdnum.no import kontonr, orgnr

from accounts import pictures
from accounts.forms.texts import TextsField
from accounts.models import Organisation, Role

ADDRESS = ("address", "postcode", "city")
ON_DOCUMENTS = ("is_vat_registered", "is_in_business_register", "account_number")
LOGO_WITHIN = (480, 480)
LOGO_LEAST_WIDTH = 100


class NumberField(forms.CharField):
    """A Norwegian organisation number: nine digits, the last of which checks the others
    (Brønnøysundregistrene, modulus 11)."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        wrong = _("This is not an organisation number. It has nine digits.")
        try:
            number = str(orgnr.validate(text))
        except stdnum_errors.ValidationError as error:
            raise ValidationError(wrong, "invalid") from error
        if not number.startswith(("8", "9")):  # as all that were ever given out do
            raise ValidationError(wrong, "invalid")
        return number


class AccountField(forms.CharField):
    """A Norwegian account number: eleven digits, the last of which checks the others."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return str(kontonr.validate(text))
        except stdnum_errors.ValidationError as error:
            wrong = _("This is not an account number. It has eleven digits.")
            raise ValidationError(wrong, "invalid") from error


class RegisterForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is asked when an organisation signs up."""

    number = NumberField(
        label=_("Organisation number"),
        required=False,
        max_length=20,
        help_text=_("Nine digits, from Brønnøysund. A group without one leaves it empty."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ("name", "kind", "number", *ADDRESS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ADDRESS:
            self.fields[name].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "organization"
        self.fields["address"].widget.attrs["autocomplete"] = "street-address"
        self.fields["postcode"].widget.attrs |= {
            "autocomplete": "postal-code",
            "inputmode": "numeric",
        }
        self.fields["city"].widget.attrs["autocomplete"] = "address-level2"

    def _get_validation_exclusions(self) -> set[str]:
        """Whether the number is taken is left to the operation, which says what to do then."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions | {"number"}


class OrganisationForm(RegisterForm):
    """What an organisation says about itself."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    about = TextsField(label=_("About the organisation"), required=False, lines=4)

    account_number = AccountField(
        label=_("Account number"),
        required=False,
        max_length=20,
        help_text=_("Where invoices to other organisations are paid."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    class Meta(RegisterForm.Meta):
        fields = ("name", "kind", "number", *ADDRESS, "website", "about", *ON_DOCUMENTS)
        labels = {
            "is_vat_registered": _("We are in the VAT register (MVA)"),
            "is_in_business_register": _("We are in Foretaksregisteret"),
        }


class LogoForm(forms.Form):
    """An uploaded logo, cleaned to the picture that we draw of it."""

    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, at least 100 pixels wide."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_logo(self) -> bytes:
        file = self.cleaned_data["logo"]
        try:
            if file.size > pictures.MOST_BYTES:  # before it is read into memory
                raise pictures.NoPicture("too_heavy")
            drawn, _width, _height = pictures.redraw(
                file.read(), within=LOGO_WITHIN, least_width=LOGO_LEAST_WIDTH
            )
        except pictures.NoPicture as no:
            raise ValidationError(pictures.REFUSALS[no.code], no.code) from no
        return drawn


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.HOST)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role)
