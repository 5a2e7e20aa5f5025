"""Counting the searches that found nothing free: what the district lacks.

A search counts once it has settled: when whoever made it asks for nothing else for
`SETTLES`. So it is told apart from the searches on the way to it, which the page makes by
itself while somebody changes one field after another; with script or without, from a page or
a program. A person counts once a day for the same search, and machines not at all. Who it
was is known to the cache and the broker only, as a digest that nobody can turn back, and
forgotten within the day.
"""

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from kombu.exceptions import KombuError
from rest_framework.request import Request

from bookings.forms import AnyTime, Wanted
from bookings.models import Unmet
from spaces.models import Place

log = logging.getLogger("ledig.unmet")

SETTLES = 10  # seconds
ONE_DAY = 24 * 60 * 60
BUCKETS = (1, 2, 5, 9, 17, 33, 65, 129)  # the least number of people in each
MACHINE = re.compile("bot|crawl|spider|slurp|preview|monitor|curl|python|headless", re.IGNORECASE)

UPSERT = """
INSERT INTO bookings_unmetsearch
    (day, hour, last_day, minutes, kind, people, place_id, reason, count)
VALUES (%(day)s, %(hour)s, %(last_day)s, %(minutes)s, %(kind)s, %(people)s, %(place)s,
        %(reason)s, 1)
ON CONFLICT (day, hour, last_day, minutes, kind, people, place_id, reason)
DO UPDATE SET count = bookings_unmetsearch.count + 1
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is counted of a search. `query` tells it from any other; of any time, `last_day`
    is the last that would do, and `minutes` how long it was to be."""

    query: str
    day: date
    hour: int
    people: int
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # slugs
    named: str = ""  # what may be the name of a place
    last_day: date | None = None
    minutes: int | None = None

    @classmethod
    def of(cls, wanted: Wanted) -> "Sought":
        last_day, minutes = None, None
        if isinstance(wanted, AnyTime):
            last_day, minutes = wanted.last, wanted.length
        return cls(
            query=wanted.query(sort=""),
            day=wanted.day,
            hour=wanted.start // 60,
            people=wanted.people,
            kinds=wanted.kind,
            places=wanted.place,
            named=wanted.q or wanted.near,
            last_day=last_day,
            minutes=minutes,
        )

    def row(self, reason: Unmet) -> dict[str, Any]:
        """As `add` and a broker take it."""
        named = Q(slug__in=self.places) | Q(name__iexact=self.named)
        is_placed = bool(self.places or self.named)
        place = Place.objects.filter(named).first() if is_placed else None
        return {
            "day": self.day.isoformat(),
            "hour": self.hour,
            "last_day": self.last_day and self.last_day.isoformat(),
            "minutes": self.minutes,
            "kind": self.kinds[0] if len(self.kinds) == 1 else "",
            "people": max(least for least in BUCKETS if least <= max(1, self.people)),
            "place": place and place.pk,
            "reason": reason.value,
        }


def note_search(request: HttpRequest | Request, sought: Sought, reason: Unmet | None) -> None:
    """Have a worker count this search once it has settled, if it found nothing, for this
    reason; one that found something only ends what the visitor searched for before."""
    agent = request.headers.get("User-Agent", "")
    if request.method != "GET" or not agent or MACHINE.search(agent):
        return
    visitor = visitor_of(request)
    if reason is None:
        cache.delete(latest_of(visitor))
        return
    search = digest_of(visitor, sought.query)
    cache.set(latest_of(visitor), search, ONE_DAY)
    told = {"visitor": visitor, "search": search, **sought.row(reason)}
    try:
        current_app.send_task("bookings.tasks.count_unmet", kwargs=told, countdown=SETTLES)
    except (KombuError, OSError) as error:
        log.warning("an unmet search was not counted: %s", error)


def count(*, visitor: str, search: str, **found: Any) -> None:
    """Count a search, unless the visitor went on to another, or was counted for it today."""
    is_settled = cache.get(latest_of(visitor)) == search
    if is_settled and cache.add(f"unmet:{search}", 1, ONE_DAY):
        add(**found)


def add(*, last_day: str | None = None, minutes: int | None = None, **found: Any) -> None:
    """Count one more of these."""
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, {"last_day": last_day, "minutes": minutes, **found})


def latest_of(visitor: str) -> str:
    """Where the cache has the digest of what they searched for last, in vain."""
    return f"unmet-latest:{visitor}"


def visitor_of(request: HttpRequest | Request) -> str:
    """A digest of the session, else of what a browser shows."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    shown = request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", "")
    return digest_of(session or "|".join(shown))


def digest_of(*told: str) -> str:
    text = "\n".join(told).encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
