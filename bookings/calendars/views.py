"""Calendars by address: secret ones, and the public one of what is on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from bookings.calendars.feed import BookingsFeed, activities_feed, bookings_feed
from bookings.calendars.free import FreeFeed
from bookings.models import Feed, FeedKind

SECRET = {
    "Cache-Control": "private, max-age=300, must-revalidate",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What the calendar with this token shows its holder, for a calendar program."""
    now = timezone.now()
    found = Feed.objects.opened(token)
    if found is None:
        raise Http404
    found.note_fetch(now, fetched_by=request.headers.get("User-Agent", "")[:200])
    with translation.override(found.user.language):
        is_free = found.kind == FeedKind.SEARCH
        shown = FreeFeed(found, now=now) if is_free else bookings_feed(found, now=now)
        return _answer(request, shown, {**SECRET, "Content-Language": found.user.language})


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """What is on in the district, for everybody."""
    headers = {"Cache-Control": "public, max-age=300", "Content-Language": request.LANGUAGE_CODE}
    answer = _answer(request, activities_feed(now=timezone.now()), headers)
    patch_vary_headers(answer, ["Accept-Language", "Cookie"])
    return answer


def _answer(
    request: HttpRequest, shown: BookingsFeed | FreeFeed, headers: dict[str, str]
) -> HttpResponse:
    """Only If-None-Match can make it a 304: If-Modified-Since alone would miss a booking
    that has left the feed."""
    headers["ETag"] = tag = shown.tag
    if is_known(tag, request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    body = shown.text().encode()
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Length"] = str(len(body))
    headers["Content-Disposition"] = 'inline; filename="ledig.ics"'
    return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


def is_known(tag: str, if_none_match: str) -> bool:
    known = [etag.removeprefix("W/") for etag in parse_etags(if_none_match)]
    return tag in known or "*" in known
