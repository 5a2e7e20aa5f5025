"""How much somebody has booked of what they may."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation
from bookings.availability import Barred
from bookings.grounds import Grounds, grounds_of
from bookings.models import OCCUPYING, Booking, Status
from spaces import formats, quotas
from spaces.access import Access
from spaces.models import Place, Quota, Space
from spaces.periods import Period, day_span, minutes_in, period

COUNTED = (*OCCUPYING, Status.NO_SHOW)
NOWHERE = Q(pk__in=[])

# What is booked of one quota in each of some windows: how often, and for how many minutes.
USED = """
SELECT asked.number, count(booking.id),
       coalesce(extract(epoch FROM sum(upper(booking.period) - lower(booking.period))), 0) / 60
FROM unnest(%(numbers{n})s::integer[], %(windows{n})s::tstzrange[]) AS asked (number, span)
LEFT JOIN bookings_booking AS booking
  ON {whose} AND {where}
 AND lower(booking.period) >= lower(asked.span) AND lower(booking.period) < upper(asked.span)
 AND booking.status = ANY (%(counted)s)
 AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s)
 AND booking.id <> ALL (%(ignoring{n})s::uuid[])
GROUP BY asked.number
"""
WHOSE = {
    Quota.Whose.PERSON: "booking.booker_id = %(subject{n})s",
    Quota.Whose.ORGANISATION: "booking.organisation_id = %(subject{n})s",
    Quota.Whose.AFFILIATION: """booking.booker_id IN (
        SELECT tie.user_id FROM accounts_affiliation AS tie
        WHERE tie.kind = %(subject{n})s
          AND (tie.expires_at IS NULL OR tie.expires_at > %(now)s))""",
}
OF_SPACE = "booking.space_id = %(space{n})s"
OF_OWNER = """booking.space_id IN (
    SELECT space.id FROM spaces_space AS space WHERE space.organisation_id = %(owner{n})s)"""


class QuotaUsed(Refused):
    code = "quota_used"
    message = _("Your quota here is used.")


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody's share of a quota at a time: what has been booked of it."""

    quota: Quota
    subject: int  # the person, the organisation, or 0 for all of an affiliation together
    window: Period
    zone: ZoneInfo
    ignoring: frozenset[UUID] = frozenset()  # not counted: they are to become others

    def used(self, now: datetime) -> int:
        """Bookings or minutes, as the quota counts."""
        return used_of([self], now)[0]

    def measure(self, times: int, minutes: Decimal) -> int:
        return times if self.quota.counts == Quota.Counts.BOOKINGS else round(minutes)

    def wants(self, span: Period) -> int:
        """What a booking of this time takes out of it."""
        return 1 if self.quota.counts == Quota.Counts.BOOKINGS else minutes_in(span)

    def require(self, span: Period, now: datetime) -> None:
        self.require_left(span, used=self.used(now))

    def require_left(self, span: Period, *, used: int) -> None:
        left = max(0, self.quota.amount - used)
        if self.wants(span) > left:
            raise QuotaUsed(self.sentence(left), left=left, free_again=self.window.upper)

    def sentence(self, left: int) -> str:
        told = {
            "quota": quotas.in_words(self.quota),
            "left": quotas.measure(self.quota, left),
            "day": formats.day_name(self.window.upper, self.zone),
        }
        return _("The quota is %(quota)s: %(left)s left, and a new one from %(day)s.") % told


