"""What a booking is about, who is invited along, and what is written about it."""

from email.utils import getaddresses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from bookings.about import About
from bookings.models import Answer, Booking, NoticeChoices, Reminder, Visibility
from bookings.models.attendee import MOST_INVITED, Invited
from bookings.notices import OPTIONAL, Side
from bookings.refusals import PublicNeedsTitle

NO_ORGANISATION = [Visibility.PRIVATE, Visibility.PUBLIC]


class AboutFields(forms.Form):
    """What it is for and who sees that; a booking without an organisation has no colleagues
    to be shown to."""

    title = forms.CharField(
        label=_("What is it for?"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note to the owner"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    visibility = forms.ChoiceField(label=_("Who sees it"), choices=Visibility, required=False)
    public_title = forms.CharField(
        label=_("Public title"),
        max_length=140,
        required=False,
        help_text=_("What everybody sees of a public activity, with its time and place."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def share_with(self, *, has_organisation: bool) -> None:
        offered = list(Visibility) if has_organisation else NO_ORGANISATION
        field = self.fields["visibility"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, one.label) for one in offered]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Visibility.PRIVATE

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_public = cleaned.get("visibility") == Visibility.PUBLIC
        if is_public and not cleaned.get("public_title") and not self.has_error("public_title"):
            self.add_error("public_title", str(PublicNeedsTitle.message))
        return cleaned

    @property
    def about(self) -> About:
        said = self.cleaned_data
        return About(said["note"], said["public_title"], said["visibility"])


class DescribeForm(AboutFields):
    """A booking's own words, to be changed."""

    def __init__(self, data: Any = None, *, booking: Booking) -> None:
        initial = {name: getattr(booking, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id="about-%s")
        self.share_with(has_organisation=booking.organisation_id is not None)


class InviteForm(forms.Form):
    """Addresses, with or without names, one on each line or with commas between."""

    people = forms.CharField(
        label=_("E-mail addresses"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("With commas between, or one on each line."),
    )
    beyond_capacity = forms.BooleanField(
        label=_("Invite them all the same"), required=False, widget=forms.HiddenInput
    )

    def clean_people(self) -> list[Invited]:
        written = self.cleaned_data["people"].replace(";", ",").splitlines()
        found = getaddresses([line for line in written if line.strip(" ,")])
        people = [(name.strip()[:120], address.strip().lower()) for name, address in found]
        if not people or len(people) > MOST_INVITED:
            raise ValidationError(_("Write between one and a hundred addresses."))
        for _name, address in people:
            try:
                validate_email(address)
            except ValidationError:
                shown = address or self.cleaned_data["people"][:80]
                raise ValidationError(
                    _("“%(address)s” is not an e-mail address."), params={"address": shown}
                ) from None
        return people

    def ask_whether_meant(self) -> None:
        """Show the tick that invites more than the space is for."""
        self.fields["beyond_capacity"].widget = forms.CheckboxInput()


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        choices=[(one.value, one.label) for one in Answer if one != Answer.NEEDS_ACTION]
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoticeChoicesForm(forms.Form):
    """Which of the optional mails one wants: a tick for each topic, and when to be reminded."""

    reminder = forms.ChoiceField(
        label=_("Remind me of a booking"), choices=Reminder, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, choices: NoticeChoices, runs_bookings: bool) -> None:
        self.choices = choices
        sides = (Side.BOOKER, Side.OWNER) if runs_bookings else (Side.BOOKER,)
        self.topics = [topic for topic in OPTIONAL.values() if topic.side in sides]
        initial: dict[str, Any] = {
            topic.key: topic.key not in choices.unmailed for topic in self.topics
        }
        initial |= {"reminder": choices.reminder, "how": "digest" if choices.is_digest else "now"}
        super().__init__(data, initial=initial)
        if runs_bookings:
            self.fields["how"] = forms.ChoiceField(
                label=_("About my rooms"),
                choices=[
                    ("now", _("A mail each time")),
                    ("digest", _("One mail a day, at seven, when there is something")),
                ],
                widget=forms.RadioSelect,
            )
        for topic in self.topics:
            self.fields[topic.key] = forms.BooleanField(label=str(topic.label), required=False)

    def about(self, side: Side) -> list[forms.BoundField]:
        return [self[topic.key] for topic in self.topics if topic.side == side]

    def as_booker(self) -> list[forms.BoundField]:
        return self.about(Side.BOOKER)

    def as_owner(self) -> list[forms.BoundField]:
        return self.about(Side.OWNER)

    def save(self) -> None:
        """Keep what is chosen. What stands for topics that are not shown stays."""
        said = self.cleaned_data
        shown = {topic.key for topic in self.topics}
        unmailed = [key for key in self.choices.unmailed if key in OPTIONAL and key not in shown]
        self.choices.unmailed = unmailed + sorted(key for key in shown if not said[key])
        self.choices.reminder = said["reminder"]
        self.choices.is_digest = said.get("how", "now") == "digest"
        self.choices.save()
