"""A password for a calendar program."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AppPassword


class AppPasswordForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AppPassword
        fields = ("name",)
        labels = {"name": _("Which device is it for?")}
        help_texts = {"name": _("Your own word for it, such as “my phone”.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
