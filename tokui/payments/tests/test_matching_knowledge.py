"""What the matcher knows of withheld tax and of families, and that it looks again when it learns something."""

from __future__ import annotations

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.jobs import run_pending
from tokui.customers.actions import add_contact_person, add_relationship, change_customer, learn_payer_name
from tokui.invoices.actions import InvoiceTerms, NewSale, draft_invoice, issue_invoice
from tokui.invoices.models import Invoice
from tokui.payments.actions import Use, allocate, confirm_suggestion, match_all, release
from tokui.payments.models import Allocation, CustomerStanding, Decision, Suggestion
from tokui.payments.policy import change_policy
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def make_fee(customer, net=100_000) -> Invoice:
    """An invoice of which the payer withholds income tax: 110,000 with tax, of which 99,790 are transferred."""
    sale = NewSale(customer.pk, DAY, "設計料", unit_minor=net)
    return issue_invoice(draft_invoice(customer.pk, [sale], terms=InvoiceTerms(withholds=True), by=SYSTEM), by=SYSTEM)


def codes(deposit):
    best = Suggestion.objects.filter(deposit=deposit, rank=0).first()
    return [reason["code"] for reason in best.reasons] if best else []


def test_an_amount_less_the_withheld_tax_is_exact_and_both_are_posted(organization):
    customer = make_customer(kind="company", name="株式会社北斗企画", kana="ホクトキカク")
    invoice = make_fee(customer)
    make_deposit(99_790, "ｶ)ﾎｸﾄｷｶｸ")
    assert match_all().posted == 1
    assert sorted(Allocation.objects.values_list("kind", "amount_minor")) == [
        ("payment", 99_790),
        ("withholding", 10_210),
    ]
    assert Allocation.objects.first().reasons[1]["code"] == "amount_less_withholding"
    invoice.refresh_from_db()
    assert (invoice.open_minor, CustomerStanding.objects.get().state) == (0, "paid")
    assert_books_balance()


def test_with_a_fee_missing_as_well_the_three_parts_are_told_apart(organization):
    customer = make_customer(kind="company", name="株式会社北斗企画", kana="ホクトキカク")
    make_fee(customer)
    make_deposit(99_350, "ｶ)ﾎｸﾄｷｶｸ")
    match_all()
    parts = [("fee", 440), ("payment", 99_350), ("withholding", 10_210)]
    assert sorted(Allocation.objects.values_list("kind", "amount_minor")) == parts
    assert_books_balance()


def test_who_does_not_withhold_pays_in_full(organization):
    customer = make_customer()
    make_fee(customer)
    make_deposit(110_000)
    assert match_all().posted == 1
    assert list(Allocation.objects.values_list("kind", "amount_minor")) == [("payment", 110_000)]


def test_a_person_confirms_withheld_tax_of_two_invoices_with_one_key(accountant):
    change_policy({"posts_certain": False}, by=SYSTEM)
    customer = make_customer()
    make_fee(customer)
    make_fee(customer, 50_000)
    deposit = make_deposit(99_790 + 49_895)
    match_all()
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert sorted(tax for _invoice, tax in best.withheld) == [5_105, 10_210]
    made = confirm_suggestion(best, by=accountant, difference="withholding")
    assert Decision.objects.get(pk=made.decision_id).outcome == "confirmed"
    assert CustomerStanding.objects.get().open_minor == 0
    release(made.decision_id, by=accountant)
    assert_books_balance()


def test_where_tax_was_withheld_before_only_the_rest_is_expected(accountant):
    customer = make_customer()
    invoice = make_fee(customer)
    allocate(
        make_deposit(50_000, "ﾀﾞﾚｶ"), [Use(invoice.pk, 50_000), Use(invoice.pk, 10_210, "withholding")], by=accountant
    )
    make_deposit(49_790)
    assert match_all().posted == 1
    invoice.refresh_from_db()
    assert invoice.open_minor == 0


def test_by_policy_a_missing_fee_stays_owed_and_comes_with_the_next_payment(organization):
    change_policy({"fee_bearer": "payer"}, by=SYSTEM)
    customer = make_customer()
    first = make_invoice(customer, 24_200)
    make_deposit(23_760)
    assert match_all().posted == 1
    first.refresh_from_db()
    assert (first.open_minor, CustomerStanding.objects.get().state) == (440, "partly_paid")
    make_invoice(customer, 30_000)
    make_deposit(30_440)
    assert match_all().posted == 1
    assert CustomerStanding.objects.get().open_minor == 0
    assert not Allocation.objects.filter(kind="fee").exists()
    assert_books_balance()


