"""Rows of several tables read, or written, in one statement.

Most of what a booking costs is asking: each statement of the ORM is about a millisecond of
Python, whatever it brings. What is read or written for every booking goes through here, and
comes out as the models everybody knows.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Gathering:
    """Rows of several tables, each with what follows `FROM table AS one`: no joins to load,
    one statement, and its text made once.

    >>> PERSON = Gathering(memberships=(Member, "WHERE one.user_id = %(user)s"))
    >>> PERSON(user=7)
    {"memberships": [<Member>, …]}
    """

    def __init__(self, **parts: tuple[type[models.Model], str]) -> None:
        self._readers = {name: _reader(model) for name, (model, _which) in parts.items()}
        self._sql = " UNION ALL ".join(
            f"(SELECT '{name}', to_jsonb(one) FROM {model._meta.db_table} AS one {which})"  # noqa: S608
            for name, (model, which) in parts.items()
        )

    def __call__(self, **parameters: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {name: [] for name in self._readers}
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            for name, row in cursor.fetchall():
                found[name].append(self._readers[name](json.loads(row)))
        return found


def hang(on: models.Model, relation: str, rows: Sequence[models.Model]) -> None:
    """`rows` are all there are of a reverse foreign key: it need not be asked for any more, as
    after `prefetch_related`."""
    manager = getattr(on, relation)
    for row in rows:
        setattr(row, manager.field.name, on)
    known = manager.get_queryset()
    known._result_cache, known._prefetch_done = list(rows), True
    on.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = known


def hang_one(on: models.Model, relation: str, row: models.Model | None) -> None:
    """The same of the other side of a one-to-one: this row, or None."""
    field: Any = on._meta.get_field(relation)
    field.set_cached_value(on, row)
    if row is not None:
        field.remote_field.set_cached_value(row, on)


def insert(rows: Iterable[models.Model], *, once: Collection[type[models.Model]] = ()) -> None:
    """Store new rows of several tables in one statement. They may point to each other: foreign
    keys are held at the commit. Ids that the database gives are not read back. Of the models
    in `once`, a row that is there already is left as it is.
    """
    groups: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        groups.setdefault(type(row), []).append(row)
    if not groups:
        return
    sql = _insert_sql(tuple((model, len(some), model in once) for model, some in groups.items()))
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for model, some in groups.items()
        for row in some
        for field in _written(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    for some in groups.values():
        for row in some:
            row._state.adding, row._state.db = False, connection.alias


# --- The texts ----------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _insert_sql(groups: tuple[tuple[type[models.Model], int, bool], ...]) -> str:
    *before, last = [_one_insert(*group) for group in groups]
    named = ", ".join(f"rows{number} AS ({sql})" for number, sql in enumerate(before))
    return f"WITH {named} {last}" if named else last


def _one_insert(model: type[models.Model], count: int, is_once: bool) -> str:
    fields = _written(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    row = f"({', '.join(map(_placeholder, fields))})"
    values = ", ".join([row] * count)
    sql = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {values}"  # noqa: S608
    return f"{sql} ON CONFLICT DO NOTHING" if is_once else sql


@lru_cache(maxsize=64)
def _written(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """But those the database fills."""
    return tuple(
        field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)
    )


def _placeholder(field: "models.Field[Any, Any]") -> str:
    own: Callable[..., str] | None = getattr(field, "get_placeholder", None)
    return own(None, None, connection) if own else "%s"


# --- From JSON to models ------------------------------------------------------------------

FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "UUIDField": UUID,
    "BinaryField": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}
AS_IT_IS = {
    *("AutoField", "BigAutoField", "BooleanField", "JSONField", "ArrayField", "TextField"),
    *("IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "BigIntegerField"),
    *("SmallIntegerField", "FloatField", "CharField", "SlugField", "URLField", "EmailField"),
    *("FileField",),
}


def _reader(model: type[M]) -> Callable[[dict[str, Any]], M]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    columns = [(str(field.column), _from_text(field)) for field in fields]

    def read(row: dict[str, Any]) -> M:
        values = [
            (value if (value := row[column]) is None or parse is None else parse(value))
            for column, parse in columns
        ]
        return model.from_db(connection.alias, names, values)

    return read


def _from_text(field: "models.Field[Any, Any]") -> Callable[[str], Any] | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = field.get_internal_type()
    if kind not in FROM_TEXT and kind not in AS_IT_IS:
        raise TypeError(f"{field} cannot be gathered: how is {kind} read from JSON?")
    return FROM_TEXT.get(kind)
