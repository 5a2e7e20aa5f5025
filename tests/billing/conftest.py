"""A Stripe of one's own, and the cast."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import operations
from spaces.models import Space
from spaces.periods import Period, period
from tests.cast import Cast
from tests.factories import make_place, make_space
from tools.stripe_standin import StandIn

SECRET = "whsec_test"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def receive(body: bytes, signature: str) -> int:
    """A webhook as the web server gets it, in the test's own transaction."""
    answer = Client().post(
        "/webhooks/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )
    return answer.status_code


@pytest.fixture(scope="session")
def _running() -> Iterator[StandIn]:
    with StandIn(
        webhook_secret=SECRET, thin_webhook_url="in-process:", receiver=receive
    ) as standin:
        yield standin


@pytest.fixture
def standin(_running: StandIn, settings) -> StandIn:
    """Empty, and holding its webhooks back until `deliver`."""
    _running.reset()
    _running.webhooks.mode = "hold"
    settings.STRIPE_API_BASE = _running.url
    settings.STRIPE_SECRET_KEY = "sk_test_ledig"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    return _running


def work(standin: StandIn) -> None:
    """Deliver what Stripe has to say, and let a worker do what waits."""
    standin.webhooks.deliver()
    operations.settle(now=timezone.now())
    standin.webhooks.deliver()
    operations.settle(now=timezone.now())


@pytest.fixture
def cast(db) -> Cast:
    return Cast()


@pytest.fixture
def booker(cast: Cast, client: Client) -> User:
    client.force_login(cast.booker)
    return cast.booker


@pytest.fixture
def space(cast: Cast) -> Space:
    """Nidelva, free of charge."""
    return make_space(make_place(cast.organisation), name="Nidelva", slug="nidelva")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def span(now: datetime) -> Period:
    start = (now + 5 * DAY).replace(minute=0, second=0, microsecond=0)
    return period(start, start + 2 * HOUR)
