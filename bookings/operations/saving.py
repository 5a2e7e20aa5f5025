"""Keeping spaces and searches for oneself, and what one has looked at."""

from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation, take_turns
from bookings.models import Favourite, SavedSearch, Seen
from spaces.models import Space

MOST_SEARCHES = 50
SEEN_KEPT = 12  # spaces
SEEN_FOR = timedelta(days=90)


class TooManySearches(Refused):
    code = "too_many_searches"
    message = _("You have saved as many searches as there is room for. Delete one first.")


@operation
def like(*, space: Space, by: User, now: datetime) -> None:
    """Keep a space among the favourites; liking it twice changes nothing."""
    Favourite.objects.get_or_create(user=by, space=space, defaults={"saved_at": now})


@operation
def unlike(*, space: Space, by: User) -> None:
    Favourite.objects.filter(user=by, space=space).delete()


@operation
def save_search(*, name: str, asked: QueryDict, by: User, now: datetime) -> SavedSearch:
    """Keep what a search asks for, whatever the day. The same search is kept once: saved
    again, it has its new name."""
    take_turns(by)
    mine = SavedSearch.objects.filter(user=by)
    query = asked.urlencode()
    if found := mine.filter(query=query).first():
        found.name, found.saved_at = name, now
        found.save(update_fields=["name", "saved_at"])
        return found
    if mine.count() >= MOST_SEARCHES:
        raise TooManySearches
    return SavedSearch.objects.create(user=by, name=name, query=query, saved_at=now)


@operation
def drop_search(*, search: SavedSearch) -> None:
    search.delete()


@operation
def note_seen(*, space: Space, by: User, now: datetime) -> None:
    """Remember that a person looked at a space; of what they saw before, the newest stay."""
    Seen.objects.bulk_create(
        [Seen(user=by, space=space, at=now)],
        update_conflicts=True,
        unique_fields=["user", "space"],
        update_fields=["at"],
    )
    mine = Seen.objects.filter(user=by)
    mine.filter(pk__in=mine.order_by("-at", "-pk").values("pk")[SEEN_KEPT:]).delete()


@operation
def forget_seen(*, now: datetime) -> int:
    """Drop what was looked at too long ago."""
    return Seen.objects.filter(at__lt=now - SEEN_FOR).delete()[0]
