"""A stand-in for every test, and shorthands for what is made in most of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.standin.cast import SECRET, Browser, Inbox, client_for, session_params
from tools.stripe_standin import StandIn


@pytest.fixture(scope="session")
def _running() -> Iterator[StandIn]:
    with StandIn(webhook_secret=SECRET) as standin:
        yield standin


@pytest.fixture
def standin(_running: StandIn) -> StandIn:
    """In memory, and empty at the start of every test."""
    _running.reset()
    return _running


@pytest.fixture
def client(standin: StandIn) -> Any:
    return client_for(standin.url)


@pytest.fixture
def v1(client: Any) -> Any:
    return client.v1


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()
    yield box
    box.close()


@pytest.fixture
def intent(v1: Any) -> Callable[..., Any]:
    """A payment intent over 100 kr."""

    def make(**params: Any) -> Any:
        return v1.payment_intents.create({"amount": 10_000, "currency": "nok", **params})

    return make


@pytest.fixture
def paid(intent: Callable[..., Any]) -> Callable[..., Any]:
    def make(**params: Any) -> Any:
        return intent(payment_method="pm_card_visa", confirm=True, **params)

    return make


@pytest.fixture
def session(v1: Any) -> Callable[..., Any]:
    """A Checkout session for two times 320 kr."""

    def make(**params: Any) -> Any:
        return v1.checkout.sessions.create(session_params(**params))

    return make


@pytest.fixture
def owner(v1: Any, browser: Browser) -> Callable[[], str]:
    """A connected account that has registered and can receive money."""

    def make() -> str:
        account = v1.accounts.create(
            {"country": "NO", "capabilities": {"transfers": {"requested": True}}}
        )
        link = v1.account_links.create(
            {
                "account": account.id,
                "type": "account_onboarding",
                "return_url": "http://127.0.0.1:8000/ferdig",
                "refresh_url": "http://127.0.0.1:8000/igjen",
            }
        )
        browser.post(link.url, answer="complete")
        return str(account.id)

    return make
