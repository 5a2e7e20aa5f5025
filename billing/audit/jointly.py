"""What is reserved on a card until owners have answered."""

from bookings.audit import Check

CHECKS = [
    Check(
        "What is asked for together is paid with one card, and nothing else with it",
        """
        SELECT 'request ' || booking.asked_with FROM bookings_booking AS booking
        LEFT JOIN billing_orderline AS line
          ON line.booking_id = booking.id AND line.kind = 'booking'
        WHERE booking.asked_with IS NOT NULL
        GROUP BY booking.asked_with
        HAVING count(DISTINCT line.order_id) <> 1 OR count(line.id) <> count(*)
            OR count(line.id) <> (SELECT count(*) FROM billing_orderline AS its
                                  WHERE its.order_id = min(line.order_id::text)::uuid)
        """,
    ),
    Check(
        "No card is charged before all who are asked have said yes",
        """
        SELECT 'order ' || payment.id || ' booking ' || booking.id
        FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id AND line.kind = 'booking'
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        WHERE booking.asked_with IS NOT NULL AND booking.agreed_at IS NULL
          AND (payment.status = 'capturing'
               OR payment.status = 'paid' AND line.amount > (
                    SELECT coalesce(sum(refund.amount), 0) FROM billing_refund AS refund
                    WHERE refund.line_id = line.id AND refund.status <> 'dropped'))
        """,
    ),
    Check(
        "What owners are asked for with one card is reserved on it, for as long as they have",
        """
        SELECT 'order ' || payment.id || ' (' || payment.status || ')'
        FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id AND line.kind = 'booking'
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        WHERE booking.asked_with IS NOT NULL AND booking.status = 'requested'
          AND (payment.status NOT IN ('authorised', 'capturing')
               OR payment.status = 'authorised' AND booking.expires_at > payment.lapses_at)
        """,
    ),
    Check(
        "What a series asks to become is answered at once, and reserved for as long",
        """
        SELECT 'change ' || change.id FROM bookings_change AS change
        JOIN bookings_change AS other ON other.series_change_id = change.series_change_id
        WHERE change.status = 'requested' AND (
            other.status IN ('held', 'made')
            OR other.status = 'requested' AND other.expires_at <> change.expires_at)
        UNION
        SELECT 'change ' || change.id FROM bookings_change AS change
        JOIN billing_orderline AS line ON line.change_id = change.id
        JOIN billing_order AS payment ON payment.id = line.order_id
        WHERE change.status = 'requested' AND (
            payment.status NOT IN ('authorised', 'capturing', 'account')
            OR payment.status = 'authorised' AND change.expires_at > payment.lapses_at)
        """,
    ),
]
