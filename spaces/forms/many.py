"""What is to be the same for many spaces."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextsField
from accounts.models import AffiliationKind, Group
from spaces import formats
from spaces.bulk.editing import ACCESS, AMENITIES, AS_PLACE, EVERYONE, HOUSE_RULES, OUR_OWN
from spaces.forms.clock import SpansField, spans_label
from spaces.forms.kroner import KronerField
from spaces.forms.rules import ARRIVALS, BUFFERS, LENGTHS, NOTICES, STEPS
from spaces.models import Amenity, Listing, OnHolidays
from spaces.money import Money

AS_IT_IS = ("", _("as it is"))
AT_ONCE = _("is confirmed at once")
LISTINGS = (Listing.PUBLISHED, Listing.PAUSED, Listing.ARCHIVED)
ON_REQUEST = _("waits for the owner’s answer")
NO_CHECK_IN = "none"

NONE = {
    "lead_time": _("right until it begins"),
    "buffer_before": _("nothing"),
    "buffer_after": _("nothing"),
    "free_cancellation": _("it begins"),
}
MINUTES = {
    "step": STEPS,
    "min_length": LENGTHS,
    "max_length": LENGTHS,
    "lead_time": NOTICES,
    "buffer_before": BUFFERS,
    "buffer_after": BUFFERS,
    "free_cancellation": NOTICES,
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
    access = forms.ChoiceField(label=_("Who may book"), required=False)
    is_instant = forms.ChoiceField(
        label=_("A booking"),
        required=False,
        choices=[AS_IT_IS, ("yes", AT_ONCE), ("no", ON_REQUEST)],
    )
    step = forms.ChoiceField(label=_("Starts and ends every"), required=False)
    min_length = forms.ChoiceField(label=_("Shortest booking"), required=False)
    max_length = forms.ChoiceField(label=_("Longest booking"), required=False)
    lead_time = forms.ChoiceField(label=_("Booked at the latest"), required=False)
    horizon_days = forms.IntegerField(
        label=_("Booked at the earliest, days ahead"),
        min_value=1,
        max_value=1100,
        required=False,
    )
    buffer_before = forms.ChoiceField(label=_("Kept free before"), required=False)
    buffer_after = forms.ChoiceField(label=_("Kept free after"), required=False)
    release_after = forms.ChoiceField(label=_("Check-in within"), required=False)
    free_cancellation = forms.ChoiceField(label=_("Cancelled for free until"), required=False)
    on_holidays = forms.ChoiceField(
        label=_("On public holidays"),
        required=False,
        choices=[AS_IT_IS, (AS_PLACE, _("As the place")), *OnHolidays.choices],
    )
    short = SpansField(label=_("Shorter hours, if so"), required=False)
    amount = KronerField(label=_("An hour, for everyone (kr)"), required=False)
    house_rules = TextsField(label=_("House rules"), required=False, lines=3, longest=6000)

    def __init__(self, data: Any = None, *, spaces: Any, chosen: Any = ()) -> None:
        super().__init__(data, initial={"space": chosen})
        self.fields["space"] = Spaces(spaces)
        for name, offered in MINUTES.items():
            self._offer(name, [(str(n), in_words(name, n)) for n in offered])
        arrivals = [(str(n), formats.duration(n)) for n in ARRIVALS]
        self._offer("release_after", [(NO_CHECK_IN, in_words("release_after", None)), *arrivals])
        owners = {space.organisation_id for space in spaces}
        groups = Group.objects.filter(organisation__in=owners).order_by("name", "pk")
        self.whom = {
            EVERYONE: _("Everyone"),
            **{f"kind:{one.value}": one.label for one in AffiliationKind},
            OUR_OWN: _("Only the owner’s own people"),
            **{f"group:{group.pk}": group.name for group in groups},
        }
        self._offer(ACCESS, list(self.whom.items()))
        self.amenities = {one.pk: str(one) for one in Amenity.objects.all()}
        by_name = sorted(self.amenities.items(), key=lambda pair: pair[1].lower())
        for name, label in (("has", _("They have")), ("has_not", _("They do not have"))):
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                required=False,
                choices=by_name,
                widget=forms.CheckboxSelectMultiple,
            )

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = [AS_IT_IS, *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("on_holidays") == OnHolidays.SHORT and len(cleaned.get("short", ())) != 1:
            self.add_error("short", _("Write from when to when, as 10–14."))
        if set(cleaned.get("has", ())) & set(cleaned.get("has_not", ())):
            self.add_error("has_not", _("They cannot both have it and not have it."))
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
        said, found = self.cleaned_data, {}
        for name in self.fields:
            value = said.get(name)
            if name in ("space", "has", "has_not", "short") or value in (None, "", {}):
                continue
            if name == "is_instant":
                value = value == "yes"
            elif name == "on_holidays" and value == OnHolidays.SHORT:
                value = [value, *said["short"][0]]
            elif value == NO_CHECK_IN:
                value = None
            elif name in MINUTES or name == "release_after":
                value = int(value)
            found[name] = value
        if said.get("has") or said.get("has_not"):
            found[AMENITIES] = {"has": sorted(said["has"]), "has_not": sorted(said["has_not"])}
        return found

    def as_sent(self) -> list[tuple[str, str]]:
        """The wishes as the form has sent them, to be sent once more."""
        names = self.data.lists()  # type: ignore[attr-defined]
        ours = {*self.fields, *(f"{HOUSE_RULES}_{code}" for code, _name in settings.LANGUAGES)} - {
            "space"
        }
        return [(name, value) for name, values in names if name in ours for value in values]

    def label_of(self, name: str) -> str:
        return str(_("Amenities") if name == AMENITIES else self.fields[name].label)

    def in_words(self, name: str, value: Any) -> str:
        """A value of a wish, as people read it."""
        if name == ACCESS:
            return str(self.whom.get(value, value))
        if name == AMENITIES:
            return ", ".join(self.amenities.get(code, code) for code in value) or "–"
        return in_words(name, value)


def in_words(name: str, value: Any) -> str:
    if name == "release_after" and value is None:
        return str(_("not asked for"))
    if value is None or value == {}:
        return "–"
    if name == "amount":
        return formats.price(Money(value))
    if name == "is_instant":
        return str(AT_ONCE if value else ON_REQUEST)
    if name == "listing":
        return str(Listing(value).label)
    if name == "on_holidays":
        if value == AS_PLACE:
            return str(_("As the place"))
        if isinstance(value, list):
            return f"{OnHolidays.SHORT.label}: {spans_label([(value[1], value[2])])}"
        return str(OnHolidays(value).label)
    if name == HOUSE_RULES:
        return " / ".join(value.values())
    if name == "horizon_days":
        return str(value)
    return formats.duration(value) if value else str(NONE[name])
