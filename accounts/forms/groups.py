"""Groups, trainings and certificates."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.texts import TextsField
from accounts.models import Training

MOST_PEOPLE = 2000
DAYS_A_MONTH = 30.44
MONTHS = (6, 12, 24, 36, 60)


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    emails = forms.CharField(
        label=_("E-mail addresses"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=_("One on each line, or with commas between."),
    )

    def clean_emails(self) -> list[str]:
        words = re.split(r"[\s,;<>]+", self.cleaned_data["emails"].lower())
        addresses = list(dict.fromkeys(word for word in words if "@" in word))
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    _("“%(address)s” is no e-mail address."), params={"address": address[:80]}
                ) from None
        if len(addresses) > MOST_PEOPLE:
            raise ValidationError(_("At most %(n)s addresses."), params={"n": MOST_PEOPLE})
        return addresses


class TrainingForm(forms.Form):
    name = TextsField(label=_("Name"))
    description = TextsField(label=_("What it is, and how to get it"), required=False, lines=3)
    valid_months = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("for ever"))],
    )

    def __init__(self, data: Any = None, *, training: Training | None = None) -> None:
        names = ("name", "description", "valid_months")
        super().__init__(data, initial={n: getattr(training, n) for n in names} if training else {})
        current = {training.valid_months} if training and training.valid_months else set()
        field = self.fields["valid_months"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            ("", _("for ever")),
            *((n, _("%(n)s months") % {"n": n}) for n in sorted({*MONTHS, *current})),
        ]


class GrantForm(forms.Form):
    """To whom, and the last day it is valid."""

    email = forms.EmailField(label=_("E-mail address"))
    last_day = forms.DateField(
        label=_("Valid until and with"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Empty: for ever."),
    )

    def __init__(self, data: Any = None, *, training: Training, now: datetime) -> None:
        self.today = timezone.localtime(now).date()
        initial = {}
        if training.valid_months:
            days = timedelta(days=round(training.valid_months * DAYS_A_MONTH))
            initial["last_day"] = self.today + days
        super().__init__(data, initial=initial)

    def clean_last_day(self) -> datetime | None:
        """The midnight that ends it, in the district's own zone."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        if not self.today <= day <= self.today + timedelta(days=50 * 366):
            raise ValidationError(_("Choose a day to come."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
