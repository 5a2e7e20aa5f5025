"""What bookings say of themselves, and what people are told of them."""

from bookings.audit.checking import Check

# One letter told of several: of all that happened at that moment to a series, or to what is
# asked for together. By the moment, since a series may have been split since.
TOLD_WITH_OTHERS = """
(booking.series_id IS NOT NULL AND EXISTS (
        SELECT FROM bookings_delivery AS letter
        JOIN bookings_bookingevent AS other
          ON other.booking_id = letter.booking_id AND other.kind = event.kind
             AND other.at = event.at
        WHERE letter.recipient_id = booking.booker_id AND letter.booking_id IS NOT NULL
          AND letter.kind = CASE WHEN event.kind IN ('requested', 'confirmed') THEN 'series_booked'
                                 WHEN event.kind = 'changed' THEN 'series_changed'
                                 WHEN event.kind IN ('change_asked', 'change_ended')
                                 THEN event.kind END)
 OR booking.asked_with IS NOT NULL AND event.kind <> 'confirmed' AND EXISTS (
        SELECT FROM bookings_booking AS together
        JOIN bookings_delivery AS letter ON letter.booking_id = together.id
             AND letter.kind = event.kind AND letter.recipient_id = booking.booker_id
        JOIN bookings_bookingevent AS other
          ON other.booking_id = together.id AND other.kind = event.kind AND other.at = event.at
        WHERE together.asked_with = booking.asked_with AND together.id <> booking.id))
"""

CHECKS = [
    Check(
        "A booking is where its space is, and its lines come to its price",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN spaces_space AS space ON space.id = booking.space_id
        WHERE space.place_id <> booking.place_id OR booking.amount <> (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
            FROM jsonb_array_elements(booking.lines) AS line)
        """,
    ),
    Check(
        "Every booking has a history",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        WHERE NOT EXISTS (SELECT FROM bookings_bookingevent WHERE booking_id = booking.id)
        """,
    ),
    Check(
        "What has happened to a booking its booker is told, once for each version",
        f"""
        SELECT 'booking ' || event.booking_id || ' ' || event.kind
        FROM bookings_bookingevent AS event
        JOIN bookings_booking AS booking ON booking.id = event.booking_id
        WHERE (event.kind = ANY (%(always_told)s)
               OR (event.kind = 'change_ended' AND event.data->>'why' = ANY (%(news_of_change)s)))
          AND NOT EXISTS (
            SELECT FROM bookings_delivery AS delivery
            WHERE delivery.booking_id = event.booking_id AND delivery.kind = event.kind
              AND delivery.recipient_id = booking.booker_id)
          AND NOT {TOLD_WITH_OTHERS}
        """,
    ),
    Check(
        "What is confirmed has one confirmation, and each change of it one letter",
        f"""
        SELECT 'booking ' || booking.id || ' ' || told.kind FROM bookings_booking AS booking
        CROSS JOIN unnest(ARRAY['confirmed', 'changed']) AS told (kind)
        CROSS JOIN LATERAL (
            SELECT count(*) AS times, count(*) FILTER (WHERE {TOLD_WITH_OTHERS}) AS together
            FROM bookings_bookingevent AS event
            WHERE event.booking_id = booking.id AND event.kind = told.kind) AS happened
        CROSS JOIN LATERAL (
            SELECT count(*) AS letters FROM bookings_delivery AS delivery
            WHERE delivery.booking_id = booking.id AND delivery.kind = told.kind
              AND delivery.recipient_id = booking.booker_id) AS sent
        WHERE sent.letters NOT BETWEEN happened.times - happened.together AND happened.times
           OR (told.kind = 'confirmed' AND happened.times <> 1
               AND (happened.times > 1
                    OR booking.status IN ('confirmed', 'checked_in', 'completed', 'no_show')))
        """,
    ),
    Check(
        "A refusal to a calendar program is told by one mail",
        """
        SELECT 'delivery ' || delivery.id FROM bookings_delivery AS delivery
        LEFT JOIN bookings_calendarrefusal AS refusal ON refusal.id = delivery.version
        WHERE delivery.kind = 'refused' AND delivery.state IN ('pending', 'sending')
          AND (refusal.id IS NULL OR refusal.user_id <> delivery.recipient_id)
        """,
    ),
    Check(
        "Who waited for what comes again, and was told, has a letter",
        """
        SELECT 'waiting ' || waiting.id FROM bookings_waiting AS waiting
        WHERE waiting.state = 'told' AND NOT EXISTS (
            SELECT FROM bookings_delivery AS letter
            WHERE letter.recipient_id = waiting.person_id AND letter.kind = 'more_times'
              AND letter.version = waiting.letter)
        """,
    ),
    Check(
        "What the district has paused is not listed",
        """
        SELECT 'space ' || space.slug FROM spaces_space AS space
        JOIN spaces_pause AS pause ON pause.space_id = space.id AND pause.lifted_at IS NULL
        WHERE space.listing = 'published'
        """,
    ),
    Check(
        "No mail is given up, or an hour late",
        """
        SELECT 'delivery ' || id || ' (' || state || ')' FROM bookings_delivery
        WHERE state = 'dead' OR (state IN ('pending', 'sending')
                                 AND not_before < %(now)s - interval '1 hour')
        """,
    ),
]
