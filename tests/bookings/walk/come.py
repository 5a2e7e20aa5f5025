"""Whether they come, whom they bring, and what they say it is."""

from bookings import availability, operations
from bookings.about import About
from bookings.models import COMES, Answer, Attendee, Booking, Status
from bookings.operations.presence import CAME
from tests.bookings.walk.district import District

GUESTS = ("gro@example.org", "per@example.org")


class Come(District):
    def is_checked_in(self, booking: Booking) -> None:
        said = availability.FREE
        if booking.status != Status.CHECKED_IN:
            if booking.status != Status.CONFIRMED or booking.end <= self.now:
                said = "wrong_state"
            elif self.now < booking.check_in_opens:
                said = "not_yet"
        self.attempt(
            said,
            lambda: operations.check_in(
                booking=booking, by=self.booker, as_owner=False, now=self.now
            ),
            Status.CHECKED_IN,
        )

    def begins(self, booking: Booking) -> None:
        self.now = max(self.now, booking.start)

    def ends(self, booking: Booking) -> None:
        self.now = max(self.now, booking.end)

    def is_missed(self, booking: Booking) -> None:
        said = availability.FREE
        if booking.status != Status.NO_SHOW:
            if booking.status != Status.CONFIRMED or booking.end <= self.now:
                said = "wrong_state"
            elif self.now < booking.may_come_until:
                said = "may_still_come"
        self.attempt(
            said,
            lambda: operations.miss(booking=booking, by=self.owner, now=self.now),
            Status.NO_SHOW,
        )

    def is_given_up(self, booking: Booking) -> None:
        """By the clock: nobody has checked in."""
        is_missed = booking.is_missed(self.now)
        released = operations.release_missed(booking=booking, now=self.now)
        assert (released is not None) == is_missed

    def is_left_late(self, booking: Booking) -> None:
        said = availability.FREE
        if booking.status not in CAME or self.now >= booking.may_linger_until:
            said = "wrong_state"
        elif self.now < booking.end:
            said = "not_over"
        self.attempt(
            said, lambda: operations.leave_late(booking=booking, by=self.owner, now=self.now)
        )

    def is_described(self, booking: Booking) -> None:
        title = f"Title {self.booked % 2}"
        done = self.attempt(
            self.may_be_spoken_of(booking),
            lambda: operations.describe(
                booking=booking, title=title, about=About(), by=self.booker, now=self.now
            ),
        )
        assert done is None or done.title == title

    def brings_guests(self, booking: Booking) -> None:
        self.attempt(
            self.may_be_spoken_of(booking),
            lambda: operations.invite(
                booking=booking,
                people=[("", email) for email in GUESTS],
                by=self.booker,
                now=self.now,
            ),
        )

    def may_be_spoken_of(self, booking: Booking) -> str:
        is_over = not booking.occupies(self.now) or booking.end <= self.now
        return "wrong_state" if is_over else availability.FREE

    def leaves_a_guest_out(self, booking: Booking) -> None:
        guest = booking.attendees.order_by("pk").first()
        if guest is not None:
            self.attempt(
                "not_invited" if guest.removed_at else availability.FREE,
                lambda: operations.uninvite(attendee=guest, by=self.booker, now=self.now),
            )

    def is_answered(self, booking: Booking) -> None:
        guest = Attendee.objects.invited().filter(booking=booking).last()
        if guest is not None:
            is_over = booking.status not in COMES or booking.end <= self.now
            self.attempt(
                "wrong_state" if is_over else availability.FREE,
                lambda: operations.answer(attendee=guest, answer=Answer.ACCEPTED, now=self.now),
            )
