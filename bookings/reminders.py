"""Reminding bookers, the day before at 16 or an hour before, as each has chosen."""

from datetime import datetime

from django.db import connection, transaction

from bookings.deliveries import nudge

# In one statement, so that neither many bookers nor a dead worker delays anybody. What was
# booked after its own moment is fresh in mind. `delivery_once` makes it once a version.
WRITE = """
    INSERT INTO bookings_delivery
        (booking_id, version, kind, recipient_id, address, state, not_before, attempts, error)
    SELECT booking.id, booking.sequence, 'reminder', booking.booker_id, '',
        'pending', %(now)s, 0, ''
    FROM bookings_booking booking
    JOIN spaces_place place ON place.id = booking.place_id
    LEFT JOIN bookings_noticechoices choices ON choices.user_id = booking.booker_id
    CROSS JOIN LATERAL (
        SELECT CASE coalesce(choices.reminder, 'day')
            WHEN 'day' THEN (
                (lower(booking.period) AT TIME ZONE place.time_zone)::date - 1 + time '16:00'
            ) AT TIME ZONE place.time_zone
            WHEN 'hour' THEN lower(booking.period) - interval '1 hour'
        END AS moment
    ) reminder
    WHERE booking.status = 'confirmed'
      AND lower(booking.period) > %(now)s
      AND lower(booking.period) < %(now)s + interval '33 hours'
      AND reminder.moment <= %(now)s
      AND booking.created_at < reminder.moment
      AND NOT EXISTS (  -- of this time, in an earlier version
          SELECT FROM bookings_delivery earlier
          WHERE earlier.booking_id = booking.id AND earlier.kind = 'reminder'
            AND earlier.not_before >= reminder.moment
      )
    ON CONFLICT DO NOTHING
"""


def write_reminders(*, now: datetime) -> int:
    """Write what is due at `now`; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, {"now": now})
        written = int(cursor.rowcount)
        if written:
            transaction.on_commit(nudge)
        return written
