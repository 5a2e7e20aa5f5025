"""Making the demo's data ready."""

import io
from pathlib import Path

import pytest
from django.db import connection

from accounts.transactions import TIME_LIMITS
from tools.demo.prepare import prepare


def shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_prepare_gives_the_tables_all_the_time_that_a_busy_machine_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[str, set[str]] = {}

    def note(command: str, **_options: object) -> None:
        limits[command] = {shown(name) for name in TIME_LIMITS}

    monkeypatch.setattr("django.core.management.call_command", note)
    monkeypatch.setattr("tools.messages.main", lambda _arguments: None)
    monkeypatch.setattr("tools.demo.history.live", lambda _home: None)
    (tmp_path / "run").mkdir()

    prepare(tmp_path, io.StringIO())

    assert limits["migrate"] == limits["seed_demo"] == {"0"}
