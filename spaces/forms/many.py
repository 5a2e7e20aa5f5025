"""What is to be the same for many spaces."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces import formats
from spaces.forms.kroner import KronerField
from spaces.forms.rules import BUFFERS, NOTICES
from spaces.models import Listing, OnHolidays
from spaces.money import Money

AS_IT_IS = ("", _("as it is"))
AT_ONCE = _("is confirmed at once")
LISTINGS = (Listing.PUBLISHED, Listing.PAUSED, Listing.ARCHIVED)
ON_REQUEST = _("waits for the owner’s answer")

NONE = {
    "lead_time": _("right until it begins"),
    "buffer_after": _("nothing"),
    "free_cancellation": _("it begins"),
}


class Spaces(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Spaces by their slugs."""

    def __init__(self, queryset: Any) -> None:
        super().__init__(
            queryset, to_field_name="slug", error_messages={"required": _("Choose a space.")}
        )


class EditSpacesForm(forms.Form):
    """Each field is a wish; one that is left as it is wishes nothing."""

    listing = forms.ChoiceField(
        label=_("Listing"),
        required=False,
        choices=[AS_IT_IS, *((one.value, one.label) for one in LISTINGS)],
    )
    is_instant = forms.ChoiceField(
        label=_("A booking"),
        required=False,
        choices=[AS_IT_IS, ("yes", AT_ONCE), ("no", ON_REQUEST)],
    )
    lead_time = forms.ChoiceField(label=_("Booked at the latest"), required=False)
    horizon_days = forms.IntegerField(
        label=_("Booked at the earliest, days ahead"),
        min_value=1,
        max_value=1100,
        required=False,
    )
    buffer_after = forms.ChoiceField(label=_("Kept free after"), required=False)
    free_cancellation = forms.ChoiceField(label=_("Cancelled for free until"), required=False)
    on_holidays = forms.ChoiceField(
        label=_("On public holidays"),
        required=False,
        choices=[
            AS_IT_IS,
            (OnHolidays.CLOSED.value, OnHolidays.CLOSED.label),
            (OnHolidays.OPEN.value, OnHolidays.OPEN.label),
        ],
    )
    amount = KronerField(label=_("An hour, for everyone (kr)"), required=False)

    def __init__(self, data: Any = None, *, spaces: Any, chosen: Any = ()) -> None:
        super().__init__(data, initial={"space": chosen})
        self.fields["space"] = Spaces(spaces)
        for name, offered in (
            ("lead_time", NOTICES),
            ("buffer_after", BUFFERS),
            ("free_cancellation", NOTICES),
        ):
            words = [(str(n), in_words(name, n)) for n in offered]
            self.fields[name].choices = [AS_IT_IS, *words]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.wishes():
            raise forms.ValidationError(_("Choose something to change."))
        return cleaned

    def chosen_slugs(self) -> set[str]:
        """Those that are ticked when the form is shown."""
        if self.is_bound:
            return set(self.data.getlist("space"))  # type: ignore[attr-defined]
        return set(self.initial["space"])

    def wishes(self) -> dict[str, Any]:
        """What is asked for, as the spaces keep it."""
        found: dict[str, Any] = {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if name == "space" or value in (None, ""):
                continue
            if name == "is_instant":
                value = value == "yes"
            elif name not in ("listing", "on_holidays", "amount"):
                value = int(value)
            found[name] = value
        return found

    def label_of(self, name: str) -> str:
        return str(self.fields[name].label)


def in_words(name: str, value: Any) -> str:
    """A value of a wish, as people read it."""
    if value is None:
        return "–"
    if name == "amount":
        return formats.price(Money(value))
    if name == "is_instant":
        return str(AT_ONCE if value else ON_REQUEST)
    if name == "listing":
        return str(Listing(value).label)
    if name == "on_holidays":
        return str(OnHolidays(value).label)
    if name == "horizon_days":
        return str(value)
    return formats.duration(value) if value else str(NONE[name])
