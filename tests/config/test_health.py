"""Whether the process lives, and whether it can work."""

import pytest
from django.db import connection
from django.test import Client


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")  # no database is allowed in this test

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_databasez_asks_one_question(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert client.get("/databasez").status_code == 200


@pytest.mark.django_db
def test_readyz_is_ready_when_the_tables_are_there(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_waits_for_migrations(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "migrations are missing"
