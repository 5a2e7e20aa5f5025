"""What a space needs before it can be listed, and what would serve it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from spaces import rulebook
from spaces.models import Space
from spaces.models.vat import misfit


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    words: str | Promise
    page: str  # the name of the address where it is mended
    is_done: bool
    is_required: bool = True


def checklist(space: Space) -> list[Item]:
    """What is asked of the space, in the order in which one would do it."""
    has_hours = space.opening_hours.exists() or space.place.opening_hours.exists()
    photos = list(space.photos.all())
    return [
        Item("summary", _("A sentence about it"), "space_edit", any(space.summary.values())),
        Item("units", _("At least one unit"), "space_units", space.units.exists()),
        Item("hours", _("Opening hours, its own or its place’s"), "space_hours", has_hours),
        Item("price", _("A price, or that it is free"), "space_prices", space.prices.exists()),
        Item(
            "rulebook",
            _("Its owner’s yes to the district’s rulebook"),
            "rulebook",
            rulebook.has_accepted(space.organisation),
        ),
        Item(
            "vat",
            _("VAT that fits what its owner is registered for"),
            "space_prices",
            not misfit(space.vat, is_registered=space.organisation.is_vat_registered),
        ),
        Item("photo", _("A photo"), "space_photos", bool(photos), is_required=False),
        Item(
            "alt",
            _("Words for each photo, for those who cannot see it"),
            "space_photos",
            bool(photos) and all(any(photo.alt.values()) for photo in photos),
            is_required=False,
        ),
        Item(
            "description",
            _("A description"),
            "space_edit",
            any(space.description.values()),
            is_required=False,
        ),
    ]


def missing(space: Space) -> list[Item]:
    """What keeps it from being listed."""
    return [item for item in checklist(space) if item.is_required and not item.is_done]
