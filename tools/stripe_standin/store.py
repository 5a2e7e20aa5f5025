"""Everything the stand-in knows: one JSON document per object, in SQLite.

A change is on disk before its answer leaves, so a kill -9 between two requests loses nothing.
"""

import json
import random
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.stripe_standin.errors import Doc

PLATFORM = "platform"
ALPHABET = string.ascii_letters + string.digits

SCHEMA = """
create table if not exists object (
    seq integer primary key autoincrement,
    id text not null unique,
    account text not null,
    kind text not null,
    body text not null
);
create index if not exists object_kind on object (account, kind, seq);
create table if not exists answer (
    account text not null,
    key text not null,
    request text not null,
    status integer not null,
    body text not null,
    at integer not null,
    primary key (account, key)
);
create table if not exists delivery (
    seq integer primary key autoincrement,
    event text not null,
    endpoint text not null,
    url text not null,
    secret text not null,
    attempts integer not null default 0,
    due_at real,
    state text not null
);
create table if not exists reminder (at integer not null, object text not null);
create table if not exists setting (name text primary key, value text not null);
"""
VERSION = 1
TABLES = ("object", "answer", "delivery", "reminder", "setting")


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "_" + "".join(random.SystemRandom().choices(ALPHABET, k=length))


class UnusableState(Exception):
    """The state file cannot be used; the message says why."""


class Closed(Exception):
    """The stand-in has stopped; whoever still works may stop too."""


class Store:
    """One connection, one lock: requests take turns, as if each were alone."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._depth = 0
        self._closed = False
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        # WAL with `normal` survives the death of this process; only a power cut could lose the
        # last moments, which a stand-in can live with.
        try:
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise UnusableState(f"{path} is not a state file of the stand-in: {error}.") from error

    def _prepare(self) -> None:
        (version,) = self._db.execute("pragma user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError("it was written by another version; delete it")
        self._db.executescript(SCHEMA)
        self._db.execute(f"pragma user_version = {VERSION}")

    def close(self) -> None:
        with self.lock:
            self._closed = True
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, alone. Inside another transaction it is part of that one."""
        with self.lock:
            if self._closed:
                raise Closed
            if self._depth:
                yield
                return
            self._depth = 1
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            else:
                self._db.execute("commit")
            finally:
                self._depth = 0

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.lock:
            if self._closed:
                raise Closed
            return self._db.execute(statement, values).fetchall()

    def clear(self) -> None:
        with self.transaction():
            for table in TABLES:
                self.sql(f"delete from {table}")

    # -- the clock

    def now(self) -> int:
        """Seconds since the epoch, moved by every `advance` so far."""
        return int(time.time()) + self.offset

    @property
    def offset(self) -> int:
        return int(self.setting("clock_offset") or 0)

    def advance(self, seconds: int) -> None:
        self.set("clock_offset", str(self.offset + seconds))

    def setting(self, name: str) -> str | None:
        rows = self.sql("select value from setting where name = ?", name)
        return rows[0][0] if rows else None

    def set(self, name: str, value: str) -> None:
        self.sql("insert or replace into setting values (?, ?)", name, value)

    def remind(self, at: int, id_: str) -> None:
        """Ask `upkeep` to look at an object again at a moment."""
        self.sql("insert into reminder values (?, ?)", at, id_)

    def due(self) -> list[str]:
        """Objects whose moment has come; each is named once."""
        now = self.now()
        if not self.sql("select 1 from reminder where at <= ? limit 1", now):
            return []
        rows = self.sql("delete from reminder where at <= ? returning at, object", now)
        return [object_ for _, object_ in sorted(rows)]

    # -- objects

    def insert(self, account: str, doc: Doc) -> None:
        self.sql(
            "insert into object (id, account, kind, body) values (?, ?, ?, ?)",
            *(doc["id"], account, doc["object"], json.dumps(doc)),
        )

    def update(self, doc: Doc) -> None:
        self.sql("update object set body = ? where id = ?", json.dumps(doc), doc["id"])

    def delete(self, id_: str) -> None:
        self.sql("delete from object where id = ?", id_)

    def find(self, id_: str) -> tuple[str, Doc] | None:
        """The owner and the document, whoever asks."""
        rows = self.sql("select account, body from object where id = ?", id_)
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def select(
        self,
        account: str,
        kind: str,
        where: list[tuple[str, str, Any]],
        *,
        limit: int = -1,
        after: str | None = None,
        before: str | None = None,
    ) -> list[Doc]:
        """Newest first; `where` holds (field, operator, value). `before` reads upwards."""
        clauses, values = ["account = ?", "kind = ?"], [account, kind]
        for field, operator, value in where:
            marks = ", ".join("?" * len(value)) if operator == "in" else "?"
            clauses.append(f"json_extract(body, ?) {operator} ({marks})")
            values += ["$." + field, *(value if operator == "in" else [value])]
        if after:
            clauses.append("seq < (select seq from object where id = ?)")
            values.append(after)
        if before:
            clauses.append("seq > (select seq from object where id = ?)")
            values.append(before)
        order = "asc" if before else "desc"
        rows = self.sql(
            f"select body from object where {' and '.join(clauses)} order by seq {order} limit ?",
            *(*values, limit),
        )
        found = [json.loads(row[0]) for row in rows]
        return found[::-1] if before else found
