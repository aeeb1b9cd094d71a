"""What holds for the matcher in any world."""

import random
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.payments.matching import DepositFacts, Grade, InvoiceFacts, PayerFacts, Policy, match, shares
from tokui.payments.tests.matching_facts import DAY, deposit, invoice, payer

NAMES = ["ヤマダタロウ", "ヤマダタロウコ", "カ)キタノショウカイ", "キタノショウカイ(ユ", "スズキ ハナ"]
AMOUNTS = st.sampled_from([110, 5_500, 5_390, 11_000, 10_560, 16_500, 22_000])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[DepositFacts], list[PayerFacts], list[InvoiceFacts]]:
    payers = [
        payer(number, draw(st.sampled_from(NAMES)), remitter_codes=(f"700000000{number}",)) for number in range(1, 4)
    ]
    invoices = [
        invoice(
            number,
            draw(AMOUNTS),
            draw(st.integers(1, 3)),
            bill_to=draw(st.sampled_from([None, None, 1, 2])),
            withholding_minor=draw(st.sampled_from([0, 0, 110, 440, 5_500])),
        )
        for number in range(1, draw(st.integers(1, 7)))
    ]
    deposits = [
        deposit(
            draw(AMOUNTS | st.integers(1, 40_000)),
            draw(st.sampled_from([*NAMES, "", "タナカ"])),
            id=number,
            booked_on=DAY + timedelta(days=draw(st.integers(0, 3))),
            text=draw(st.sampled_from(["", "", "INV-0000001", "0000002 INV-0000003"])),
            remitter_code=draw(st.sampled_from(["", "", "7000000001", "7000000002"])),
        )
        for number in range(1, draw(st.integers(1, 6)))
    ]
    return deposits, payers, invoices


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_no_proposal_takes_more_than_the_deposit_or_an_invoice_holds(world: Any) -> None:
    deposits, payers, invoices = world
    amounts = {row.id: row.amount_minor for row in deposits}
    opened = {row.id: row.open_minor for row in invoices}
    for answer in match(deposits, payers, invoices):
        used = sum(amount for _, amount in answer.allocations)
        withheld = sum(tax for _, tax in answer.withheld)
        assert used + answer.over_minor == amounts[answer.deposit_id] + answer.fee_minor + withheld
        assert all(0 < amount <= opened[invoice_id] for invoice_id, amount in answer.allocations)
        assert answer.over_minor >= 0


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_what_is_shared_out_is_the_deposit_the_tax_and_the_fee(world: Any) -> None:
    deposits, payers, invoices = world
    amounts = {row.id: row.amount_minor for row in deposits}
    for answer in match(deposits, payers, invoices):
        found = list(shares(answer.allocations, dict(answer.withheld), amounts[answer.deposit_id]))
        assert sum(share.paid_minor for share in found) == amounts[answer.deposit_id] - answer.over_minor
        assert sum(share.missing_minor for share in found) == answer.fee_minor
        assert sum(share.withheld_minor for share in found) == sum(tax for _, tax in answer.withheld)


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_certain_answers_never_compete_for_the_same_open_amount(world: Any) -> None:
    deposits, payers, invoices = world
    left = {row.id: row.open_minor for row in invoices}
    for answer in match(deposits, payers, invoices):
        if answer.grade is Grade.CERTAIN:
            for invoice_id, amount in answer.allocations:
                left[invoice_id] -= amount
    assert all(amount >= 0 for amount in left.values())


@settings(max_examples=150, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(world: Any, chance: random.Random) -> None:
    expected = match(*world)
    shuffled = [chance.sample(rows, len(rows)) for rows in world]
    assert match(*shuffled) == expected


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_every_deposit_is_answered_and_only_the_first_answer_may_be_certain(world: Any) -> None:
    answers = match(*world)
    by_deposit = {row.id: [answer for answer in answers if answer.deposit_id == row.id] for row in world[0]}
    for found in by_deposit.values():
        assert 1 <= len(found) <= Policy().max_proposals
        assert all(answer.grade is not Grade.CERTAIN for answer in found[1:])


@settings(max_examples=100, deadline=None)
@given(worlds(), st.data())
def test_what_a_person_refused_is_never_proposed(world: Any, data: st.DataObject) -> None:
    pairs = [(row.id, owed.id) for row in world[0] for owed in world[2]]
    declined = data.draw(st.frozensets(st.sampled_from(pairs))) if pairs else frozenset()
    for answer in match(*world, declined=declined):
        assert not declined.intersection((answer.deposit_id, invoice_id) for invoice_id, _ in answer.allocations)
        assert answer.grade is not Grade.CERTAIN or all(pair[0] != answer.deposit_id for pair in declined)
