"""Names in addresses: `Møterom Ålesund` becomes `moterom-alesund`, a second one `…-2`."""

from itertools import count
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

SPELT = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"})
LONGEST = 120  # as the slug fields are
ROOM_FOR_NUMBER = 6
RESERVED = {"new"}  # /owner/spaces/new/ is a page

M = TypeVar("M", bound=models.Model)


def slug_of(name: str) -> str:
    return slugify(name.translate(SPELT))[: LONGEST - ROOM_FOR_NUMBER].strip("-") or "x"


def create_named(model: type[M], *, name: str, **fields: Any) -> M:
    """A row with a slug of its name that nobody has, even when two come at once."""
    base = slug_of(name)
    for number in count(1):
        slug = base if number == 1 else f"{base}-{number}"
        if _taken(model, slug):
            continue
        try:
            with transaction.atomic():
                return model._default_manager.create(name=name, slug=slug, **fields)
        except IntegrityError:
            if not _taken(model, slug):  # something else was wrong with it
                raise
    raise AssertionError("unreachable")


def _taken(model: type[models.Model], slug: str) -> bool:
    return slug in RESERVED or model._default_manager.filter(slug=slug).exists()
