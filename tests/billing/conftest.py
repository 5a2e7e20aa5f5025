"""A Stripe of one's own, and the people who meet around a booking."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, Role, User
from billing import operations
from tests.factories import make_member, make_organisation, make_user
from tools.stripe_standin import StandIn

SECRET = "whsec_test"


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
    with StandIn(webhook_secret=SECRET, receiver=receive) as standin:
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


@dataclass
class Cast:
    """Everybody who might come by a booking in a space of `organisation`."""

    organisation: Organisation = field(default_factory=make_organisation)

    def __post_init__(self) -> None:
        self.booker = make_user(name="Ingrid Aune")
        self.other = make_user()
        self.foreign = make_member(make_organisation())
        self.operator = make_user(is_staff=True)
        self.owner = make_member(self.organisation, Role.OWNER)
        self.manager = make_member(self.organisation, Role.MANAGER)
        self.host = make_member(self.organisation, Role.HOST)
        self.finance = make_member(self.organisation, Role.FINANCE)


@pytest.fixture
def cast(db) -> Cast:
    """They read English, so that the tests can read what the pages say."""
    cast = Cast()
    User.objects.update(language="en")
    return cast
