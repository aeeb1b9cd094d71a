"""What must never be false of money that was used."""

from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "deposit-uses-add-up",
    "M7: What a deposit's live allocations take is what the deposit says is used.",
    "SELECT deposit.id, deposit.applied_minor FROM banking_deposit deposit LEFT JOIN (SELECT organization_id, deposit_id, "
    "sum(amount_minor) AS used FROM payments_allocation WHERE released_at IS NULL AND from_advance_id IS NULL "
    "AND kind IN ('payment', 'advance', 'refund') GROUP BY 1, 2) made ON made.deposit_id = deposit.id "
    "AND made.organization_id = deposit.organization_id WHERE deposit.applied_minor <> coalesce(made.used, 0)",
)
invariant(
    "invoice-settlements-add-up",
    "M7: What is settled of an invoice is its live allocations and the credit applied to it.",
    "SELECT invoice.id, invoice.settled_minor FROM invoices_invoice invoice LEFT JOIN (SELECT organization_id, invoice_id, "
    "sum(amount_minor) AS settled FROM payments_allocation WHERE released_at IS NULL AND invoice_id IS NOT NULL GROUP BY 1, 2) made "
    "ON made.invoice_id = invoice.id AND made.organization_id = invoice.organization_id LEFT JOIN (SELECT organization_id, "
    "invoice_id, sum(amount_minor) AS credited FROM invoices_creditapplication GROUP BY 1, 2) credit "
    "ON credit.invoice_id = invoice.id AND credit.organization_id = invoice.organization_id WHERE invoice.kind <> 'credit_note' "
    "AND invoice.state = 'issued' AND invoice.settled_minor <> coalesce(made.settled, 0) + coalesce(credit.credited, 0)",
)
invariant(
    "advance-uses-add-up",
    "An advance is used by exactly the live payments that name it.",
    "SELECT advance.id FROM payments_allocation advance LEFT JOIN (SELECT organization_id, from_advance_id, sum(amount_minor) AS used "
    "FROM payments_allocation WHERE released_at IS NULL AND from_advance_id IS NOT NULL GROUP BY 1, 2) made "
    "ON made.from_advance_id = advance.id AND made.organization_id = advance.organization_id WHERE advance.kind = 'advance' "
    "AND advance.used_minor <> coalesce(made.used, 0)",
)
invariant(
    "allocation-posted",
    "M1: Every allocation stands in the books with its amount, and a released one is reversed exactly once.",
    "SELECT allocation.id FROM payments_allocation allocation LEFT JOIN ledger_posting posting ON posting.entry_id = allocation.entry_id "
    "AND posting.organization_id = allocation.organization_id WHERE posting.id IS NULL "
    "OR (posting.amount_minor, posting.debit, posting.credit) IS DISTINCT FROM "
    "(allocation.amount_minor, allocation.debit_account, allocation.credit_account) "
    "OR (allocation.released_at IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger_entry back "
    "WHERE back.organization_id = allocation.organization_id AND back.reverses_id = allocation.entry_id)",
)
invariant(
    "unapplied-is-what-deposits-have-left",
    "M11: The account unapplied holds what living deposits have left, per currency.",
    "SELECT coalesce(book.organization_id, held.organization_id) AS organization_id, book.minor, held.minor AS deposits FROM "
    "(SELECT organization_id, currency, sum(CASE WHEN credit = 'unapplied' THEN amount_minor ELSE -amount_minor END) AS minor "
    "FROM ledger_posting WHERE credit = 'unapplied' OR debit = 'unapplied' GROUP BY 1, 2) book FULL JOIN "
    "(SELECT organization_id, currency, sum(amount_minor - applied_minor) AS minor FROM banking_deposit "
    "WHERE state <> 'cancelled' GROUP BY 1, 2) held ON held.organization_id = book.organization_id AND held.currency = book.currency "
    "WHERE coalesce(book.minor, 0) <> coalesce(held.minor, 0)",
)
invariant(
    "standing-open-is-what-is-open",
    "M10: The open balance of every standing is the sum of the customer's open invoices in the organization's currency.",
    "SELECT standing.customer_id, standing.open_minor FROM payments_customerstanding standing JOIN core_organization organization "
    "ON organization.id = standing.organization_id LEFT JOIN (SELECT organization_id, customer_id, currency, "
    "sum(total_minor - settled_minor) AS open_minor FROM invoices_invoice WHERE state = 'issued' AND total_minor > settled_minor "
    "GROUP BY 1, 2, 3) owed ON owed.organization_id = standing.organization_id AND owed.customer_id = standing.customer_id "
    "AND owed.currency = organization.currency WHERE standing.open_minor <> coalesce(owed.open_minor, 0)",
)
invariant(
    "everybody-who-owes-has-a-standing",
    "M10: Every customer with an issued invoice has a standing.",
    "SELECT DISTINCT invoice.customer_id FROM invoices_invoice invoice LEFT JOIN payments_customerstanding standing "
    "ON standing.customer_id = invoice.customer_id AND standing.organization_id = invoice.organization_id "
    "WHERE invoice.state = 'issued' AND standing.id IS NULL",
)
invariant(
    "invoices-received-is-their-money",
    "M7: What an invoice says was received is its live payments, from deposits and from advances.",
    "SELECT invoice.id, invoice.received_minor FROM invoices_invoice invoice LEFT JOIN (SELECT organization_id, invoice_id, "
    "sum(amount_minor) AS minor FROM payments_allocation WHERE released_at IS NULL AND kind = 'payment' GROUP BY 1, 2) made "
    "ON made.invoice_id = invoice.id AND made.organization_id = invoice.organization_id "
    "WHERE invoice.received_minor <> coalesce(made.minor, 0)",
)
invariant(
    "advances-agree-with-the-books",
    "M11: What is held as a customer's advances is their advance account in the books, per currency.",
    "SELECT customer_id, currency, sum(amount) FROM (SELECT customer_id::text, currency, amount_minor - used_minor AS amount "
    "FROM payments_allocation WHERE kind = 'advance' AND released_at IS NULL UNION ALL "
    "SELECT split_part(debit, ':', 2), currency, amount_minor FROM ledger_posting WHERE debit ^@ 'customers:' "
    "AND split_part(debit, ':', 3) = 'advance' UNION ALL SELECT split_part(credit, ':', 2), currency, -amount_minor "
    "FROM ledger_posting WHERE credit ^@ 'customers:' AND split_part(credit, ':', 3) = 'advance') AS both_sides "
    "GROUP BY customer_id, currency HAVING sum(amount) <> 0",
)
invariant(
    "returns-are-there",
    "What waits to be sent back is never more than its deposit has left.",
    "SELECT todo.id, todo.amount_minor FROM payments_returntodo todo JOIN banking_deposit deposit ON deposit.id = todo.deposit_id "
    "AND deposit.organization_id = todo.organization_id WHERE todo.state = 'open' "
    "AND (deposit.state = 'cancelled' OR todo.amount_minor > deposit.amount_minor - deposit.applied_minor)",
)
