"""How many spaces each value of each filter would leave: all of them in one query.

Counted are the nearest `LOOKED_AT` of the words, the number of people and the area, whether
they are free or not: so the numbers cost the same in a district of any size, and do not
change with the time. A process keeps them for a moment
(`settings.COUNTS_KEPT`): most who search ask for the same few things, at other times.

What a space costs depends on the time and the person, so a price limit is not counted: beside
one, no numbers are shown.

For a filter that takes alternatives (kinds, owners, places, indoors or outdoors) the other
filters are applied; for one that narrows further, all are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, Q, Value, When
from django.utils import translation

from bookings.filters import FACTS, OUTDOOR
from bookings.forms.wanted import FILTERS, Wanted
from bookings.queries.candidates import Candidates
from spaces.models import Kind

LOOKED_AT = 1000
KEPT = 500  # searches whose numbers are kept
LISTED = 12  # values of one filter, besides those that are chosen
YES_OR_NO = (*FACTS, "free")
CHIPS = ("instant", "step_free", "free")  # stand beside the kinds, not folded away
COUNTED_BY = [name for name in FILTERS if name not in ("sort", "page", "max_price")]

ALTERNATIVES = {
    "kind": "SELECT 'kind', kind, '', '', count(*) FROM candidate WHERE {others} GROUP BY kind",
    "owner": """
        SELECT 'owner', owner.slug, owner.name, '', count(*)
        FROM candidate JOIN accounts_organisation AS owner ON owner.id = organisation_id
        WHERE {others} GROUP BY owner.id""",
    "place": """
        SELECT 'place', place.slug, place.name, '', count(*)
        FROM candidate JOIN spaces_place AS place ON place.id = place_id
        WHERE {others} GROUP BY place.id""",
    "outdoor": """
        SELECT 'outdoor', is_outdoor::text, '', '', count(*)
        FROM candidate WHERE {others} GROUP BY is_outdoor""",
}
NARROWING = """
    SELECT 'amenity', amenity.code, coalesce(amenity.name ->> %s, amenity.name ->> 'nb', ''),
           amenity.icon, count(*)
    FROM candidate
    JOIN spaces_spaceamenity AS has ON has.space_id = candidate.id
    JOIN spaces_amenity AS amenity ON amenity.code = has.amenity_id
    WHERE {all} GROUP BY amenity.code
    UNION ALL
    SELECT 'fact', fact.name, '', '', count(*)
    FROM candidate CROSS JOIN LATERAL (VALUES {facts}) AS fact (name, is_so)
    WHERE fact.is_so AND {all} GROUP BY fact.name"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, and how many spaces there are with it."""

    value: str
    label: str
    count: int
    is_chosen: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Facets:
    kinds: list[Choice]
    owners: list[Choice]
    places: list[Choice]
    amenities: list[Choice]
    outdoor: Mapping[str, int]  # of "true" and "false"
    facts: Mapping[str, int]  # of each yes-or-no filter
    names: Mapping[tuple[str, str], str]  # (filter, value): what it is called
    is_capped: bool  # only the nearest were counted
    is_counted: bool = True  # whether the numbers are to be shown
    drawn: dict[Any, str] = field(default_factory=dict, compare=False)  # for as long as they hold

    @property
    def chips(self) -> list[tuple[str, int]]:
        """The numbers of what is not folded away, by what the page names them."""
        kinds = [(f"kind-{one.value}", one.count) for one in self.kinds]
        return kinds + [(name, self.facts[name]) for name in CHIPS]


_kept: dict[Any, tuple[datetime, Facets]] = {}


def facets_of(asked: Candidates) -> Facets:
    """The numbers, no older than `settings.COUNTS_KEPT`."""
    search = tuple(getattr(asked.wanted, name) for name in COUNTED_BY)
    key = search, asked.asker.buyer, translation.get_language()
    now = asked.asker.now
    if key not in _kept or abs(now - _kept[key][0]) >= settings.COUNTS_KEPT:
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = now, _facets(asked.wanted, _counted(asked))
    return _kept[key][1]


Counted = list[tuple[str, str, str, str, int]]  # filter, value, label, icon, how many


def _facets(wanted: Wanted, rows: Counted) -> Facets:
    names = {(facet, value): label for facet, value, label, _icon, _count in rows if label}
    names |= {("kind", kind.value): str(kind.label) for kind in Kind}

    def choices(facet: str) -> list[Choice]:
        chosen: tuple[str, ...] = getattr(wanted, facet)
        found = {value: (icon, n) for name, value, _label, icon, n in rows if name == facet}
        found |= {value: ("", 0) for value in chosen if value not in found}
        made = [
            Choice(value, names.get((facet, value), value), n, value in chosen, icon)
            for value, (icon, n) in found.items()
        ]
        made.sort(key=lambda one: (-one.count, one.label))
        return [one for n, one in enumerate(made) if n < LISTED or one.is_chosen]

    counts = {(facet, value): n for facet, value, _label, _icon, n in rows}
    kinds = {one.value: one for one in choices("kind")}
    nothing = (Choice(kind.value, str(kind.label), 0, is_chosen=False) for kind in Kind)
    return Facets(
        kinds=[kinds.get(none.value, none) for none in nothing],
        owners=choices("owner"),
        places=choices("place"),
        amenities=choices("amenity"),
        outdoor={value: counts.get(("outdoor", value), 0) for value in ("true", "false")},
        facts={name: counts.get(("fact", name), 0) for name in YES_OR_NO},
        names=names,
        is_capped=counts[("all", "")] == LOOKED_AT,
    )


def _counted(asked: Candidates) -> Counted:
    on, facts = asked.conditions, {**FACTS, "free": asked.free_of_charge}
    columns: dict[str, Q] = {
        **{f"passes_{name}": condition for name, condition in on.items()},
        **{f"has_{name}": condition for name, condition in facts.items()},
        "is_outdoor": OUTDOOR,
    }
    yes, no = Value(value=True), Value(value=False)
    shown = asked.here.annotate(
        **{name: Case(When(q, yes), default=no) for name, q in columns.items()}
    ).values("id", "kind", "organisation_id", "place_id", *columns)
    inner, known = shown[:LOOKED_AT].query.sql_with_params()

    def passing(*besides: str) -> str:
        return " AND ".join(["true", *(f"passes_{name}" for name in on if name not in besides)])

    values = ", ".join(f"('{name}', has_{name})" for name in facts)
    branches = [sql.format(others=passing(facet)) for facet, sql in ALTERNATIVES.items()]
    branches.append(NARROWING.format(all=passing(), facts=values))
    sql = f"""
        WITH candidate AS MATERIALIZED ({inner}) {" UNION ALL ".join(branches)}
        UNION ALL SELECT 'all', '', '', '', count(*) FROM candidate"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*known, translation.get_language() or "nb"])
        rows: list[Any] = cursor.fetchall()
    return rows
