"""Strikes: for not coming, and for staying too long. They wear off by the rulebook."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refused
from accounts.models import User
from bookings.grounds import Grounds
from bookings.models import STRIKES, BookingEvent
from spaces import formats, rulebook
from spaces.access import Access
from spaces.models import Rulebook, Space


class TooManyStrikes(Refused):
    code = "too_many_strikes"
    message = gettext_lazy("You have too many strikes to book now.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands: the strikes that count at a moment, and what comes of them."""

    rules: Rulebook
    strikes: list[BookingEvent]  # those that count now, the oldest first
    paused_until: datetime | None

    @property
    def count(self) -> int:
        return len(self.strikes)

    @property
    def next_wears_off(self) -> datetime | None:
        """When there is one fewer."""
        return self.strikes[0].at + self._counted_for if self.strikes else None

    @property
    def is_barred(self) -> bool:
        """Nothing can be booked, rather than only what an owner answers."""
        return self.rules.strike_then == Rulebook.Strikes.NOTHING

    def bars(self, space: Space) -> bool:
        return self.paused_until is not None and (self.is_barred or space.in_force.is_instant)

    @property
    def _counted_for(self) -> timedelta:
        return timedelta(days=self.rules.strike_days)


def standing_of(user: User, *, now: datetime) -> Standing | None:
    """None where no rulebook sets a limit. A pause runs from the strike that made them too
    many, also when older ones wear off meanwhile; another strike begins it anew."""
    rules = rulebook.in_force()
    if rules is None or rules.strike_limit is None:
        return None
    since = now - timedelta(days=rules.strike_days + rules.strike_pause)
    found = BookingEvent.objects.filter(
        booking__booker=user, kind__in=STRIKES, at__gt=since, at__lte=now
    )
    ordered = found.select_related("booking__space__place").order_by("at", "pk")
    return standing_by(rules, list(ordered), now=now)


def standing_by(
    rules: Rulebook | None, found: list[BookingEvent], *, now: datetime
) -> Standing | None:
    """The same from what was `found`: all strikes that may still matter, the oldest first."""
    if rules is None or rules.strike_limit is None:
        return None
    counted, pause = timedelta(days=rules.strike_days), timedelta(days=rules.strike_pause)
    until = None
    for first, last in zip(found, found[rules.strike_limit - 1 :], strict=False):
        if last.at - first.at < counted and last.at + pause > now:
            until = last.at + pause
    return Standing(rules, [one for one in found if one.at > now - counted], until)


def paused(*, access: Access, now: datetime) -> Q:
    """The spaces that strikes keep this person from booking."""
    standing = None if access.user is None else standing_of(access.user, now=now)
    if standing is None or standing.paused_until is None:
        return Q(pk__in=())
    barred = Q() if standing.is_barred else Q(in_force__is_instant=True)
    return barred & ~Q(organisation__in=access.runs)


def require_standing(space: Space, grounds: Grounds, *, now: datetime) -> None:
    """Raise `TooManyStrikes` with when it wears off. Those who run the space are not bound."""
    standing = standing_by(grounds.rulebook, grounds.strikes, now=now)
    if standing is None or standing.paused_until is None or not standing.bars(space):
        return
    if space.organisation_id in grounds.access.runs:
        return
    until = standing.paused_until
    raise TooManyStrikes(sentence(standing, space), until=until.isoformat(), strikes=standing.count)


def sentence(standing: Standing, space: Space) -> str:
    assert standing.paused_until is not None
    zone = space.place.zone
    told = {
        "day": formats.day_name(standing.paused_until, zone),
        "time": formats.clock(standing.paused_until, zone),
    }
    if standing.is_barred:
        return _("You have too many strikes. You can book again on %(day)s at %(time)s.") % told
    return (
        _(
            "You have too many strikes to book this at once. You can again on %(day)s at %(time)s; "
            "until then, ask for a space whose owner answers first."
        )
        % told
    )


def strikes_at(space: Space, user: User, *, now: datetime) -> int:
    """How many of those that count were in spaces of the same owner: what a host may know."""
    rules = rulebook.in_force()
    days = rules.strike_days if rules else Rulebook._meta.get_field("strike_days").default
    return BookingEvent.objects.filter(
        booking__booker=user,
        booking__space__organisation=space.organisation_id,
        kind__in=STRIKES,
        at__gt=now - timedelta(days=days),
        at__lte=now,
    ).count()
