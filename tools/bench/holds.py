"""Holds without the page to pay on: what is Ledig's own part of a booking that costs money."""

import json
import os
import time
from datetime import datetime

from tools.bench.load import FIRST


def set_up(database_url: str) -> None:
    """Make this process one of the product's, on that database."""
    os.environ |= {
        "DATABASE_URL": database_url,
        "LEDIG_DEMO": "1",
        "STRIPE_SECRET_KEY": "sk_test_standin",  # an order is written; nobody is asked to pay it
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def keep(email: str, bodies: list[str], seconds: float) -> tuple[list[float], int]:
    """Hold these for somebody, one after the other for at most so long, in this process, as the
    view does: the person and the space are read, the units locked, and a hold with its order
    committed. The times in seconds, and how many were refused."""
    from django.utils import timezone

    from accounts.errors import Refused
    from accounts.models import User
    from billing.operations.booking import hold_and_order
    from bookings.operations import Item
    from spaces.periods import period
    from spaces.reading import published

    times, refused, until = [], 0, time.perf_counter() + seconds
    for number, body in enumerate(bodies):
        asked = json.loads(body)
        start, end = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
        if (began := time.perf_counter()) > until:
            break
        by = User.objects.get(email=email)
        space = published(asked["space"])
        assert space is not None
        try:
            hold_and_order(items=[Item(space, period(start, end))], by=by, now=timezone.now())
        except Refused as no:
            refused += 1
            print(f"{body}: {no.code}", flush=True)
        if number >= FIRST:
            times.append(time.perf_counter() - began)
    return times, refused
