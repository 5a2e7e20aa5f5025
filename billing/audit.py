"""What must always be so of money: the ledger, and the orders and refunds it is about."""

from bookings.audit import Check

CHECKS = [
    Check(
        "The entries of each transaction sum to zero, in each currency",
        """
        SELECT 'transaction ' || entry.transaction_id || ' ' || account.currency
        FROM billing_entry AS entry JOIN billing_account AS account ON account.id = account_id
        GROUP BY entry.transaction_id, account.currency HAVING sum(entry.amount) <> 0
        """,
    ),
    Check(
        "Each balance is the sum of its entries, within its floor and ceiling",
        """
        SELECT 'account ' || account.id || ' (' || account.code || ')'
        FROM billing_account AS account
        LEFT JOIN billing_balance AS balance ON balance.account_id = account.id
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount FROM billing_entry
            WHERE account_id = account.id) AS entries ON true
        WHERE coalesce(balance.amount, 0) <> entries.amount
           OR balance.amount < account.floor OR balance.amount > account.ceiling
        """,
    ),
    Check(
        "An order comes to what its lines come to",
        """
        SELECT 'order ' || payment.id FROM billing_order AS payment
        WHERE payment.amount <> (
            SELECT coalesce(sum(line.amount), 0) FROM billing_orderline AS line
            WHERE line.order_id = payment.id)
        """,
    ),
    Check(
        "What is paid is in the ledger, and nothing else is",
        """
        SELECT 'order ' || payment.id || ' (' || payment.status || ')'
        FROM billing_order AS payment
        LEFT JOIN billing_transaction AS posted ON posted.source = 'capture:' || payment.charge_id
        LEFT JOIN LATERAL (
            SELECT sum(entry.amount) AS amount FROM billing_entry AS entry
            JOIN billing_account AS held ON held.id = entry.account_id
            WHERE entry.transaction_id = posted.id AND held.code = 'held'
              AND held.order_id = payment.id) AS held ON true
        WHERE (payment.status = 'paid') <> (posted.id IS NOT NULL)
           OR (posted.id IS NOT NULL AND held.amount IS DISTINCT FROM -payment.amount)
        """,
    ),
    Check(
        "No more is given back than was paid",
        """
        SELECT 'order ' || payment.id FROM billing_order AS payment
        JOIN billing_refund AS refund
          ON refund.order_id = payment.id AND refund.status NOT IN ('failed', 'dropped')
        GROUP BY payment.id HAVING sum(refund.amount) > payment.amount
        """,
    ),
    Check(
        "No line gives back more than it was sold for",
        """
        SELECT 'line ' || line.id FROM billing_orderline AS line
        JOIN billing_refund AS refund
          ON refund.line_id = line.id AND refund.status NOT IN ('failed', 'dropped')
        GROUP BY line.id HAVING sum(refund.amount) > line.amount - line.lost
        """,
    ),
    Check(
        "What is earned is in the ledger, and nothing else is",
        """
        SELECT 'line ' || line.id FROM billing_orderline AS line
        WHERE line.earned_at IS NULL AND EXISTS (
                SELECT FROM billing_transaction WHERE source = 'earned:' || line.id)
           OR line.earned_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM billing_transaction WHERE source = 'earned:' || line.id)
              AND line.earned > 0 AND NOT EXISTS (
                SELECT FROM billing_transaction
                WHERE source LIKE 'earned-use:%%:' || line.id
                   OR source = 'account-fee:' || line.id)
        """,
    ),
    Check(
        "Of each price is held what is neither earned, lost nor given back",
        """
        SELECT 'order ' || line.order_id || ' owner ' || line.owner_id
        FROM billing_orderline AS line
        JOIN billing_order AS payment ON payment.id = line.order_id AND payment.status = 'paid'
        LEFT JOIN billing_account AS account ON account.code = 'held'
             AND account.order_id = line.order_id AND account.organisation_id = line.owner_id
        LEFT JOIN billing_balance AS balance ON balance.account_id = account.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(refund.amount), 0) AS amount FROM billing_refund AS refund
            WHERE refund.line_id = line.id AND refund.status NOT IN ('failed', 'dropped')) AS back
        GROUP BY line.order_id, line.owner_id, balance.amount
        HAVING coalesce(-balance.amount, 0)
            <> sum(line.amount - line.earned - line.lost - back.amount)
        """,
    ),
    Check(
        "Of a pass is earned what is used of it, and all once it ends",
        """
        SELECT 'pass ' || pass.id FROM bookings_pass AS pass
        JOIN billing_orderline AS line ON line.sold_pass_id = pass.id
        WHERE line.earned_at IS NULL AND pass.counts <> 'percent'
          AND line.earned > line.amount::bigint * (
                SELECT coalesce(sum(use.amount), 0) FROM bookings_passuse AS use
                JOIN bookings_booking AS booking ON booking.id = use.booking_id
                WHERE use.used_of_id = pass.id AND upper(booking.period) <= %(now)s) / pass.amount
        """,
    ),
    Check(
        "Every transfer to an owner is in the ledger, and sent when it says so",
        """
        SELECT 'transfer ' || transfer.id FROM billing_transfer AS transfer
        WHERE NOT EXISTS (
                SELECT FROM billing_transaction WHERE source = 'transfer:' || transfer.id)
           OR (transfer.status = 'sent') <> EXISTS (
                SELECT FROM billing_transaction WHERE source = 'transfer-sent:' || transfer.id)
        """,
    ),
    Check(
        "No more of a transfer is fetched back than was sent, and the ledger has it",
        """
        SELECT 'transfer ' || transfer.id FROM billing_transfer AS transfer
        JOIN billing_transferreversal AS back ON back.transfer_id = transfer.id
        WHERE back.status <> 'failed'
        GROUP BY transfer.id HAVING sum(back.amount) > transfer.amount
        UNION ALL
        SELECT 'reversal ' || back.id FROM billing_transferreversal AS back
        WHERE (back.status = 'sent') <> EXISTS (
            SELECT FROM billing_transaction WHERE source = 'reversal:' || back.id)
        """,
    ),
    Check(
        "Owners are not sent more than was paid, less what was given back and our fees",
        """
        WITH theirs AS (
            SELECT account.organisation_id, account.currency,
                   -coalesce(sum(amount) FILTER (WHERE code = 'held'
                        AND source LIKE 'capture:%%'), 0) AS paid,
                   -coalesce(sum(amount) FILTER (WHERE code = 'refunds_due'
                        AND source NOT LIKE 'refund-sent:%%'), 0)
                   + coalesce(sum(amount) FILTER (WHERE code = 'held'
                        AND source LIKE 'refund-returned:%%'), 0) AS back,
                   -coalesce(sum(amount) FILTER (
                        WHERE code IN ('platform_fee', 'platform_vat')), 0) AS fees,
                   coalesce(sum(amount) FILTER (WHERE code = 'owner_debt'), 0) AS owed
            FROM billing_entry
            JOIN billing_account AS account ON account.id = account_id
            JOIN billing_transaction AS posted ON posted.id = transaction_id
            WHERE account.organisation_id IS NOT NULL
            GROUP BY account.organisation_id, account.currency),
        sent AS (
            SELECT transfer.organisation_id, payment.currency,
                   sum(transfer.amount - coalesce((
                        SELECT sum(back.amount) FROM billing_transferreversal AS back
                        WHERE back.transfer_id = transfer.id AND back.status = 'sent'), 0))
                        AS amount
            FROM billing_transfer AS transfer
            JOIN billing_order AS payment ON payment.id = transfer.order_id
            WHERE transfer.status <> 'failed'
            GROUP BY transfer.organisation_id, payment.currency)
        SELECT 'organisation ' || sent.organisation_id || ' ' || sent.currency
        FROM sent LEFT JOIN theirs ON theirs.organisation_id = sent.organisation_id
         AND theirs.currency = sent.currency
        WHERE sent.amount > coalesce(paid - back - fees + owed, 0)
        """,
    ),
    Check(
        "What Stripe holds is what came in, less what went out",
        """
        WITH booked AS (
            SELECT currency, sum(entry.amount) AS amount FROM billing_entry AS entry
            JOIN billing_account AS account ON account.id = entry.account_id
            JOIN billing_transaction AS posted ON posted.id = entry.transaction_id
            WHERE account.code = 'stripe_balance'
              AND split_part(posted.source, ':', 1)
                  IN ('capture', 'refund-sent', 'refund-returned', 'transfer-sent', 'reversal')
            GROUP BY currency),
        moved AS (
            SELECT currency, sum(amount) AS amount FROM (
                SELECT currency, amount FROM billing_order WHERE status = 'paid'
                UNION ALL
                SELECT payment.currency, -refund.amount FROM billing_refund AS refund
                JOIN billing_order AS payment ON payment.id = refund.order_id
                WHERE refund.status = 'succeeded'
                UNION ALL
                SELECT payment.currency, -transfer.amount FROM billing_transfer AS transfer
                JOIN billing_order AS payment ON payment.id = transfer.order_id
                WHERE transfer.status = 'sent'
                UNION ALL
                SELECT payment.currency, back.amount FROM billing_transferreversal AS back
                JOIN billing_transfer AS transfer ON transfer.id = back.transfer_id
                JOIN billing_order AS payment ON payment.id = transfer.order_id
                WHERE back.status = 'sent') AS rows
            GROUP BY currency)
        SELECT coalesce(booked.currency, moved.currency)
        FROM booked FULL JOIN moved ON moved.currency = booked.currency
        WHERE coalesce(booked.amount, 0) <> coalesce(moved.amount, 0)
        """,
    ),
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
    Check(
        "The documents of an owner are numbered from 1 to the last without a gap",
        """
        SELECT 'series ' || series.id FROM billing_documentseries AS series
        LEFT JOIN billing_document AS document ON document.series_id = series.id
        GROUP BY series.id
        HAVING count(document.id) <> series.last
            OR coalesce(max(document.number), 0) <> series.last
        """,
    ),
    Check(
        "A document comes to what its lines come to, and says its VAT in kroner",
        """
        SELECT 'document ' || document.id FROM billing_document AS document
        LEFT JOIN billing_documentline AS line ON line.document_id = document.id
        GROUP BY document.id
        HAVING (document.net, document.vat, document.gross) IS DISTINCT FROM
               (coalesce(sum(line.net), 0), coalesce(sum(line.vat), 0),
                coalesce(sum(line.gross), 0))
            OR (document.vat <> 0 AND document.vat_nok IS NULL)
        """,
    ),
    Check(
        "What is paid has its receipts, one of each owner",
        """
        SELECT 'order ' || payment.id || ' owner ' || line.owner_id
        FROM billing_order AS payment JOIN billing_orderline AS line ON line.order_id = payment.id
        LEFT JOIN billing_document AS receipt
          ON receipt.source = 'receipt:' || payment.id || ':' || line.owner_id
        WHERE payment.status = 'paid'
        GROUP BY payment.id, line.owner_id, receipt.gross
        HAVING receipt.gross IS DISTINCT FROM sum(line.amount)
        """,
    ),
    Check(
        "What is given back is credited, and no more than was sold",
        """
        SELECT 'order ' || refund.order_id || ' booking ' || coalesce(refund.booking_id::text, '')
        FROM billing_refund AS refund LEFT JOIN LATERAL (
            SELECT coalesce(sum(line.gross), 0) AS gross FROM billing_documentline AS line
            JOIN billing_document AS note ON note.id = line.document_id
            WHERE note.kind = 'credit_note' AND note.order_id = refund.order_id
              AND line.booking_id IS NOT DISTINCT FROM refund.booking_id) AS credited ON true
        GROUP BY refund.order_id, refund.booking_id, credited.gross
        HAVING NOT credited.gross BETWEEN
            coalesce(sum(refund.amount) FILTER (WHERE refund.status <> 'failed'), 0)
            AND sum(refund.amount)
        UNION ALL
        SELECT 'document ' || document.id FROM billing_document AS document
        JOIN billing_document AS note ON note.credits_id = document.id
        GROUP BY document.id HAVING sum(note.gross) > document.gross
        """,
    ),
]
