"""The question that the matcher is measured by does not change unseen."""

from collections import Counter

import pytest

from benchmarks.matching_facts import Verdict
from benchmarks.matching_world import MIX, fingerprint, scenes

FINGERPRINT = "1849158c5352b39cc39b41d7b9fdcb5b0cb719b23123a05a7811abc75707ee4f"


def test_the_world_is_frozen() -> None:
    assert fingerprint(500, 4_000) == FINGERPRINT


def test_the_world_has_exactly_the_asked_size_and_every_case() -> None:
    world = list(scenes(1_500, 9_000))
    truths = [truth for scene in world for truth in scene.truths]

    assert sum(len(scene.deposits) for scene in world) == len(truths) == 1_500
    assert sum(len(scene.invoices) for scene in world) == 9_000
    assert {truth.case for truth in truths} == set(MIX)


def test_about_three_in_ten_deposits_need_a_name() -> None:
    cases = Counter(truth.case for scene in scenes(2_000, 12_000) for truth in scene.truths)
    by_sign = sum(count for case, count in cases.items() if case.startswith(("reference", "remitter", "virtual")))

    assert 0.28 < 1 - by_sign / 2_000 < 0.40


def test_no_true_answer_takes_more_than_the_deposit_or_the_invoice_holds() -> None:
    for scene in scenes(1_000, 8_000):
        opened = {invoice.id: invoice.open_minor for invoice in scene.invoices}
        amounts = {deposit.id: deposit.amount_minor for deposit in scene.deposits}
        for truth in scene.truths:
            assert sum(amount for _, amount in truth.allocations) <= amounts[truth.deposit_id] + truth.fee_minor
            assert all(amount <= opened[invoice] for invoice, amount in truth.allocations)
            assert truth.allocations or truth.verdict is not Verdict.IDENTIFIABLE


def test_a_world_with_too_few_invoices_is_refused() -> None:
    with pytest.raises(ValueError, match="need"):
        list(scenes(100, 100))
