"""Who has which unit when: bookings, what they may become, and those who wait."""

from bookings.audit.checking import Check

# Bookings that take their units now: a hold that has run out does not, swept or not.
ACTIVE = """
(booking.status = ANY (%(occupying)s)
 AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s))
"""

# As owners may ask for. A booking keeps the gaps it was made with, whatever they become.
LONGEST_GAP = "interval '1 day'"

CHECKS = [
    Check(
        "No unit is taken twice",
        """
        SELECT 'unit ' || one.unit_id || ' during ' || one.during
        FROM bookings_occupancy AS one JOIN bookings_occupancy AS other
          ON other.unit_id = one.unit_id AND other.during && one.during AND other.id > one.id
        """,
    ),
    Check(
        "An occupancy is of one booking or one closure, in the place of its unit",
        """
        SELECT 'occupancy ' || taken.id FROM bookings_occupancy AS taken
        JOIN spaces_unit AS unit ON unit.id = taken.unit_id
        WHERE unit.place_id <> taken.place_id
           OR (taken.booking_id IS NULL) = (taken.closure_id IS NULL)
        """,
    ),
    Check(
        "A closed space is closed throughout, but for what a booking has that it is closed around",
        """
        SELECT 'closure ' || closure.id || ' unit ' || has.unit_id
        FROM bookings_closure AS closure
        JOIN spaces_space_units AS has ON has.space_id = closure.space_id
        WHERE upper(closure.period) > %(now)s
          AND EXISTS (SELECT FROM bookings_occupancy AS closed
                      WHERE closed.closure_id = closure.id AND closed.unit_id = has.unit_id)
          AND NOT tstzmultirange(closure.period) <@ (
              SELECT range_agg(taken.during) FROM bookings_occupancy AS taken
              WHERE taken.unit_id = has.unit_id AND taken.during && closure.period)
        """,
    ),
    Check(
        "Each active booking has its units, for the whole of its time",
        f"""
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN spaces_space AS space ON space.id = booking.space_id
        WHERE {ACTIVE} AND NOT EXISTS (
            SELECT FROM bookings_occupancy AS taken JOIN spaces_unit AS unit
              ON unit.id = taken.unit_id AND unit.add_on_id IS NULL
            WHERE taken.booking_id = booking.id AND taken.change_id IS NULL
              AND taken.during @> booking.period
            HAVING count(*) > 0 AND (space.allocation = 'all' OR count(*) = booking.quantity))
        """,
    ),
    Check(
        "Each active booking has as many as it counts of what is booked along",
        f"""
        SELECT 'booking ' || booking.id || ' add-on ' || along.add_on_id
        FROM bookings_bookedaddon AS along
        JOIN spaces_addon AS add_on ON add_on.id = along.add_on_id AND add_on.is_counted
        JOIN bookings_booking AS booking ON booking.id = along.booking_id
        WHERE {ACTIVE} AND along.count <> (
            SELECT count(*) FROM bookings_occupancy AS taken
            JOIN spaces_unit AS unit ON unit.id = taken.unit_id
            WHERE taken.booking_id = booking.id AND taken.change_id IS NULL
              AND unit.add_on_id = along.add_on_id)
        """,
    ),
    Check(
        "A booking that has ended takes nothing",
        """
        SELECT 'booking ' || booking.id || ' (' || booking.status || ')'
        FROM bookings_booking AS booking
        WHERE NOT booking.status = ANY (%(occupying)s)
          AND EXISTS (SELECT FROM bookings_occupancy WHERE booking_id = booking.id)
        """,
    ),
    Check(
        "A hold's units are free again when it runs out; what is confirmed keeps them",
        f"""
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN bookings_occupancy AS taken
          ON taken.booking_id = booking.id AND taken.change_id IS NULL
        WHERE {ACTIVE} AND taken.held_until IS DISTINCT FROM
            CASE WHEN booking.status IN ('held', 'requested') THEN booking.expires_at END
        """,
    ),
    Check(
        "What a change is to need is kept while it waits, and no longer",
        """
        SELECT 'change ' || change.id FROM bookings_occupancy AS taken
        JOIN bookings_change AS change ON change.id = taken.change_id
        WHERE change.status NOT IN ('held', 'requested') OR change.booking_id <> taken.booking_id
           OR taken.held_until IS DISTINCT FROM change.expires_at
        UNION
        SELECT 'change ' || change.id FROM bookings_change AS change
        WHERE change.status IN ('held', 'requested')
          AND change.expires_at < %(now)s - interval '1 hour'
        """,
    ),
    Check(
        "A booking takes its time and the gaps around it, the same of each of its units",
        f"""
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN bookings_occupancy AS taken
          ON taken.booking_id = booking.id AND taken.change_id IS NULL
        WHERE {ACTIVE}
        GROUP BY booking.id
        HAVING count(DISTINCT taken.during) > 1
            OR bool_or(NOT taken.during <@ tstzrange(
                lower(booking.period) - {LONGEST_GAP}, upper(booking.period) + {LONGEST_GAP}))
        """,
    ),
    Check(
        "What is offered to somebody who waits is held for them",
        """
        SELECT 'waiting ' || waiting.id FROM bookings_waiting AS waiting
        LEFT JOIN bookings_booking AS booking ON booking.id = waiting.booking_id
        WHERE waiting.state = 'offered' AND (
            booking.status IS DISTINCT FROM 'held' OR booking.booker_id <> waiting.person_id
            OR booking.period IS DISTINCT FROM waiting.offered
            OR booking.space_id <> coalesce(waiting.space_id, booking.space_id))
        """,
    ),
    Check(
        "Of any time, no more and no less is offered than was wished for",
        """
        SELECT 'waiting ' || id FROM bookings_waiting
        WHERE minutes IS NOT NULL AND offered IS NOT NULL
          AND upper(offered) - lower(offered) <> make_interval(mins => minutes)
        """,
    ),
    Check(
        "No hold or request is left unswept for an hour after it has run out",
        """
        SELECT 'booking ' || id FROM bookings_booking
        WHERE status IN ('held', 'requested') AND expires_at < %(now)s - interval '1 hour'
        """,
    ),
    Check(
        "No booking is left as coming an hour after it is over",
        """
        SELECT 'booking ' || id FROM bookings_booking
        WHERE status IN ('confirmed', 'checked_in')
          AND upper(period) < %(now)s - interval '1 hour'
        """,
    ),
]
