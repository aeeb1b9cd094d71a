"""Money settles invoices once, a difference has one meaning, and every decision can be taken back whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokui.access.tests.world import make_member
from tokui.banking.actions import cancel_deposit
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.errors import NotFound, NotPermitted
from tokui.core.ids import uuid7
from tokui.core.models import Event
from tokui.customers.models import PayerName
from tokui.ledger.queries import balance
from tokui.payments.actions import (
    Use,
    allocate,
    apply_advance,
    decide_approval,
    keep_as_advance,
    release,
    write_off,
)
from tokui.payments.models import Allocation, Approval, CustomerStanding, Decision
from tokui.payments.refused import (
    AdvanceTooSmall,
    AdvanceUsed,
    AlreadyReleased,
    MoreThanOwed,
    MoreThanReceived,
    NothingToAllocate,
    OtherCustomersAdvance,
    OwnApproval,
)
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def standing(customer):
    return CustomerStanding.objects.get(customer=customer)


def test_a_deposit_settles_an_invoice_and_the_customer_stands_paid(accountant):
    customer = make_customer()
    invoice, deposit = make_invoice(customer), make_deposit(24200)
    allocate(deposit, [Use(invoice.pk, 24200)], by=accountant)
    invoice.refresh_from_db()
    assert (invoice.settled_minor, invoice.paid_on) == (24200, DAY)
    assert (standing(customer).state, standing(customer).open_minor) == ("paid", 0)
    assert Deposit.objects.get().state == "settled"
    assert Deposit.objects.get().customer_id == customer.pk
    assert balance(f"customers:{customer.pk}:receivable") == 0
    assert balance("unapplied") == 0
    told = Event.objects.filter(customer_id=customer.pk).values_list("type", flat=True)
    assert {"payments.DepositAllocated", "payments.StandingChanged", "invoices.InvoicePaid"} <= set(told)
    assert_books_balance()


def test_one_deposit_pays_many_invoices_and_many_deposits_one(accountant):
    customer = make_customer()
    one, two = make_invoice(customer, 1000), make_invoice(customer, 2000)
    first = make_deposit(2500)
    allocate(first, [Use(one.pk, 1000), Use(two.pk, 1500)], by=accountant)
    assert (standing(customer).state, standing(customer).open_minor) == ("partly_paid", 500)
    allocate(make_deposit(500), [Use(two.pk, 500)], by=accountant)
    assert standing(customer).state == "paid"
    assert_books_balance()


def test_a_deposit_cannot_be_used_beyond_what_it_holds(accountant):
    invoice, deposit = make_invoice(make_customer(), 2000), make_deposit(1000)
    with pytest.raises(MoreThanReceived):
        allocate(deposit, [Use(invoice.pk, 1001)], by=accountant)
    assert not Allocation.objects.exists()


def test_an_invoice_cannot_be_paid_beyond_what_is_open(accountant):
    invoice, deposit = make_invoice(make_customer(), 1000), make_deposit(2000)
    with pytest.raises(MoreThanOwed):
        allocate(deposit, [Use(invoice.pk, 1001)], by=accountant)
    with pytest.raises(NothingToAllocate):
        allocate(deposit, [], by=accountant)
    with pytest.raises(NothingToAllocate):
        allocate(deposit, [Use(invoice.pk, -5)], by=accountant)


def test_a_viewer_may_not_allocate(viewer):
    invoice, deposit = make_invoice(make_customer()), make_deposit(1000)
    with pytest.raises(NotPermitted):
        allocate(deposit, [Use(invoice.pk, 1000)], by=viewer)


@pytest.mark.parametrize(
    ("kind", "account"), [("fee", "fees:bank"), ("discount", "writeoff:discount"), ("write_off", "writeoff:bad_debt")]
)
def test_a_difference_closes_the_invoice_and_is_posted_to_its_account(accountant, kind, account):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 24200), make_deposit(23540)
    allocate(deposit, [Use(invoice.pk, 23540), Use(invoice.pk, 660, kind)], by=accountant)
    assert balance(account) == 660
    assert standing(customer).state == "paid"
    assert_books_balance()


def test_release_takes_the_whole_decision_back(accountant):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 24200), make_deposit(23540, "オータ ユキコ")
    made = allocate(deposit, [Use(invoice.pk, 23540), Use(invoice.pk, 660, "fee")], by=accountant)
    assert PayerName.objects.filter(customer=customer, revoked_at=None).count() == 1
    release(made.decision_id, by=accountant)
    invoice.refresh_from_db()
    deposit.refresh_from_db()
    assert (invoice.settled_minor, invoice.paid_on, deposit.applied_minor, deposit.state) == (0, None, 0, "open")
    assert (balance("fees:bank"), balance("unapplied")) == (0, -23540)
    assert balance(f"customers:{customer.pk}:receivable") == 24200
    assert standing(customer).state == "not_due"
    assert PayerName.objects.filter(customer=customer, revoked_at=None).count() == 0
    assert Decision.objects.get(pk=made.decision_id).undone_by == accountant.name
    assert_books_balance()
    with pytest.raises(AlreadyReleased):
        release(made.decision_id, by=accountant)
    with pytest.raises(NotFound):
        release(uuid7(), by=accountant)


def test_a_payer_whose_name_the_record_explains_teaches_nothing(accountant):
    customer = make_customer()
    allocate(make_deposit(100), [Use(make_invoice(customer, 100).pk, 100)], by=accountant)
    assert not PayerName.objects.exists()


def test_overpayment_is_held_as_advance_and_pays_the_next_invoice(accountant):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 1000), make_deposit(1500)
    allocate(deposit, [Use(invoice.pk, 1000)], advance_minor=500, by=accountant)
    assert (standing(customer).state, standing(customer).advance_minor) == ("in_credit", 500)
    assert balance(f"customers:{customer.pk}:advance") == -500
    later = make_invoice(customer, 800)
    apply_advance(customer, [(later.pk, 500)], by=accountant)
    assert (standing(customer).open_minor, standing(customer).advance_minor) == (300, 0)
    assert balance(f"customers:{customer.pk}:advance") == 0
    assert_books_balance()


def test_an_advance_pays_only_its_own_customer_and_no_more_than_it_holds(accountant):
    customer, other = make_customer(), make_customer("別人", "ベツジン")
    keep_as_advance(make_deposit(500), customer, by=accountant)
    with pytest.raises(OtherCustomersAdvance):
        apply_advance(customer, [(make_invoice(other, 100).pk, 100)], by=accountant)
    with pytest.raises(AdvanceTooSmall):
        apply_advance(customer, [(make_invoice(customer, 900).pk, 501)], by=accountant)


def test_an_advance_that_paid_is_released_only_after_its_payments(accountant):
    customer = make_customer()
    kept = keep_as_advance(make_deposit(500), customer, by=accountant)
    used = apply_advance(customer, [(make_invoice(customer, 500).pk, 500)], by=accountant)
    with pytest.raises(AdvanceUsed):
        release(kept.decision_id, by=accountant)
    release(used, by=accountant)
    release(kept.decision_id, by=accountant)
    assert balance("unapplied") == -500
    assert_books_balance()


def test_a_cancelled_deposit_opens_again_what_it_and_its_advance_paid(accountant):
    from tokui.banking.actions import NewDeposit, record_deposit

    customer = make_customer()
    cash = record_deposit(NewDeposit(amount_minor=1500, received_on=DAY), by=accountant)
    invoice, later = make_invoice(customer, 1000), make_invoice(customer, 500)
    allocate(cash, [Use(invoice.pk, 1000)], advance_minor=500, by=accountant)
    apply_advance(customer, [(later.pk, 500)], by=accountant)
    cancel_deposit(cash, by=accountant)
    assert standing(customer).open_minor == 1500
    assert (balance("cash"), balance("unapplied"), balance(f"customers:{customer.pk}:advance")) == (0, 0, 0)
    assert not Allocation.objects.filter(released_at=None).exists()
    assert_books_balance()


def test_a_small_write_off_is_done_and_a_large_one_waits_for_someone_else(accountant, owner):
    customer = make_customer()
    small, large = make_invoice(customer, 1000), make_invoice(customer, 50_000)
    assert write_off(small, amount_minor=1000, reason="少額のため", by=accountant) is None
    waiting = write_off(large, amount_minor=50_000, reason="倒産", by=accountant)
    assert isinstance(waiting, Approval)
    assert standing(customer).open_minor == 50_000
    decide_approval(waiting, approve=True, by=owner)
    assert (standing(customer).open_minor, standing(customer).state) == (0, "written_off")
    assert balance("writeoff:bad_debt") == 51_000
    assert_books_balance()


def test_nobody_approves_their_own_write_off(owner, accountant):
    make_member("owner", email="second@example.jp")
    invoice = make_invoice(make_customer(), 50_000)
    from tokui.payments.actions import ask_approval

    waiting = ask_approval(invoice, "write_off", 50_000, "倒産", by=owner)
    with pytest.raises(OwnApproval):
        decide_approval(waiting, approve=True, by=owner)
    with pytest.raises(NotPermitted):
        decide_approval(waiting, approve=True, by=accountant)


def test_a_difference_above_the_limit_pays_now_and_leaves_the_rest_to_approval(accountant, owner):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 50_000), make_deposit(40_000)
    made = allocate(deposit, [Use(invoice.pk, 40_000), Use(invoice.pk, 10_000, "discount")], memo="返品", by=accountant)
    assert made.approval is not None
    assert standing(customer).open_minor == 10_000
    decide_approval(made.approval, approve=True, by=owner)
    assert standing(customer).open_minor == 0
    assert_books_balance()


def test_a_payment_counts_on_the_day_the_money_came(accountant):
    customer = make_customer()
    invoice = make_invoice(customer, 100, issued_on=DAY - timedelta(10))
    deposit = make_deposit(100, on=DAY - timedelta(3))
    allocate(deposit, [Use(invoice.pk, 100)], by=accountant)
    assert Allocation.objects.get().on == DAY - timedelta(3)
