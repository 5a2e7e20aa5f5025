"""What the district does to all owners or to one, who are told in the same transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Role, User
from accounts.transactions import operation
from bookings.deliveries import nudge
from bookings.models import Delivery, Kind
from spaces import rulebook as rules
from spaces.models import Rulebook


@operation
def publish_rulebook(*, rulebook: Rulebook, now: datetime) -> int:
    """Put this version in force, and tell all owners of organisations; how many there are.
    Raises `AlreadyPublished` and `OlderVersion`."""
    rules.publish(rulebook=rulebook, now=now)
    owners = User.objects.filter(memberships__role=Role.OWNER, is_active=True).distinct()
    return _tell(owners, Kind.RULEBOOK, number=rulebook.version, now=now)


def _tell(people: Iterable[User], kind: Kind, *, number: int, now: datetime) -> int:
    rows = [
        Delivery(version=number, kind=kind, recipient=person, not_before=now) for person in people
    ]
    Delivery.objects.bulk_create(rows)
    if rows:
        transaction.on_commit(nudge)
    return len(rows)
