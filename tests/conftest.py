"""What every test may ask for. The database and the session's home: `tests/session.py`."""

import os
import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import ConsoleMessage, Page
from pytest_django import DjangoDbBlocker

from tests import chromium
from tests.factories import NOW

ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}

hypothesis.settings.register_profile(
    "ledig",
    derandomize=True,  # the same tests on every machine, every time
    database=None,
    deadline=None,
    max_examples=60,
    stateful_step_count=30,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("ledig"), derandomize=False, max_examples=2000
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ledig"))


# --- Database -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one that is migrated already."""
    if template := os.environ.get("LEDIG_TEST_TEMPLATE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Without the rows that migrations write, as the tests that commit leave it, so that none
    depends on its turn. At the end send stragglers home: the backend of a racer that was killed
    may outlive it for longer than DROP DATABASE waits."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM spaces_amenity")
    yield
    others = """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(others)


@pytest.fixture(scope="session", autouse=True)
def ledger_is_emptied_between_tests() -> Iterator[None]:
    """A test that commits is cleaned up by TRUNCATE, which the ledger's triggers refuse."""
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                teardown(self)
            finally:
                cursor.execute("SET session_replication_role = origin")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield


# --- Language -----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def language_of_one_test() -> Iterator[None]:
    """A request leaves its language active in its thread; the next test begins without."""
    yield
    translation.deactivate()


@pytest.fixture
def in_english(settings: Any) -> None:
    """Whoever says nothing else reads English."""
    settings.LANGUAGE_CODE = "en"


# --- Time ---------------------------------------------------------------------------------


@pytest.fixture
def monday_noon() -> Iterator[None]:
    """It is `NOW`, and stays so; nothing is remembered of another time."""
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


# --- Browser ------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever drives a browser needs one, with a page of pytest's or of their own."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not chromium.find():
        if ON_CI:
            pytest.fail(chromium.HOW_TO_GET, pytrace=False)
        pytest.skip(chromium.HOW_TO_GET)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium.find()),
        # Root has no sandbox to give, and a container little shared memory.
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
        "env": {**os.environ, "LANGUAGE": "nb"},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "nb-NO", "timezone_id": "Europe/Oslo"}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose console must stay empty: a breach of the CSP is an error there."""
    errors: list[str] = []

    # A refusal answers 422; htmx tells of a request that a newer one has replaced.
    expected = re.compile("status of 422|^htmx:(afterRequest|sendAbort)")

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not expected.search(message.text):
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []
