"""Rooms at one time for those who do not all fit into one of them."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period, period

MOST = 2

Party = tuple[Space, int]  # a room, and how many come to it


def rooms_query(span: Period, parties: Iterable[Party]) -> str:
    """How an address says them: by the moments, since a clock may show an hour twice."""
    rooms = [("room", f"{space.slug}:{people}") for space, people in parties]
    ends = ("start", span.lower.isoformat()), ("end", span.upper.isoformat())
    return urlencode([*ends, *rooms])


class RoomsForm(forms.Form):
    """What `rooms_query` says. `spaces` are those that the asker may see."""

    start = forms.DateTimeField()
    end = forms.DateTimeField()

    def __init__(self, query: QueryDict, *, spaces: SpaceQuerySet) -> None:
        super().__init__(query)
        self.spaces, self.said = spaces, query.getlist("room")

    @cached_property
    def rooms(self) -> list[Party]:
        """In their order; none where the address is wrong."""
        return self.cleaned_data["rooms"] if self.is_valid() else []

    @property
    def span(self) -> Period:
        return self.cleaned_data["span"]  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            cleaned["span"] = period(cleaned["start"], cleaned["end"])
            said = dict(map(self._party, self.said))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        known = {one.slug: one for one in self.spaces.for_listing().filter(slug__in=said)}
        if not 0 < len(said) <= MOST or known.keys() != said.keys():
            raise forms.ValidationError("no such rooms")
        cleaned["rooms"] = [(known[slug], people) for slug, people in said.items()]
        return cleaned

    @staticmethod
    def _party(said: str) -> tuple[str, int]:
        slug, _colon, people = said.partition(":")
        number = int(people)
        if not 0 < number <= 100_000:
            raise ValueError("so many do not come")
        return slug, number
