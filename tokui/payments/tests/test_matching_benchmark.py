"""The promise on the frozen world, small enough for every test run. The large run is benchmarks/bench_matching.py."""

from benchmarks.bench_matching import check, gathered, judged, summed
from tokui.payments.matching import match


def test_two_thousand_deposits_are_matched_without_a_wrong_or_ambiguous_posting() -> None:
    facts = gathered(2_000, 12_000)

    tallies = judged(match(facts.deposits, facts.payers, facts.invoices), facts.truths)

    check(tallies)
    assert summed(tallies).deposits == 2_000
    assert summed(tallies).posted == summed(tallies).right
