"""How much somebody has booked of what they may."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Affiliation, Organisation, User
from bookings.models import OCCUPYING, Booking, Status
from spaces import formats, quotas
from spaces.access import Access
from spaces.models import Place, Quota, Space
from spaces.periods import Period, day_span, minutes_in, period

COUNTED = (*OCCUPYING, Status.NO_SHOW)
LENGTH = ExpressionWrapper(F("period__endswith") - F("period__startswith"), DurationField())
USED = {"bookings": Count("*"), "length": Sum(LENGTH)}
NOWHERE = Q(pk__in=[])


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
    bookings: "QuerySet[Booking]"

    def used(self, now: datetime) -> int:
        """Bookings or minutes, as the quota counts."""
        return self.measure(self.counted(now).aggregate(**USED))

    def counted(self, now: datetime) -> "QuerySet[Booking]":
        return self.standing(now).filter(in_window(self.window))

    def standing(self, now: datetime) -> "QuerySet[Booking]":
        """What counts of any window."""
        return self.bookings.filter(status__in=COUNTED).exclude(
            status__in=(Status.HELD, Status.REQUESTED), expires_at__lte=now
        )

    def measure(self, sums: Mapping[str, Any]) -> int:
        if self.quota.counts == Quota.Counts.BOOKINGS:
            return int(sums["bookings"])
        return round((sums["length"] or timedelta()).total_seconds() / 60)

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


def used_of(shares: Sequence[Share], now: datetime) -> dict[Period, int]:
    """What is used of one quota in each window of these shares of it. One query."""
    windows = list(dict.fromkeys(share.window for share in shares))
    sums: dict[str, Any] = {}
    for n, window in enumerate(windows):
        sums[f"bookings{n}"] = Count("pk", filter=in_window(window))
        sums[f"length{n}"] = Sum(LENGTH, filter=in_window(window))
    earliest = min(window.lower for window in windows)
    latest = max(window.upper for window in windows)
    counted = shares[0].standing(now).filter(in_window(Period(earliest, latest)))
    found = counted.aggregate(**sums)
    return {
        window: shares[0].measure({name: found[f"{name}{n}"] for name in USED})
        for n, window in enumerate(windows)
    }


def in_window(window: Period) -> Q:
    return Q(period__startswith__gte=window.lower, period__startswith__lt=window.upper)


class QuotaUse:
    """What several times in a space, to be booked together, would use of somebody's quotas.

    As many queries for many times as for one: those of the quotas. `require` is asked of
    the times in turn, and each that takes its part leaves less for the next.
    """

    def __init__(
        self,
        space: Space,
        spans: Iterable[Period],
        *,
        by: User | AnonymousUser | None,
        organisation: Organisation | None = None,
        now: datetime,
    ) -> None:
        self.now = now
        self._used: dict[tuple[int, Period], int] = {}
        self.shares = (
            shares_of_each(space, spans, by=by, organisation=organisation, now=now)
            if isinstance(by, User)
            else {}
        )

    def count(self) -> None:
        """Look what is used already: by others too, so once `lock_shares` has been called."""
        by_quota: dict[int, list[Share]] = {}
        for share in chain.from_iterable(self.shares.values()):
            by_quota.setdefault(share.quota.pk, []).append(share)
        for quota, shares in by_quota.items():
            for window, used in used_of(shares, self.now).items():
                self._used[quota, window] = used

    def require(self, span: Period, *, takes: bool = True) -> None:
        """Raise `QuotaUsed` when this time would be more than somebody may have."""
        if not self._used:
            self.count()
        shares = self.shares.get(span, [])
        for share in shares:
            share.require_left(span, used=self._used[share.quota.pk, share.window])
        for share in shares if takes else ():
            self._used[share.quota.pk, share.window] += share.wants(span)


def require_quota(
    space: Space,
    span: Period,
    *,
    by: User,
    organisation: Organisation | None = None,
    now: datetime,
) -> None:
    """Raise `QuotaUsed` when the booking would be more than somebody may have."""
    for share in shares_of(space, span, by=by, organisation=organisation, now=now):
        share.require(span, now)


def shares_of(
    space: Space, span: Period, *, by: User, organisation: Organisation | None, now: datetime
) -> list[Share]:
    """The shares that a booking would be taken out of. Those who run the space are not bound."""
    return shares_of_each(space, [span], by=by, organisation=organisation, now=now)[span]


def shares_of_each(
    space: Space,
    spans: Iterable[Period],
    *,
    by: User,
    organisation: Organisation | None,
    now: datetime,
) -> dict[Period, list[Share]]:
    """The same for several times in a space."""
    found = list(Quota.objects.bearing_on(space))
    if not found or Space.objects.run_by(by).filter(pk=space.pk).exists():
        return {span: [] for span in spans}
    kinds = {tie.kind for tie in _current_ties(now).filter(user=by)}
    bound = list(bound_by(found, kinds))
    zone = space.place.zone
    shares = {
        span: [share_of(quota, zone, span, by, organisation, now) for quota in bound]
        for span in spans
    }
    return {span: [one for one in some if one is not None] for span, some in shares.items()}


def bound_by(quotas: Iterable[Quota], kinds: Collection[str]) -> Iterator[Quota]:
    """Those that somebody of these affiliations is bound by."""
    return (quota for quota in quotas if not quota.affiliation or quota.affiliation in kinds)


def used_up(span: Period, *, access: Access, now: datetime) -> Q:
    """The spaces that a quota keeps this person from booking then, for themselves.

    In three queries at most, however many quotas there are: those of a single space matter
    where the person has booked it, or where they are too small for the time in any case.
    """
    by = access.user
    if by is None:
        return NOWHERE
    mine = Booking.objects.filter(booker=by, status__in=COUNTED, space=OuterRef("space"))
    too_small = Q(counts=Quota.Counts.MINUTES, amount__lt=minutes_in(span)) | Q(amount=0)
    matters = Q(space=None) | too_small | Q(whose=Quota.Whose.AFFILIATION) | Exists(mine)
    kinds = {"", *(kind for kind, _organisation in access.ties)}
    quotas = Quota.objects.standing().filter(matters, affiliation__in=kinds)
    found = list(quotas.select_related("space__place"))
    if not found:
        return NOWHERE
    names = {quota.space.place.time_zone for quota in found if quota.space}
    if any(quota.space is None for quota in found):
        names |= set(Place.objects.values_list("time_zone", flat=True).order_by().distinct())
    shares = [
        (share, where)
        for quota in found
        for name in names
        if (where := _where(quota, name)) is not None
        and (share := share_of(quota, ZoneInfo(name), span, by, None, now)) is not None
    ]
    used = _used_of_all([share for share, _where in shares], now)
    spent = NOWHERE
    for (share, where), amount in zip(shares, used, strict=True):
        if share.wants(span) > share.quota.amount - amount:
            spent |= where
    return spent & ~Q(organisation__in=access.runs)


def _where(quota: Quota, zone: str) -> Q | None:
    """The spaces of a zone that a quota bears on; None when there are none."""
    if quota.space is not None:
        return Q(pk=quota.space_id) if quota.space.place.time_zone == zone else None
    where = Q(place__time_zone=zone)
    return where if quota.owner_id is None else where & Q(organisation=quota.owner_id)


def _used_of_all(shares: Sequence[Share], now: datetime) -> list[int]:
    """`Share.used` of many, in one query."""
    if not shares:
        return []
    sums = [
        share.counted(now).order_by().values(n=Value(n)).annotate(**USED)
        for n, share in enumerate(shares)
    ]
    found = {row["n"]: row for row in sums[0].union(*sums[1:], all=True)}
    return [
        share.measure(found[n]) if n in found else 0  # nothing is booked: no group
        for n, share in enumerate(shares)
    ]


def lock_shares(shares: Iterable[Share]) -> None:
    """Until the transaction ends, whoever books out of the same share waits: so two quick
    requests cannot both use the last hour. Taken before any unit's lock, in order."""
    keys = sorted({(share.quota.pk % 2**31, share.subject % 2**31) for share in shares})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)


