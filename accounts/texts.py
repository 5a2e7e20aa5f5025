"""Texts that owners write, in the languages they write them in."""

from collections.abc import Mapping

from django.utils.translation import get_language

FALLBACKS = {"nn": ("nb", "en"), "nb": ("nn", "en"), "en": ("nb", "nn")}


def in_language(texts: Mapping[str, str], language: str | None = None) -> str:
    """The text in the asked (or active) language, else in the nearest one there is."""
    wanted = (language or get_language() or "nb")[:2]
    for code in (wanted, *FALLBACKS.get(wanted, ("nb", "en"))):
        if texts.get(code):
            return texts[code]
    return ""
