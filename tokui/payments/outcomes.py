"""What became of the deposits of one bank file: reconciled by itself, waiting for a person, or still being matched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tokui.banking.models import Statement
from tokui.core import clock
from tokui.payments.queries import fetched

#: The matcher starts within seconds of the file; after this the page stops asking.
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Outcome:
    """Counts of a file's deposits. `is_running`: nothing has answered them yet, and the file has only just come."""

    automatic: int
    settled: int
    waiting: int
    is_running: bool


def outcome_of(statement: Statement) -> Outcome:
    """How far a file's deposits are. One statement, over the file's days of its account."""
    days = {"from_on": statement.from_on, "to_on": statement.to_on}
    (row,) = fetched(_OUTCOME, statement=statement.pk, account=statement.account_id, **days)
    fresh = clock.now() - statement.received_at < PATIENCE
    return Outcome(
        row["automatic"], row["settled"], row["waiting"], fresh and not row["answered"] and row["waiting"] > 0
    )


_OUTCOME = """
SELECT count(*) FILTER (WHERE decision.outcome = 'automatic') AS automatic,
       count(*) FILTER (WHERE deposit.state = 'settled') AS settled,
       count(*) FILTER (WHERE deposit.state = 'open') AS waiting,
       coalesce(bool_or(decision.id IS NOT NULL OR suggestion.id IS NOT NULL), false) AS answered
  FROM banking_deposit deposit
  JOIN banking_statementline line ON line.organization_id = %(organization)s AND line.id = deposit.line_id
   AND line.statement_id = %(statement)s
  LEFT JOIN payments_decision decision ON decision.organization_id = %(organization)s
   AND decision.deposit_id = deposit.id AND decision.undone_at IS NULL AND decision.outcome = 'automatic'
  LEFT JOIN payments_suggestion suggestion ON suggestion.organization_id = %(organization)s
   AND suggestion.deposit_id = deposit.id AND suggestion.rank = 0
 WHERE deposit.organization_id = %(organization)s AND deposit.account_id = %(account)s
   AND deposit.received_on BETWEEN %(from_on)s::date - 7 AND %(to_on)s::date + 7
"""
