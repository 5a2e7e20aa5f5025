"""Who buys: what about a person decides a price."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from spaces.models import Audience, Price, Space


@dataclass(frozen=True, slots=True)
class Buyer:
    """What about a person decides a price."""

    affiliations: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()  # works there, or is a member

    @classmethod
    def of(cls, user: User | AnonymousUser | None, now: datetime) -> "Buyer":
        if user is None or not isinstance(user, User):
            return cls()
        current = [a for a in user.affiliations.all() if not a.expires_at or a.expires_at > now]
        return cls(
            affiliations=frozenset(a.kind for a in current),
            organisations=frozenset(m.organisation_id for m in user.memberships.all())
            | frozenset(a.organisation_id for a in current if a.kind != "student"),
        )

    def belongs_to(self, price: Price, space: Space) -> bool:
        if price.audience == Audience.EVERYONE:
            return True
        if price.audience == Audience.OWN:
            return space.organisation_id in self.organisations
        if price.audience == Audience.ORGANISATION:
            return price.organisation_id in self.organisations
        return price.audience in self.affiliations
