"""What is true after each step, reckoned from the rows alone."""

import sys

from django.db import connection, transaction
from hypothesis.stateful import invariant

from bookings import audit, operations
from bookings.models import (
    OPEN,
    Booking,
    Closure,
    Delivery,
    Kind,
    Occupancy,
    Status,
)
from spaces.periods import widened
from tests.bookings.walk.district import MINUTE, District, used
from tests.factories import make_user

# Nobody sends anything here, so each mail is late at last.
NOT_HERE = "No mail is given up, or an hour late"
TOGETHER = (Kind.SERIES_BOOKED, Kind.SERIES_CHANGED, Kind.SERIES_CANCELLED)


class Promises(District):
    def teardown(self) -> None:
        """A walk that went well ends with an audit that finds nothing."""
        try:
            if sys.exception() is None:
                self.is_swept()
                asked = [one for one in audit.CHECKS if one.promise != NOT_HERE]
                assert [one for one in audit.audit(asked, now=self.now) if one.count] == []
        finally:
            super().teardown()

    def is_swept(self) -> None:
        operations.expire_due(now=self.now)
        operations.expire_changes_due(now=self.now)
        operations.release_due(now=self.now)
        operations.finish_due(now=self.now)
        for booking in Booking.objects.all():
            assert not booking.has_run_out(self.now)
            assert booking.status != Status.CONFIRMED or booking.end > self.now

    @invariant()
    def no_unit_is_taken_twice(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT one.id, other.id FROM bookings_occupancy AS one
                   JOIN bookings_occupancy AS other ON one.unit_id = other.unit_id
                   AND one.id < other.id AND one.during && other.during"""
            )
            assert cursor.fetchall() == []

    @invariant()
    def occupied_is_what_active_bookings_and_closures_take(self) -> None:
        found: dict[object, list[Occupancy]] = {}
        for row in Occupancy.objects.select_related("change"):
            found.setdefault(row.booking_id or row.closure_id, []).append(row)
        for booking in Booking.objects.select_related("space"):
            its = found.pop(booking.pk, [])
            space = booking.space
            beside = [row for row in its if row.change_id]
            its = [row for row in its if not row.change_id]
            for row in beside:  # what a change holds, until it runs out
                assert row.change is not None
                assert row.held_until == row.change.expires_at
                assert row.change.status in OPEN
            if booking.occupies(self.now):
                needed = booking.quantity if space.is_pool else len(self.units[space.pk])
                assert len({row.unit_id for row in its}) == len(its) == needed
            else:
                assert not its or booking.has_run_out(self.now)
            during = widened(booking.period, space.buffer_before, space.buffer_after)
            for row in its:
                assert row.unit_id in self.units[space.pk]
                assert (row.during.lower, row.during.upper) == (during.lower, during.upper)
                assert row.held_until == booking.expires_at
        for closure in Closure.objects.all():
            its = found.pop(closure.pk, [])
            assert {row.unit_id for row in its} == self.units[closure.space_id]
            assert {row.during for row in its} == {closure.period}
        assert found == {}

    @invariant()
    def what_has_run_out_is_in_nobodys_way(self) -> None:
        """Swept or not: somebody who has used nothing of any quota can have its time, when
        nothing else that counts is in the way."""
        for booking in Booking.objects.filter(status__in=("held", "requested")):
            if not booking.has_run_out(self.now) or booking.start <= self.now + MINUTE:
                continue
            if not self.units_are_there_for(booking):
                continue
            with transaction.atomic():
                operations.hold(
                    space=booking.space,
                    span=booking.period,
                    quantity=booking.quantity,
                    by=make_user(),
                    now=self.now,
                )
                transaction.set_rollback(True)
            return

    @invariant()
    def no_quota_is_exceeded(self) -> None:
        """By what bookers do: an owner who moves a booking to another space asks none."""
        moved = set(Booking.objects.filter(events__kind=Kind.MOVED).values_list("pk", flat=True))
        by_person: dict[int, list[Booking]] = {}
        for booking in Booking.objects.all():
            by_person.setdefault(booking.booker_id, []).append(booking)
        for quota in self.quotas:
            for theirs in by_person.values():
                of_it = [one for one in theirs if not quota.space_id or one.pk not in moved]
                for moment in {booking.start for booking in of_it}:
                    assert used(quota, of_it, moment, now=self.now) <= quota.amount

    @invariant()
    def histories_end_where_the_bookings_are(self) -> None:
        for booking in Booking.objects.prefetch_related("events"):
            kinds = [event.kind for event in booking.events.all()]
            kinds = [Kind.HELD if kind == Kind.OFFERED else kind for kind in kinds]
            assert [kind for kind in kinds if kind in Status.values][-1] == booking.status

    @invariant()
    def what_is_confirmed_is_told_once(self) -> None:
        letters: dict[object, int] = {}
        for told in Delivery.objects.filter(kind=Kind.CONFIRMED, address="").select_related(
            "booking"
        ):
            assert told.booking is not None
            if told.recipient_id == told.booking.booker_id:
                letters[told.booking_id] = letters.get(told.booking_id, 0) + 1
        for booking in Booking.objects.prefetch_related("events"):
            times = [event.kind for event in booking.events.all()].count(Kind.CONFIRMED)
            many = letters.pop(booking.pk, 0)
            assert times <= 1
            assert many == times or (booking.series_id is not None and many <= times)
        assert letters == {}

    @invariant()
    def mails_are_about_what_happened(self) -> None:
        mails = Delivery.objects.exclude(kind__in=TOGETHER).exclude(kind=Kind.ANSWERED)
        for delivery in mails.select_related("booking").prefetch_related("booking__events"):
            booking = delivery.booking
            assert booking is not None
            assert delivery.version <= booking.sequence
            assert delivery.kind in {event.kind for event in booking.events.all()}
