"""What must never be false in the books."""

from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "entries-have-postings",
    "Every entry of the books has at least one posting.",
    "SELECT entry.id FROM ledger_entry entry WHERE NOT EXISTS (SELECT 1 FROM ledger_posting posting "
    "WHERE posting.entry_id = entry.id AND posting.organization_id = entry.organization_id)",
)
invariant(
    "books-balance",
    "Debits equal credits in every organization and currency.",
    """SELECT organization_id, currency, sum(side) FROM (
         SELECT organization_id, currency, amount_minor AS side FROM ledger_posting
         UNION ALL SELECT organization_id, currency, -amount_minor FROM ledger_posting) AS sides
       GROUP BY organization_id, currency HAVING sum(side) <> 0""",
)
invariant(
    "postings-share-their-entrys-day",
    "A posting counts on the day of its entry.",
    "SELECT posting.id FROM ledger_posting posting JOIN ledger_entry entry ON entry.id = posting.entry_id "
    'WHERE posting."on" <> entry."on"',
)
invariant(
    "reversals-mirror-their-entry",
    "A reversing entry holds the postings of its entry with the sides exchanged.",
    """SELECT id FROM (
         SELECT entry.id, posting.debit AS taker, posting.credit AS giver, posting.currency,
                posting.amount_minor AS amount
           FROM ledger_entry entry JOIN ledger_posting posting ON posting.entry_id = entry.id
          WHERE entry.reverses_id IS NOT NULL
         UNION ALL
         SELECT entry.id, posting.credit, posting.debit, posting.currency, -posting.amount_minor
           FROM ledger_entry entry JOIN ledger_posting posting ON posting.entry_id = entry.reverses_id) AS pairs
       GROUP BY id, taker, giver, currency HAVING sum(amount) <> 0""",
)
invariant(
    "closed-months-stay-closed",
    "No entry of a closed month was recorded after its closing.",
    """SELECT entry.id FROM ledger_entry entry JOIN ledger_closedmonth closed
          ON closed.organization_id = entry.organization_id AND closed.month = date_trunc('month', entry."on")::date
       WHERE closed.reopened_at IS NULL AND entry.recorded_at > closed.closed_at""",
)
invariant(
    "daily-totals-agree",
    "The daily totals equal the postings up to their horizon.",
    """SELECT organization_id, account, currency, "on" FROM (
         SELECT organization_id, account, currency, "on", debit_minor AS debit, credit_minor AS credit
           FROM ledger_dailytotal
         UNION ALL
         SELECT posting.organization_id, debit, currency, "on", -amount_minor, 0 FROM ledger_posting posting
           JOIN ledger_horizon horizon USING (organization_id) WHERE posting.place <= horizon.place
         UNION ALL
         SELECT posting.organization_id, credit, currency, "on", 0, -amount_minor FROM ledger_posting posting
           JOIN ledger_horizon horizon USING (organization_id) WHERE posting.place <= horizon.place) AS both_ways
       GROUP BY organization_id, account, currency, "on" HAVING sum(debit) <> 0 OR sum(credit) <> 0""",
)
