"""Whether a space is listed: the table of its states, and the moves between them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from spaces.checklist import missing
from spaces.models import Listing, Pause, Space

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


class PausedByDistrict(Refused):
    code = "paused_by_district"
    message = _("The district has paused it, and lists it again when that is mended.")


@operation
def relist(*, space: Space, to: Listing) -> None:
    """Publish, pause, archive or take up again. Bookings that are made stand: who pauses or
    archives a space still answers for them.

    Raises `NotReady`, with the codes of what is missing, `NotThatWay`, and `PausedByDistrict`.
    """
    locked = Space.objects.select_for_update().get(pk=space.pk)
    if to not in LISTING_MOVES[Listing(locked.listing)]:
        raise NotThatWay
    if to == Listing.PUBLISHED and locked.pauses.filter(lifted_at=None).exists():
        raise PausedByDistrict
    if to == Listing.PUBLISHED and (gaps := missing(locked)):
        raise NotReady(missing=[item.code for item in gaps])
    locked.listing = space.listing = to
    locked.save(update_fields=["listing"])


@operation
def pause(*, space: Space, reason: str, by: User, now: datetime) -> Pause:
    """The district takes it off the lists: nobody finds or books it, and its owner cannot undo
    that. What is booked stands. Raises `NotThatWay` of what is not listed, or paused so already.
    """
    locked = Space.objects.select_for_update().get(pk=space.pk)
    is_paused_so = locked.pauses.filter(lifted_at=None).exists()
    if locked.listing not in (Listing.PUBLISHED, Listing.PAUSED) or is_paused_so:
        raise NotThatWay
    was_listed = locked.listing == Listing.PUBLISHED
    locked.listing = space.listing = Listing.PAUSED
    locked.save(update_fields=["listing"])
    return Pause.objects.create(
        space=locked, reason=reason, made_by=by, made_at=now, was_listed=was_listed
    )


@operation
def lift_pause(*, space: Space, by: User, now: datetime) -> Pause:
    """It is listed again if it was, and nothing is missing. Raises `NotThatWay` where the
    district has not paused it."""
    locked = Space.objects.select_for_update().get(pk=space.pk)
    standing = locked.pauses.filter(lifted_at=None).first()
    if standing is None:
        raise NotThatWay
    standing.lifted_by, standing.lifted_at = by, now
    standing.save(update_fields=["lifted_by", "lifted_at"])
    if standing.was_listed and locked.listing == Listing.PAUSED and not missing(locked):
        locked.listing = Listing.PUBLISHED
        locked.save(update_fields=["listing"])
    space.listing = locked.listing
    return standing
