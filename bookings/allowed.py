"""What one person may book of many spaces: who they are, trainings, quotas and strikes.

The booking operation decides anew, under lock. This is for lists, so that what they offer is
what a booking accepts, and asks the database as often for thirty spaces as for one.
"""

from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from bookings.models import Booking
from bookings.quotas import COUNTED, Share, bound_by, share_of
from bookings.strikes import Standing, standing_of
from spaces.access import Access
from spaces.models import Quota, Space
from spaces.periods import Period

A_SEMESTER = timedelta(days=220)  # and more: no quota looks farther back


class Allowed:
    """Asked with spaces as `Space.objects.for_listing()` gives them."""

    def __init__(self, user: User | AnonymousUser | None, now: datetime) -> None:
        self.user, self.now = user if isinstance(user, User) else None, now
        self.access = Access(user, now)
        self._used: dict[tuple[int, int, datetime], int] = {}

    def to_book(self, space: Space, span: Period) -> bool:
        """Whether nothing about this person keeps them from it. Somebody who has not signed
        in may what everyone may."""
        return (
            self.access.may_book(space)
            and not self.access.lacks(space, span.upper)
            and not self._is_paused(space)
            and self._has_left(space, span)
        )

    def _is_paused(self, space: Space) -> bool:
        if space.organisation_id in self.access.runs or self._standing is None:
            return False
        return self._standing.bars(space)

    @cached_property
    def _standing(self) -> Standing | None:
        return None if self.user is None else standing_of(self.user, now=self.now)

    def _has_left(self, space: Space, span: Period) -> bool:
        if self.user is None or space.organisation_id in self.access.runs:
            return True
        zone = space.place.zone
        kinds = {kind for kind, _organisation in self.access.ties}
        bearing = (quota for quota in self._quotas if bears_on(quota, space))
        for quota in bound_by(bearing, kinds):
            share = share_of(quota, zone, span, self.user.pk, None)
            if share and share.wants(span) > quota.amount - self._used_of(share):
                return False
        return True

    def _used_of(self, share: Share) -> int:
        """Of what a person has to themselves, from their own bookings, read once; of what all
        of an affiliation share, as the database counts."""
        if share.quota.whose == Quota.Whose.PERSON:
            return sum(
                share.wants(booking.period) for booking in self._own if is_within(booking, share)
            )
        key = share.quota.pk, share.subject, share.window.lower
        if key not in self._used:
            self._used[key] = share.used(self.now)
        return self._used[key]

    @cached_property
    def _quotas(self) -> list[Quota]:
        return list(Quota.objects.standing())

    @cached_property
    def _own(self) -> list[Booking]:
        assert self.user is not None
        since = self.now - A_SEMESTER
        theirs = Booking.objects.booked_by(self.user).filter(
            status__in=COUNTED, period__startswith__gt=since
        )
        found = theirs.select_related("space").only(
            "period", "status", "expires_at", "space__organisation"
        )
        return [booking for booking in found if not booking.has_run_out(self.now)]


def bears_on(quota: Quota, space: Space) -> bool:
    """As `QuotaQuerySet.bearing_on`, of the quotas in force."""
    of_all = quota.space_id is None and quota.owner_id is None
    return of_all or quota.space_id == space.pk or quota.owner_id == space.organisation_id


def is_within(booking: Booking, share: Share) -> bool:
    return bears_on(share.quota, booking.space) and (
        share.window.lower <= booking.start < share.window.upper
    )
