"""Adding places and changing what is said about them."""

from typing import Any

from accounts.models import Organisation
from accounts.slugs import create_named
from accounts.transactions import operation
from spaces.models import Place


@operation
def add_place(*, organisation: Organisation, name: str, **facts: Any) -> Place:
    return create_named(Place, name=name, organisation=organisation, **facts)


@operation
def change_place(*, place: Place, **facts: Any) -> None:
    """Its address in Ledig stays. Changing the zone moves its opening hours with it, and no
    booking: a booking is moments, not clock times."""
    for name, value in facts.items():
        setattr(place, name, value)
    place.save(update_fields=list(facts))
