"""Calendars to subscribe to by a secret address."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RUNS_BOOKINGS, Member, Organisation, User
from accounts.models.secret_address import SecretAddress
from bookings.models.saved import SavedSearch
from spaces.models import Space


class FeedKind(models.TextChoices):
    MINE = "mine", gettext_lazy("My bookings")
    SPACE = "space", gettext_lazy("What is booked in a space")
    ORGANISATION = "organisation", gettext_lazy("What is booked in an organisation’s spaces")
    COLLEAGUES = "colleagues", gettext_lazy("What colleagues have booked")
    SEARCH = "search", gettext_lazy("What is free, of a saved search")


# Which column says what a feed is about.
ABOUT = {
    FeedKind.SPACE: "space",
    FeedKind.ORGANISATION: "organisation",
    FeedKind.COLLEAGUES: "organisation",
    FeedKind.SEARCH: "search",
}
TARGETS = ("space", "organisation", "search")


def _is_about(kind: FeedKind) -> Q:
    about = {f"{one}__isnull": ABOUT.get(kind) != one for one in TARGETS}
    return Q(kind=kind.value, **about)


def _works_for(organisation: str, **roles: Any) -> Exists:
    members = Member.objects.filter(user=OuterRef("user"), organisation=OuterRef(organisation))
    return Exists(members.filter(**roles))


class FeedQuerySet(models.QuerySet["Feed"]):
    def readable(self) -> Self:
        """Those whose holder may see what they show: that is asked at each fetch, so whoever
        leaves an organisation takes none of its calendars along."""
        runs = {"role__in": RUNS_BOOKINGS}
        return self.filter(
            Q(kind__in=(FeedKind.MINE, FeedKind.SEARCH))
            | Q(_works_for("space__organisation", **runs), kind=FeedKind.SPACE)
            | Q(_works_for("organisation", **runs), kind=FeedKind.ORGANISATION)
            | Q(_works_for("organisation"), kind=FeedKind.COLLEAGUES),
            user__is_active=True,
        )

    def opened(self, token: str) -> "Feed | None":
        """The calendar with this token, with its person: of one's own it need not be asked who
        works where, and those are most."""
        found = self.filter(digest=Feed.digest_of(token), user__is_active=True)
        feed = found.select_related("user").first()
        if feed is None or feed.kind in (FeedKind.MINE, FeedKind.SEARCH):
            return feed
        related = "user", "space__place", "organisation"
        return self.readable().filter(pk=feed.pk).select_related(*related).first()


class Feed(SecretAddress):
    """One calendar of one person. Revoking is deleting; rotating gives it another token."""

    PURPOSE = "calendar-token"

    user = models.ForeignKey(User, models.CASCADE, related_name="feeds", db_index=False)
    kind = models.CharField(max_length=12, choices=FeedKind)
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )
    search = models.ForeignKey(SavedSearch, models.CASCADE, null=True, blank=True, related_name="+")
    fetched_by = models.CharField(max_length=200, blank=True)  # as the program calls itself

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", *TARGETS], nulls_distinct=False, name="feed_once"
            ),
            models.CheckConstraint(
                name="feed_about_one",
                condition=_is_about(FeedKind.MINE)
                | _is_about(FeedKind.SPACE)
                | _is_about(FeedKind.ORGANISATION)
                | _is_about(FeedKind.COLLEAGUES)
                | _is_about(FeedKind.SEARCH),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user}"

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("feed", args=[self.token])

    @property
    def name(self) -> str:
        """What it is called in a list of calendars, in the active language."""
        match self.kind:
            case FeedKind.SPACE:
                assert self.space is not None
                return self.space.name
            case FeedKind.ORGANISATION:
                return _("%(organisation)s: the spaces") % {"organisation": self.organisation}
            case FeedKind.COLLEAGUES:
                return _("%(organisation)s: colleagues") % {"organisation": self.organisation}
            case FeedKind.SEARCH:
                assert self.search is not None
                return _("Free: %(search)s") % {"search": self.search.name}
        return _("My bookings in %(district)s") % {"district": settings.DISTRICT_NAME}
