"""How good the matcher is here: precision and recall against what people confirmed, changed and undid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tokui.core import clock
from tokui.payments.models import Decision
from tokui.payments.queries import fetched

Outcome = Decision.Outcome


@dataclass(frozen=True)
class Scorecard:
    """Counts of decisions in a period. Shares are None until there is something to divide by."""

    automatic: int = 0
    automatic_undone: int = 0
    confirmed: int = 0
    changed: int = 0
    declined: int = 0
    by_hand: int = 0

    @property
    def precision(self) -> float | None:
        """Of what was posted automatically, the share that nobody undid."""
        return 1 - self.automatic_undone / self.automatic if self.automatic else None

    @property
    def proposals_right(self) -> float | None:
        """Of the first proposals that a person judged, the share confirmed as they stood."""
        judged = self.confirmed + self.changed + self.declined
        return self.confirmed / judged if judged else None

    @property
    def recall(self) -> float | None:
        """Of all deposits that ended on invoices, the share that was posted automatically and stayed."""
        stayed = self.automatic - self.automatic_undone
        total = stayed + self.confirmed + self.changed + self.by_hand
        return stayed / total if total else None


def scorecard(days: int = 90) -> Scorecard:
    """The last days' decisions, counted in the database."""
    (row,) = fetched(
        """
        SELECT count(*) FILTER (WHERE outcome = 'automatic') AS automatic,
               count(*) FILTER (WHERE outcome = 'automatic' AND undone_at IS NOT NULL) AS automatic_undone,
               count(*) FILTER (WHERE outcome = 'confirmed' AND undone_at IS NULL) AS confirmed,
               count(*) FILTER (WHERE outcome = 'changed' AND undone_at IS NULL) AS changed,
               count(*) FILTER (WHERE outcome = 'declined' AND undone_at IS NULL) AS declined,
               count(*) FILTER (WHERE outcome = 'by_hand' AND undone_at IS NULL) AS by_hand
          FROM payments_decision WHERE organization_id = %(organization)s AND at >= %(since)s
        """,
        since=clock.now() - timedelta(days=days),
    )
    return Scorecard(**row)
