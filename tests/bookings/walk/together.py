"""Several at once: carts, and series that grow, shrink, move and end."""

from collections.abc import Sequence

from django.db import transaction

from accounts.errors import Refused
from billing import operations as billing
from bookings import operations
from bookings.models import Booking, ChangeStatus, Series, Status
from bookings.occurrences import occurrences, span_on
from bookings.operations import Item, Pick
from bookings.operations.shapes import Shape
from bookings.recurrence import rrule_for, shifts
from spaces.models import Space
from spaces.periods import Period
from tests.bookings.walk.district import MINUTE, District, Wish

Had = tuple[int, Period, int, str, int, tuple[int, ...]]


class Together(District):
    def books_together(self, wishes: Sequence[Wish]) -> list[Booking]:
        """A cart is had whole, and exactly when its times could be had one after the other."""
        items = [Item(self.spaces[which], span, many) for which, span, many in wishes]
        apart = self.one_by_one(items)
        made = self.attempt(
            None,
            lambda: operations.hold_together(items=items, by=self.booker, now=self.now),
        )
        assert (made is not None) == (apart is not None)
        assert apart is None or [had(booking) for booking in made] == apart
        self.booked += len(made or [])
        return made or []

    def one_by_one(self, items: Sequence[Item]) -> list[Had] | None:
        """What they would be, each booked by itself; None when one cannot be had."""
        try:
            with transaction.atomic():
                found = []
                for item in items:
                    booking = operations.hold(
                        space=item.space,
                        span=item.span,
                        quantity=item.quantity,
                        by=self.booker,
                        now=self.now,
                    )
                    found.append(had(booking))
                transaction.set_rollback(True)
                return found
        except Refused:
            return None

    def books_a_series(self, space: Space, span: Period) -> list[Booking]:
        """Three days in a row, as a cart of them would be."""
        zone = space.place.zone
        first, last = span.lower.astimezone(zone), span.upper.astimezone(zone)
        opens = first.hour * 60 + first.minute
        series = Series(
            space=space,
            place_id=space.place_id,
            rrule=rrule_for("daily", first.date(), count=3),
            starts_on=first.date(),
            opens=opens,
            closes=opens + (last - first) // MINUTE,
            time_zone=zone.key,
        )
        days = [(one.day, one.span) for one in occurrences(series) if one.span]
        apart = self.one_by_one([Item(space, span) for _day, span in days])
        picks = [Pick(day, space, span) for day, span in days]
        made = self.attempt(
            None,
            lambda: operations.hold_series(
                series=series, picks=picks, by=self.booker, now=self.now
            ),
        )
        assert (made is not None) == (apart is not None)
        assert apart is None or [had(booking) for booking in made] == apart
        self.booked += len(made or [])
        return made or []

    # --- How a series goes on. What is of none is left as it is. ---

    def its_series_is_moved(self, booking: Booking) -> None:
        """All of it that is as its rule says, an hour later or earlier, and now and then on
        another weekday too; or none."""
        series = booking.series
        if series is None:
            return
        hour = 60 if self.booked % 2 else -60
        days = (0, 1, -1)[self.booked % 3]
        to = Shape(
            series.opens + hour,
            series.closes + hour,
            days=days if days in shifts(series.rrule) else 0,
        )
        first = booking.recurrence_date if booking.sequence % 2 else None
        done = self.attempt(
            None,
            lambda: operations.move_series(
                series=series, to=to, first=first, by=self.booker, now=self.now
            ),
        )
        if done is not None:
            moved, changes = done
            if any(change.status == ChangeStatus.HELD for change in changes):
                return  # to be paid: until then all stay as they are
            assert (moved.opens, moved.closes) == (to.opens, to.closes)
            for change in changes:
                now = Booking.objects.get(pk=change.booking_id)
                assert now.recurrence_date is not None
                assert now.period == span_on(moved, now.recurrence_date)
                assert now.series == moved

    def its_series_is_cancelled(self, booking: Booking) -> None:
        if booking.series is not None:
            series = booking.series
            ended = self.attempt(
                None,
                lambda: billing.cancel_series(series=series, by=self.booker, now=self.now),
            )
            assert all(one.status == Status.CANCELLED for one in ended or [])

    def its_day_is_taken_after_all(self, booking: Booking) -> Booking | None:
        """A day of its series that was cancelled or ran out is booked again."""
        series, day = booking.series, booking.recurrence_date
        if series is None or day is None or span_on(series, day) is None:
            return None
        days = series.bookings.filter(recurrence_date=day)
        is_there = any(one.occupies(self.now) for one in days)
        span = span_on(series, day)
        assert span is not None
        added: Booking | None = self.attempt(
            "twice_that_day" if is_there else None,
            lambda: operations.add_to_series(
                series=series,
                pick=Pick(day, series.space, span),
                by=self.booker,
                now=self.now,
            ),
        )
        self.booked += added is not None
        return added


def had(booking: Booking) -> Had:
    """What somebody got, whatever its number."""
    units = booking.occupancies.order_by("unit").values_list("unit", flat=True)
    return (
        booking.space_id,
        booking.period,
        booking.quantity,
        booking.status,
        booking.amount,
        tuple(units),
    )
