"""The matcher over the database: certain answers post themselves, others wait with their reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.banking.tests.world import make_account, notice, paid, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.jobs import run_pending
from tokui.customers.actions import add_relationship
from tokui.payments.actions import (
    Use,
    allocate,
    confirm_certain,
    confirm_suggestion,
    decline,
    match_all,
    match_deposits,
    release,
)
from tokui.payments.models import Allocation, CustomerStanding, Decision, PaymentPolicy, Suggestion
from tokui.payments.policy import change_policy
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def codes(suggestion):
    return [reason["code"] for reason in suggestion.reasons]


def test_a_name_and_its_exact_amount_are_posted_with_the_reasons(organization):
    customer = make_customer()
    invoice, deposit = make_invoice(customer), make_deposit(24200, "ｵｵﾀ ﾕｷ")
    done = match_all()
    assert (done.looked_at, done.posted) == (1, 1)
    row = Allocation.objects.get()
    assert (row.invoice_id, row.amount_minor, row.is_automatic, row.grade) == (invoice.pk, 24200, True, "certain")
    assert [reason["code"] for reason in row.reasons] == ["name_equal", "amount_exact"]
    assert Decision.objects.get(deposit=deposit).outcome == "automatic"
    assert CustomerStanding.objects.get(customer=customer).state == "paid"
    assert_books_balance()


def test_a_reference_in_the_text_names_the_invoice(organization):
    customer = make_customer()
    make_invoice(customer, 5000, number="INV-2611-0001")
    second = make_invoice(customer, 5000, number="INV-2611-0002")
    make_deposit(5000, "ﾀﾞﾚｶ", text="INV-2611-0002")
    match_all()
    assert Allocation.objects.get().invoice_id == second.pk


def test_a_transfer_short_by_a_known_fee_is_posted_with_the_fee(organization):
    make_invoice(make_customer("株式会社北斗企画", "カブシキガイシャ ホクトキカク", kind="company"), 330_000)
    make_deposit(329_340, "ｶ)ﾎｸﾄｷｶｸ")
    match_all()
    assert sorted(Allocation.objects.values_list("kind", "amount_minor")) == [("fee", 660), ("payment", 329_340)]
    assert_books_balance()


def test_two_strangers_of_one_name_are_never_posted(organization):
    for _ in range(2):
        make_invoice(make_customer(), 24200)
    deposit = make_deposit(24200)
    assert match_all().posted == 0
    first = Suggestion.objects.filter(deposit=deposit).order_by("rank").first()
    assert first.grade == "likely"
    assert "other_payer_fits" in codes(first)


def test_two_invoices_of_one_amount_wait_for_a_person(organization):
    customer = make_customer()
    make_invoice(customer, 5000)
    make_invoice(customer, 5000)
    deposit = make_deposit(5000)
    assert match_all().posted == 0
    assert Suggestion.objects.filter(deposit=deposit).count() >= 2


def test_a_guardian_pays_for_the_pupil(organization):
    pupil, guardian = make_customer("鈴木 花", "スズキ ハナ"), make_customer("鈴木 一郎", "スズキ イチロウ")
    add_relationship(guardian, pupil, kind="guardian", by=SYSTEM)
    make_invoice(pupil, 8800)
    deposit = make_deposit(8800, "ｽｽﾞｷ ｲﾁﾛｳ")
    match_all()
    found = Suggestion.objects.filter(deposit=deposit, rank=0).first()
    assert Allocation.objects.filter(customer=pupil).exists() or (found and found.customer_id == pupil.pk)


def test_a_confirmed_name_is_learned_and_certain_the_next_time(organization, accountant):
    customer = make_customer()
    first = make_invoice(customer, 3000)
    deposit = make_deposit(3000, "ﾔﾏﾉ ﾊﾅｺ")
    match_all()
    allocate(deposit, [Use(first.pk, 3000)], by=accountant)
    second = make_invoice(customer, 4000)
    make_deposit(4000, "ﾔﾏﾉ ﾊﾅｺ")
    match_all()
    row = Allocation.objects.get(invoice=second)
    assert row.is_automatic
    assert row.reasons[0]["code"] == "learned_name"


def test_the_amount_alone_is_only_shown(organization):
    invoice = make_invoice(make_customer(), 7777)
    deposit = make_deposit(7777, "ﾀﾞﾚﾓｼﾗﾅｲ")
    assert match_all().posted == 0
    found = Suggestion.objects.get(deposit=deposit)
    assert (found.grade, codes(found), found.allocations[0][0]) == ("unknown", ["same_amount_only"], str(invoice.pk))


def test_what_a_person_declined_is_never_proposed_again(organization, accountant):
    invoice = make_invoice(make_customer(), 7777)
    deposit = make_deposit(7777, "ﾀﾞﾚﾓｼﾗﾅｲ")
    match_all()
    decline(deposit, [invoice.pk], by=accountant)
    match_all()
    assert not Suggestion.objects.filter(deposit=deposit).exists()


def test_an_undone_posting_of_the_matcher_is_not_posted_again(organization, accountant):
    make_invoice(make_customer())
    make_deposit(24200)
    match_all()
    release(Allocation.objects.get().decision, by=accountant)
    match_all()
    assert Allocation.objects.filter(released_at=None).count() == 0
    assert all(found.allocations == [] for found in Suggestion.objects.all())


def test_a_persons_own_undo_keeps_the_suggestion_but_posts_nothing(organization, accountant):
    change_policy({"posts_certain": False}, by=SYSTEM)
    make_invoice(make_customer())
    deposit = make_deposit(24200)
    match_all()
    made = confirm_suggestion(Suggestion.objects.get(rank=0), by=accountant)
    release(made.decision_id, by=accountant)
    change_policy({"posts_certain": True}, by=SYSTEM)
    match_all()
    assert Suggestion.objects.get(deposit=deposit, rank=0).grade == "likely"
    assert Allocation.objects.filter(released_at=None).count() == 0


def test_certain_suggestions_are_confirmed_in_bulk(organization, accountant):
    PaymentPolicy.objects.get_or_create(organization_id=organization.pk)
    change_policy({"posts_certain": False}, by=SYSTEM)
    for number in range(3):
        make_invoice(make_customer(f"客{number}", "キャク" + "アイウ"[number] * 3), 1000 + number)
        make_deposit(1000 + number, "キャク" + "アイウ"[number] * 3)
    assert match_all().posted == 0
    assert confirm_certain(by=accountant).posted == 3
    assert_books_balance()


def test_a_read_file_is_matched_by_itself(organization):
    make_invoice(make_customer())
    take(notice(paid("オオタ ユキ", 24200)), make_account())
    run_pending()
    assert Allocation.objects.get().is_automatic
    assert_books_balance()


def test_a_cancellation_of_the_bank_opens_the_invoice_again(organization):
    customer, account = make_customer(), make_account()
    make_invoice(customer)
    take(notice(paid("オオタ ユキ", 24200)), account)
    run_pending()
    later = DAY + timedelta(1)
    with clock.at(clock.at_day(later)):
        take(notice(paid("オオタ ユキ", 24200, later, cancels=True)), account)
    row = Allocation.objects.get()
    assert row.released_on == later
    assert CustomerStanding.objects.get(customer=customer).open_minor == 24200
    assert_books_balance()


def test_the_number_of_statements_does_not_grow_with_the_batch(organization):
    def statements(count: int, start: int) -> int:
        for number in range(start, start + count):
            name = "キャク" + "".join("アカサタナハマヤラワ"[int(digit)] for digit in f"{number:04d}")
            make_invoice(make_customer(f"客{number}", name), 1000 + number)
            make_deposit(1000 + number, name)
        with CaptureQueriesContext(connection) as queries:
            assert match_deposits(None).posted == count
        return len(queries)

    few = statements(2, 0)
    assert statements(12, 100) <= few + 2


def test_a_second_part_payment_closes_exactly_what_is_still_open(organization, accountant):
    customer = make_customer()
    invoice = make_invoice(customer, 10_000)
    allocate(make_deposit(4000, "ﾀﾞﾚｶ"), [Use(invoice.pk, 4000)], by=accountant)
    deposit = make_deposit(5000)
    match_all()
    confirm_suggestion(
        Suggestion.objects.get(deposit=deposit, rank=0), by=accountant, difference="discount", memo="端数"
    )
    invoice.refresh_from_db()
    assert (invoice.settled_minor, Allocation.objects.get(kind="discount").amount_minor) == (10_000, 1000)
    assert_books_balance()
