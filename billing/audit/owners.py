"""What owners have earned and were sent, and what Stripe holds."""

from bookings.audit import Check

CHECKS = [
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
]
