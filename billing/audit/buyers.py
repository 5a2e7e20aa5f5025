"""What bookers pay and get back: by card, on account, by passes, as deposits."""

from bookings.audit import Check

CHECKS = [
    Check(
        "Every refund is in the ledger, and sent when it says so",
        """
        SELECT 'refund ' || refund.id FROM billing_refund AS refund
        WHERE NOT EXISTS (
                SELECT FROM billing_transaction WHERE source = 'refund:' || refund.id)
           OR (refund.status = 'succeeded') <> (EXISTS (
                SELECT FROM billing_transaction WHERE source = 'refund-sent:' || refund.id)
              AND NOT EXISTS (
                SELECT FROM billing_transaction WHERE source = 'refund-returned:' || refund.id))
        """,
    ),
    Check(
        "What is paid has its booking, or is on its way back",
        """
        SELECT 'order ' || payment.id || ' booking ' || booking.id
        FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        WHERE payment.status = 'paid' AND line.kind IN ('booking', 'change') AND (
            booking.status IN ('held', 'requested')
            OR (booking.status IN ('expired', 'declined') AND line.amount > (
                SELECT coalesce(sum(amount), 0) FROM billing_refund AS refund
                WHERE refund.booking_id = booking.id
                  AND refund.status NOT IN ('failed', 'dropped'))))
        """,
    ),
    Check(
        "A saved card is charged by its holder's consent, and within the cap of each booking",
        """
        SELECT 'booking ' || line.booking_id
        FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id
        JOIN billing_card AS card ON card.id = payment.card_id
        LEFT JOIN billing_cardconsent AS consent ON consent.id = payment.consent_id
        WHERE payment.status IN ('charging', 'authorised', 'capturing', 'paid')
          AND line.booking_id IS NOT NULL
          AND NOT (line.kind = 'deposit' AND payment.status = 'authorised' AND EXISTS (
              SELECT FROM billing_orderline AS newer WHERE newer.booking_id = line.booking_id
                 AND newer.kind = 'deposit' AND newer.id > line.id))
        GROUP BY line.booking_id
        HAVING bool_or(consent.id IS NULL OR consent.user_id <> card.user_id)
            OR bool_or(card.user_id <> payment.buyer_id)
            OR sum(line.amount) > max(consent.cap)
        """,
    ),
    Check(
        "A member's card is charged as they have agreed, and once for each month",
        """
        SELECT 'order ' || payment.id FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id AND line.kind = 'pass'
        JOIN bookings_pass AS pass ON pass.id = line.sold_pass_id
        LEFT JOIN bookings_membership AS member ON member.id = pass.membership_id
        LEFT JOIN billing_cardconsent AS consent ON consent.id = payment.consent_id
        WHERE payment.card_id IS NOT NULL AND payment.status IN ('charging', 'paid')
          AND (member.person_id IS DISTINCT FROM payment.buyer_id
               OR consent.user_id IS DISTINCT FROM payment.buyer_id
               OR line.amount <> member.price)
        UNION ALL
        SELECT 'membership ' || one.membership_id FROM bookings_pass AS one
        JOIN bookings_pass AS other ON other.membership_id = one.membership_id
             AND other.starts_at > one.starts_at AND other.starts_at < one.ends_at
        WHERE one.status <> 'ordered' AND other.status <> 'ordered'
        """,
    ),
    Check(
        "What is on account is owed until it is credited or paid, to the øre",
        """
        SELECT 'order ' || payment.id FROM billing_order AS payment
        JOIN LATERAL (
            SELECT coalesce(sum(line.amount - coalesce(taken.amount, 0))
                            FILTER (WHERE invoice.paid_on IS NULL), 0) AS amount
            FROM billing_orderline AS line
            LEFT JOIN billing_accountinvoice AS invoice ON invoice.id = line.invoice_id
            LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM billing_accountcredit
                               WHERE line_id = line.id) AS taken ON true
            WHERE line.order_id = payment.id) AS due ON true
        LEFT JOIN billing_account AS account
          ON account.order_id = payment.id AND account.code = 'receivable'
        LEFT JOIN billing_balance AS balance ON balance.account_id = account.id
        WHERE payment.status = 'account' AND coalesce(balance.amount, 0) <> due.amount
        """,
    ),
    Check(
        "On account nothing is owed for what came to nothing",
        """
        SELECT 'order ' || payment.id || ' booking ' || booking.id
        FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        LEFT JOIN bookings_change AS change ON change.id = line.change_id
        WHERE payment.status = 'account' AND line.kind IN ('booking', 'change')
          AND booking.changed_at < %(now)s - interval '1 hour'
          AND (booking.status IN ('declined', 'expired')
               OR change.status IN ('ended', 'expired')
               OR booking.status = 'cancelled' AND NOT EXISTS (
                   SELECT FROM bookings_bookingevent AS event
                   WHERE event.booking_id = booking.id AND event.kind = 'confirmed'))
          AND line.amount > (SELECT coalesce(sum(taken.amount), 0)
                             FROM billing_accountcredit AS taken WHERE taken.line_id = line.id)
        """,
    ),
    Check(
        "A monthly invoice comes to what its lines come to",
        """
        SELECT 'invoice ' || invoice.id FROM billing_accountinvoice AS invoice
        LEFT JOIN billing_document AS document ON document.id = invoice.document_id
        WHERE (invoice.amount > 0 AND document.gross IS DISTINCT FROM invoice.amount)
           OR invoice.amount <> (
            SELECT coalesce(sum(line.amount - coalesce(taken.amount, 0)), 0)
            FROM billing_orderline AS line
            LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM billing_accountcredit
                               WHERE line_id = line.id AND document_id IS NULL) AS taken ON true
            WHERE line.invoice_id = invoice.id)
        """,
    ),
    Check(
        "Our fee is what the terms of each line say of what it has earned, to the øre",
        """
        SELECT 'order ' || line.order_id || ' owner ' || line.owner_id
        FROM billing_orderline AS line
        LEFT JOIN LATERAL (
            SELECT -sum(balance.amount) AS amount FROM billing_account AS account
            JOIN billing_balance AS balance ON balance.account_id = account.id
            WHERE account.code IN ('platform_fee', 'platform_vat')
              AND account.order_id = line.order_id AND account.organisation_id = line.owner_id
        ) AS taken ON true
        GROUP BY line.order_id, line.owner_id, taken.amount
        HAVING coalesce(taken.amount, 0) <> sum(least(line.earned, greatest(
            round(line.earned::numeric * line.fee_points / 10000), line.fee_least)))
        """,
    ),
    Check(
        "Each monthly invoice is sent, and each document within the hour",
        """
        SELECT 'invoice ' || invoice.id FROM billing_accountinvoice AS invoice
        WHERE invoice.document_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM billing_dispatch
            WHERE document_id = invoice.document_id AND state <> 'failed')
        UNION ALL
        SELECT 'document ' || document_id FROM billing_dispatch
        WHERE state = 'waiting' AND not_before < %(now)s - interval '1 hour'
        """,
    ),
    Check(
        "A pass that was bought can be used exactly when it is paid for",
        """
        SELECT 'pass ' || pass.id FROM bookings_pass AS pass
        LEFT JOIN billing_orderline AS line ON line.sold_pass_id = pass.id
        LEFT JOIN billing_order AS payment ON payment.id = line.order_id
        WHERE NOT pass.is_given
          AND (pass.status <> 'ordered')
              <> (coalesce(payment.status, '') IN ('paid', 'account'))
        """,
    ),
    Check(
        "Nobody is drawn more than the fee or the deposit of their booking",
        """
        SELECT 'booking ' || booking.id || ' ' || line.kind
        FROM billing_orderline AS line
        JOIN billing_order AS payment ON payment.id = line.order_id
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        WHERE line.kind IN ('no_show', 'overstay', 'deposit') AND payment.status = 'paid'
        GROUP BY booking.id, line.kind
        HAVING sum(line.amount) > CASE line.kind WHEN 'no_show' THEN booking.no_show_fee
            WHEN 'overstay' THEN booking.overstay_fee ELSE booking.deposit END
        """,
    ),
    Check(
        "No deposit is kept reserved a day after the time to claim of it",
        """
        SELECT 'order ' || payment.id FROM billing_order AS payment
        JOIN billing_orderline AS line ON line.order_id = payment.id AND line.kind = 'deposit'
        JOIN bookings_booking AS booking ON booking.id = line.booking_id
        WHERE payment.status = 'authorised'
          AND upper(booking.period) < %(now)s - interval '3 days'
        """,
    ),
    Check(
        "Nothing waits for Stripe for an hour",
        """
        SELECT 'order ' || id || ' (' || status || ')' FROM billing_order
        WHERE status IN ('charging', 'capturing', 'voiding')
          AND not_before < %(now)s - interval '1 hour'
        UNION ALL
        SELECT 'refund ' || id FROM billing_refund
        WHERE status IN ('intended', 'pending') AND not_before < %(now)s - interval '1 hour'
        UNION ALL
        SELECT 'card ' || id FROM billing_card
        WHERE status = 'removing' AND not_before < %(now)s - interval '1 hour'
        UNION ALL
        SELECT 'transfer ' || id FROM billing_transfer
        WHERE status = 'intended' AND not_before < %(now)s - interval '1 hour'
        UNION ALL
        SELECT 'reversal ' || id FROM billing_transferreversal
        WHERE status = 'intended' AND not_before < %(now)s - interval '1 hour'
        UNION ALL
        SELECT 'event ' || event_id FROM billing_stripeevent
        WHERE handled_at IS NULL AND not_before < %(now)s - interval '1 hour'
        """,
    ),
]
