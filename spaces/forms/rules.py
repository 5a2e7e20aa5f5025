"""How a space is booked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces import formats
from spaces.models import Space

HOUR, DAY = 60, 24 * 60
STEPS = (5, 10, 15, 30, 60, 120, 240, DAY)
LENGTHS = (
    15,
    30,
    45,
    60,
    90,
    120,
    180,
    240,
    360,
    480,
    720,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
)
NOTICES = (0, 15, 30, 60, 120, 240, 720, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY)
BUFFERS = (0, 5, 10, 15, 30, 45, 60, 90, 120, 240)


class MinutesField(forms.TypedChoiceField):
    """A length of time from a list; the one that holds now is in it, whatever it is."""

    def __init__(self, offered: Iterable[int], *, none: Any = None, **kwargs: Any) -> None:
        self.offered, self.none = frozenset(offered), none
        super().__init__(coerce=int, **kwargs)

    def offer(self, current: int) -> None:
        self.choices = [
            (minutes, self.none if self.none and not minutes else formats.duration(minutes))
            for minutes in sorted(self.offered | {current})
        ]


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    is_instant = forms.TypedChoiceField(
        label=_("A booking"),
        choices=[(True, _("is confirmed at once")), (False, _("waits for the owner’s answer"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )
    step = MinutesField(
        STEPS, label=_("Starts and ends every"), help_text=_("Counted from midnight.")
    )
    min_length = MinutesField(LENGTHS, label=_("Shortest booking"))
    max_length = MinutesField(LENGTHS, label=_("Longest booking"))
    lead_time = MinutesField(
        NOTICES, label=_("Booked at the latest"), none=_("right until it begins")
    )
    horizon_days = forms.IntegerField(
        label=_("Booked at the earliest, days ahead"), min_value=1, max_value=1100
    )
    buffer_before = MinutesField(BUFFERS, label=_("Kept free before"), none=_("nothing"))
    buffer_after = MinutesField(BUFFERS, label=_("Kept free after"), none=_("nothing"))
    free_cancellation = MinutesField(
        NOTICES, label=_("Cancelled for free until"), none=_("it begins")
    )
    late_refund_percent = forms.IntegerField(
        label=_("After that, the booker gets back (%)"), min_value=0, max_value=100
    )

    class Meta:
        model = Space
        fields = (
            "is_instant",
            "step",
            "min_length",
            "max_length",
            "lead_time",
            "horizon_days",
            "buffer_before",
            "buffer_after",
            "free_cancellation",
            "late_refund_percent",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, MinutesField):
                field.offer(getattr(self.instance, name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shortest, longest = cleaned.get("min_length"), cleaned.get("max_length")
        if shortest and longest and shortest > longest:
            self.add_error("max_length", _("The longest is shorter than the shortest."))
        step = cleaned.get("step")
        if step and longest and longest < step:
            self.add_error("max_length", _("The longest is shorter than the step."))
        return cleaned
