"""What is said with a cancellation or an answer."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.forms.times import LastDayField, SpanForm, chosen_time
from bookings.models import Booking
from spaces.formats import price
from spaces.forms.clock import DAY, ClockField, DayField, clock_choices
from spaces.forms.kroner import KronerField
from spaces.models import Listing, Space
from spaces.money import Money


class CancelForm(forms.Form):
    """`shown` is the amount that the page promised back, so that nobody loses money to a
    deadline that passed while they were reading."""

    shown = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, as_owner: bool, returned: Money) -> None:
        super().__init__(data, initial={"shown": returned.amount}, auto_id="cancel-%s")
        self.returned = returned
        if as_owner:
            self.fields["reason"].help_text = _("Sent to the booker.")
        else:
            del self.fields["reason"]

    def clean_shown(self) -> int:
        shown: int = self.cleaned_data["shown"] or 0
        if shown > self.returned.amount:
            self.data = {**dict(self.data.items()), "shown": self.returned.amount}
            raise forms.ValidationError(_("What you get back has changed."))
        return shown


class ChangeForm(SpanForm):
    """What a booking is to become. `shown` is the difference that the page showed, so that
    nobody pays or loses what they have not seen."""

    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, booking: Booking, now: datetime) -> None:
        self.booking, self.zone = booking, booking.space.place.zone
        day = booking.start.astimezone(self.zone).date()
        count = {"quantity": booking.quantity, "people": booking.people}
        times = chosen_time(booking.period, self.zone)
        initial = {"space": booking.space_id, **times, "date": day, **count}
        super().__init__(data, initial=initial, auto_id="change-%s")
        self.add_fields(now)

    def add_fields(self, now: datetime) -> None:
        space = self.booking.space
        alike = self.alike().filter(allocation=space.allocation)
        minutes = {*range(0, DAY + 1, space.step)}
        for name in ("from", "to"):
            minutes.add(ClockField().clean(self.initial[name]))
        today = now.astimezone(self.zone).date()
        earliest = min(today, self.initial["date"])
        self.fields["date"] = DayField(label=_("Day"), today=earliest)
        self.fields["last"] = LastDayField(today=earliest)
        for name, label, first in (("from", _("From"), 0), ("to", _("To"), 1)):
            field = ClockField(label=label, widget=forms.Select)
            field.widget.choices = clock_choices(
                sorted(minute for minute in minutes if first <= minute < DAY + first)
            )
            self.fields[name] = field
        self.fields["space"] = forms.ModelChoiceField(
            alike.select_related("place", "organisation", "in_force").order_by("name"),
            label=_("Space"),
            empty_label=None,
        )
        if space.is_pool:
            self.fields["quantity"] = forms.IntegerField(
                label=_("How many"), min_value=1, max_value=999
            )
        if self.booking.people is not None:
            self.fields["people"] = forms.IntegerField(
                label=_("How many come"), min_value=1, max_value=100_000
            )

    def alike(self) -> "QuerySet[Space]":
        """The spaces that it can be moved to, if they are of its sort."""
        others = Space.objects.published().filter(organisation=self.booking.space.organisation_id)
        return others.visible_to(self.booking.booker)

    @property
    def wish(self) -> dict[str, Any]:
        names = ("space", "span", "quantity", "people")
        return {name: self.cleaned_data.get(name) for name in names}


class OwnerChangeForm(ChangeForm):
    """The same by who runs the space: also to spaces that the booker does not see."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Sent to the booker."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def alike(self) -> "QuerySet[Space]":
        space = self.booking.space
        ours = Space.objects.filter(organisation=space.organisation_id)
        return ours.filter(Q(listing=Listing.PUBLISHED) | Q(pk=space.pk))


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Sent to the one who asked."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TakeBackForm(forms.Form):
    """Why a pass is ended. `left` is what is given back, as the page said."""

    left = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Sent to the one who bought it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefundForm(forms.Form):
    """Goodwill. `left` is what was left of the payment when the page was made: it is refused
    when that has changed meanwhile."""

    left = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    amount = KronerField(label=_("Give back"), help_text=_("In kroner."))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Sent to the booker."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, left: Money) -> None:
        super().__init__(data, initial={"left": left.amount}, auto_id="refund-%s")
        self.most = left

    def clean_amount(self) -> int:
        amount: int | None = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Say how much."))
        if amount > self.most.amount:
            raise forms.ValidationError(
                _("At most %(amount)s is left.") % {"amount": price(self.most)}
            )
        return amount
