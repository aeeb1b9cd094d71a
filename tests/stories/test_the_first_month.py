"""A bookkeeper's first month: a workbook, the month's sales, the banks' files; then it is known who has paid.

Only the files of `examples/` and the verbs that the screens and commands use.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.stories.books import assert_books_balance
from tokui.banking.actions import NewAccount, add_account, import_statement
from tokui.banking.models import Deposit, Statement
from tokui.config.demo import examples
from tokui.config.demo.bankfiles import books
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.jobs import run_pending
from tokui.core.values import is_registration_number
from tokui.customers.actions import import_file
from tokui.customers.models import Customer, PayerName
from tokui.invoices.actions import close_sales
from tokui.invoices.importing import import_sales_file
from tokui.invoices.models import Invoice
from tokui.payments.actions import confirm_suggestion, release
from tokui.payments.models import CustomerStanding, Decision, Suggestion

EXAMPLES = Path(__file__).parents[2] / "examples"
BANK = {
    "midori": "bank-midori-2026-11.zengin01.txt",
    "tsukimi": "bank-tsukimi-2026-11.zengin03.txt",
    "akebono": "bank-akebono-2026-11.csv",
}


@pytest.fixture(autouse=True)
def _friday_morning():
    with clock.at(clock.at_day(date(2026, 11, 20))):
        yield


def bring_customers(by: Actor) -> None:
    imported = import_file(EXAMPLES / "customers.xlsx", by=by)
    assert (imported.state, imported.refused_count) == ("applied", len(examples.REFUSABLE))
    assert imported.new_count == Customer.objects.count() == len(examples.example_cast().people)


def bring_sales(by: Actor) -> None:
    imported = import_sales_file(EXAMPLES / "sales-2026-11.xlsx", by=by)
    assert imported.state == "applied"
    assert imported.new_count == len(examples.example_sales(examples.example_cast()))
    assert {row.row for row in imported.rows.all()} == {imported.rows.get(value="合計").row}, "only the line of totals"


def close_the_month(by: Actor) -> None:
    closed = [close_sales(day, by=by) for day in examples.CLOSED_ON]
    assert sum(run.problem_count for run in closed) == 0
    expected = {(bill.customer, bill.issued_on): bill for bill in examples.example_bills(examples.example_cast())}
    made = {(row.customer.code, row.closing_on): row for row in Invoice.objects.select_related("customer")}
    assert made.keys() == expected.keys()
    for key, bill in expected.items():
        assert (made[key].total_minor, made[key].due_on) == (bill.total_minor, bill.due_on), key


def drop_the_banks_files(by: Actor) -> None:
    for book in books():
        account = add_account(
            NewAccount(
                code=book.code,
                name=book.name,
                bank_code=book.bank_code,
                branch_code=book.branch_code,
                number=book.number,
            ),
            by=by,
        )
        name = BANK[book.code]
        content = (EXAMPLES / name).read_bytes()
        read = import_statement(content, account=account, name=name, by=by, at_once=True)
        assert (read.state, read.format, read.deviations) == (Statement.State.READ, book.format, [])
    run_pending()


def test_a_bookkeeper_gets_from_a_workbook_and_bank_files_to_who_has_paid(owner):
    bring_customers(owner)
    bring_sales(owner)
    close_the_month(owner)
    drop_the_banks_files(owner)

    outcomes = Counter(Decision.objects.values_list("outcome", flat=True))
    waiting = {row.payer_raw: row for row in Deposit.objects.filter(state=Deposit.State.OPEN)}
    assert outcomes["automatic"] == Deposit.objects.count() - len(waiting)
    assert set(waiting) >= {"ｵｵﾀ ﾕｷ", "ｶ)ﾎｸﾄｷｶｸ", "ｲｼｶﾜ ﾐｻｷ", "ﾔﾏｼﾀ ｱｶﾈ", "ｷﾑﾗ ｼﾖｳﾃﾝ"}
    assert outcomes["automatic"] >= 3 * len(waiting)

    deposit = waiting["ｵｵﾀ ﾕｷ"]
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert (best.customer.name, best.grade, best.short_minor) == ("太田 由紀", "likely", 11_000)
    decision = confirm_suggestion(best, by=owner)
    standing = CustomerStanding.objects.get(customer=best.customer)
    assert (standing.state, standing.open_minor, standing.overdue_minor) == ("partly_paid", 11_000, 0)
    deposit.refresh_from_db()
    assert deposit.state == Deposit.State.SETTLED

    release(decision.decision_id, by=owner)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.applied_minor) == (Deposit.State.OPEN, 0)
    assert CustomerStanding.objects.get(customer=best.customer).open_minor == 24_200
    assert_books_balance()


def test_a_name_confirmed_once_is_known_the_next_time(owner):
    bring_customers(owner)
    bring_sales(owner)
    close_the_month(owner)
    drop_the_banks_files(owner)
    best = Suggestion.objects.get(deposit__payer_raw="ｶ)ﾎｸﾄｷｶｸ", rank=0)
    assert (best.customer.name, best.fee_minor) == ("株式会社 北斗企画", 660)
    confirm_suggestion(best, by=owner)
    invoice = Invoice.objects.get(customer=best.customer)
    assert (invoice.settled_minor, invoice.total_minor) == (330_000, 330_000)
    assert PayerName.objects.filter(customer=best.customer, revoked_at=None).count() <= 1
    assert_books_balance()


def test_the_same_files_again_change_nothing(owner):
    bring_customers(owner)
    bring_sales(owner)
    close_the_month(owner)
    drop_the_banks_files(owner)
    before = (Customer.objects.count(), Invoice.objects.count(), Deposit.objects.count(), Decision.objects.count())
    assert import_sales_file(EXAMPLES / "sales-2026-11.xlsx", by=owner).new_count == 0
    assert [close_sales(day, by=owner).invoice_count for day in examples.CLOSED_ON] == [0, 0, 0, 0]
    for account in Statement.objects.select_related("account"):
        name = BANK[account.account.code]
        import_statement((EXAMPLES / name).read_bytes(), account=account.account, name=name, by=owner, at_once=True)
    run_pending()
    after = (Customer.objects.count(), Invoice.objects.count(), Deposit.objects.count(), Decision.objects.count())
    assert after == before
    assert_books_balance()


def test_the_example_files_are_what_the_program_writes(tmp_path):
    for written in examples.write_examples(tmp_path):
        assert (EXAMPLES / written.name).read_bytes() == written.read_bytes(), f"{written.name} is out of date"


def test_registration_numbers_of_the_examples_pass_the_check_digit():
    numbers = [person.registration_number for person in examples.example_cast().people if person.registration_number]
    assert numbers
    assert all(is_registration_number(number) for number in numbers)
