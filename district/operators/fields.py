"""Form fields as the operators' pages draw them: people's units outside, ours inside."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.forms.texts import TextsField, TextsWidget
from spaces import formats
from spaces.forms.kroner import KronerField


class TextsBoxes(TextsWidget):
    """One box for each language, all of them open."""

    template_name = "operators/texts.html"


class Texts(TextsField):
    """A text in the languages of the site, as {language: text}."""

    def __init__(self, *, lines: int = 1, **kwargs: Any) -> None:
        box = (
            UnfoldAdminTextareaWidget(attrs={"rows": lines})
            if lines > 1
            else UnfoldAdminTextInputWidget()
        )
        super().__init__(lines=lines, widget=TextsBoxes(box=box), **kwargs)


class Length(forms.TypedChoiceField):
    """Minutes, chosen from a list in words; None where nothing is demanded. What is said now
    is in the list, whatever it is: `offer` puts it there."""

    def __init__(self, offered: Iterable[int], **kwargs: Any) -> None:
        self.offered = frozenset(offered) - {0}
        super().__init__(
            coerce=int,
            empty_value=None,
            required=False,
            widget=UnfoldAdminSelectWidget(),
            **kwargs,
        )
        self.offer(None)

    def offer(self, current: int | None) -> None:
        offered = self.offered if current is None else self.offered | {current}
        self.choices = [
            ("", _("nothing demanded")),
            *((minutes, formats.duration(minutes)) for minutes in sorted(offered)),
        ]


class Number(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminIntegerFieldWidget(), **kwargs)


class Kroner(KronerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        self.widget.is_localized = True


class Percent(forms.DecimalField):
    """A percentage, given as hundredths of a percent: `8.5` is 850."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        super().__init__(
            min_value=0, max_value=100, decimal_places=2, localize=True, widget=widget, **kwargs
        )

    def clean(self, value: Any) -> int | None:
        percent = super().clean(value)
        return None if percent is None else int(percent * 100)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value
