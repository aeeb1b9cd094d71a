"""A bank's file as it really comes: twins, paid twice, paid together, short by a fee, nobody's, taken back, overlapping."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from tests.stories.books import assert_books_balance
from tests.stories.telling import at_the_office, become_a_qualified_issuer, drop_file, standing_of
from tests.world import server_kept, test_environment
from tokui.access.tests.world import make_member
from tokui.banking.actions import take_back_statement
from tokui.banking.models import BankAccount, Deposit, Statement
from tokui.banking.tests.world import make_account, notice, paid, take
from tokui.core.actors import Actor
from tokui.core.jobs import run_pending
from tokui.core.tenancy import organization_scope
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer
from tokui.invoices.actions import InvoiceTerms, NewSale, draft_invoice, issue_invoice
from tokui.invoices.models import Invoice
from tokui.ledger.queries import balance
from tokui.payments.actions import confirm_suggestion, refund
from tokui.payments.models import Allocation, ReturnToDo, Suggestion
from tokui.payments.tests.committed import committed_organization

ROOT = Path(__file__).parents[2]
WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
TWIN = paid("オカモト ヨウ", 5_500, WEDNESDAY)
SHARED = (
    paid("カ)ヒマワリ", 66_000, THURSDAY),
    paid("カ)ホクトキカク", 329_340, THURSDAY),
    paid("キムラ シヨウテン", 4_321, THURSDAY),
)


def owe(name: str, kana: str, *amounts: int, by: Actor) -> Customer:
    """A customer with an invoice for each of the amounts, tax included."""
    kind = "company" if name.startswith("株式会社") else "person"
    customer = create_customer(CustomerDraft(name=name, kana=kana, kind=kind), by=by)
    for amount in amounts:
        sale = NewSale(customer.pk, date(2026, 11, 2), "品代", unit_minor=amount, tax_included=True)
        terms = InvoiceTerms(issued_on=date(2026, 11, 2), due_on=date(2026, 11, 30))
        issue_invoice(draft_invoice(customer.pk, [sale], terms=terms, by=by), by=by)
    return customer


def open_the_office(by: Actor) -> tuple[BankAccount, BankAccount]:
    """Five who owe, and two accounts of ours."""
    with at_the_office(date(2026, 11, 2)):
        become_a_qualified_issuer("ひより道具店", by=by)
        owe("岡本 陽", "オカモト ヨウ", 5_500, 5_500, by=by)
        owe("太田 由紀", "オオタ ユキ", 24_200, by=by)
        owe("株式会社ひまわり", "ヒマワリ", 11_000, 22_000, 33_000, by=by)
        owe("株式会社 北斗企画", "ホクトキカク", 330_000, by=by)
        owe("森 千尋", "モリ チヒロ", 13_200, by=by)
        return make_account(), make_account("second", name="月見ネット銀行 本店", number="7654321")


def take_thursdays_file(account: BankAccount, by: Actor) -> None:
    """Seven lines are seven deposits, though two are equal to the yen; what is plain is posted, a stranger is not."""
    with at_the_office(THURSDAY):
        read = drop_file(
            account,
            TWIN,
            TWIN,
            paid("オオタ ユキ", 24_200, WEDNESDAY),
            paid("モリ チヒロ", 13_200, WEDNESDAY),
            *SHARED,
            by=by,
        )
        assert (read.state, read.deposit_count) == (Statement.State.READ, 7)
        assert standing_of("株式会社ひまわり") == ("paid", 0), "three invoices with one transfer"
        assert standing_of("株式会社 北斗企画") == ("paid", 0)
        assert Allocation.objects.get(kind="fee").amount_minor == 660
        assert standing_of("太田 由紀") == standing_of("森 千尋") == ("paid", 0)
        stranger = Deposit.objects.get(payer_raw="ｷﾑﾗ ｼﾖｳﾃﾝ")
        assert (stranger.state, stranger.applied_minor) == (Deposit.State.OPEN, 0)


def take_fridays_file(account: BankAccount, by: Actor) -> None:
    """It repeats Thursday, pays once more what is paid, and takes one payment back."""
    with at_the_office(FRIDAY):
        again = paid("オオタ ユキ", 24_200, FRIDAY)
        taken_back = paid("モリ チヒロ", 13_200, FRIDAY, cancels=True)
        read = drop_file(account, *SHARED, again, taken_back, by=by)
        assert (read.deposit_count, read.cancelled_count, read.unpaired_count) == (1, 1, 0)
        assert Deposit.objects.count() == 8
        assert standing_of("森 千尋") == ("not_due", 13_200), "the invoice is open again"


def decide_the_rest(account: BankAccount, by: Actor) -> None:
    """A person confirms the twins one after the other and sends back what came twice; the stranger's money waits on."""
    with at_the_office(FRIDAY):
        for twin in Deposit.objects.filter(payer_raw="ｵｶﾓﾄ ﾖｳ"):
            confirm_suggestion(answer_that_is_still_open(twin), by=by)
            run_pending()
        assert standing_of("岡本 陽") == ("paid", 0)
        twice = ReturnToDo.objects.get()
        assert (twice.why, twice.amount_minor, twice.customer.name) == ("paid_twice", 24_200, "太田 由紀")
        refund(twice, account=account, on=FRIDAY, by=by)
        assert standing_of("太田 由紀") == ("paid", 0)
        waiting = Deposit.objects.filter(state=Deposit.State.OPEN)
        assert [(one.payer_raw, one.amount_minor) for one in waiting] == [("ｷﾑﾗ ｼﾖｳﾃﾝ", 4_321)]
        assert balance("unapplied") == -4_321, "what is nobody's yet, and nothing else"
        assert balance(account.ledger_account) == 2 * 5_500 + 24_200 + 66_000 + 329_340 + 4_321


