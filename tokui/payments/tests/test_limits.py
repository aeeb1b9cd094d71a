"""What may be given up alone, what needs a second person, and who that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rest import Program
from tokui.access.permissions import ALL, PAYMENTS_ALLOCATE, PAYMENTS_APPROVE
from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import NotPermitted
from tokui.core.models import Event
from tokui.invoices.duties import withholding_tax
from tokui.payments.actions import Use, allocate, decide_approval, write_off
from tokui.payments.limits import Bill, Limits, counted_minor, is_above_limit
from tokui.payments.models import Allocation, Approval
from tokui.payments.refused import OwnApproval
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice

LIMITS = Limits(fee_minor=880, given_up_minor=1_000)
KINDS = st.sampled_from(["fee", "discount", "write_off", "withholding"])


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def give_up(invoice, amount, kind, by):
    return write_off(invoice, amount_minor=amount, kind=kind, reason="理由", by=by)


@pytest.mark.parametrize("kind", ["fee", "withholding", "discount", "write_off"])
def test_no_name_for_it_gives_up_half_a_million_alone(accountant, owner, kind):
    invoice = make_invoice(make_customer(), 900_000)
    for by in (accountant, owner):
        Approval.objects.all().update(state="refused")
        assert give_up(invoice, 500_000, kind, by).state == "waiting"
    assert not Allocation.objects.exists()


def test_a_fee_of_the_usual_size_and_the_lawful_withholding_are_free(accountant):
    customer = make_customer()
    assert give_up(make_invoice(customer, 24_200), 880, "fee", accountant) is None
    assert give_up(make_invoice(customer, 110_000), 10_210, "withholding", accountant) is None
    assert give_up(make_invoice(customer, 110_000), 12_000, "withholding", accountant) is not None
    assert_books_balance()


def test_the_same_limit_holds_where_a_deposit_is_allocated(accountant, owner):
    """Both doors give one answer, whoever asks."""
    customer = make_customer()
    for by in (accountant, owner):
        for kind in ("fee", "withholding", "discount", "write_off"):
            invoice, deposit = make_invoice(customer, 50_000), make_deposit(40_000)
            made = allocate(deposit, [Use(invoice.pk, 40_000), Use(invoice.pk, 10_000, kind)], by=by)
            assert made.approval is not None
            invoice.refresh_from_db()
            assert invoice.open_minor == 10_000
    assert_books_balance()


def test_two_small_write_offs_of_one_invoice_count_together(accountant):
    invoice = make_invoice(make_customer(), 5_000)
    assert give_up(invoice, 1_000, "write_off", accountant) is None
    assert give_up(invoice, 1, "discount", accountant) is not None
    assert give_up(make_invoice(make_customer(), 5_000), 1_000, "discount", accountant) is None


def test_a_fee_above_the_tolerance_counts_against_the_limit(accountant):
    invoice = make_invoice(make_customer(), 24_200)
    assert give_up(invoice, 881, "fee", accountant) is None  # within the limit of 1,000
    assert give_up(invoice, 120, "write_off", accountant) is not None


def test_who_may_only_allocate_takes_a_fee_but_gives_nothing_up(organization):
    clerk = Actor("user", None, "窓口", "support", frozenset({PAYMENTS_ALLOCATE}))
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 24_200), make_deposit(23_540)
    allocate(deposit, [Use(invoice.pk, 23_540), Use(invoice.pk, 660, "fee")], by=clerk)
    for kind in ("fee", "discount", "withholding"):
        other = make_invoice(customer, 24_200)
        with pytest.raises(NotPermitted):
            allocate(make_deposit(23_201), [Use(other.pk, 23_201), Use(other.pk, 999, kind)], by=clerk)


def test_the_only_one_who_may_approve_approves_their_own_and_the_record_says_so(owner):
    invoice = make_invoice(make_customer(), 50_000)
    waiting = give_up(invoice, 50_000, "write_off", owner)
    decide_approval(waiting, approve=True, by=owner)
    assert Approval.objects.get().is_own
    assert Event.objects.get(type="payments.ApprovalDecided").payload["is_own"] is True
    invoice.refresh_from_db()
    assert invoice.open_minor == 0
    assert_books_balance()


def test_with_a_second_owner_it_takes_the_other(owner):
    second = make_member("owner", email="second@example.jp").actor
    waiting = give_up(make_invoice(make_customer(), 50_000), 50_000, "write_off", owner)
    with pytest.raises(OwnApproval):
        decide_approval(waiting, approve=True, by=owner)
    decide_approval(waiting, approve=True, by=second)
    assert not Approval.objects.get().is_own


def test_a_key_does_not_approve_what_its_maker_asked_nor_the_other_way_round(owner):
    customer = make_customer()
    program = Program(owner, ALL)
    waiting = give_up(make_invoice(customer, 50_000), 50_000, "write_off", owner)
    answer = program.post(f"/approvals/{waiting.public_id}/decide", {"approve": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "own_approval")
    asked = {"invoice": make_invoice(customer, 60_000).public_id, "amount_minor": 60_000, "reason": "倒産"}
    key = program.post("/write-offs", asked).json()["approval"]["id"]
    other = Program(owner, [PAYMENTS_APPROVE])
    assert other.post(f"/approvals/{key}/decide", {"approve": True}).json()["code"] == "own_approval"
    make_member("owner", email="second@example.jp")
    with pytest.raises(OwnApproval):
        decide_approval(Approval.objects.get(amount_minor=60_000), approve=True, by=owner)


@given(st.integers(1, 10**9), KINDS, st.integers(1, 10**9), st.integers(1, 10**9))
def test_pieces_never_pass_where_the_whole_would_not(total, kind, first, second):
    bill = Bill(total, total)
    if is_above_limit(bill, {}, kind, first + second, LIMITS):
        pieces = (
            is_above_limit(bill, {}, kind, first, LIMITS),
            is_above_limit(bill, {kind: first}, kind, second, LIMITS),
        )
        assert any(pieces)


@given(st.integers(1_000, 10**9), st.integers(0, 10))
def test_the_tax_that_the_law_keeps_back_never_counts(net, aside):
    bill = Bill(net, net + net // 10)
    assert counted_minor(bill, {"withholding": withholding_tax(net) + aside}, LIMITS) == 0


def test_foreign_money_knows_neither_japanese_fees_nor_withholding():
    bill = Bill(100_000, 110_000, currency="USD")
    assert counted_minor(bill, {"fee": 500, "withholding": 10_210}, LIMITS) == 10_710
