"""How good the matcher was, measured against what people later confirmed or undid. Pure.

The matcher's score orders proposals and is no probability. A share of right answers may be shown as a percentage only
where enough of them have been decided: `is_calibrated`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from tokui.payments.matching.facts import Code, Grade, Id, Proposal

ENOUGH_DECIDED = 200
_NORMAL_95 = 1.96

Allocations = tuple[tuple[Id, int], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A deposit's first proposal and what became of the deposit.

    `decided`: the allocations that stand, () where a person kept the money as advance or refunded it, None while nobody
    has looked at it. A certain proposal that stands untouched for the organization's review period counts as decided.
    """

    proposal: Proposal
    decided: Allocations | None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of deposits: proposed, of these decided by now, of these decided as proposed."""

    proposed: int = 0
    decided: int = 0
    right: int = 0

    @property
    def wrong(self) -> int:
        return self.decided - self.right

    @property
    def precision(self) -> float | None:
        """Right among decided; None while nothing is decided."""
        return self.right / self.decided if self.decided else None

    @property
    def precision_at_least(self) -> float | None:
        """Lower end of the 95 % interval (Wilson 1927), honest for small counts."""
        if self.precision is None:
            return None
        spread = _NORMAL_95**2 / self.decided
        root = _NORMAL_95 * sqrt(self.precision * (1 - self.precision) / self.decided + spread / (4 * self.decided))
        return max(0.0, (self.precision + spread / 2 - root) / (1 + spread))

    @property
    def is_calibrated(self) -> bool:
        return self.decided >= ENOUGH_DECIDED


@dataclass(frozen=True, slots=True)
class Scorecard:
    """By grade and by leading reason (NOTHING_OPEN where there was none).

    `recall`: of the deposits that ended on an invoice, the share that was certain and right; None if there are none.
    """

    by_grade: dict[Grade, Score]
    by_class: dict[tuple[Grade, Code], Score]
    recall: float | None


def scorecard(judgements: Iterable[Judgement]) -> Scorecard:
    """Precision and recall of first proposals against decisions; the order of the judgements does not matter."""
    by_grade: dict[Grade, Score] = defaultdict(Score)
    by_class: dict[tuple[Grade, Code], Score] = defaultdict(Score)
    settled = found = 0
    for judgement in judgements:
        proposal = judgement.proposal
        is_right = judgement.decided is not None and set(proposal.allocations) == set(judgement.decided)
        leading = proposal.reasons[0].code if proposal.reasons else Code.NOTHING_OPEN
        by_grade[proposal.grade] = _counted(by_grade[proposal.grade], judgement, is_right)
        by_class[proposal.grade, leading] = _counted(by_class[proposal.grade, leading], judgement, is_right)
        settled += bool(judgement.decided)
        found += bool(judgement.decided) and is_right and proposal.grade is Grade.CERTAIN
    return Scorecard(dict(by_grade), dict(by_class), found / settled if settled else None)


def _counted(score: Score, judgement: Judgement, is_right: bool) -> Score:
    is_decided = judgement.decided is not None
    return Score(score.proposed + 1, score.decided + is_decided, score.right + is_right)
