"""How good the matcher is here: precision and recall against what people confirmed, changed and undid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tokui.core import clock
from tokui.payments.matching.scorecard import ENOUGH_DECIDED
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

    @property
    def judged(self) -> int:
        return self.confirmed + self.changed + self.declined

    @property
    def settled(self) -> int:
        """Deposits that ended on invoices."""
        return self.automatic - self.automatic_undone + self.confirmed + self.changed + self.by_hand

    def share(self, name: str) -> float | None:
        """`precision`, `proposals_right` or `recall`, where so many were decided that a percentage says something."""
        counted = {"precision": self.automatic, "proposals_right": self.judged, "recall": self.settled}[name]
        return getattr(self, name) if counted >= ENOUGH_DECIDED else None


@dataclass(frozen=True)
class Group:
    """The decisions of one month (`2026-11`), grade or leading reason."""

    key: str
    card: Scorecard


def scorecard(days: int = 90) -> Scorecard:
    """The last days' decisions, counted in the database."""
    return _total(_counted("''", days))


def scorecards(by: str, days: int = 365) -> list[Group]:
    """The same by `month` (the latest first), `grade` or `reason` (the most frequent first)."""
    groups = _counted(_GROUPED[by], days)
    if by == "month":
        return sorted(groups, key=lambda one: one.key, reverse=True)
    return sorted(groups, key=lambda one: (-one.card.automatic - one.card.judged - one.card.by_hand, one.key))


def undone_postings(days: int = 365, limit: int = 50) -> list[Decision]:
    """What was posted by itself and taken back, the latest first."""
    since = clock.now() - timedelta(days=days)
    rows = Decision.objects.filter(outcome=Outcome.AUTOMATIC, undone_at__isnull=False, at__gte=since)
    return list(rows.select_related("deposit").order_by("-undone_at")[:limit])


_GROUPED = {
    "month": "to_char(at AT TIME ZONE %(zone)s, 'YYYY-MM')",
    "grade": "grade",
    "reason": "reason",
}


def _total(groups: Sequence[Group]) -> Scorecard:
    return groups[0].card if groups else Scorecard()


def _counted(group: str, days: int) -> list[Group]:
    rows = fetched(
        f"""
        SELECT {group} AS key,
               count(*) FILTER (WHERE outcome = 'automatic') AS automatic,
               count(*) FILTER (WHERE outcome = 'automatic' AND undone_at IS NOT NULL) AS automatic_undone,
               count(*) FILTER (WHERE outcome = 'confirmed' AND undone_at IS NULL) AS confirmed,
               count(*) FILTER (WHERE outcome = 'changed' AND undone_at IS NULL) AS changed,
               count(*) FILTER (WHERE outcome = 'declined' AND undone_at IS NULL) AS declined,
               count(*) FILTER (WHERE outcome = 'by_hand' AND undone_at IS NULL) AS by_hand
          FROM payments_decision WHERE organization_id = %(organization)s AND at >= %(since)s GROUP BY 1
        """,
        since=clock.now() - timedelta(days=days),
        zone=clock.TOKYO.key,
    )
    return [Group(row.pop("key"), Scorecard(**row)) for row in rows]
