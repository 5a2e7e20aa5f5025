"""Whether a space is listed: the table of its states, and the moves between them."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.checklist import missing
from spaces.models import Listing, Space

# A space that has ever been listed is archived, not deleted: its bookings are history.
LISTING_MOVES: dict[Listing, frozenset[Listing]] = {
    Listing.DRAFT: frozenset({Listing.PUBLISHED, Listing.ARCHIVED}),
    Listing.PUBLISHED: frozenset({Listing.PAUSED, Listing.ARCHIVED}),
    Listing.PAUSED: frozenset({Listing.PUBLISHED, Listing.ARCHIVED}),
    Listing.ARCHIVED: frozenset({Listing.DRAFT}),
}


class NotReady(Refused):
    code = "not_ready"
    message = _("Something is missing before this can be listed.")


class NotThatWay(Refused):
    code = "not_that_way"
    message = _("That cannot be done to it as it is now.")


@operation
def relist(*, space: Space, to: Listing) -> None:
    """Publish, pause, archive or take up again. Bookings that are made stand: who pauses or
    archives a space still answers for them.

    Raises `NotReady`, with the codes of what is missing, and `NotThatWay`.
    """
    locked = Space.objects.select_for_update().get(pk=space.pk)
    if to not in LISTING_MOVES[Listing(locked.listing)]:
        raise NotThatWay
    if to == Listing.PUBLISHED and (gaps := missing(locked)):
        raise NotReady(missing=[item.code for item in gaps])
    locked.listing = space.listing = to
    locked.save(update_fields=["listing"])
