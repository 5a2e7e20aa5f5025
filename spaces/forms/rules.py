"""How a space is booked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces import formats
from spaces.cancellation import in_order
from spaces.limits import TIGHTER, above, bounds, hint
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
TIERS = range(3)
ANSWERS = (240, 480, 720, DAY, 2 * DAY, 3 * DAY, 5 * DAY)
ARRIVALS = (5, 10, 15, 20, 30, 45, 60)
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
    answer_within = MinutesField(
        ANSWERS,
        label=_("You answer within"),
        help_text=_("Bookers are told. What is not answered by then is declined by itself."),
    )
    last_notice = MinutesField(
        NOTICES,
        label=_("Bookers cancel and change at the latest"),
        none=_("right until it begins"),
        help_text=_("You can always cancel. Counted before the start."),
    )
    release_after = forms.TypedChoiceField(
        label=_("Check-in within"), required=False, coerce=int, empty_value=None
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
            "answer_within",
            "last_notice",
            "release_after",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, MinutesField):
                field.offer(getattr(self.instance, name))
        current = self.instance.release_after
        offered = sorted({*ARRIVALS, *(() if current is None else (current,))})
        self.fields["release_after"].choices = [  # type: ignore[attr-defined]
            ("", _("not asked for")),
            *((minutes, formats.duration(minutes)) for minutes in offered),
        ]
        self.levels = above(self.instance.organisation)
        for name in TIGHTER:
            if name in self.fields and (told := hint(self.levels, name)):
                self.fields[name].help_text = told
        self.notice_hint = hint(self.levels, "longest_notice")
        self.approval_from = next((who for who, one in self.levels if one.needs_approval), "")
        tiers = in_order(self.instance.cancellation)
        for n in TIERS:
            minutes, percent = tiers[n] if n < len(tiers) else (None, None)
            untils = sorted({*NOTICES, *(() if minutes is None else (minutes,))})
            words = [(one, formats.duration(one) if one else _("it begins")) for one in untils]
            self.fields[f"notice-{n}"] = forms.TypedChoiceField(
                label=_("Cancelled until"),
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", "–"), *words],
                initial=minutes,
            )
            self.fields[f"back-{n}"] = forms.IntegerField(
                label=_("Comes back (%)"),
                required=False,
                min_value=1,
                max_value=100,
                initial=percent,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shortest, longest = cleaned.get("min_length"), cleaned.get("max_length")
        if shortest and longest and shortest > longest:
            self.add_error("max_length", _("The longest is shorter than the shortest."))
        elif shortest and longest:
            least = bounds(self.levels, cleaned, "min_length")
            most = bounds(self.levels, cleaned, "max_length")
            if least and most and least > most:
                self.add_error(
                    None, _("With what the levels above demand, no booking would be possible.")
                )
        self._clean_tiers(cleaned)
        step = cleaned.get("step")
        if step and longest and longest < step:
            self.add_error("max_length", _("The longest is shorter than the step."))
        return cleaned

    def _clean_tiers(self, cleaned: dict[str, Any]) -> None:
        tiers: dict[int, int] = {}
        for n in TIERS:
            minutes, percent = cleaned.pop(f"notice-{n}", None), cleaned.pop(f"back-{n}", None)
            if (minutes is None) != (percent is None) and not self.errors:
                missing = f"notice-{n}" if minutes is None else f"back-{n}"
                self.add_error(missing, _("Choose both until when and how much."))
            elif minutes is not None and minutes in tiers:
                self.add_error(f"notice-{n}", _("That is there already."))
            elif minutes is not None and percent is not None:
                tiers[minutes] = percent
        cleaned["cancellation"] = [list(tier) for tier in in_order(tiers.items())]

    def tier_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"notice-{n}"], self[f"back-{n}"]) for n in TIERS]
