"""What the district does to all owners or to one, who are told in the same transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import RUNS_SPACES, Role, User
from accounts.transactions import operation
from bookings.deliveries import nudge
from bookings.models import Delivery, Kind
from spaces import rulebook as rules
from spaces.models import Rulebook, Space
from spaces.operations.listing import lift_pause, pause


@operation
def publish_rulebook(*, rulebook: Rulebook, now: datetime) -> int:
    """Put this version in force, and tell all owners of organisations; how many there are.
    Raises `AlreadyPublished` and `OlderVersion`."""
    rules.publish(rulebook=rulebook, now=now)
    owners = User.objects.filter(memberships__role=Role.OWNER, is_active=True).distinct()
    return _tell(owners, Kind.RULEBOOK, number=rulebook.version, now=now)


@operation
def pause_space(*, space: Space, reason: str, by: User, now: datetime) -> None:
    """Take it off the lists and tell those who keep it why. Raises `NotThatWay`."""
    made = pause(space=space, reason=reason, by=by, now=now)
    _tell(_keepers(space), Kind.PAUSED, number=made.pk, now=now)


@operation
def lift_space_pause(*, space: Space, by: User, now: datetime) -> None:
    """Leave it to its owner again, and tell them. Raises `NotThatWay`."""
    lifted = lift_pause(space=space, by=by, now=now)
    _tell(_keepers(space), Kind.PAUSE_LIFTED, number=lifted.pk, now=now)


def _keepers(space: Space) -> Iterable[User]:
    members = space.organisation.memberships.filter(role__in=RUNS_SPACES)
    return User.objects.filter(memberships__in=members, is_active=True).distinct()


def _tell(people: Iterable[User], kind: Kind, *, number: int, now: datetime) -> int:
    rows = [
        Delivery(version=number, kind=kind, recipient=person, not_before=now) for person in people
    ]
    Delivery.objects.bulk_create(rows)
    if rows:
        transaction.on_commit(nudge)
    return len(rows)
