"""Owners who close and open again."""

from bookings import availability, operations
from bookings.models import Occupancy
from spaces.models import Space
from spaces.periods import Period
from tests.bookings.walk.district import District


class Owned(District):
    def closes(self, space: Space, span: Period) -> None:
        units = list(space.units.values_list("pk", flat=True))
        taken = Occupancy.objects.filter(unit__in=units, during__overlap=span).exclude(
            held_until__lte=self.now
        )
        said = availability.FREE
        if taken.filter(closure=None).exists():
            said = "bookings_in_the_way"
        elif taken.exists():
            said = "already_closed"
        self.attempt(
            said,
            lambda: operations.close(space=space, span=span, by=self.owner, now=self.now),
        )
