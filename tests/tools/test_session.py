"""What a test session promises: PostgreSQL 18, a home of its own, no outside network."""

import os
import socket
from pathlib import Path

import pytest
import pytest_socket
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_postgresql_18_where_text_sorts_and_folds_as_in_the_demo() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        assert cursor.fetchone()[0].startswith("18.")
        cursor.execute("SELECT lower('ÆØÅ'), 'Ærlig' ILIKE 'ærlig'")
        assert cursor.fetchone() == ("æøå", True)


def test_a_session_keeps_its_files_to_itself() -> None:
    home = Path(os.environ["LEDIG_TEST_HOME"])

    assert settings.LEDIG_HOME.parent == home.resolve()
    assert settings.MEDIA_ROOT.is_relative_to(settings.LEDIG_HOME)


def test_the_network_outside_is_out_of_reach() -> None:
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(pytest_socket.SocketConnectBlockedError),
        socket.socket() as outside,
    ):
        outside.connect(("192.0.2.1", 80))
