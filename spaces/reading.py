"""One space with all that a booking of it needs to know, in one statement."""

from accounts.models import Organisation
from accounts.rows import Gathering, hang_one
from spaces.models import Door, Listing, Place, RulesInForce, Space

_OF_THE_SPACE = "WHERE one.space_id = %(space)s"
_SPACE = Gathering(
    space=(Space, f"WHERE one.id = %(space)s AND one.listing = '{Listing.PUBLISHED}'"),
    place=(
        Place,
        """WHERE one.id = (SELECT space.place_id FROM spaces_space AS space
                        WHERE space.id = %(space)s)""",
    ),
    organisation=(
        Organisation,
        """WHERE one.id = (SELECT space.organisation_id FROM spaces_space AS space
                        WHERE space.id = %(space)s)""",
    ),
    in_force=(RulesInForce, _OF_THE_SPACE),
    door=(Door, _OF_THE_SPACE),
)


def published(pk: int) -> Space | None:
    """A space that everybody may see, with its place, its owner, the rules in force and its
    door; None when there is none."""
    found = _SPACE(space=pk)
    if not found["space"]:
        return None
    space: Space = found["space"][0]
    (space.place,) = found["place"]
    (space.organisation,) = found["organisation"]
    for name in ("in_force", "door"):
        hang_one(space, name, next(iter(found[name]), None))
    return space
