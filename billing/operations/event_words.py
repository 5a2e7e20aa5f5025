"""What an event says beside its times: what it is called, and what its program notes there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from accounts.models import User
from bookings import operations as bookings
from bookings.about import About
from bookings.calendars.dav.reading import Written
from bookings.models import Booking, CalendarObject, Series
from bookings.operations.moves import locked


def rename(booking: Booking, title: str, *, by: User, now: datetime) -> None:
    about = About(booking.note, booking.public_title, booking.visibility)
    bookings.describe(booking=booking, title=title, about=about, by=by, now=now)


def name_days(held: Sequence[Booking], written: Written) -> None:
    rule = written.rule
    for booking in held:
        day = booking.recurrence_date
        override = rule.overrides.get(day) if rule and day else None
        if override and override.title not in (written.title, booking.title, booking.space.name):
            booking.title = override.title
            booking.save(update_fields=["title"])


def name_all(written: Written, days_of: Mapping[UUID, date], *, by: User, now: datetime) -> None:
    """Each as the event says it for its day."""
    rule = written.rule
    assert rule is not None
    for one in Booking.objects.filter(pk__in=days_of).select_related("space").order_by("pk"):
        override = rule.overrides.get(days_of[one.pk])
        said = override.title if override else written.title
        title = "" if said == one.space.name else said
        if one.title != title:
            rename(one, title, by=by, now=now)


def keep_extras(thing: Booking | Series, written: Written, *, by: User, now: datetime) -> None:
    """Also of one that is over: a program notes there which alarms have been seen."""
    is_series = isinstance(thing, Series)
    of = {"series": thing} if is_series else {"booking": thing}
    known = CalendarObject.objects.filter(**of).first()
    if known is None:
        if not written.extras:
            return
        uid = f"{thing.pk}@series.ledig" if is_series else f"{thing.pk}@booking.ledig"
        known = CalendarObject(
            booker=by, space_id=thing.space_id, name=f"{thing.pk}.ics", uid=uid, **of
        )
    if known.extras == written.extras:
        return
    known.extras = written.extras
    known.save()
    whose = thing.bookings if isinstance(thing, Series) else Booking.objects.filter(pk=thing.pk)
    for one in whose.order_by("pk"):
        fresh = locked(one)
        fresh.changed_at = now  # so that other programs learn of it
        fresh.save(update_fields=["changed_at"])
