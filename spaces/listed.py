"""Spaces as pages show them, read anew only when one of their rows has changed.

Most of the work of a page is to read the same names, prices and pictures again and again. So
each process keeps what it has read of a space beside its stamp: which versions of which rows
it was read from. PostgreSQL writes a row that changes to another place (`ctid`), by another
transaction (`xmin`). So one query, for the stamps, says of each space whether what is kept
still holds, and nothing is shown that the database would not say now.
"""

from collections.abc import Callable, Collection, Mapping
from threading import Lock

from django.db import connection

from spaces.models import Space
from spaces.models.space import SpaceQuerySet


def _one(name: str, table: str, key: str, is_key_of: str) -> str:
    """The row that another points to, if it does. OFFSET has it looked up by its key: else
    PostgreSQL reads the whole table, once for each space."""
    row = f"SELECT one.xmin, one.ctid, one.* FROM {table} AS one WHERE one.{key} = {is_key_of}"
    return f"LEFT JOIN LATERAL ({row} OFFSET 0) AS {name} ON true"


# What belongs to the row "space", a line for each thing that `Space.objects.for_listing()`
# reads; a change of any row named here is noticed. Of rules in force it reads a view, over
# the space, its owner's rules and the rulebook.
BELONGING = {
    "spaces_organisationrules AS a WHERE a.organisation_id = space.organisation_id": "a",
    "spaces_rulebook AS a": "a",
    "spaces_photo AS a WHERE a.space_id = space.id": "a",
    "spaces_lengthdiscount AS a WHERE a.space_id = space.id": "a",
    f"""spaces_price AS a {_one("b", "accounts_organisation", "id", "a.organisation_id")}
        WHERE a.space_id = space.id""": "ab",
    f"""spaces_spaceamenity AS a {_one("b", "spaces_amenity", "code", "a.amenity_id")}
        WHERE a.space_id = space.id""": "ab",
    f"""spaces_accessrule AS a {_one("b", "accounts_organisation", "id", "a.organisation_id")}
        {_one("c", "accounts_group", "id", "a.group_id")}
        {_one("d", "accounts_organisation", "id", "c.organisation_id")}
        WHERE a.space_id = space.id""": "abcd",
    f"""spaces_space_trainings AS a {_one("b", "accounts_training", "id", "a.training_id")}
        {_one("c", "accounts_organisation", "id", "b.organisation_id")}
        WHERE a.space_id = space.id""": "abc",
}

ADD_ONS = {
    f"""spaces_addon_spaces AS a {_one("b", "spaces_addon", "id", "a.addon_id")}
        LEFT JOIN spaces_unit AS c ON c.add_on_id = b.id
        WHERE a.space_id = space.id""": "abc",
}
# What `Space.objects.for_page()` reads besides, and `spaces.said`.
ON_ITS_PAGE = {
    **ADD_ONS,
    """spaces_quota AS a WHERE a.space_id = space.id
       OR a.owner_id = space.organisation_id OR a.rulebook_id IS NOT NULL""": "a",
    "spaces_openinghours AS a WHERE a.space_id = space.id": "a",
    "spaces_openinghours AS a WHERE a.place_id = place.id": "a",
    "spaces_layout AS a WHERE a.space_id = space.id": "a",
    "spaces_attachment AS a WHERE a.space_id = space.id": "a",
}
# And `for_programs()`.
IN_THE_API = {**ADD_ONS, "spaces_space_units AS a WHERE a.space_id = space.id": "a"}


def _versions(rows: Collection[str]) -> str:
    return ", ".join(f"{row}.xmin, {row}.ctid" for row in rows)


# Of the view, what comes with time and not with a row: an outside calendar grows too old.
UNSURE = """(SELECT rules.is_unsure FROM spaces_rulesinforce AS rules
             WHERE rules.space_id = space.id)"""

# The order within a stamp may differ from one query to the next: then it is read once more.
STAMPS = """
SELECT space.id, concat_ws('/', {unsure}, {itself}, {belonging})
FROM spaces_space AS space
JOIN spaces_place AS place ON place.id = space.place_id
JOIN accounts_organisation AS owner ON owner.id = space.organisation_id
WHERE space.id = ANY (%s)
"""

VERSIONS = f"""
SELECT string_agg(concat_ws('.', {_versions(("space", "place"))}), ' ' ORDER BY space.id)
FROM spaces_space AS space JOIN spaces_place AS place ON place.id = space.place_id
WHERE space.id = ANY (%s)
"""


def versions_of(pks: Collection[int]) -> str:
    """Other than before when a row of one of these spaces, or of its place, has changed."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [list(pks)])
        return str(cursor.fetchone()[0])


class Kept:
    """Spaces by their ids, with what one kind of page reads of them. Others read the same
    objects: they are to be shown, never changed, and never given to an operation."""

    def __init__(
        self, read: Callable[[], SpaceQuerySet], belonging: Mapping[str, str], *, most: int
    ) -> None:
        self.read, self.most = read, most
        self.stamps = STAMPS.format(
            unsure=UNSURE,
            itself=_versions(("space", "place", "owner")),
            belonging=", ".join(
                f"(SELECT string_agg(concat_ws('.', {_versions(rows)}), ' ') FROM {tables})"
                for tables, rows in belonging.items()
            ),
        )
        self._kept: dict[int, Space] = {}
        self._lock = Lock()

    def __call__(self, pks: Collection[int]) -> dict[int, Space]:
        if not pks:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(self.stamps, [list(pks)])
            stamps: dict[int, str] = dict(cursor.fetchall())
        found = {
            pk: kept
            for pk, stamp in stamps.items()
            if (kept := self._kept.get(pk)) and kept.stamp == stamp
        }
        if unknown := stamps.keys() - found.keys():
            # Should one change between the two queries, its stamp is already an older one.
            read = self.read().in_bulk(unknown)
            for pk, space in read.items():
                space.stamp, space.told = stamps[pk], {}
            self._keep(read)
            found |= read
        return found

    def _keep(self, read: dict[int, Space]) -> None:
        """The ones that were read first make room."""
        with self._lock:
            for pk in read:
                self._kept.pop(pk, None)
            self._kept.update(read)
            for pk in list(self._kept)[: max(0, len(self._kept) - self.most)]:
                del self._kept[pk]


# As `for_listing()` gives them, each of some ten kilobytes, and as the others do.
listed = Kept(lambda: Space.objects.for_listing(), BELONGING, most=2000)
for_programs = Kept(lambda: Space.objects.for_programs(), BELONGING | IN_THE_API, most=2000)
for_page = Kept(lambda: Space.objects.for_page(), BELONGING | ON_ITS_PAGE, most=500)
