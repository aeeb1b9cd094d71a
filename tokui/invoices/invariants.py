"""What must never be false about sales and documents."""

from __future__ import annotations

from tokui.core.invariants import invariant
from tokui.invoices.accounts import sql_tax_code
from tokui.invoices.tax import sql_rate_total

_TOTAL = sql_rate_total("line.amount_minor", "line.tax_included", "line.rate_bp", "min(invoice.tax_rounding)")
_CODE = sql_tax_code("tax.tax_kind", "tax.rate_bp").replace("%%", "%")

invariant(
    "taxes-are-rounded-once-per-rate",
    "The sum and tax of each rate on an issued document are those of its lines, rounded once.",
    f"""SELECT coalesce(told.invoice_id, reckoned.invoice_id), told.net_minor, reckoned.net, told.tax_minor,
               reckoned.tax
          FROM (SELECT line.invoice_id, line.tax_kind, line.rate_bp, {_TOTAL.net} AS net, {_TOTAL.tax} AS tax
                  FROM invoices_saleline line JOIN invoices_invoice invoice ON invoice.id = line.invoice_id
                 WHERE invoice.state <> 'draft' GROUP BY line.invoice_id, line.tax_kind, line.rate_bp) AS reckoned
          FULL JOIN invoices_invoicetax told USING (invoice_id, tax_kind, rate_bp)
         WHERE told.net_minor IS DISTINCT FROM reckoned.net OR told.tax_minor IS DISTINCT FROM reckoned.tax""",
)
invariant(
    "totals-are-the-sum-of-rates",
    "An issued document's totals are the sums of its rates.",
    """SELECT invoice.id FROM invoices_invoice invoice LEFT JOIN (
           SELECT invoice_id, sum(net_minor) AS net, sum(tax_minor) AS tax FROM invoices_invoicetax GROUP BY invoice_id
       ) AS sums ON sums.invoice_id = invoice.id
       WHERE invoice.state <> 'draft'
         AND (invoice.net_minor <> coalesce(sums.net, 0) OR invoice.tax_minor <> coalesce(sums.tax, 0))""",
)
invariant(
    "numbers-are-without-gaps",
    "The numbers of a series run without a gap from one to its counter.",
    """SELECT series_id, period, last_number, given.numbers FROM invoices_seriescounter counter
         LEFT JOIN LATERAL (SELECT count(DISTINCT sequence) AS numbers, max(sequence) AS highest
                              FROM (SELECT sequence FROM invoices_invoice
                                     WHERE series_id = counter.series_id AND series_period = counter.period
                                    UNION ALL SELECT sequence FROM invoices_receipt
                                     WHERE series_id = counter.series_id AND series_period = counter.period
                                    UNION ALL SELECT sequence FROM invoices_deliverynote
                                     WHERE series_id = counter.series_id AND series_period = counter.period) AS numbers
              ) AS given ON true
        WHERE counter.last_number <> given.numbers OR coalesce(given.highest, 0) <> counter.last_number""",
)
invariant(
    "receivables-agree-with-the-books",
    "What is open on a customer's documents is their receivable in the books.",
    """SELECT customer_id, currency, sum(amount) FROM (
           SELECT customer_id::text, currency, total_minor - settled_minor AS amount FROM invoices_invoice
            WHERE state <> 'draft'
           UNION ALL
           SELECT split_part(debit, ':', 2), currency, -amount_minor FROM ledger_posting
            WHERE debit ^@ 'customers:' AND split_part(debit, ':', 3) = 'receivable'
           UNION ALL
           SELECT split_part(credit, ':', 2), currency, amount_minor FROM ledger_posting
            WHERE credit ^@ 'customers:' AND split_part(credit, ':', 3) = 'receivable') AS both_sides
       GROUP BY customer_id, currency HAVING sum(amount) <> 0""",
)
invariant(
    "revenue-agrees-with-documents",
    "The tax in each document's entry is the tax that the document states, and its revenue the net.",
    f"""SELECT entry_id, account, sum(amount) FROM (
           SELECT invoice.entry_id, 'tax:' || {_CODE} AS account,
                  tax.tax_minor AS amount
             FROM invoices_invoicetax tax JOIN invoices_invoice invoice ON invoice.id = tax.invoice_id
            WHERE invoice.entry_id IS NOT NULL
           UNION ALL
           SELECT posting.entry_id, posting.credit, -posting.amount_minor FROM ledger_posting posting
             JOIN invoices_invoice invoice ON invoice.entry_id = posting.entry_id WHERE posting.credit ^@ 'tax:'
           UNION ALL
           SELECT posting.entry_id, posting.debit, posting.amount_minor FROM ledger_posting posting
             JOIN invoices_invoice invoice ON invoice.entry_id = posting.entry_id
            WHERE posting.debit ^@ 'tax:') AS taxes
       GROUP BY entry_id, account HAVING sum(amount) <> 0""",
)
invariant(
    "credits-are-settled-on-both-sides",
    "What is settled of a credit note is what it gave to invoices and what of it was paid out.",
    """SELECT note.id, note.settled_minor FROM invoices_invoice note LEFT JOIN (
           SELECT credit_note_id, sum(amount_minor) AS used FROM (
               SELECT credit_note_id, amount_minor FROM invoices_creditapplication
               UNION ALL SELECT credit_note_id, amount_minor FROM invoices_creditrefund) AS uses
            GROUP BY credit_note_id
       ) AS made ON made.credit_note_id = note.id
       WHERE note.kind = 'credit_note' AND -note.settled_minor <> coalesce(made.used, 0)""",
)
invariant(
    "receipts-are-for-money-received",
    "The receipts of an invoice that hold sum to no more than the money received on it.",
    """SELECT invoice.id FROM invoices_invoice invoice JOIN (
           SELECT invoice_id, sum(amount_minor) AS given FROM invoices_receipt
            WHERE cancelled_at IS NULL AND invoice_id IS NOT NULL GROUP BY invoice_id
       ) AS receipts ON receipts.invoice_id = invoice.id WHERE receipts.given > invoice.received_minor""",
)
invariant(
    "carried-balances-follow-each-other",
    "A closing invoice that carries the balance begins with what the one before asked for.",
    """SELECT later.id FROM invoices_invoice later
         JOIN invoices_invoice earlier ON earlier.id = (later.snapshot->>'carried_from')::uuid
          AND earlier.snapshot ? 'carried_previous'
        WHERE (later.snapshot->>'carried_previous')::bigint <> earlier.total_minor - earlier.withholding_minor
              + (earlier.snapshot->>'carried_previous')::bigint - (earlier.snapshot->>'carried_received')::bigint
              + (earlier.snapshot->>'carried_adjusted')::bigint""",
)
invariant(
    "paid-invoices-know-their-day",
    "An invoice has a day of payment exactly when nothing is open on it.",
    """SELECT id FROM invoices_invoice WHERE state = 'issued' AND kind <> 'credit_note'
          AND (paid_on IS NOT NULL) <> (settled_minor = total_minor)""",
)
invariant(
    "parked-payers-have-a-reason",
    "Every payer that a closing run parked has a reason.",
    "SELECT id FROM invoices_closingproblem WHERE code = ''",
)
invariant(
    "dispatches-count-their-parts",
    "What a dispatch has done and refused is the sum over its parts, and a finished one has none left.",
    """SELECT dispatch.id FROM invoices_dispatch dispatch JOIN (
           SELECT dispatch_id, sum(done_count) AS done, sum(jsonb_array_length(refused)) AS refused,
                  sum(jsonb_array_length(invoices)) AS documents, count(*) FILTER (WHERE done_at IS NULL) AS waiting
             FROM invoices_dispatchpart GROUP BY dispatch_id) AS parts ON parts.dispatch_id = dispatch.id
        WHERE (dispatch.done_count, dispatch.refused_count, dispatch.document_count)
              IS DISTINCT FROM (parts.done, parts.refused, parts.documents)
           OR dispatch.state = 'done' AND parts.waiting > 0""",
)
