"""What an owner looks for among the bookings of their spaces."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from bookings.forms.times import district_zone
from bookings.models import UNSETTLED, Status
from bookings.models.booking import BookingQuerySet
from spaces.forms.clock import DayField
from spaces.models import Place
from spaces.periods import midnight

MOST_WORDS = 8
# Where a word is looked for. A booking's own number is found by how it begins.
WORDED = (
    *("booker__name", "booker__email", "organisation__name", "title"),
    *("reference", "cost_centre", "space__name", "place__name"),
)


class State(TextChoices):
    """As an owner sorts them: a hold that has run out is over, swept or not."""

    STANDS = "stands", _("Booked")
    WAITING = "waiting", _("Waits for payment or an answer")
    DONE = "done", _("Carried through")
    NO_SHOW = "no_show", _("Nobody came")
    OFF = "off", _("Cancelled, declined or expired")


def of_state(state: str, now: datetime) -> Q:
    waiting = Q(status__in=UNSETTLED)
    return {
        State.STANDS: Q(status__in=(Status.CONFIRMED, Status.CHECKED_IN)),
        State.WAITING: waiting & Q(expires_at__gt=now),
        State.DONE: Q(status=Status.COMPLETED),
        State.NO_SHOW: Q(status=Status.NO_SHOW),
        State.OFF: Q(status__in=(Status.CANCELLED, Status.DECLINED, Status.EXPIRED))
        | (waiting & Q(expires_at__lte=now)),
    }[State(state)]


class BookedForm(forms.Form):
    """Which bookings to list. What is not understood is left out, and shown as it was asked."""

    q = forms.CharField(
        label=_("Person, organisation, space or reference"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    place = forms.ModelChoiceField(
        Place.objects.none(),
        to_field_name="slug",
        label=_("Place"),
        required=False,
        empty_label=_("All places"),
    )
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *State.choices], required=False
    )

    def __init__(self, data: Any, *, places: Any, now: datetime) -> None:
        today = now.astimezone(district_zone()).date()
        # Nothing asked, on whichever page or as whichever file: what is to come.
        is_asked = data.keys() - {"page", "as"}
        super().__init__(data if is_asked else {"from": f"{today}"}, auto_id="booked-%s")
        self.now = now
        self.fields["from"] = DayField(label=_("From"), today=today, required=False)
        self.fields["until"] = DayField(label=_("Until and with"), today=today, required=False)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.has_places = len(places) > 1
        self.is_valid()

    def narrow(self, bookings: BookingQuerySet) -> BookingQuerySet:
        """Those asked for: by time from the day asked from, else the latest first."""
        said = self.cleaned_data
        for word in said.get("q", "").split()[:MOST_WORDS]:
            found = Q(pk__istartswith=word)
            for name in WORDED:
                found |= Q(**{f"{name}__icontains": word})
            bookings = bookings.filter(found)
        if place := said.get("place"):
            bookings = bookings.filter(place=place)
        if state := said.get("state"):
            bookings = bookings.filter(of_state(state, self.now))
        zone = place.zone if place else district_zone()
        if first := said.get("from"):
            bookings = bookings.filter(period__endswith__gt=midnight(first, zone))
        if last := said.get("until"):
            after = midnight(last + timedelta(days=1), zone)
            bookings = bookings.filter(period__startswith__lt=after)
        return bookings.order_by(*(("period", "pk") if first else ("-period", "-pk")))
