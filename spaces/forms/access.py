"""Whom a space is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Group, Organisation, Training
from spaces.models import Space


class AccessForm(forms.Form):
    """Some people: of an affiliation, of an organisation, of both, or of a group."""

    affiliation = forms.ChoiceField(
        label=_("Who they are"),
        choices=[("", "–"), *AffiliationKind.choices],
        required=False,
    )
    organisation = forms.ModelChoiceField(
        label=_("Where they belong"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
        empty_label="–",
    )
    group = forms.ModelChoiceField(
        label=_("Or a group of yours"),
        queryset=Group.objects.none(),
        required=False,
        empty_label="–",
    )

    def __init__(self, data: Any = None, *, space: Space) -> None:
        super().__init__(data)
        choice = self.fields["group"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Group.objects.filter(organisation=space.organisation_id)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        is_some = bool(said.get("affiliation") or said.get("organisation"))
        if is_some == bool(said.get("group")) and not self.errors:
            raise forms.ValidationError(_("Choose a group, or who they are and where they belong."))
        return said


class TrainingsForm(forms.Form):
    trainings = forms.ModelMultipleChoiceField(
        label=_("Trainings that are needed"),
        queryset=Training.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All of them, and valid until the booking ends."),
    )

    def __init__(self, data: Any = None, *, space: Space) -> None:
        super().__init__(data, initial={"trainings": space.trainings.all()})
        choice = self.fields["trainings"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = Training.objects.filter(organisation=space.organisation_id)
