"""What somebody may be about to search for, while they type."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from spaces.highlighting import folded
from spaces.models import Kind
from spaces.models.words import WORD

MOST, LONGEST = 8, 100
LONGEST_SWAPPED = 24  # of more letters, two that are swapped leave enough that are right

# Kinds and kit first, since they find many; each as a word of it begins. Of names of spaces
# stems are kept: what is typed begins one, or its own stem does.
BEGINNING = """
WITH asked AS (
    SELECT array_agg('%% ' || lower(unaccent(word)) || '%%') AS patterns,
           string_agg(lower(unaccent(word)) || ':*A', ' & ') AS beginnings
    FROM unnest(%(words)s::text[]) AS word)
SELECT what, text FROM (
    SELECT 1 AS n, 'kind' AS what, kind AS text FROM unnest(%(kinds)s::text[]) AS kind, asked
    WHERE ' ' || lower(unaccent(kind)) LIKE ALL (patterns)
    UNION ALL
    SELECT 2, 'amenity', coalesce(name ->> %(language)s, name ->> 'nb') AS text
    FROM spaces_amenity, asked
    WHERE ' ' || lower(unaccent(coalesce(name ->> %(language)s, name ->> 'nb')))
          LIKE ALL (patterns)
    UNION ALL
    (SELECT 3, 'space', space.name AS text
     FROM asked, spaces_spacewords AS words JOIN spaces_space AS space ON space.id = space_id
     WHERE words.document @@ (
             to_tsquery('simple', beginnings) || to_tsquery('ledig_nb', beginnings)
             || to_tsquery('ledig_en', beginnings))
       AND space.listing = 'published'
     ORDER BY length(space.name), text LIMIT %(most)s)
    UNION ALL
    (SELECT 4, 'place', place.name AS text FROM asked, spaces_place AS place
     WHERE ' ' || lower(unaccent(place.name)) LIKE ALL (patterns)
       AND EXISTS (SELECT FROM spaces_space AS space
                   WHERE space.place_id = place.id AND space.listing = 'published')
     ORDER BY length(place.name), text LIMIT 3)
    UNION ALL
    (SELECT 5, 'actor', owner.name AS text FROM asked, accounts_organisation AS owner
     WHERE ' ' || lower(unaccent(owner.name)) LIKE ALL (patterns)
       AND EXISTS (SELECT FROM spaces_space AS space
                   WHERE space.organisation_id = owner.id AND space.listing = 'published')
     ORDER BY length(owner.name), text LIMIT 3)
) AS found ORDER BY n, length(text), text LIMIT %(most)s
"""

# Where nothing begins so: what is spelt nearly so, or begins so but for two letters that stand
# the wrong way round, which leaves too few in a row that are right.
NEARLY = """
SELECT what, text FROM (
    SELECT *, spaces_plain(text) AS plain FROM (
        SELECT 'kind' AS what, kind AS text FROM unnest(%(kinds)s::text[]) AS kind
        UNION ALL
        SELECT 'amenity', coalesce(name ->> %(language)s, name ->> 'nb') FROM spaces_amenity
        UNION ALL
        SELECT 'place', place.name FROM spaces_place AS place
        WHERE EXISTS (SELECT FROM spaces_space AS space
                      WHERE space.place_id = place.id AND space.listing = 'published')
        UNION ALL
        SELECT 'actor', owner.name FROM accounts_organisation AS owner
        WHERE EXISTS (SELECT FROM spaces_space AS space
                      WHERE space.organisation_id = owner.id AND space.listing = 'published')
        UNION ALL
        SELECT 'space', name FROM spaces_space WHERE listing = 'published'
          AND (spaces_plain(%(text)s) <%% spaces_plain(name) OR spaces_plain(name) ~ %(swapped)s)
    ) AS named OFFSET 0
) AS named
WHERE spaces_plain(%(text)s) <%% plain OR plain ~ %(swapped)s
ORDER BY (plain ~ %(swapped)s) IS TRUE DESC, word_similarity(spaces_plain(%(text)s), plain) DESC,
         length(text), text
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    text: str  # what is then searched for
    what: str  # kind, amenity, space, place or actor
    words: tuple[str, ...]  # that were typed

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text cut where what was typed begins and ends, and whether it is that; with or
        without accents."""
        words = sorted(map(folded, self.words), key=len, reverse=True)
        spelt = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})")
        found = [match.span() for match in spelt.finditer(folded(self.text))]
        edges = [0, *(edge for span in found for edge in span), len(self.text)]
        cut = (self.text[start:end] for start, end in pairwise(edges))
        return [(part, n % 2 == 1) for n, part in enumerate(cut) if part]

    @property
    def label(self) -> str:
        return {
            "kind": _("Kind of room"),
            "amenity": _("Equipment"),
            "space": _("Space"),
            "place": _("Place"),
            "actor": _("Actor"),
        }[self.what]

    @property
    def icon(self) -> str:
        return {
            "kind": "layout-grid",
            "amenity": "wrench",
            "space": "door-open",
            "place": "building-2",
            "actor": "users",
        }[self.what]


def suggestions(text: str) -> list[Suggestion]:
    """At most `MOST`, in the reader's language; none for a single letter."""
    text = text[:LONGEST]
    words = WORD.findall(text.casefold())
    if not words or len(text.strip()) < 2:
        return []
    asked: dict[str, Any] = {
        "words": words,
        "text": " ".join(words),
        "swapped": with_two_swapped(folded(" ".join(words))),
        "kinds": [str(kind.label) for kind in Kind],
        "language": translation.get_language() or "nb",
        "most": MOST,
    }
    with connection.cursor() as cursor:
        for sql in (BEGINNING, NEARLY):
            cursor.execute(sql, asked)
            if found := [Suggestion(name, what, tuple(words)) for what, name in cursor.fetchall()]:
                return found
    return []


def with_two_swapped(text: str) -> str | None:
    """What PostgreSQL matches where a word begins as the text does, but for two letters beside
    each other; None where there is no such text."""
    if len(text) > LONGEST_SWAPPED:
        return None
    pairs = ((n, text[n : n + 2]) for n in range(len(text) - 1))
    spelt = [
        f"{text[:n]}{two[::-1]}{text[n + 2 :]}"
        for n, two in pairs
        if two[0] != two[1] and " " not in two
    ]
    return rf"\m({'|'.join(map(re.escape, spelt))})" if spelt else None