def answer_that_is_still_open(deposit: Deposit) -> Suggestion:
    """Each twin fits both invoices equally well: a person takes the first that is not paid yet."""
    unpaid = {str(row.pk) for row in Invoice.objects.filter(customer__name="岡本 陽") if row.open_minor}
    answers = Suggestion.objects.filter(deposit=deposit).order_by("rank")
    return next(one for one in answers if unpaid.issuperset(key for key, _amount in one.allocations))


def drop_it_on_the_wrong_account(second: BankAccount, by: Actor) -> None:
    """The other account refuses the file whole, and names both numbers."""
    with at_the_office(FRIDAY):
        read = take(notice(*SHARED), second, by=by, name="second.txt")
        assert read.state == Statement.State.REFUSED
        assert (read.refusal["code"], read.refusal["found"], read.refusal["expected"]) == (
            "other_account",
            "1234567",
            "7654321",
        )
        assert Deposit.objects.count() == 8
        assert balance(second.ledger_account) == 0


def take_a_file_back(second: BankAccount, by: Actor) -> None:
    """A file of the other account with a wrong month is taken back: its money counts for nothing any more."""
    with at_the_office(FRIDAY):
        read = take(notice(paid("ナカムラ オサム", 8_800, FRIDAY), number="7654321"), second, by=by, name="third.txt")
        assert balance(second.ledger_account) == 8_800
        taken = take_back_statement(read, reason="other", by=by)
        assert taken.state == Statement.State.TAKEN_BACK
        assert balance(second.ledger_account) == 0


def run_the_check() -> subprocess.CompletedProcess[str]:
    """`tokui check`, in a process of its own, over what is committed."""
    return subprocess.run(
        [sys.executable, "-m", "tokui", "check", "--data-dir", os.environ["TOKUI_DATA_DIR"]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **test_environment(role="maintenance"), "LANG": "C.UTF-8"},
    )


def test_a_messy_week_at_the_bank_leaves_each_yen_in_its_place(office):
    organization, accountant = office
    with organization_scope(organization):
        account, second = open_the_office(accountant)
        take_thursdays_file(account, accountant)
        take_fridays_file(account, accountant)
        decide_the_rest(account, accountant)
        drop_it_on_the_wrong_account(second, accountant)
        take_a_file_back(second, accountant)
        assert_books_balance()
    with server_kept():
        checked = run_the_check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "invariants hold" in checked.stdout


@pytest.fixture
def office(django_db_setup: None, django_db_blocker: object) -> Iterator[tuple[UUID, Actor]]:
    """An organization whose rows are committed, so that a command in its own process sees them."""
    with committed_organization(django_db_blocker, "mess") as key:
        with organization_scope(key):
            owner = make_member("owner", email="owner@mess.example.jp").actor
        yield key, owner
