"""Fields for texts in the languages of the site."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings


class TextsWidget(forms.MultiWidget):
    """One box for each language, the second and third folded away until they hold something."""

    template_name = "widgets/texts.html"

    def __init__(self, *, lines: int = 1, box: forms.Widget | None = None) -> None:
        if box is None:
            box = forms.Textarea(attrs={"rows": lines}) if lines > 1 else forms.TextInput()
        super().__init__({language: box for language, _name in settings.LANGUAGES})

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def decompress(self, value: Any) -> list[str]:
        texts = value or {}
        return [texts.get(language, "") for language, _name in settings.LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        boxes = context["widget"]["subwidgets"]
        for box, (language, spoken) in zip(boxes, settings.LANGUAGES, strict=True):
            box["attrs"]["lang"] = language
            box["language"] = spoken
        context["widget"]["first"], context["widget"]["others"] = boxes[0], boxes[1:]
        context["widget"]["is_open"] = any(box["value"] for box in boxes[1:])
        return context


class TextsField(forms.MultiValueField):
    """A text in the languages of the site, as {language: text} without the empty ones.

    Required means that the first language, which all others fall back to, is filled in.
    """

    def __init__(
        self,
        *,
        lines: int = 1,
        longest: int = 2000,
        widget: TextsWidget | None = None,
        **kwargs: Any,
    ) -> None:
        required = kwargs.pop("required", True)
        boxes = [
            forms.CharField(max_length=longest, required=required and first)
            for first in (True, *[False] * (len(settings.LANGUAGES) - 1))
        ]
        super().__init__(
            boxes,
            widget=widget or TextsWidget(lines=lines),
            require_all_fields=False,
            required=required,
            **kwargs,
        )

    def compress(self, data_list: Sequence[str]) -> dict[str, str]:
        languages = [language for language, _name in settings.LANGUAGES]
        return {
            language: text
            for language, text in zip(languages, data_list or (), strict=False)
            if text
        }
