"""Counting the searches that found nothing free: what the district lacks.

A person counts once a day for the same search, and machines not at all. Who it was is known
to the cache only, as a digest that nobody can turn back, and forgotten within the day.
"""

import hashlib
import hmac
import logging
import re
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from kombu.exceptions import KombuError

from bookings.models import Unmet
from bookings.queries import Results
from spaces.models import Place

log = logging.getLogger("ledig.unmet")

ONE_DAY = 24 * 60 * 60
BUCKETS = (1, 2, 5, 9, 17, 33, 65, 129)  # the least number of people in each
MACHINE = re.compile("bot|crawl|spider|slurp|preview|monitor|curl|python|headless", re.IGNORECASE)

UPSERT = """
INSERT INTO bookings_unmetsearch (day, hour, kind, people, place_id, reason, count)
VALUES (%(day)s, %(hour)s, %(kind)s, %(people)s, %(place)s, %(reason)s, 1)
ON CONFLICT (day, hour, kind, people, place_id, reason)
DO UPDATE SET count = bookings_unmetsearch.count + 1
"""


def note_unmet(request: HttpRequest, results: Results) -> None:
    """Have a worker count this search, unless this visitor was counted for it today."""
    agent = request.headers.get("User-Agent", "")
    if request.method != "GET" or not agent or MACHINE.search(agent):
        return
    wanted = results.wanted
    if not cache.add(f"unmet:{digest_of(request, wanted.query(sort=''))}", 1, ONE_DAY):
        return
    named = Q(slug__in=wanted.place) | Q(name__iexact=wanted.q or wanted.near)
    place = Place.objects.filter(named).first() if wanted.place or wanted.q or wanted.near else None
    found: dict[str, Any] = {
        "day": wanted.day.isoformat(),
        "hour": wanted.start // 60,
        "kind": wanted.kind[0] if len(wanted.kind) == 1 else "",
        "people": max(least for least in BUCKETS if least <= max(1, wanted.people)),
        "place": place and place.pk,
        "reason": Unmet.NONE_FREE.value if results.rows else Unmet.NONE_AT_ALL.value,
    }
    try:
        current_app.send_task("bookings.tasks.count_unmet", kwargs=found)
    except (KombuError, OSError) as error:
        log.warning("an unmet search was not counted: %s", error)


def add(**found: Any) -> None:
    """Count one more of these."""
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, found)


def digest_of(request: HttpRequest, search: str) -> str:
    """Of the visitor and the search together: the session, else what a browser shows."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    visitor = session or "|".join(
        (request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))
    )
    told = f"{visitor}\n{search}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).hexdigest()
