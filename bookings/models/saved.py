"""What a person keeps: spaces they like, searches they repeat, spaces they have looked at.

All of it is theirs alone and goes with them.
"""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from spaces.models import Space


class FavouriteQuerySet(models.QuerySet["Favourite"]):
    def liked_by(self, user: User | AnonymousUser | None, spaces: Collection[int]) -> set[int]:
        """Which of these spaces are among the person's favourites."""
        if not isinstance(user, User):
            return set()
        mine = self.filter(user=user, space__in=spaces)
        return set(mine.values_list("space", flat=True))


class Favourite(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="favourites", db_index=False)
    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    saved_at = models.DateTimeField()

    objects = FavouriteQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at", "pk")
        constraints = [models.UniqueConstraint(fields=["user", "space"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user} likes {self.space}"


def page_of(asked: QueryDict) -> str:
    """The page that a search is for, by its name. One that says how it comes again is for the
    same time again and again, and one that says how long it is to be for any time."""
    if "repeat" in asked:
        return "recurring"
    return "anytime" if "minutes" in asked else "search"


class SavedSearch(models.Model):
    """A search without its day, but for a rule, which needs its first: `query` is what
    `Wanted.kept` says of it, as an address does, so that whoever reads searches can read it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("-saved_at", "pk")
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="saved_search_once"),
            models.CheckConstraint(
                name="saved_search_named", condition=~models.Q(name__regex=r"^\s*$")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(page_of(self.asked))}?{self.query}"

    @property
    def asked(self) -> QueryDict:
        return QueryDict(self.query)


class Seen(models.Model):
    """That a person looked at a space, and when last. The newest few are kept, for a while."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-at", "pk")
        verbose_name_plural = "seen"
        constraints = [models.UniqueConstraint(fields=["user", "space"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.user} saw {self.space}"
