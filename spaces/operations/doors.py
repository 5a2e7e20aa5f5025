"""A space's door: the address of its display and sign, and how one gets in."""

from datetime import datetime
from typing import Any

from accounts.transactions import operation
from spaces.models import CodeFrom, Door, Space
from spaces.sealing import seal

CODE = "door-code"  # what it is sealed for


def door_of(*, space: Space, now: datetime) -> Door:
    """The space's door, made the first time it is asked for."""
    found = Door.objects.filter(space=space).first()
    if found is None:
        fresh = Door(space=space)
        fresh.renew(now)
        values = {"salt": fresh.salt, "digest": fresh.digest, "created_at": now}
        found, _made = Door.objects.get_or_create(space=space, defaults=values)
    return found


@operation
def rotate_door(*, door: Door, now: datetime) -> Door:
    """A new address for the display and the sign; the old one answers 404 from now on."""
    locked = Door.objects.select_for_update().get(pk=door.pk)
    locked.renew(now)
    locked.save(update_fields=["salt", "digest", "created_at", "fetched_at"])
    return locked


@operation
def set_way_in(
    *, door: Door, code_from: str, code: str = "", way_in: dict[str, Any] | None = None
) -> None:
    """How one gets in. Without a `code` the one that is kept stays; it goes when the owner's
    is no longer used."""
    locked = Door.objects.select_for_update().get(pk=door.pk)
    locked.code_from, locked.way_in = code_from, way_in or {}
    if code_from != CodeFrom.OWNER:
        locked.sealed_code = b""
    elif code:
        locked.sealed_code = seal(code, CODE)
    locked.save(update_fields=["code_from", "way_in", "sealed_code"])
