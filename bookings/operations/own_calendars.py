"""A person's own calendars, as their calendar programs make, fill and delete them.

Nothing here is a booking: no unit is taken and nobody is invited or told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation, take_turns
from bookings.models import CalendarLook, OwnCalendar, OwnObject
from bookings.preconditions import Precondition, UidTaken

MOST_CALENDARS = 20  # of a person
MOST_OBJECTS = 5_000  # in all of them, with those deleted lately
MOST_SIZE = 20_000_000  # characters in all of them
TOLD_FOR = timedelta(days=124)  # of what is deleted: as long as a sync token is good for


class TooManyOwn(Refused):
    code = "too_many_calendars"
    message = _("You have 20 calendars of your own. Delete one first.")


class OwnFull(Refused):
    code = "calendars_full"
    message = _("Your own calendars are full. Delete one that you no longer use.")


class KeyTaken(Exception):
    """There is a calendar at this address."""


@operation
def make_own_calendar(
    *,
    user: User,
    key: str,
    components: Sequence[str],
    look: dict[str, str],
    now: datetime,
) -> OwnCalendar:
    """An empty calendar at the address its program chose. Raises `KeyTaken`, `TooManyOwn`."""
    take_turns(user)
    mine = OwnCalendar.objects.filter(user=user)
    if mine.filter(key=key).exists():
        raise KeyTaken
    if mine.count() >= MOST_CALENDARS:
        raise TooManyOwn
    made = OwnCalendar.objects.create(
        user=user, key=key, components=list(components), created_at=now
    )
    keep_look(user=user, key=key, said=look)
    return made


@operation
def delete_own_calendar(*, calendar: OwnCalendar) -> None:
    """With all that is in it."""
    CalendarLook.objects.filter(user=calendar.user_id, calendar=calendar.key).delete()
    calendar.delete()


@operation
def keep_look(*, user: User, key: str, said: dict[str, str] | dict[str, str | None]) -> None:
    """How a person's programs show the calendar at `key`; None takes something back."""
    look, _is_new = CalendarLook.objects.select_for_update().get_or_create(user=user, calendar=key)
    fresh = {**look.said, **said}
    look.said = {name: text for name, text in fresh.items() if text is not None}
    look.save(update_fields=["said"])


@operation
def keep_object(
    *,
    calendar: OwnCalendar,
    name: str,
    uid: str,
    component: str,
    text: str,
    during: DateTimeTZRange | None,
    on: Precondition,
    now: datetime,
) -> tuple[OwnObject, bool]:
    """What a program wrote, as it wrote it, and whether it is new there. Raises `OwnFull`,
    `PreconditionFailed` and `UidTaken`."""
    take_turns(calendar.user)
    there = OwnObject.objects.filter(calendar=calendar)
    found = there.filter(name=name).first()
    on.require(found.tag if found else None)
    other = there.standing().filter(uid=uid).exclude(name=name).first()
    if other is not None:
        raise UidTaken(other.name)
    if found is not None and found.text and found.uid != uid:
        raise UidTaken(name)  # RFC 4791, 5.3.2.1: it keeps its UID
    _require_room(calendar.user, found, text)
    is_new = found is None or not found.text
    kept = found or OwnObject(calendar=calendar, name=name)
    kept.uid, kept.component, kept.text, kept.during = uid, component, text, during
    kept.changed_at = now
    kept.save()
    return kept, is_new


@operation
def drop_object(*, calendar: OwnCalendar, name: str, on: Precondition, now: datetime) -> bool:
    """Whether there was one. Its name stays for a while, without what it said, for the
    person's other programs to learn of it."""
    take_turns(calendar.user)
    there = OwnObject.objects.filter(calendar=calendar)
    found = there.standing().filter(name=name).first()
    on.require(found.tag if found else None)
    if found is None:
        return False
    found.text, found.during, found.changed_at = "", None, now
    found.save()
    return True


@operation
def forget_dropped(*, now: datetime) -> int:
    """What was deleted so long ago that no sync token is from before."""
    return OwnObject.objects.filter(text="", changed_at__lt=now - TOLD_FOR).delete()[0]


def _require_room(user: User, found: OwnObject | None, text: str) -> None:
    kept = OwnObject.objects.filter(calendar__user=user)
    held = kept.aggregate(count=Count("pk"), size=Sum(Length("text"), default=0))
    before = len(found.text) if found else 0
    if held["size"] - before + len(text) > MOST_SIZE or (
        found is None and held["count"] >= MOST_OBJECTS
    ):
        raise OwnFull
