"""`/dav/`: each request, from its address to its answer."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.dav import own
from billing.dav.asked import Asked, length, tags, xml
from billing.dav.errors import error, missing, plain, refused, sign_in
from billing.dav.own import text_of
from billing.dav.signing_in import signed_in, too_many
from bookings.calendars.dav import properties, reading, reports
from bookings.calendars.dav.changes import UnknownToken
from bookings.calendars.dav.collections import Collection
from bookings.calendars.dav.filters import BadFilter
from bookings.calendars.dav.home import Home
from bookings.calendars.dav.own import Own
from bookings.calendars.dav.properties import ICS, KEPT, MAX_SIZE, Resource
from bookings.calendars.dav.xml import Malformed, multistatus, node, tag
from bookings.operations import keep_look, note_refusal
from bookings.preconditions import PreconditionFailed, UidTaken
from spaces.periods import Period

MAKE = ("MKCALENDAR", "MKCOL")
METHODS = ("OPTIONS", "GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT", *MAKE)
NOT_HERE = ("MOVE", "COPY", "LOCK", "UNLOCK", "ACL", "POST", "PATCH")


@csrf_exempt  # a password in each request, and no cookie
def well_known(request: HttpRequest) -> HttpResponse:
    """Where a program that knows only the host finds us (RFC 6764)."""
    return HttpResponse(status=301, headers={"Location": reverse("dav")})


@csrf_exempt
def dav(request: HttpRequest, **address: str | int) -> HttpResponse:
    now = timezone.now()
    user = signed_in(request, now)
    with translation.override(user.language if user else translation.get_language()):
        try:
            answer = _answer(request, user, address, now)
        except Malformed:
            answer = plain(400, _("That is no XML that we understand."))
        except BadFilter as bad:
            answer = error(403, bad.condition)
        except UnknownToken:
            answer = error(403, "D:valid-sync-token", _("Ask for everything again."))
    answer["DAV"] = "1, 3, access-control, calendar-access, extended-mkcol"
    answer["Cache-Control"] = "no-store"
    return answer


def _answer(
    request: HttpRequest, user: User | None, address: dict[str, str | int], now: datetime
) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=200, headers={"Allow": ", ".join(METHODS)})
    if later := too_many(request, user):
        return later
    if user is None:
        return sign_in()
    if address.get("user", user.pk) != user.pk:
        return missing()  # another's calendars are not there
    home = Home(user, now)
    calendar, name = None, str(address.get("name", ""))
    key = str(address.get("calendar", ""))
    if "\0" in key + name:
        return missing()
    if key:
        calendar = home.calendar(key)
        if calendar is None and request.method not in MAKE:
            return missing()
    asked = Asked(request, user, home, calendar, key, name, now, is_home="user" in address)
    if request.method in NOT_HERE:
        return error(403, "D:need-privileges", _("Calendars are kept on the web site."))
    if asked.method not in ANSWERS:
        return HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)})
    return ANSWERS[asked.method](asked)


# --- Reading --------------------------------------------------------------------------------


def propfind(asked: Asked) -> HttpResponse:
    body, resource = asked.body(), asked.resource()
    if resource is None:
        return missing()
    if body is not None and body.tag != tag("D:propfind"):
        raise Malformed
    prop = body.find(tag("D:prop")) if body is not None else None
    wanted = None if prop is None else [one.tag for one in prop]
    if body is not None and (more := body.find(tag("D:include"))) is not None:
        wanted = [*resource.properties, *(one.tag for one in more)]
    names_only = body is not None and body.find(tag("D:propname")) is not None
    parts = [resource.describe(wanted, names_only=names_only)]
    if asked.depth == "1":
        parts += [one.describe(wanted, names_only=names_only) for one in _below(asked, resource)]
    return xml(multistatus(*parts))


def _below(asked: Asked, resource: Resource) -> list[Resource]:
    if asked.calendar is None:
        is_home = resource.href == properties.home_href(asked.user)
        return list(properties.calendars(asked.home)) if is_home else []
    if asked.name:
        return []
    return [properties.thing(asked.calendar, one) for one in asked.calendar.objects()]


def get(asked: Asked) -> HttpResponse:
    resource = asked.resource()
    if resource is None:
        return missing()
    if resource.thing is None:
        sentence = _("This is a calendar for calendar programs: “Calendar apps” says how.")
        return plain(200, sentence)
    one = resource.thing
    headers = {"ETag": one.etag}
    if one.etag in tags(asked.request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    body = b"" if asked.method == "HEAD" else one.text.encode()
    headers["Content-Length"] = str(len(one.text.encode()))
    return HttpResponse(body, content_type=properties.type_of(one), headers=headers)


def report(asked: Asked) -> HttpResponse:
    body = asked.body()
    if body is None:
        raise Malformed
    name = body.tag
    if name == tag("D:principal-property-search"):
        return xml(reports.principals(asked.user, body))
    if name == tag("D:principal-search-property-set"):
        return xml(reports.SEARCHED, 200)
    calendar = asked.calendar if not asked.name else None
    is_home = asked.calendar is None and asked.path == properties.home_href(asked.user)
    if name == tag("C:calendar-query") and (calendar or is_home):
        among = [calendar] if calendar else asked.home.calendars() if asked.depth == "1" else []
        return xml(reports.query(among, body))
    if calendar is not None and name == tag("C:calendar-multiget"):
        return xml(reports.multiget(calendar, body))
    if calendar is not None and name == tag("D:sync-collection"):
        return xml(reports.sync(calendar, body))
    if calendar is not None and name == tag("C:free-busy-query"):
        text = reports.free_busy(calendar, body, now=asked.now)
        return HttpResponse(text, content_type=ICS)
    return error(403, "D:supported-report")


def proppatch(asked: Asked) -> HttpResponse:
    """A calendar's look is the person's own; everything else follows from what is booked."""
    body, resource = asked.body(), asked.resource()
    if resource is None:
        return missing()
    if body is None or body.tag != tag("D:propertyupdate"):
        raise Malformed
    said: dict[str, str | None] = {}
    for change in body:
        for prop in change.findall(tag("D:prop")):
            for one in prop:
                said[one.tag] = text_of(one) if change.tag == tag("D:set") else None
    can_keep = asked.calendar is not None and not asked.name
    unkept = [name for name in said if not can_keep or name not in KEPT]
    if not unkept and asked.calendar is not None:
        keep_look(user=asked.user, key=asked.calendar.key, said=said)
    kept = [name for name in said if name not in unkept]
    return xml(reports.proppatched(resource.href, kept, unkept))


# --- Writing --------------------------------------------------------------------------------


def put(asked: Asked) -> HttpResponse:
    calendar, request = asked.calendar, asked.request
    if calendar is None or not asked.name:
        return error(403, "D:need-privileges", _("Calendars are kept on the web site."))
    if "Content-Length" not in request.headers:
        return plain(411, _("Say how long it is."))
    if length(request) > MAX_SIZE:
        return error(403, "C:max-resource-size", _("That is more than an event can hold."))
    kind = request.headers.get("Content-Type", "text/calendar").partition(";")[0].strip().lower()
    if kind not in ("text/calendar", "application/octet-stream", ""):
        return error(415, "C:supported-calendar-data")
    if len(asked.name) > 255:
        return error(403, "C:supported-calendar-data", _("The name of the event is too long."))
    if isinstance(calendar, Own):
        return carried_out(asked, lambda: own.keep(asked, calendar))
    return _book(asked, calendar)


def _book(asked: Asked, calendar: Collection) -> HttpResponse:
    zone = ZoneInfo(calendar.zone)
    space = calendar.space
    horizon = space.horizon_days if space else 366
    shortest = timedelta(minutes=space.min_length if space else 30)
    until = (asked.now + timedelta(days=horizon)).astimezone(zone).date()
    body = asked.request.body
    try:
        written = reading.read(body, zone, until=until, shortest=shortest)
    except reading.NotAnEvent as no:
        code = no.condition.partition(":")[2]
        _note(asked, code, no.sentence, asked_for=hashlib.sha256(body).hexdigest())
        if no.condition.startswith("L:"):
            return refused(code, no.sentence)
        return error(403, no.condition, no.sentence)

    def write_it() -> HttpResponse:
        outcome = operations.put_event(
            calendar=calendar,
            name=asked.name,
            written=written,
            on=asked.precondition(),
            by=asked.user,
            now=asked.now,
        )
        # Without an ETag: what we keep is not to the letter what was sent (RFC 4791, 5.3.4).
        return HttpResponse(status=201 if outcome.is_new else 204)

    said = repr((written.uid, written.title, written.span, written.rule))
    return carried_out(asked, write_it, said=said, title=written.title, span=written.span)


def delete(asked: Asked) -> HttpResponse:
    calendar = asked.calendar
    if isinstance(calendar, Own):
        return carried_out(asked, lambda: own.drop(asked, calendar))
    if calendar is None or not asked.name:
        return error(403, "D:need-privileges", _("Calendars are kept on the web site."))

    def drop_it() -> HttpResponse:
        is_there = operations.drop_event(
            calendar=calendar,
            name=asked.name,
            on=asked.precondition(),
            by=asked.user,
            now=asked.now,
        )
        return HttpResponse(status=204) if is_there else missing()

    return carried_out(asked, drop_it)


def carried_out(
    asked: Asked,
    do: Callable[[], HttpResponse],
    *,
    said: str = "",
    title: str = "",
    span: Period | None = None,
) -> HttpResponse:
    """Do it, or say why not: in the answer, and by mail, for few programs show it."""
    try:
        return do()
    except PreconditionFailed:
        return plain(412, _("It has been changed meanwhile. Synchronise first."))
    except UidTaken as taken:
        assert asked.calendar is not None
        href = node("D:href", properties.object_href(asked.calendar, taken.name))
        return error(403, "C:no-uid-conflict", _("The calendar has this event already."), href)
    except Refused as no:
        _note(asked, no.code, no.sentence, asked_for=said, title=title, span=span)
        return refused(no.code, no.sentence)
    except Busy:
        sentence = _("Many want the same right now. Try again.")
        _note(asked, "busy", sentence, asked_for=said, title=title, span=span)
        return refused("busy", sentence)


def make(asked: Asked) -> HttpResponse:
    return carried_out(asked, lambda: own.make(asked))


def _note(
    asked: Asked,
    code: str,
    sentence: str,
    *,
    asked_for: str = "",
    title: str = "",
    span: Period | None = None,
) -> None:
    if isinstance(asked.calendar, Own) or asked.method in MAKE:
        return  # nothing was to be booked
    note_refusal(
        user=asked.user,
        space=asked.calendar.space if asked.calendar else None,
        asked=f"{asked.method} {unquote(asked.path)} {asked_for}",
        code=code,
        sentence=sentence,
        title=title,
        span=span,
        now=asked.now,
    )


ANSWERS: dict[str, Callable[[Asked], HttpResponse]] = {
    "GET": get,
    "HEAD": get,
    "PUT": put,
    "DELETE": delete,
    "PROPFIND": propfind,
    "PROPPATCH": proppatch,
    "REPORT": report,
    "MKCALENDAR": make,
    "MKCOL": make,
}
