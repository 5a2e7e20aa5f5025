"""Calendars by secret address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from accounts.models import CalendarToken
from bookings.calendars.feed import PersonalFeed


@require_safe
def personal_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The bookings of whoever the token belongs to, for a calendar program.

    Only If-None-Match can make it a 304: If-Modified-Since alone would miss a booking
    that has left the feed.
    """
    now = timezone.now()
    found = (
        CalendarToken.objects.filter(digest=CalendarToken.digest_of(token), user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None:
        raise Http404
    found.note_fetch(now)
    with translation.override(found.user.language):
        feed = PersonalFeed(found.user, now=now)
        tag = feed.tag
        unchanged = is_known(tag, request.headers.get("If-None-Match", ""))
        body = b"" if unchanged else feed.text().encode()
    headers = {
        "ETag": tag,
        "Cache-Control": "private, max-age=300, must-revalidate",
        "Content-Language": found.user.language,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    if unchanged:
        return HttpResponse(status=304, headers=headers)
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Length"] = str(len(body))
    headers["Content-Disposition"] = 'inline; filename="ledig.ics"'
    return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


def is_known(tag: str, if_none_match: str) -> bool:
    known = [etag.removeprefix("W/") for etag in parse_etags(if_none_match)]
    return tag in known or "*" in known
