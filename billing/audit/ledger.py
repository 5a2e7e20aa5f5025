"""The ledger, and the orders and refunds that it is about."""

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
]
