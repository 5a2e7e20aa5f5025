"""The words of a search, marked where they are found in a name."""

import unicodedata
from collections.abc import Sequence
from itertools import takewhile

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from spaces.models.words import MOST, WORD

ALIKE = 4  # letters that a word and another form of it begin with, at least
NOT_TAKEN_APART = {"ø": "o", "æ": "a", "đ": "d", "ł": "l"}


def marked(text: str, asked: str) -> SafeString:
    """The text as HTML, with <mark> around the words that are, begin as, or are another form
    of one that was asked for. Everything else is escaped."""
    words = [folded(word) for word in WORD.findall(asked.casefold())[:MOST]]
    if not words:
        return escape(text)
    parts: list[str] = []
    end = 0
    for found in WORD.finditer(text):
        length = longest(folded(found.group()), words)
        if length:
            stop = found.start() + length
            parts += [
                escape(text[end : found.start()]),
                f"<mark>{escape(text[found.start() : stop])}</mark>",
            ]
            end = stop
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308  each part is escaped


def longest(word: str, asked: Sequence[str]) -> int:
    """How many letters of the word to mark: those asked for, or all of another form of it."""
    return max(alike(word, one) for one in asked)


def alike(word: str, asked: str) -> int:
    if word.startswith(asked):
        return len(asked)
    pairs = zip(word, asked, strict=False)
    shared = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
    is_form = shared >= ALIKE and 3 * shared >= 2 * min(len(word), len(asked))
    return len(word) if is_form else 0


def folded(word: str) -> str:
    """In small letters without accents, letter for letter."""
    return "".join(map(plain, word))


def plain(letter: str) -> str:
    small = letter.lower()[:1]
    return NOT_TAKEN_APART.get(small) or unicodedata.normalize("NFD", small)[:1]
