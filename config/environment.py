"""Reading settings from the environment: strings in, typed values out."""

import os

import psycopg._queries
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

# What psycopg makes of a statement it keeps only when that is no longer than 4 KB, and those of
# the availability engine are: a twentieth of the time of a page of search.
psycopg._queries.MAX_CACHED_STATEMENT_LENGTH = 64 * 1024

TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def flag(name: str, default: bool = False) -> bool:
    """1/true/yes/on or 0/false/no/off; anything else stops the start."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value.lower() in TRUE


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str, *, is_test: bool = False, is_migration: bool = False) -> dict[str, object]:
    """Django's database settings from a libpq connection URL.

    Time-outs are the ones measured for Ledig: a stuck statement, lock or forgotten
    transaction ends by itself and never holds a booker up for long. (A test is one long
    transaction, and may take its time; so may a migration, but not to wait for a lock.)
    """
    parts = conninfo_to_dict(url)
    settings = {
        "statement_timeout": "10s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "15s",
        "transaction_timeout": "20s",
        "client_connection_check_interval": "1s",
        "jit": "off",
        "pg_trgm.word_similarity_threshold": "0.5",  # how misspelt is misspelt: SpaceWords
    }
    if is_migration:
        settings |= dict.fromkeys(
            ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"), "0"
        )
    if is_test:
        del settings["transaction_timeout"], settings["idle_in_transaction_session_timeout"]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "ledig"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **parts,
            # Each statement is planned a few times on a connection and then not again: to plan
            # the engine's takes longer than to answer them.
            "server_side_binding": True,
            "prepare_threshold": 3,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    }
