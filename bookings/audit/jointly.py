"""What is asked for with one card: confirmed together, or not at all."""

from bookings.audit.checking import Check

CHECKS = [
    Check(
        "What is asked for together waits together, and stands or falls together",
        """
        SELECT 'booking ' || one.id || ' (' || one.status || ') beside ' || other.status
        FROM bookings_booking AS one
        JOIN bookings_booking AS other ON other.asked_with = one.asked_with
        WHERE one.status IN ('held', 'requested')
              AND (other.status <> one.status
                   OR one.status = 'requested' AND other.expires_at <> one.expires_at)
           OR one.status IN ('expired', 'declined')
              AND other.status IN ('confirmed', 'checked_in', 'completed', 'no_show')
        """,
    ),
    Check(
        "Nothing stands that its owner was to say yes to and has not",
        """
        SELECT 'booking ' || id FROM bookings_booking
        WHERE asked_with IS NOT NULL AND agreed_at IS NULL
          AND status IN ('confirmed', 'checked_in', 'completed', 'no_show')
        UNION ALL
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        WHERE booking.agreed_by_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM bookings_bookingevent AS event
            WHERE event.booking_id = booking.id AND event.kind = 'agreed'
              AND event.by_id = booking.agreed_by_id AND event.at = booking.agreed_at)
        """,
    ),
]
