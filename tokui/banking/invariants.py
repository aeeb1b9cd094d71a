"""What must never be false of money that arrived."""

from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "deposit-never-used-up-twice",
    "M7: No more of a deposit is used than it holds, and nothing of a cancelled one.",
    "SELECT id, amount_minor, applied_minor, state FROM banking_deposit WHERE applied_minor < 0 OR applied_minor > amount_minor "
    "OR (state = 'cancelled' AND applied_minor <> 0) OR (state = 'settled' AND applied_minor <> amount_minor)",
)
invariant(
    "bank-line-once",
    "M8: A row of the bank is stored once, and its occurrences count up from 0 without a hole.",
    "SELECT account_id, fingerprint FROM banking_statementline GROUP BY organization_id, account_id, fingerprint "
    "HAVING max(occurrence) + 1 <> count(*)",
)
invariant(
    "received-file-waited-for",
    "Every bank file that is not read yet has a job that will read it.",
    "SELECT statement.id FROM banking_statement statement WHERE statement.state = 'received' AND NOT EXISTS (SELECT 1 "
    "FROM procrastinate_jobs job WHERE job.status IN ('todo', 'doing') AND job.args->>'statement' = statement.id::text)",
)
invariant(
    "deposit-posted",
    "M1: Every deposit stands in the books with its amount, from unapplied to what holds the money.",
    "SELECT deposit.id FROM banking_deposit deposit LEFT JOIN ledger_posting posting ON posting.entry_id = deposit.entry_id "
    "AND posting.organization_id = deposit.organization_id WHERE posting.id IS NULL "
    "OR posting.amount_minor <> deposit.amount_minor OR posting.debit <> deposit.debit_account OR posting.credit <> 'unapplied'",
)
invariant(
    "cancelled-deposit-reversed",
    "The entry of a cancelled deposit is reversed, and that of a living one is not.",
    "SELECT deposit.id FROM banking_deposit deposit WHERE (deposit.state = 'cancelled') <> EXISTS (SELECT 1 FROM ledger_entry back "
    "WHERE back.organization_id = deposit.organization_id AND back.reverses_id = deposit.entry_id)",
)
invariant(
    "payment-line-has-deposit",
    "Every row of the bank by which a customer paid has exactly one deposit of the same amount.",
    "SELECT line.id FROM banking_statementline line LEFT JOIN banking_deposit deposit ON deposit.line_id = line.id "
    "AND deposit.organization_id = line.organization_id WHERE line.direction = 'in' AND NOT line.cancels "
    "AND line.kind NOT IN ('interest', 'fee', 'correction') AND (deposit.id IS NULL OR deposit.amount_minor <> line.amount_minor)",
)
