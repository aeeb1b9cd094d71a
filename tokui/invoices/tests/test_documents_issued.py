"""Single invoices from draft to credit note: numbered once, never changed, corrected only by other documents."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.events import within
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.invoices import refused
from tokui.invoices.actions import (
    CreditLine,
    InvoiceTerms,
    NewOpening,
    NewSale,
    apply_credit,
    bring_openings,
    change_draft,
    close_sales,
    credit_invoice,
    delete_draft,
    draft_from_sales,
    draft_invoice,
    issue_invoice,
    issue_invoices,
    settle_invoices,
    void_invoice,
)
from tokui.invoices.models import CreditApplication, Invoice, SaleLine
from tokui.invoices.tests.world import DAY, make_customer, sell
from tokui.ledger import queries

NOW = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(NOW)):
        yield


def make_draft(amount: int = 10_000, **terms):
    customer = make_customer()
    sale = NewSale(customer.pk, NOW, "設計料", unit_minor=amount)
    return draft_invoice(customer.pk, [sale], terms=InvoiceTerms(**terms), by=SYSTEM)


def make_issued(amount: int = 10_000, **terms) -> Invoice:
    return issue_invoice(make_draft(amount, **terms), by=SYSTEM)


def owed(invoice: Invoice) -> int:
    return queries.balance(f"customers:{invoice.customer_id}:receivable")


def test_a_draft_has_sums_but_no_number_and_is_not_owed(organization):
    draft = make_draft()
    assert (draft.state, draft.number, draft.total_minor, draft.due_on) == ("draft", None, 11_000, date(2027, 1, 4))
    assert owed(draft) == 0


def test_issuing_numbers_a_draft_and_lets_it_be_owed(organization):
    invoice = make_issued()
    assert (invoice.state, invoice.number, invoice.total_minor) == ("issued", "INV-2611-0001", 11_000)
    assert (owed(invoice), invoice.snapshot["name"]) == (11_000, "株式会社 北斗企画")
    assert find_offences() == []


def test_a_set_of_drafts_is_issued_without_gaps_or_not_at_all(organization):
    drafts = [make_draft().pk for _n in range(3)]
    assert issue_invoices(drafts, by=SYSTEM) == 3
    assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3]
    bad = draft_invoice(make_customer().pk, [NewSale(make_customer().pk, NOW, "返品", unit_minor=-1)], by=SYSTEM)
    with pytest.raises(refused.InvoiceTotalBelowZero):
        issue_invoices([make_draft().pk, bad.pk], by=SYSTEM)
    assert make_issued().number == "INV-2611-0004"
    assert find_offences() == []


def test_an_issued_invoice_is_not_issued_changed_or_deleted_again(organization):
    invoice = make_issued()
    with pytest.raises(refused.InvoiceNotDraft):
        issue_invoice(invoice, by=SYSTEM)
    with pytest.raises(refused.InvoiceNotDraft):
        change_draft(invoice, terms=InvoiceTerms(subject="x"), by=SYSTEM)
    with pytest.raises(refused.InvoiceNotDraft):
        delete_draft(invoice, by=SYSTEM)


@pytest.mark.parametrize(
    "changes", [{"total_minor": 1, "net_minor": 1, "tax_minor": 0}, {"number": "X"}, {"state": "draft"}]
)
def test_the_database_itself_refuses_to_change_an_issued_invoice(organization, changes):
    invoice = make_issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**changes)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).delete()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        SaleLine.objects.filter(invoice=invoice).update(amount_minor=5)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        SaleLine.objects.filter(invoice=invoice).delete()


def test_waiting_sales_are_invoiced_singly_and_only_once(organization):
    customer = make_customer(closing_day=None)
    lines = [sell(customer, 500), sell(customer, 700)]
    draft = draft_from_sales(lines, by=SYSTEM)
    with pytest.raises(refused.SaleAlreadyInvoiced):
        draft_from_sales(lines, by=SYSTEM)
    delete_draft(draft, by=SYSTEM)
    assert SaleLine.objects.filter(invoice=None).count() == 2
    invoice = issue_invoice(draft_from_sales(lines, by=SYSTEM), by=SYSTEM)
    assert invoice.net_minor == 1_200
    with pytest.raises(refused.CustomersMixed):
        draft_from_sales([sell(customer), sell(make_customer("他"))], by=SYSTEM)


def test_deleting_a_draft_takes_the_lines_typed_into_it_along(organization):
    draft = make_draft()
    delete_draft(draft, by=SYSTEM)
    assert not SaleLine.objects.exists()
    assert not Invoice.objects.exists()


def test_a_drafts_lines_and_terms_can_be_replaced(organization):
    draft = make_draft()
    sale = NewSale(draft.customer_id, NOW, "監修料", unit_minor=30_000)
    change_draft(draft, sales=[sale], terms=InvoiceTerms(subject="11月分", due_on=date(2026, 11, 30)), by=SYSTEM)
    assert (draft.subject, draft.due_on, draft.net_minor) == ("11月分", date(2026, 11, 30), 30_000)


def test_withholding_is_asked_for_less_but_owed_in_full(organization):
    invoice = make_issued(100_000, withholds=True)
    assert (invoice.total_minor, invoice.withholding_minor, invoice.payable_minor) == (110_000, 10_210, 99_790)
    assert owed(invoice) == 110_000


def test_a_credit_note_gives_back_a_line_and_lowers_what_is_open(organization):
    invoice = make_issued()
    line = SaleLine.objects.get(invoice=invoice)
    note = credit_invoice(invoice, [CreditLine(line.pk, amount_minor=3_000)], reason="破損", by=SYSTEM)
    assert (note.number, note.total_minor, note.open_minor) == ("CN-2611-0001", -3_300, 0)
    assert (invoice.open_minor, owed(invoice)) == (7_700, 7_700)
    assert CreditApplication.objects.get().amount_minor == 3_300
    assert find_offences() == []


def test_a_full_credit_mirrors_the_invoice_and_settles_it(organization):
    invoice = make_issued(9_999)
    note = credit_invoice(invoice, reason="取消", by=SYSTEM)
    assert (note.net_minor, note.tax_minor) == (-invoice.net_minor, -invoice.tax_minor)
    assert (invoice.open_minor, invoice.paid_on, owed(invoice)) == (0, NOW, 0)
    assert Event.objects.filter(type="invoices.InvoicePaid").count() == 1
    with pytest.raises(refused.NothingToCredit):
        credit_invoice(invoice, reason="もう一度", by=SYSTEM)
    assert find_offences() == []


def test_a_credit_on_a_paid_invoice_stays_as_the_customers_and_pays_the_next(organization):
    invoice = make_issued()
    settle_invoices([(invoice.pk, 11_000, NOW)], by=SYSTEM)
    note = credit_invoice(invoice, reason="値引", by=SYSTEM)
    assert (note.open_minor, invoice.settled_minor) == (-11_000, 11_000)
    sale = NewSale(invoice.customer_id, NOW, "設計料", unit_minor=20_000)
    other = issue_invoice(draft_invoice(invoice.customer_id, [sale], by=SYSTEM), by=SYSTEM)
    apply_credit(note, other, 11_000, on=NOW, by=SYSTEM)
    other.refresh_from_db()
    assert other.open_minor == 11_000
    with pytest.raises(refused.CreditUsedUp):
        apply_credit(note, other, 1, on=NOW, by=SYSTEM)


def test_a_credit_that_gives_nothing_is_refused(organization, viewer):
    invoice = make_issued()
    with pytest.raises(refused.CreditNotBelowZero):
        credit_invoice(invoice, [], reason="x", by=SYSTEM)
    with pytest.raises(NotPermitted):
        credit_invoice(invoice, reason="x", by=viewer)


def test_voiding_writes_a_reversing_document_and_lets_the_sales_wait_again(organization):
    customer = make_customer()
    sell(customer, 5_000)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    note = void_invoice(invoice, reason="宛名違い", by=SYSTEM)
    assert (invoice.state, invoice.void_reason, note.total_minor, owed(invoice)) == ("void", "宛名違い", -5_500, 0)
    assert find_offences() == []
    assert close_sales(DAY, by=SYSTEM).total_minor == 5_500
    assert sum(SaleLine.objects.values_list("amount_minor", flat=True)) == 5_000
    assert find_offences() == []


def test_voiding_needs_a_reason_and_nothing_settled(organization):
    invoice = make_issued()
    with pytest.raises(Invalid):
        void_invoice(invoice, reason=" ", by=SYSTEM)
    settle_invoices([(invoice.pk, 1, NOW)], by=SYSTEM)
    with pytest.raises(refused.InvoiceStillSettled), transaction.atomic():
        void_invoice(invoice, reason="x", by=SYSTEM)
    invoice.refresh_from_db()
    assert invoice.state == "issued"


def test_a_higher_room_may_release_what_it_settled_while_an_invoice_is_voided(organization):
    from tokui.core.events import WITHIN
    from tokui.invoices.events import InvoiceVoided

    invoice = make_issued()
    settle_invoices([(invoice.pk, 11_000, NOW)], by=SYSTEM)

    @within(InvoiceVoided)
    def release(facts, by):
        settle_invoices([(fact.invoice_id, -11_000, NOW) for fact in facts], by=by)

    try:
        void_invoice(invoice, reason="取消", by=SYSTEM)
    finally:
        WITHIN[InvoiceVoided].remove(release)
    assert (invoice.state, invoice.open_minor) == ("void", 0)
    assert find_offences() == []


def test_an_invoice_is_settled_up_to_its_total_and_no_further(organization):
    invoice = make_issued()
    settle_invoices([(invoice.pk, 6_000, NOW), (invoice.pk, 5_000, NOW)], by=SYSTEM)
    invoice.refresh_from_db()
    assert (invoice.open_minor, invoice.paid_on) == (0, NOW)
    with pytest.raises(refused.InvoiceSettledBeyondTotal):
        settle_invoices([(invoice.pk, 1, NOW)], by=SYSTEM)
    with pytest.raises(refused.InvoiceSettledBeyondTotal):
        settle_invoices([(invoice.pk, -11_001, NOW)], by=SYSTEM)
    with pytest.raises(refused.InvoiceNotIssued):
        settle_invoices([(make_draft().pk, 1, NOW)], by=SYSTEM)


def test_paying_and_reopening_are_told_once_each(organization):
    invoice = make_issued()
    settle_invoices([(invoice.pk, 11_000, NOW)], by=SYSTEM)
    settle_invoices([(invoice.pk, -1, NOW)], by=SYSTEM)
    settle_invoices([(invoice.pk, -1, NOW)], by=SYSTEM)
    told = Event.objects.filter(about_id=invoice.pk).values_list("type", flat=True)
    assert sorted(told)[-2:] == ["invoices.InvoicePaid", "invoices.InvoiceReopened"]
    invoice.refresh_from_db()
    assert invoice.paid_on is None


def test_receivables_of_the_old_system_keep_their_numbers_and_days(organization):
    customer = make_customer()
    openings = [
        NewOpening(customer.pk, f"旧-{n}", date(2026, 8, 31), date(2026, 9, 30), 10_000 * n) for n in range(1, 4)
    ]
    bring_openings(openings, by=SYSTEM)
    assert queries.balance(f"customers:{customer.pk}:receivable", date(2026, 8, 31)) == 60_000
    assert queries.balance("opening") == -60_000
    assert find_offences() == []
    with pytest.raises(refused.NumberTaken):
        bring_openings(openings[:1], by=SYSTEM)
    void_invoice(Invoice.objects.get(number="旧-3"), reason="誤り", by=SYSTEM)
    assert queries.balance("opening") == -30_000
    assert SaleLine.objects.filter(invoice=None).count() == 0
    assert find_offences() == []


@pytest.mark.parametrize("changes", [{"open_minor": 0}, {"number": " "}])
def test_an_opening_that_owes_nothing_or_has_no_number_is_refused(organization, changes):
    given = {"number": "A", "open_minor": 5, **changes}
    with pytest.raises(Invalid):
        bring_openings([NewOpening(make_customer().pk, given["number"], NOW, NOW, given["open_minor"])], by=SYSTEM)
