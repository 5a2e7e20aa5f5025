"""Whatever goes wrong, a program is told in the same shape."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
DEEP = b"[" * 100_000


def ask(body: bytes, path: str = "/api/v1/bookings/") -> Any:
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    return client.post(path, body, content_type="application/json")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (DEEP, 400, "parse_error"),
        (b'{"space": %b' % DEEP, 400, "parse_error"),
        (b'"' + b"x" * 3_000_000 + b'"', 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(body: bytes, status: int, code: str) -> None:
    answer = ask(body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)


def test_a_bug_is_a_problem_too_and_says_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bug(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bookings.api.me.Me.get", bug)
    client = Client(raise_request_exception=False)
    client.force_login(make_user())

    answer = client.get("/api/v1/me/")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "error"
    assert "ZeroDivision" not in answer.content.decode()
