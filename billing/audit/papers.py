"""Receipts, invoices and credit notes."""

from bookings.audit import Check

CHECKS = [
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
