"""`/dav/`: a person's own calendars made, filled and deleted."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing.dav.asked import Asked
from billing.dav.errors import error, missing
from bookings import operations
from bookings.calendars.dav import keeping
from bookings.calendars.dav.own import Own
from bookings.calendars.dav.properties import KEPT
from bookings.calendars.dav.reading import NotAnEvent
from bookings.calendars.dav.xml import Element, Malformed, tag
from bookings.models import Component
from bookings.operations.own_calendars import KeyTaken
from bookings.preconditions import tag_of

KEPT_TEXT = 4096  # of what a program keeps of its own about a calendar
LONGEST_KEY = 120


def make(asked: Asked) -> HttpResponse:
    """MKCALENDAR (RFC 4791, 5.3.1) and extended MKCOL (RFC 5689). What a program says of it
    that we do not keep is passed over."""
    key = str(asked.key)
    if not key or asked.name or key.startswith("_") or len(key) > LONGEST_KEY:
        sentence = _("A calendar of your own can be beside the others, and nowhere else.")
        return error(403, "C:calendar-collection-location-ok", sentence)
    if asked.calendar is not None:
        return error(403, "D:resource-must-be-null", _("There is a calendar at this address."))
    said = _said(asked)
    if said is None:
        return error(403, "D:valid-resourcetype", _("Only calendars can be made here."))
    listed = said.pop(tag("C:supported-calendar-component-set"), None)
    named = [] if listed is None else [one.get("name", "").upper() for one in listed]
    components = [one for one in Component.values if one in named] if named else Component.values
    if not components:
        sentence = _("Only events, tasks and notes.")
        return error(403, "C:supported-calendar-component", sentence)
    try:
        operations.make_own_calendar(
            user=asked.user,
            key=key,
            components=components,
            look={name: text_of(one) for name, one in said.items() if name in KEPT},
            now=asked.now,
        )
    except KeyTaken:
        return error(403, "D:resource-must-be-null", _("There is a calendar at this address."))
    return HttpResponse(status=201)


def _said(asked: Asked) -> dict[str, Element] | None:
    """What the program wants it to be; None when that is no calendar."""
    body = asked.body()
    if body is not None and body.tag not in (tag("C:mkcalendar"), tag("D:mkcol")):
        raise Malformed
    props = [] if body is None else body.findall(f"{tag('D:set')}/{tag('D:prop')}/*")
    said = {one.tag: one for one in props}
    kind = said.get(tag("D:resourcetype"))
    is_calendar = kind is not None and kind.find(tag("C:calendar")) is not None
    return said if is_calendar or asked.method == "MKCALENDAR" else None


def text_of(element: Element) -> str:
    return (element.text or "")[:KEPT_TEXT]


def keep(asked: Asked, calendar: Own) -> HttpResponse:
    """As it came, so its tag is that of what was sent."""
    try:
        kept = keeping.to_keep(asked.request.body, calendar.components, ZoneInfo(calendar.zone))
    except NotAnEvent as no:
        return error(403, no.condition, no.sentence)
    _row, is_new = operations.keep_object(
        calendar=calendar.row,
        name=asked.name,
        uid=kept.uid,
        component=kept.component,
        text=kept.text,
        during=kept.during,
        on=asked.precondition(),
        now=asked.now,
    )
    return HttpResponse(status=201 if is_new else 204, headers={"ETag": tag_of(kept.text)})


def drop(asked: Asked, calendar: Own) -> HttpResponse:
    """One thing in it, or the calendar with all that is in it."""
    if not asked.name:
        operations.delete_own_calendar(calendar=calendar.row)
        return HttpResponse(status=204)
    is_there = operations.drop_object(
        calendar=calendar.row, name=asked.name, on=asked.precondition(), now=asked.now
    )
    return HttpResponse(status=204) if is_there else missing()
