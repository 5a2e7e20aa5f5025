"""The API never answers 5xx, whatever it is sent, nor otherwise than it describes itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import given, settings
from schemathesis.core.result import Ok

from config.wsgi import application
from tests.factories import NOW, make_booking, make_space

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

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
            case.operation.validate_response(answer)
            if answer.status_code >= 400:
                kind = answer.headers.get("content-type", [""])[0]
                assert kind == "application/problem+json", (case.as_curl_command(), kind)

        ask()


def test_answers_are_as_the_api_describes_them(
    operations: list[Any], client: Client, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    space = make_space()
    taken = make_booking(space, NOW + 2 * DAY)
    client.force_login(taken.booker)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    known = {(one.method.upper(), one.path): one for one in operations}

    def ask(method: str, path: str, status: int, **parts: Any) -> Any:
        operation = known[method, f"/api/v1/{path}"]
        case = operation.Case(**{"media_type": "application/json", **parts})
        token = cookies["csrftoken"] = "t" * 32
        headers = {"Host": "localhost", "X-CSRFToken": token}
        answer = case.call(cookies=cookies, headers=headers)
        assert answer.status_code == status, answer.text
        operation.validate_response(answer)
        return answer.json()

    time = {"start": (NOW + DAY).isoformat(), "end": (NOW + DAY + 2 * HOUR).isoformat()}
    wish = {"space": space.pk, **time}
    window = {"from": (NOW + DAY).isoformat(), "to": (NOW + 4 * DAY).isoformat()}
    rule = {"space": space.pk, "date": "2026-11-25", "from": "12:00", "to": "13:00"}
    weekly = {**rule, "repeat": "weekly", "count": 2}
    of_space = {"path_parameters": {"id": space.pk}}

    ask("GET", "spaces/", 200)
    ask("GET", "spaces/{id}/", 200, **of_space)
    ask("GET", "spaces/{id}/availability/", 200, **of_space, query=window)
    ask("GET", "spaces/{id}/why/", 200, **of_space, query=window)
    ask("GET", "slots/", 200, query={"minutes": "60", **window})
    ask("POST", "quotes/", 200, body=wish)
    booked = ask("POST", "bookings/", 201, body=wish)
    ask("POST", "bookings/", 409, body=wish)
    ask("GET", "bookings/", 200)
    ask("GET", "bookings/{id}/refund-quote/", 200, path_parameters={"id": booked["id"]})
    ask("POST", "bookings/{id}/cancel/", 200, path_parameters={"id": booked["id"]}, body={})
    ask("POST", "orders/", 201, body={"bookings": [wish]})
    ask("POST", "series/", 200, body=weekly, query={"preview": "1"})
    picks = [{"date": "2026-11-25", "skip": True}]
    series = ask("POST", "series/", 201, body={**weekly, "picks": picks})
    of_series = {"path_parameters": {"id": series["id"]}}
    later = {"from": "14:00", "to": "15:00"}
    ask("POST", "series/{id}/reschedule/", 200, **of_series, query={"preview": "1"}, body=later)
    ask("GET", "series/{id}/", 200, **of_series)


def test_the_description_leaves_nothing_open(tmp_path: Path) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(tmp_path / "schema.yaml"))
