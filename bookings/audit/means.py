"""Passes and codes: what of them is used."""

from bookings.audit.checking import Check

CHECKS = [
    Check(
        "No more of a pass is used than it has",
        """
        SELECT 'pass ' || pass.id FROM bookings_pass AS pass
        JOIN bookings_passuse AS use ON use.used_of_id = pass.id
        GROUP BY pass.id
        HAVING sum(use.amount) > CASE WHEN pass.counts = 'percent' THEN 0 ELSE pass.amount END
        """,
    ),
    Check(
        "Each booking that stands uses of its passes what its lines say",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN LATERAL (
            SELECT line->'about'->>'pass' AS pass,
                   (line->'about'->>'units')::bigint + (line->'about'->>'kept')::bigint AS amount
            FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->>'item' = 'pass') AS sold ON true
        LEFT JOIN bookings_passuse AS use
          ON use.booking_id = booking.id AND use.used_of_id::text = sold.pass
        WHERE booking.status NOT IN ('cancelled', 'expired', 'declined')
          AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s)
          AND use.amount IS DISTINCT FROM sold.amount
        UNION ALL
        SELECT 'booking ' || use.booking_id FROM bookings_passuse AS use
        JOIN bookings_booking AS booking ON booking.id = use.booking_id
        WHERE booking.status IN ('expired', 'declined') OR NOT EXISTS (
            SELECT FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->'about'->>'pass' = use.used_of_id::text)
        """,
    ),
    Check(
        "A code is used as often as it may be, and no more",
        """
        SELECT 'campaign ' || campaign.id FROM bookings_campaign AS campaign
        JOIN bookings_campaignuse AS use ON use.campaign_id = campaign.id
        GROUP BY campaign.id HAVING count(*) > campaign."limit"
        UNION ALL
        SELECT 'campaign ' || campaign.id || ' person ' || use.person_id
        FROM bookings_campaign AS campaign
        JOIN bookings_campaignuse AS use ON use.campaign_id = campaign.id
        GROUP BY campaign.id, use.person_id HAVING count(*) > campaign.limit_each
        """,
    ),
    Check(
        "Exactly the bookings that were sold with a code, and stand, use one, for what it took off",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        LEFT JOIN LATERAL (
            SELECT -sum((line->>'amount')::bigint) AS off, max(line->'about'->>'campaign') AS pk
            FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->>'item' = 'code') AS sold ON true
        LEFT JOIN bookings_campaignuse AS use ON use.booking_id = booking.id
        WHERE (use.id IS NULL AND sold.off > 0
               AND booking.status NOT IN ('cancelled', 'expired', 'declined')
               AND NOT (booking.status IN ('held', 'requested')
                        AND booking.expires_at <= %(now)s)
               AND EXISTS (SELECT FROM bookings_campaign WHERE id = sold.pk::bigint))
           OR (use.id IS NOT NULL AND (use.amount IS DISTINCT FROM sold.off
               OR use.campaign_id IS DISTINCT FROM sold.pk::bigint
               OR booking.status IN ('cancelled', 'expired', 'declined')))
        """,
    ),
]
