"""Calendars that are read, and what calendar programs keep here."""

from bookings.audit.checking import Check

CHECKS = [
    Check(
        "Each unit is busy when the calendars in use of its spaces say so, and not otherwise",
        """
        WITH said AS (
            SELECT DISTINCT source.id, has.unit_id, one.during FROM spaces_calendarsource AS source
            JOIN spaces_space_units AS has ON has.space_id = source.space_id
                 AND has.unit_id = coalesce(source.unit_id, has.unit_id)
            CROSS JOIN LATERAL unnest(source.times) AS one (during)
            WHERE NOT source.is_paused),
        kept AS (SELECT source_id, unit_id, during FROM bookings_busytime)
        SELECT 'calendar ' || id || ' unit ' || unit_id || ' during ' || during
        FROM ((SELECT * FROM said EXCEPT SELECT * FROM kept)
              UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM said)) AS apart
        """,
    ),
    Check(
        "A calendar in use is read again, and no later than an hour after it is due",
        """
        SELECT 'calendar ' || id FROM spaces_calendarsource
        WHERE NOT is_paused AND host <> ''
          AND (due_at IS NULL OR due_at < %(now)s - interval '1 hour')
        """,
    ),
    Check(
        "Nothing is kept of a busy time two days after it is over",
        """
        SELECT 'calendar ' || id FROM spaces_calendarsource
        WHERE EXISTS (SELECT FROM unnest(times) AS said
                      WHERE upper(said) < %(now)s - interval '2 days 1 hour')
        """,
    ),
    Check(
        "What a calendar program has named belongs to who booked it",
        """
        SELECT 'calendar object ' || object.id FROM bookings_calendarobject AS object
        LEFT JOIN bookings_booking AS booking ON booking.id = object.booking_id
        LEFT JOIN bookings_series AS series ON series.id = object.series_id
        WHERE object.booker_id <> coalesce(booking.booker_id, series.booker_id)
        """,
    ),
    Check(
        "What is in an own calendar is of a kind it is for, and what was deleted says nothing",
        """
        SELECT 'own object ' || object.id FROM bookings_ownobject AS object
        JOIN bookings_owncalendar AS calendar ON calendar.id = object.calendar_id
        WHERE object.component <> ALL (calendar.components)
           OR (object.text = '' AND (object.during IS NOT NULL
               OR object.changed_at < %(now)s - interval '5 months'))
        """,
    ),
]