def test_a_person_who_confirms_by_policy_has_not_changed_the_proposal(accountant):
    change_policy({"fee_bearer": "payer", "posts_certain": False}, by=SYSTEM)
    make_invoice(make_customer(), 24_200)
    deposit = make_deposit(23_760)
    match_all()
    made = confirm_suggestion(Suggestion.objects.get(deposit=deposit, rank=0), by=accountant)
    assert Decision.objects.get(pk=made.decision_id).outcome == "confirmed"
    assert list(Allocation.objects.values_list("kind", "amount_minor")) == [("payment", 23_760)]


def family():
    """The bill goes to the mother; the father is recorded as guardian of the pupil only."""
    mother = make_customer("太田 由紀", "オオタ ユキ")
    father = make_customer("山野 健", "ヤマノ ケン")
    pupil = make_customer("太田 花", "オオタ ハナ", bill_to_id=mother.pk)
    add_relationship(father, pupil, kind="guardian", by=SYSTEM)
    return mother, father, pupil


def test_the_father_of_a_pupil_billed_to_the_mother_is_found(organization):
    mother, _father, _pupil = family()
    invoice = make_invoice(mother, 24_200)
    deposit = make_deposit(24_200, "ﾔﾏﾉ ｹﾝ")
    assert match_all().posted == 0
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert (best.grade, best.customer_id, best.allocations) == ("likely", mother.pk, [[str(invoice.pk), 24_200]])
    assert "other_payer_fits" not in codes(deposit)


def test_a_contact_person_of_the_pupil_is_found_too(organization):
    mother, _father, pupil = family()
    add_contact_person(pupil, "祖父江 進", kana="ソブエ ススム", by=SYSTEM)
    make_invoice(mother, 24_200)
    deposit = make_deposit(24_200, "ｿﾌﾞｴ ｽｽﾑ")
    match_all()
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert (best.grade, best.customer_id) == ("likely", mother.pk)


def test_a_father_who_owes_as_well_is_not_taken_for_the_payer_of_the_pupil(organization):
    mother, father, _pupil = family()
    make_invoice(mother, 24_200)
    make_invoice(father, 24_200)
    deposit = make_deposit(24_200, "ﾔﾏﾉ ｹﾝ")
    match_all()
    allocated = Allocation.objects.filter(deposit=deposit).first()
    assert allocated is None or allocated.customer_id == father.pk


@pytest.mark.parametrize("learns", ["invoice", "name", "kana", "relationship", "person"])
def test_a_waiting_deposit_is_matched_when_what_was_missing_is_known(organization, learns):
    customer = make_customer("太田 由紀", "" if learns == "kana" else "オオタ ユキ")
    other = make_customer("山野 健", "ヤマノ ケン")
    payer = {"name": "ﾄｸﾒｲ ｷﾎﾞｳ", "relationship": "ﾔﾏﾉ ｹﾝ", "person": "ｿﾌﾞｴ ｽｽﾑ"}.get(learns, "ｵｵﾀ ﾕｷ")
    deposit = make_deposit(24_200, payer)
    if learns != "invoice":
        make_invoice(customer, 24_200)
    run_pending()
    deposit.refresh_from_db()
    assert deposit.is_open
    if learns == "invoice":
        make_invoice(customer, 24_200)
    elif learns == "name":
        learn_payer_name(customer, payer, by=SYSTEM)
    elif learns == "kana":
        change_customer(customer, kana="オオタ ユキ", by=SYSTEM)
    elif learns == "person":
        add_contact_person(customer, "祖父江 進", kana="ソブエ ススム", by=SYSTEM)
    else:
        add_relationship(other, customer, kind="guardian", by=SYSTEM)
    run_pending()
    deposit.refresh_from_db()
    assert deposit.state == "settled"
    assert_books_balance()


def test_when_a_person_uses_an_invoice_the_twin_of_its_deposit_is_proposed_for_the_other(accountant):
    """Left as it was, the second deposit would go on proposing an invoice on which nothing is open any more."""
    customer = make_customer()
    invoices = [make_invoice(customer, 5_000) for _number in range(2)]
    deposits = [make_deposit(5_000) for _number in range(2)]
    change_policy({"posts_certain": False}, by=SYSTEM)
    match_all()
    first = Suggestion.objects.get(deposit=deposits[0], rank=0)
    used = first.allocations[0][0]

    confirm_suggestion(first, by=accountant)
    run_pending()

    left = next(str(one.pk) for one in invoices if str(one.pk) != used)
    assert [key for key, _amount in Suggestion.objects.get(deposit=deposits[1], rank=0).allocations] == [left]