def used_of(shares: Sequence[Share], now: datetime) -> list[int]:
    """What is used of each, in one statement."""
    if not shares:
        return []
    by_quota: dict[tuple[int, int, frozenset[UUID]], list[int]] = {}
    for number, share in enumerate(shares):
        by_quota.setdefault((share.quota.pk, share.subject, share.ignoring), []).append(number)
    parts: list[str] = []
    told: dict[str, Any] = {"now": now, "counted": [status.value for status in COUNTED]}
    for n, numbers in enumerate(by_quota.values()):
        first = shares[numbers[0]]
        parts.append(_counting(first.quota).format(n=n))
        told |= {
            f"numbers{n}": numbers,
            f"windows{n}": [shares[number].window for number in numbers],
            f"subject{n}": first.quota.affiliation if not first.subject else first.subject,
            f"space{n}": first.quota.space_id,
            f"owner{n}": first.quota.owner_id,
            f"ignoring{n}": list(first.ignoring),
        }
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), told)
        found = {number: (times, minutes) for number, times, minutes in cursor.fetchall()}
    return [share.measure(*found[number]) for number, share in enumerate(shares)]


def _counting(quota: Quota) -> str:
    where = OF_SPACE if quota.space_id else OF_OWNER if quota.owner_id else "TRUE"
    return USED.replace("{whose}", WHOSE[Quota.Whose(quota.whose)]).replace("{where}", where)


class QuotaUse:
    """What several times, to be booked together, would use of somebody's quotas.

    `require` is asked of the times in turn, and each that takes its part leaves less for the
    next. One statement, however many times and quotas there are.
    """

    def __init__(self, shares: Iterable[Share], now: datetime) -> None:
        """Counts what is used already: by others too, so once `lock_shares` has been called
        where that matters."""
        asked = list(dict.fromkeys(shares))
        self._used = dict(zip(map(self._key, asked), used_of(asked, now), strict=True))

    def anew(self) -> "QuotaUse":
        """The same before anything was taken here, for times that would be booked by themselves."""
        other = copy(self)
        other._used = dict(self._used)
        return other

    @staticmethod
    def _key(share: Share) -> tuple[int, int, Period]:
        return share.quota.pk, share.subject, share.window

    def require(self, shares: Sequence[Share], span: Period, *, takes: bool = True) -> None:
        """Raise `QuotaUsed` when this time, of these shares, would be more than is left."""
        for share in shares:
            share.require_left(span, used=self._used[self._key(share)])
        for share in shares if takes else ():
            self._used[self._key(share)] += share.wants(span)


def shares_of(
    space: Space,
    span: Period,
    grounds: Grounds,
    *,
    organisation: Organisation | None,
) -> list[Share]:
    """The shares that a booking would be taken out of. Those who run the space are not bound."""
    by = grounds.access.number
    if by is None:
        return []
    kinds = {kind for kind, _of in grounds.access.ties}
    zone = space.place.zone
    bound = bound_by(grounds.bearing_on(space), kinds)
    shares = (share_of(quota, zone, span, by, organisation) for quota in bound)
    return [share for share in shares if share is not None]


def shares_again(booking: Booking, space: Space, span: Period, *, now: datetime) -> list[Share]:
    """Those that a booking would be taken out of there and then, as if it were not there yet."""
    grounds = grounds_of([space], by=booking.booker, now=now)
    shares = shares_of(space, span, grounds, organisation=booking.organisation)
    return [replace(one, ignoring=frozenset({booking.pk})) for one in shares]


def bound_by(quotas: Iterable[Quota], kinds: Collection[str]) -> Iterator[Quota]:
    """Those that somebody of these affiliations is bound by."""
    return (quota for quota in quotas if not quota.affiliation or quota.affiliation in kinds)


def used_up(span: Period, *, access: Access, now: datetime) -> Q:
    """The spaces that a quota keeps this person from booking then, for themselves.

    In three queries at most, however many quotas there are.
    """
    found = NOWHERE
    for one in spent(span.lower, span.lower, minutes_in(span), access=access, now=now):
        found |= _where(one)
    return found & ~Q(organisation__in=access.runs)


