"""What every page knows about the site it belongs to."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, Value
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import RUNS_BOOKINGS, RUNS_SALES, RUNS_SPACES, SEES_MONEY, Role, User
from billing.models import CartItem
from bookings.models import Delivery
from bookings.queries.asked import waiting_for
from spaces import rulebook
from spaces.models import Space
from spaces.prices.shown import is_without_vat


@dataclass
class Site:
    request: HttpRequest
    demo: bool = settings.DEMO
    district: str = settings.DISTRICT_NAME
    tiles_url: str = settings.MAP_TILES_URL

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of the signed-in person, in whichever organisations."""
        user = self.request.user
        if not isinstance(user, User):
            return frozenset()
        return frozenset(user.memberships.values_list("role", flat=True))

    @cached_property
    def kept(self) -> frozenset[str]:
        """The slugs of the organisations whose spaces the signed-in person keeps."""
        user = self.request.user
        if self.roles.isdisjoint(RUNS_SPACES) or not isinstance(user, User):
            return frozenset()
        theirs = user.memberships.filter(role__in=RUNS_SPACES)
        return frozenset(theirs.values_list("organisation__slug", flat=True))

    @cached_property
    def sells(self) -> frozenset[str]:
        """The slugs of the organisations whose sales the signed-in person decides about."""
        user = self.request.user
        if self.roles.isdisjoint(RUNS_SALES) or not isinstance(user, User):
            return frozenset()
        theirs = user.memberships.filter(role__in=RUNS_SALES)
        return frozenset(theirs.values_list("organisation__slug", flat=True))

    @cached_property
    def _waiting(self) -> tuple[int, int]:
        """Unread notices, and times in the cart. One query."""
        user = self.request.user
        if not isinstance(user, User):
            return 0, 0
        unread, cart = Delivery.objects.unread_by(user), CartItem.objects.filter(user=user)
        both = [
            rows.order_by().values(n=Value(n)).annotate(count=Count("pk"))
            for n, rows in enumerate((unread, cart))
        ]
        found = {row["n"]: row["count"] for row in both[0].union(both[1], all=True)}
        return found.get(0, 0), found.get(1, 0)

    @property
    def unread(self) -> int:
        """How many notices wait for the signed-in person."""
        return self._waiting[0]

    @property
    def in_cart(self) -> int:
        """How many times are in their cart."""
        return self._waiting[1]

    @property
    def is_without_vat(self) -> bool:
        """Whether somebody of an organisation has chosen to read prices before VAT."""
        return bool(self.roles) and is_without_vat(self.request)

    @property
    def runs_spaces(self) -> bool:
        return not self.roles.isdisjoint(RUNS_SPACES)

    @property
    def sees_money(self) -> bool:
        return not self.roles.isdisjoint(SEES_MONEY)

    @cached_property
    def runs_bookings(self) -> bool:
        """Whether the signed-in person answers for any spaces."""
        if self.roles.isdisjoint(RUNS_BOOKINGS):
            return False
        user = self.request.user
        assert isinstance(user, User)
        return Space.objects.run_by(user).exists()

    @cached_property
    def to_answer(self) -> int:
        """How many bookings wait for an answer of the signed-in person, who runs some."""
        user = self.request.user
        return waiting_for(user, timezone.now()).count() if isinstance(user, User) else 0

    @cached_property
    def is_asked(self) -> bool:
        """Whether a new rulebook waits for this owner's answer."""
        user = self.request.user
        if not isinstance(user, User) or Role.OWNER not in self.roles:
            return False
        return rulebook.to_accept(user).exists()

    @property
    def is_owner(self) -> bool:
        """Whether the workspace is theirs: they work for an organisation that lists rooms."""
        return bool(self.roles)


def ledig(request: HttpRequest) -> dict[str, Any]:
    return {"ledig": Site(request)}
