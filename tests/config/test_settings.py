"""Production refuses to start with what is meant for the demo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import database

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "x7" * 30,
    "DATABASE_URL": "postgresql://ledig@localhost/ledig",
    "CACHE_URL": "redis://localhost/1",
    "CELERY_BROKER_URL": "redis://localhost/0",
    "PUBLIC_URL": "https://ledig.example",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "import django; django.setup()"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LEDIG_HOME": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_with_its_settings(tmp_path: Path) -> None:
    result = start(tmp_path, **PRODUCTION)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-key-for-demo-and-tests-only"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"CACHE_URL": ""}, "CACHE_URL"),
        ({"CELERY_BROKER_URL": "filesystem://"}, "CELERY_BROKER_URL"),
        ({"PUBLIC_URL": "http://ledig.example"}, "PUBLIC_URL"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8001"}, "STRIPE_API_BASE"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"LEDIG_DEMO": "1"}, "LEDIG_DEMO"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
    ],
)
def test_production_refuses_and_names_what_is_wrong(
    tmp_path: Path, change: dict[str, str], named: str
) -> None:
    result = start(tmp_path, **{**PRODUCTION, **change})

    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr
    assert named in result.stderr.partition("ImproperlyConfigured: ")[2]


def test_a_migration_may_take_its_time_but_not_to_wait_for_a_lock() -> None:
    options = database(PRODUCTION["DATABASE_URL"], is_migration=True)["OPTIONS"]

    assert isinstance(options, dict)
    assert "-c statement_timeout=0 " in options["options"]
    assert "-c transaction_timeout=0 " in options["options"]
    assert "-c lock_timeout=3s " in options["options"]
