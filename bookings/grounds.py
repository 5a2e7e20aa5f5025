"""What a decision about a person's bookings rests on, asked for in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Affiliation, Member, Training, User
from accounts.rows import Gathering, hang
from bookings.models import STRIKES, BookingEvent
from spaces.access import Access
from spaces.models import AccessRule, LengthDiscount, Price, Quota, Rulebook, Space
from spaces.prices import Buyer

# The arrays stand in a SELECT for the same reason as in `availability.verdicts.VERDICTS`.
_SPACES, _OWNERS = (
    "(SELECT %(spaces)s::bigint[])::bigint[]",
    "(SELECT %(owners)s::bigint[])::bigint[]",
)
_OF_THESE = f"WHERE one.space_id = ANY ({_SPACES})"
_IN_FORCE = """
(SELECT newest.id FROM spaces_rulebook AS newest
 WHERE newest.published_at IS NOT NULL ORDER BY newest.version DESC LIMIT 1)
"""

# What hangs on a space: by the name it has there.
_OF_SPACES = {
    "access_rules": (AccessRule, f"{_OF_THESE} ORDER BY one.id"),
    "prices": (Price, f"{_OF_THESE} ORDER BY one.amount, one.id"),
    "length_discounts": (LengthDiscount, f"{_OF_THESE} ORDER BY one.from_minutes"),
}
_ASKED = Gathering(
    memberships=(Member, "WHERE one.user_id = %(by)s"),
    affiliations=(Affiliation, "WHERE one.user_id = %(by)s"),
    trainings=(Space.trainings.through, _OF_THESE),
    rulebook=(Rulebook, f"WHERE one.id = {_IN_FORCE}"),
    quotas=(
        Quota,
        f"""WHERE one.space_id = ANY ({_SPACES}) OR one.owner_id = ANY ({_OWNERS})
        OR one.rulebook_id = {_IN_FORCE} ORDER BY one.id""",
    ),
    strikes=(
        BookingEvent,
        f"""JOIN bookings_booking AS missed ON missed.id = one.booking_id
        JOIN spaces_rulebook AS rules ON rules.id = {_IN_FORCE}
        WHERE one.kind IN ({", ".join(f"'{kind}'" for kind in STRIKES)})
          AND missed.booker_id = %(by)s AND rules.strike_limit IS NOT NULL AND one.at <= %(now)s
          AND one.at > %(now)s - make_interval(days => rules.strike_days + rules.strike_pause)
        ORDER BY one.at, one.id""",
    ),
    **_OF_SPACES,
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """Of one person and some spaces."""

    access: Access
    buyer: Buyer
    rulebook: Rulebook | None
    strikes: list[BookingEvent]  # that may count, or have brought a pause; the oldest first
    quotas: list[Quota]

    def bearing_on(self, space: Space) -> list[Quota]:
        """As `QuotaQuerySet.bearing_on`. Those who run the space are not bound."""
        if space.organisation_id in self.access.runs:
            return []
        return [
            one
            for one in self.quotas
            if one.rulebook_id is not None
            or one.space_id == space.pk
            or (one.owner_id is not None and one.owner_id == space.organisation_id)
        ]


def grounds_of(spaces: Iterable[Space], *, by: User, now: datetime) -> Grounds:
    """As they are now. What was asked of the spaces hangs on them from then on, as if it had
    been prefetched: whom they are for, the trainings they ask for, and their prices."""
    spaces = list(spaces)
    found = _ASKED(
        by=by.pk,
        spaces=[space.pk for space in spaces],
        owners=[space.organisation_id for space in spaces],
        now=now,
    )
    nothing = Training.objects.none()
    nothing._result_cache = []
    asking = {row.space_id for row in found["trainings"]}
    for space in spaces:
        for name in _OF_SPACES:
            hang(space, name, [row for row in found[name] if row.space_id == space.pk])
        known = space.__dict__["_prefetched_objects_cache"]
        known.pop("trainings", None)
        if space.pk not in asking:
            known["trainings"] = nothing
    access = Access(by, now, memberships=found["memberships"], affiliations=found["affiliations"])
    return Grounds(
        access,
        Buyer(frozenset(kind for kind, _of in access.ties), access.works_for),
        next(iter(found["rulebook"]), None),
        found["strikes"],
        found["quotas"],
    )
