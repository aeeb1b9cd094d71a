"""A receipt is written for money: what was credited, given up or taken back is none."""

from __future__ import annotations

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.invoices.actions import credit_invoice, void_invoice
from tokui.invoices.models import Invoice, Receipt
from tokui.invoices.receipts import issue_receipt, reissue_receipt
from tokui.invoices.refused import ReceiptBeyondReceived, ReceiptIsCancelled
from tokui.payments.actions.advances import apply_advance
from tokui.payments.actions.allocating import Use, allocate, keep_as_advance
from tokui.payments.actions.releasing import release
from tokui.payments.tests.world import DAY, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(DAY)):
        yield


def paid(total: int = 11_000, **uses: int):
    invoice = make_invoice(make_customer(), total)
    parts = [Use(invoice.pk, amount, kind) for kind, amount in (uses or {"payment": total}).items()]
    made = allocate(make_deposit(total), parts, by=SYSTEM)
    return Invoice.objects.get(pk=invoice.pk), made.decision_id


def test_no_receipt_for_an_invoice_that_was_credited_in_full(organization):
    invoice = make_invoice(make_customer(), 11_000)
    credit_invoice(invoice, reason="返品", by=SYSTEM)
    assert (invoice.settled_minor, invoice.received_minor) == (11_000, 0)
    with pytest.raises(ReceiptBeyondReceived):
        issue_receipt(invoice, by=SYSTEM)


def test_a_fee_and_a_discount_are_settled_but_not_received(organization):
    invoice, _decision = paid(11_000, payment=10_000, fee=500, discount=500)
    assert (invoice.settled_minor, invoice.received_minor) == (11_000, 10_000)
    assert issue_receipt(invoice, by=SYSTEM).amount_minor == 10_000
    assert find_offences() == []


def test_an_invoice_paid_from_an_advance_is_received(organization):
    invoice = make_invoice(make_customer(), 11_000)
    keep_as_advance(make_deposit(11_000), invoice.customer, by=SYSTEM)
    apply_advance(invoice.customer, [(invoice.pk, 11_000)], by=SYSTEM)
    assert issue_receipt(invoice, by=SYSTEM).amount_minor == 11_000
    assert find_offences() == []


def test_a_receipt_is_cancelled_when_the_payment_is_released_and_stays_in_its_series(organization):
    invoice, decision = paid()
    receipt = issue_receipt(invoice, by=SYSTEM)
    release(decision, by=SYSTEM)
    receipt.refresh_from_db()
    assert (receipt.cancelled_because, receipt.cancelled_by) == ("taken_back", SYSTEM.name)
    assert Event.objects.filter(type="invoices.ReceiptCancelled", about_id=receipt.pk).count() == 1
    with pytest.raises(ReceiptIsCancelled):
        reissue_receipt(receipt, by=SYSTEM)
    allocate(make_deposit(11_000), [Use(invoice.pk, 11_000)], by=SYSTEM)
    assert issue_receipt(invoice, by=SYSTEM).number == "RC-2611-0002"
    assert find_offences() == []


def test_only_the_receipts_that_lost_their_money_are_cancelled(organization):
    invoice = make_invoice(make_customer(), 11_000)
    first = allocate(make_deposit(6_000), [Use(invoice.pk, 6_000)], by=SYSTEM)
    kept = issue_receipt(invoice, by=SYSTEM)
    second = allocate(make_deposit(5_000), [Use(invoice.pk, 5_000)], by=SYSTEM)
    lost = issue_receipt(invoice, by=SYSTEM)
    release(second.decision_id, by=SYSTEM)
    assert list(Receipt.objects.filter(cancelled_at=None)) == [kept]
    assert Receipt.objects.get(pk=lost.pk).cancelled_at is not None
    assert first.decision_id != second.decision_id


def test_voiding_a_paid_invoice_cancels_its_receipt(organization):
    invoice, _decision = paid()
    receipt = issue_receipt(invoice, by=SYSTEM)
    void_invoice(invoice, reason="二重", by=SYSTEM)
    assert Receipt.objects.get(pk=receipt.pk).cancelled_at is not None
    assert find_offences() == []
