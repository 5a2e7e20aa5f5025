"""The words of a search, marked where they are found in a name."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from spaces.models.words import MOST, WORD

BEFORE, AFTER = 4, 8  # words of a text around one that is found
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


def snippets(texts: Iterable[str], asked: str, *, beside: str) -> list[SafeString]:
    """For the words that `beside` does not say, a short piece of the first text that does,
    with its words marked; each text once."""
    missing = words_of(asked) - {one for one in words_of(asked) if is_said(one, beside)}
    found = []
    for text in texts:
        here = {one for one in missing if is_said(one, text)}
        if here:
            missing -= here
            found.append(marked(around(text, here), asked))
    return found


def words_of(asked: str) -> set[str]:
    return {folded(word) for word in WORD.findall(asked.casefold())[:MOST]}


def is_said(word: str, text: str) -> bool:
    return any(alike(folded(found), word) for found in WORD.findall(text))


def around(text: str, words: Collection[str]) -> str:
    """Some words before and after the first of these."""
    parts = text.split()
    first = next(
        (n for n, part in enumerate(parts) if any(is_said(word, part) for word in words)), 0
    )
    start, end = max(0, first - BEFORE), first + AFTER
    piece = " ".join(parts[start:end])
    return f"{'… ' if start else ''}{piece}{' …' if end < len(parts) else ''}"


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
