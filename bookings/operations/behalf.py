"""Booking for somebody else, who is named by their address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import RUNS_BOOKINGS, Organisation, User
from accounts.operations import person_at
from accounts.transactions import take_turns
from bookings.models import Booking, Status
from spaces.models import Space

MOST_A_DAY = 100  # bookings for others by one person: each of them gets a mail
DAY = timedelta(days=1)
BY_LINK = timedelta(hours=24)  # to pay in, for whom the space's own people have booked


class NotForThem(Refused):
    code = "not_for_them"
    message = _(
        "You can book for colleagues: choose the organisation that both of you are members of. "
        "Those who run a space book it for anybody."
    )


class BookedEnough(Refused):
    code = "booked_enough"
    message = _("You have booked for many others today. Book the rest tomorrow.")


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to book for. The name is for who has no account yet."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Who that is, and whether the spaces' own people book for them: then nobody has to be
    asked, and they have longer to pay."""

    person: User
    is_by_owner: bool


def find(
    whom: Whom,
    *,
    by: User,
    spaces: Collection[Space],
    organisation: Organisation | None,
    now: datetime,
) -> Found | None:
    """Whom `by` may book these spaces for; None when it is they themselves. Call it before any
    lock is taken. Raises `NotForThem` and `BookedEnough`.

    Those who run all of the spaces may book for anybody: who has no account gets one that
    waits for them. A member of an organisation may for whoever else is a member.
    """
    if whom.email.casefold() == by.email.casefold():
        return None
    take_turns(by)
    today = Booking.objects.filter(made_by=by, created_at__gt=now - DAY)
    if today.count() >= MOST_A_DAY:
        raise BookedEnough(most=MOST_A_DAY)
    runs = by.memberships.filter(role__in=RUNS_BOOKINGS)
    owners = set(runs.values_list("organisation", flat=True))
    if all(space.organisation_id in owners for space in spaces):
        person = person_at(address=whom.email, name=whom.name, language=by.language)
        if not person.is_active:
            raise NotForThem
        return Found(person, is_by_owner=True)
    colleagues = User.objects.filter(is_active=True, memberships__organisation=organisation)
    colleague = organisation and colleagues.filter(email__iexact=whom.email).first()
    if not colleague:
        raise NotForThem
    return Found(colleague, is_by_owner=False)


def make_for(booking: Booking, found: Found, *, by: User, now: datetime) -> None:
    """Say on a booking, that is not stored yet, who made it for whom, and what comes of that."""
    booking.made_by = by
    if not found.is_by_owner:
        return
    if booking.status == Status.REQUESTED:
        booking.status, booking.expires_at = Status.CONFIRMED, None
    elif booking.status == Status.HELD and booking.expires_at is not None:
        booking.expires_at = max(booking.expires_at, min(now + BY_LINK, booking.start))