def share_of(
    quota: Quota,
    zone: ZoneInfo,
    span: Period,
    by: User,
    organisation: Organisation | None,
    now: datetime,
) -> Share | None:
    """None when it is counted for organisations and none is booked for."""
    within = _within(quota)
    window = window_of(quota, span.lower, zone)
    if quota.whose == Quota.Whose.PERSON:
        return Share(quota, by.pk, window, zone, within.filter(booker=by))
    if quota.whose == Quota.Whose.AFFILIATION:
        ties = _current_ties(now).filter(kind=quota.affiliation)
        return Share(quota, 0, window, zone, within.filter(booker__in=ties.values("user")))
    if organisation is None:
        return None
    theirs = within.filter(organisation=organisation)
    return Share(quota, organisation.pk, window, zone, theirs)


def window_of(quota: Quota, moment: datetime, zone: ZoneInfo) -> Period:
    """The day, week, month or semester of the place in which a moment lies."""
    day = moment.astimezone(zone).date()
    match quota.window:
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


def _within(quota: Quota) -> "QuerySet[Booking]":
    if quota.space_id is not None:
        return Booking.objects.filter(space=quota.space_id)
    if quota.owner_id is not None:
        return Booking.objects.filter(space__organisation=quota.owner_id)
    return Booking.objects.all()


def _current_ties(now: datetime) -> "QuerySet[Affiliation]":
    return Affiliation.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
