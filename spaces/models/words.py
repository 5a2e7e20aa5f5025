"""What a space can be found by: its words, kept by the database itself."""

import re
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg.sql import quote

from spaces.models.space import Space

MOST = 8  # words of a search that are looked at
WORD = re.compile(r"[^\W_]+")
DOUBLED = re.compile(r"mm(?:et|en|a|er|ene)$")  # rommet, but rom: no Norwegian word ends in mm

# For each word: as PostgreSQL understands it, and whether anything listed is found so: what a
# draft is called, nobody is to notice. A word that
# either language passes over ("med", "the") says nothing of a space.
UNDERSTOOD = """
SELECT asked, numnode(nb) = 0 OR numnode(en) = 0,
       EXISTS (SELECT FROM spaces_spacewords AS words
               JOIN spaces_space AS space ON space.id = words.space_id
               WHERE document @@ (nb || en) AND space.listing = 'published')
FROM unnest(%s::text[]) WITH ORDINALITY AS words (asked, n),
     to_tsquery('ledig_nb', asked) AS nb, to_tsquery('ledig_en', asked) AS en
ORDER BY n
"""
# Written into the statement and not handed over beside it: how common a word is decides
# whether to look it up or to go through the nearest spaces, and a plan for any word does not
# know. (Words are letters and digits; they are quoted all the same.)
EXACTLY = "document @@ (to_tsquery('ledig_nb', {asked}) || to_tsquery('ledig_en', {asked}))"
NEARLY = "lower(unaccent(%s)) <%% plain"  # by as much as config/environment.py says


def beginning(word: str) -> str:
    """What PostgreSQL is asked for: any word that begins like one of these."""
    return " | ".join(f"{form}:*" for form in dict.fromkeys((word, DOUBLED.sub("m", word))))


class SpaceWordsQuerySet(models.QuerySet["SpaceWords"]):
    def about_each(self, text: str) -> list[Self]:
        """For each word of `text` that says something, whose words it is among.

        In any form, in Norwegian or English, with or without accents, or only its beginning;
        and where nothing has it, also what is spelt nearly so.
        """
        words = list(dict.fromkeys(WORD.findall(text.casefold())))[:MOST]
        if not words:
            return []
        with connection.cursor() as cursor:
            cursor.execute(UNDERSTOOD, [[beginning(word) for word in words]])
            understood = cursor.fetchall()
        return [
            self._having(EXACTLY.format(asked=quote(asked)))
            if is_known
            else self._having(NEARLY, word)
            for word, (asked, is_passed_over, is_known) in zip(words, understood, strict=True)
            if not is_passed_over
        ]

    def _having(self, sql: str, *parameters: object) -> Self:
        return self.filter(RawSQL(sql, parameters, output_field=models.BooleanField()))


class SpaceWords(models.Model):
    """Names, texts, kind, amenities, instruments, place and owner of one space. Triggers write
    it whenever one of them changes: nothing else does."""

    space = models.OneToOneField(
        Space, models.CASCADE, primary_key=True, related_name="words", db_index=False
    )
    document = SearchVectorField()  # A names, B kind and kit, C place and owner, D the rest
    plain = models.TextField()  # without accents, in small letters: for what is misspelt

    objects = SpaceWordsQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["document"], name="words_by_document"),
            GinIndex(OpClass("plain", "gin_trgm_ops"), name="words_by_trigram"),
        ]

    def __str__(self) -> str:
        return f"words of {self.space_id}"
