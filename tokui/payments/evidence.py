"""Why an invoice stands as it does: every fact with its day, its amount, and the bank line or person behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core import clock
from tokui.payments.queries import fetched


@dataclass(frozen=True)
class Fact:
    """One step: what happened, on which day, by how much the open amount changed, and what is left after it.

    `source` is the payer as the bank wrote it, or the person; `deposit_id` and `line_number` lead to the bank's row.
    """

    on: date
    kind: str
    amount_minor: int
    left_minor: int
    source: str
    by: str
    deposit_id: UUID | None = None
    file_name: str = ""
    line_number: int | None = None
    released: bool = False


def evidence_of(invoice_id: UUID, *, as_of: date | None = None) -> list[Fact]:
    """The facts of one invoice up to a day, in the order in which they count; what was taken back shows twice."""
    left, facts = 0, []
    for row in fetched(_FACTS, invoice=invoice_id, on=as_of or clock.today()):
        left += row.pop("effect") * row["amount_minor"]
        facts.append(Fact(left_minor=left, **row))
    return facts


def open_fees(invoice_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of invoices that are still open: the fee that the payer took off, where it was left owed (振込手数料差引). One statement."""
    rows = fetched(_OPEN_FEES, invoices=list(invoice_ids))
    return {row["invoice_id"]: row["fee_minor"] for row in rows}


#: A payment whose reasons name a fee, without a fee row in its decision; what is open now cannot be more than was left.
_OPEN_FEES = """
SELECT paid.invoice_id, least(max((reason -> 'fields' ->> 'fee_minor')::bigint), max(invoice.total_minor - invoice.settled_minor)) AS fee_minor
  FROM payments_allocation paid
  JOIN invoices_invoice invoice ON invoice.organization_id = %(organization)s AND invoice.id = paid.invoice_id
 CROSS JOIN LATERAL jsonb_array_elements(paid.reasons) reason
 WHERE paid.organization_id = %(organization)s AND paid.invoice_id = ANY(%(invoices)s) AND paid.kind = 'payment'
   AND paid.released_at IS NULL AND reason ->> 'code' = 'amount_less_fee' AND invoice.settled_minor < invoice.total_minor
   AND NOT EXISTS (SELECT 1 FROM payments_allocation fee WHERE fee.organization_id = %(organization)s
        AND fee.decision = paid.decision AND fee.kind = 'fee')
 GROUP BY paid.invoice_id
"""

_FACTS = """
SELECT "on", kind, amount_minor, effect, source, by, deposit_id, file_name, line_number, released FROM (
    SELECT issued_on AS "on", 'invoice' AS kind, total_minor AS amount_minor, 1 AS effect, coalesce(number, '') AS source,
           created_by AS by, NULL::uuid AS deposit_id, '' AS file_name, NULL::int AS line_number, false AS released,
           coalesce(issued_at, created_at) AS at
      FROM invoices_invoice WHERE organization_id = %(organization)s AND id = %(invoice)s
     UNION ALL
    SELECT application."on", 'credit_note', application.amount_minor, -1, coalesce(note.number, ''), application.recorded_by,
           NULL, '', NULL, false, application.recorded_at
      FROM invoices_creditapplication application
      JOIN invoices_invoice note ON note.organization_id = %(organization)s AND note.id = application.credit_note_id
     WHERE application.organization_id = %(organization)s AND application.invoice_id = %(invoice)s
     UNION ALL
    SELECT allocation."on", allocation.kind, allocation.amount_minor, -1,
           coalesce(nullif(deposit.payer_raw, ''), allocation.memo), allocation.by, allocation.deposit_id,
           coalesce(file.name, ''), line.number, false, allocation.recorded_at
      FROM payments_allocation allocation
      LEFT JOIN banking_deposit deposit ON deposit.organization_id = %(organization)s AND deposit.id = allocation.deposit_id
      LEFT JOIN banking_statementline line ON line.organization_id = %(organization)s AND line.id = deposit.line_id
      LEFT JOIN banking_statement statement ON statement.organization_id = %(organization)s AND statement.id = line.statement_id
      LEFT JOIN core_parcel parcel ON parcel.organization_id = %(organization)s AND parcel.id = statement.parcel_id
      LEFT JOIN core_storedfile file ON file.organization_id = %(organization)s AND file.id = parcel.file_id
     WHERE allocation.organization_id = %(organization)s AND allocation.invoice_id = %(invoice)s
     UNION ALL
    SELECT released_on, kind, amount_minor, 1, memo, released_by, deposit_id, '', NULL, true, released_at
      FROM payments_allocation WHERE organization_id = %(organization)s AND invoice_id = %(invoice)s AND released_at IS NOT NULL
) fact WHERE "on" <= %(on)s ORDER BY "on", at
"""