def spent(
    first: datetime, last: datetime, minutes: int, *, access: Access, now: datetime, times: int = 1
) -> list[Barred]:
    """When a quota keeps this person from beginning something so long, for themselves, between
    the two moments; or of what is not one space's alone, so many `times` at once.

    Quotas of a single space matter where the person has booked it, or where they are too small
    in any case. Three queries at most, however many quotas and windows there are.
    """
    by = access.user
    if by is None:
        return []
    mine = Booking.objects.filter(booker=by, status__in=COUNTED, space=OuterRef("space"))
    too_small = Q(counts=Quota.Counts.MINUTES, amount__lt=minutes) | Q(amount=0)
    matters = Q(space=None) | too_small | Q(whose=Quota.Whose.AFFILIATION) | Exists(mine)
    kinds = {"", *(kind for kind, _organisation in access.ties)}
    quotas = Quota.objects.standing().filter(matters, affiliation__in=kinds)
    found = list(quotas.select_related("space__place"))
    names: set[str] = set()
    if any(quota.space is None for quota in found):
        names |= set(Place.objects.values_list("time_zone", flat=True).order_by().distinct())
    shares = [
        (share, name)
        for quota in found
        for name in ([quota.space.place.time_zone] if quota.space else names)
        for share in _shares_between(quota, ZoneInfo(name), first, last, by.pk)
    ]
    length = timedelta(minutes=minutes)
    used = used_of([share for share, _name in shares], now)
    return [
        Barred(share.window, name, share.quota.space_id, share.quota.owner_id)
        for (share, name), amount in zip(shares, used, strict=True)
        if share.wants(Period(first, first + length)) * (1 if share.quota.space_id else times)
        > share.quota.amount - amount
    ]


def _shares_between(
    quota: Quota, zone: ZoneInfo, first: datetime, last: datetime, by: int
) -> Iterator[Share]:
    """Of each window that one of these moments may lie in."""
    at = first
    while at <= last:
        share = share_of(quota, zone, Period(at, at), by, None)
        if share is None:
            return
        yield share
        at = share.window.upper


def _where(barred: Barred) -> Q:
    if barred.space is not None:
        return Q(pk=barred.space)
    where = Q(place__time_zone=barred.zone)
    return where if barred.owner is None else where & Q(organisation=barred.owner)


# In the order of the arrays: there is no other to take them in.
LOCK_IN_TURN = """
SELECT pg_advisory_xact_lock(share.quota, share.subject)
FROM unnest(%s::integer[], %s::integer[]) AS share (quota, subject)
"""


def lock_shares(shares: Iterable[Share]) -> None:
    """Until the transaction ends, whoever books out of the same share waits: so two quick
    requests cannot both use the last hour. Taken before any unit's lock, in order."""
    keys = sorted({(share.quota.pk % 2**31, share.subject % 2**31) for share in shares})
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(LOCK_IN_TURN, [[quota for quota, _of in keys], [of for _quota, of in keys]])


def share_of(
    quota: Quota, zone: ZoneInfo, span: Period, by: int, organisation: Organisation | None
) -> Share | None:
    """Of the person with the id `by`. None when it is counted for organisations and none is
    booked for."""
    window = window_of(quota.window, span.lower, zone)
    if quota.whose == Quota.Whose.PERSON:
        return Share(quota, by, window, zone)
    if quota.whose == Quota.Whose.AFFILIATION:
        return Share(quota, 0, window, zone)
    return Share(quota, organisation.pk, window, zone) if organisation else None


def window_of(window: str, moment: datetime, zone: ZoneInfo) -> Period:
    """The day, week, month or semester of the place in which a moment lies."""
    day = moment.astimezone(zone).date()
    match window:
        case Quota.Window.DAY:
            first, after = day, day + timedelta(days=1)
        case Quota.Window.WEEK:
            first = day - timedelta(days=day.isoweekday() - 1)
            after = first + timedelta(weeks=1)
        case Quota.Window.MONTH:
            first = day.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        case _:
            spring = day.month < 8
            first = date(day.year, 1 if spring else 8, 1)
            after = date(day.year, 8, 1) if spring else date(day.year + 1, 1, 1)
    return period(day_span(first, zone).lower, day_span(after, zone).lower)
