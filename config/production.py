"""What production refuses to start with."""

from collections.abc import Iterator, Mapping
from typing import Any

SHORTEST_KEY = 32


def reasons_not_to_start(settings: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each thing that is meant for demo, tests or development only."""
    if settings["DEBUG"]:
        yield "DEBUG is on: unset it."
    key = settings["SECRET_KEY"]
    if not key or key == settings["INSECURE_KEY"] or len(key) < SHORTEST_KEY:
        yield "SECRET_KEY is missing, known or short: set 50 random characters."
    if settings["DATABASE_IS_EMBEDDED"]:
        yield "DATABASE_URL is not set: the embedded database is for the demo."
    if not settings["CACHE_URL"]:
        yield "CACHE_URL is not set: limits on sign-in would not be shared."
    if settings["CELERY_BROKER_URL"] == "filesystem://":
        yield "CELERY_BROKER_URL is not set: the embedded queue is for the demo."
    if not settings["HTTPS"]:
        yield "PUBLIC_URL must begin with https://."
    if settings["STRIPE_API_BASE"]:
        yield "STRIPE_API_BASE points at a stand-in for Stripe: unset it."
    if settings["STRIPE_SECRET_KEY"] and not settings["STRIPE_WEBHOOK_SECRET"]:
        yield "STRIPE_WEBHOOK_SECRET is missing."
    if settings["CALENDAR_TEST_HOSTS"]:
        yield "CALENDAR_TEST_HOSTS lets calendars be read from inside the network: unset it."
