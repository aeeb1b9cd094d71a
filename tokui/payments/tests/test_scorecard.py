"""The matcher is measured by what people decided afterwards."""

from tokui.payments.matching import Code, Grade, Proposal, Reason
from tokui.payments.matching.scorecard import ENOUGH_DECIDED, Judgement, Score, scorecard


def proposal(grade: Grade, code: Code, *allocations: tuple[int, int]) -> Proposal:
    return Proposal(1, allocations, 1, grade, 80, (Reason(code, 45),))


def test_precision_counts_decided_deposits_and_recall_those_that_ended_on_an_invoice() -> None:
    certain = proposal(Grade.CERTAIN, Code.NAME_EQUAL, (1, 100))
    likely = proposal(Grade.LIKELY, Code.REFERENCE, (2, 200))
    card = scorecard(
        [
            Judgement(certain, ((1, 100),)),
            Judgement(certain, ((9, 100),)),
            Judgement(certain, None),
            Judgement(likely, ((2, 200),)),
            Judgement(likely, ()),
        ]
    )
    assert card.by_grade[Grade.CERTAIN] == Score(proposed=3, decided=2, right=1)
    assert card.by_class[Grade.LIKELY, Code.REFERENCE] == Score(proposed=2, decided=2, right=1)
    assert card.recall == 1 / 3


def test_money_kept_as_advance_makes_an_allocation_wrong() -> None:
    card = scorecard([Judgement(proposal(Grade.CERTAIN, Code.NAME_EQUAL, (1, 100)), ())])
    assert card.by_grade[Grade.CERTAIN].wrong == 1
    assert card.recall is None


def test_a_share_is_shown_only_when_enough_was_decided() -> None:
    assert not Score(decided=ENOUGH_DECIDED - 1, right=ENOUGH_DECIDED - 1).is_calibrated
    assert Score(decided=ENOUGH_DECIDED, right=ENOUGH_DECIDED).is_calibrated
    assert Score().precision is None is Score().precision_at_least


def test_few_right_answers_do_not_promise_much() -> None:
    few, many = Score(decided=10, right=10).precision_at_least, Score(decided=5_000, right=5_000).precision_at_least
    assert few is not None and many is not None
    assert few < 0.75 < 0.999 < many
