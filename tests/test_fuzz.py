"""The API never answers 5xx, whatever it is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import given, settings
from schemathesis.core.result import Ok

from config.wsgi import application
from tests.factories import make_booking, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def operations() -> Iterator[list[Any]]:
    """What the API's own description says can be asked of it."""
    for signal in (request_started, request_finished):  # the test's connection stays open
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    yield [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_request_is_a_server_error(
    operations: list[Any], client: Client, signed_in: bool
) -> None:
    booking = make_booking(make_space(price=10_000))
    if signed_in:
        client.force_login(booking.booker)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    assert len(operations) >= 9

    for operation in operations:

        @settings(max_examples=30)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            cache.clear()  # of the limit on tokens
            answer = case.call(cookies=cookies, headers={"Host": "localhost"})

            assert answer.status_code < 500, case.as_curl_command()
            if answer.status_code >= 400:
                kind = answer.headers.get("content-type", [""])[0]
                assert kind == "application/problem+json", (case.as_curl_command(), kind)

        ask()
