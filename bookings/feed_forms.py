"""Which calendar one wants to follow, and which to have of one's own."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RUNS_BOOKINGS, Organisation, User
from bookings.models import FeedKind, SavedSearch
from spaces.models import Space

MOST_SPACES = 500  # in the list; every space has a button of its own too


@dataclass(frozen=True, slots=True)
class Followed:
    """A kind of calendar, and what it is about."""

    kind: FeedKind
    about: dict[str, Any]


class FollowForm(forms.Form):
    """One of what this person may follow, as `kind:id`."""

    what = forms.ChoiceField(label=gettext_lazy("Calendar"))

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.known: dict[str, Followed] = {}
        groups = [
            (_("Spaces"), self._spaces(user)),
            (_("Organisations"), self._organisations(user)),
            (_("Saved searches"), self._searches(user)),
        ]
        self.fields["what"].choices = [group for group in groups if group[1]]  # type: ignore[attr-defined]

    @property
    def is_empty(self) -> bool:
        return not self.known

    @property
    def followed(self) -> Followed:
        return self.known[self.cleaned_data["what"]]

    def _add(self, kind: FeedKind, name: str, **about: Any) -> tuple[str, str]:
        (row,) = about.values()
        key = f"{kind}:{row.pk}"
        self.known[key] = Followed(kind, about)
        return key, name

    def _spaces(self, user: User) -> list[tuple[str, str]]:
        run = Space.objects.run_by(user).select_related("place").order_by("name", "pk")
        return [
            self._add(FeedKind.SPACE, f"{space.name}, {space.place.name}", space=space)
            for space in run[:MOST_SPACES]
        ]

    def _organisations(self, user: User) -> list[tuple[str, str]]:
        found = []
        for member in user.memberships.select_related("organisation").order_by("pk"):
            ours: Organisation = member.organisation
            if member.role in RUNS_BOOKINGS:
                name = _("%(organisation)s: the spaces") % {"organisation": ours}
                found.append(self._add(FeedKind.ORGANISATION, name, organisation=ours))
            name = _("%(organisation)s: colleagues") % {"organisation": ours}
            found.append(self._add(FeedKind.COLLEAGUES, name, organisation=ours))
        return found

    def _searches(self, user: User) -> list[tuple[str, str]]:
        return [
            self._add(FeedKind.SEARCH, search.name, search=search)
            for search in SavedSearch.objects.filter(user=user)
        ]


class OwnCalendarForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
