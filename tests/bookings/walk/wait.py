"""Those who wait, and what is offered to them."""

from billing import operations as billing
from bookings import availability, operations
from bookings.models import Booking, Queue, Status, Waiting
from bookings.operations.queueing import CAN_CHANGE
from spaces.models import Space
from spaces.periods import Period
from tests.bookings.walk.district import District


class Waits(District):
    def joins(self, space: Space, span: Period, quantity: int) -> None:
        by = self.other if self.booked % 2 else self.booker
        said = availability.verdict_on(space, span, now=self.now, quantity=quantity)
        if span.lower <= self.now:
            said = "too_soon"
        elif said == availability.FREE:
            said = "free_now" if self.has_left(space, span, by) else "quota_used"
        elif said in CAN_CHANGE:
            said = availability.FREE
        self.attempt(
            said,
            lambda: operations.join(space=space, span=span, quantity=quantity, by=by, now=self.now),
        )

    def is_offered(self) -> list[Booking]:
        """Whoever waits for what is free is offered it, and has a hold of it."""
        offered = billing.offer_due(now=self.now)
        for booking in offered:
            entry = booking.waiting
            assert (entry.state, booking.status) == (Queue.OFFERED, Status.HELD)
            assert (booking.space, booking.period) == (entry.space, entry.offered)
            assert booking.period == entry.period or entry.start <= self.now < booking.start
            assert booking.end == entry.end
            assert booking.booker == entry.person
            assert booking.expires_at is not None
            assert self.now < booking.expires_at <= booking.start
        self.booked += len(offered)
        return offered

    def is_accepted(self) -> None:
        """The latest offer, perhaps when it has run out."""
        entry = Waiting.objects.exclude(booking=None).order_by("created_at", "pk").last()
        if entry is None or entry.booking is None:
            return
        said = availability.FREE
        if entry.state != Queue.TAKEN:
            if entry.state_at(self.now) != Queue.OFFERED:
                said = "not_offered"
            elif not self.has_left_for(entry.booking, self.now):
                said = "quota_used"
        self.attempt(said, lambda: billing.accept(entry=entry, by=entry.person, now=self.now))
        entry.refresh_from_db()
        assert said != availability.FREE or entry.state == Queue.TAKEN

    def nobody_waits_any_more(self) -> None:
        for entry in Waiting.objects.open():
            billing.leave(entry=entry, now=self.now)
        assert not Waiting.objects.filter(state=Queue.WAITING).exclude(booking=None).exists()
