"""A bank file adds each real row once, or is refused whole with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tokui.banking.actions import change_account, import_statement
from tokui.banking.models import Deposit, Statement, StatementLine
from tokui.banking.tests.world import DAY, make_account, notice, paid, statement, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.core.models import Event, Parcel
from tokui.ledger.queries import balance


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def holds() -> None:
    assert find_offences() == []


def test_each_payment_of_a_file_becomes_a_posted_deposit(organization, accountant):
    account = make_account()
    read = take(
        notice(paid("ヤマダ タロウ", 13200), paid("カ)ホクト", 329340, code="0000000123")), account, by=accountant
    )
    assert (read.state, read.format, read.added_count, read.deposit_count) == ("read", "zengin-01", 2, 2)
    assert {(row.payer_raw, row.strict_key, row.amount_minor, row.state) for row in Deposit.objects.all()} == {
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ", 13200, "open"),
        ("ｶ)ﾎｸﾄ", "ホクト", 329340, "open"),
    }
    assert balance("bank:main") == 342540
    assert balance("unapplied") == -342540
    assert Event.objects.filter(type="banking.DepositRecorded").count() == 2
    assert read.parcel.state == Parcel.State.UNDERSTOOD
    holds()


def test_the_same_file_twice_is_one_statement(organization):
    account, content = make_account(), notice(paid("ヤマダ", 100))
    first, second = take(content, account), take(content, account)
    assert first.pk == second.pk
    assert Deposit.objects.count() == 1


def test_an_overlapping_file_adds_only_what_is_new(organization):
    account = make_account()
    take(notice(paid("ヤマダ", 100), paid("スズキ", 200)), account)
    read = take(notice(paid("スズキ", 200), paid("タナカ", 300), from_on=DAY - timedelta(1)), account)
    assert (read.added_count, read.known_count) == (1, 1)
    assert Deposit.objects.count() == 3
    holds()


def test_twins_on_one_day_are_two_deposits(organization):
    account = make_account()
    take(notice(paid("ヤマダ", 100), paid("ヤマダ", 100)), account)
    again = take(notice(paid("ヤマダ", 100), paid("ヤマダ", 100), paid("ヤマダ", 100)), account)
    assert again.added_count == 1
    assert Deposit.objects.count() == 3
    holds()


def test_a_cut_file_is_refused_whole_and_says_why(organization):
    account = make_account()
    read = take(notice(paid("ヤマダ", 100), paid("スズキ", 200))[:-404], account)
    assert read.state == Statement.State.REFUSED
    assert read.refusal["code"] == "truncated"
    assert Deposit.objects.count() == StatementLine.objects.count() == 0


def test_totals_that_differ_are_named(organization):
    account = make_account()
    content = statement(1000, paid("ヤマダ", 100)).replace(b"000000000100", b"000000000900", 1)
    read = take(content, account)
    assert read.state == Statement.State.REFUSED
    assert read.refusal["expected"] != read.refusal["found"]
    assert Deposit.objects.count() == 0


def test_a_file_of_another_account_is_refused_with_both_numbers(organization):
    read = take(notice(paid("ヤマダ", 100), number="7654321"), make_account())
    assert read.refusal == {
        "code": "other_account",
        "field": "account_number",
        "found": "7654321",
        "expected": "1234567",
    }


def test_a_refused_file_can_be_read_after_the_account_was_corrected(organization):
    account, content = make_account(), notice(paid("ヤマダ", 100), number="7654321")
    assert take(content, account).state == "refused"
    change_account(account, {"number": "7654321"}, by=SYSTEM)
    assert take(content, account).state == "read"
    assert Deposit.objects.count() == 1


def test_a_cancellation_takes_back_the_payment_and_its_posting(organization):
    account = make_account()
    take(notice(paid("ヤマダ", 100), paid("ヤマダ", 100), paid("スズキ", 200)), account)
    later = DAY + timedelta(1)
    with clock.at(clock.at_day(later)):
        read = take(notice(paid("ヤマダ", 100, later, cancels=True)), account)
    assert (read.cancelled_count, read.unpaired_count, read.deposit_count) == (1, 0, 0)
    cancelled = Deposit.objects.get(state="cancelled")
    assert (cancelled.strict_key, cancelled.cancelled_on, cancelled.applied_minor) == ("ヤマダ", later, 0)
    assert Deposit.objects.filter(state="open").count() == 2
    assert balance("bank:main") == 300
    holds()


def test_a_cancellation_that_comes_before_its_payment_finds_it_later(organization):
    account = make_account()
    read = take(notice(paid("ヤマダ", 100, cancels=True)), account)
    assert read.unpaired_count == 1
    later = take(notice(paid("ヤマダ", 100), paid("ヤマダ", 100, cancels=True)), account)
    assert later.cancelled_count == 1
    assert Deposit.objects.get().state == "cancelled"
    holds()


def test_days_without_continuity_are_flagged_and_cleared_when_the_missing_file_comes(organization):
    account = make_account()
    first, last = DAY - timedelta(3), DAY
    take(statement(1000, paid("ヤマダ", 100, first)), account)
    gapped = take(statement(1300, paid("スズキ", 50, last)), account)
    assert (gapped.gap_from_on, gapped.gap_minor) == (first, 200)
    take(statement(1100, paid("タナカ", 200, DAY - timedelta(2))), account)
    gapped.refresh_from_db()
    assert (gapped.gap_from_on, gapped.gap_minor) == (None, None)


def test_a_second_format_adds_details_and_no_second_deposit(organization):
    account = make_account()
    take(statement(0, paid("ヤマダ", 100)), account)
    read = take(notice(paid("ヤマダ", 100, edi="INV-1")), account)
    assert (read.format, read.deposit_count, read.enriched_count) == ("zengin-01", 0, 1)
    assert Deposit.objects.get().edi.strip() == "INV-1"
    holds()


def test_a_change_of_the_authoritative_format_copies_no_covered_day(organization):
    account = make_account()
    take(statement(0, paid("ヤマダ", 100)), account)
    change_account(account, {"authoritative_format": "zengin-01"}, by=SYSTEM)
    take(notice(paid("ヤマダ", 100), paid("スズキ", 200)), account)
    assert sorted(Deposit.objects.values_list("amount_minor", flat=True)) == [100, 200]


def test_a_csv_that_no_bank_writes_is_read_through_the_saved_mapping(organization):
    account = make_account("net", bank_code="", branch_code="", number="")
    content = "日,内容,入,出\n2026/11/20,ヤマダ タロウ,500,\n2026/11/20,手数料,,110\n".encode("cp932")
    assert take(content, account).state == "refused"
    change_account(
        account, {"mapping": {"date": ["日"], "payer": "内容", "money_in": "入", "money_out": "出"}}, by=SYSTEM
    )
    assert take(content, account).state == "read"
    assert [(row.payer_raw, row.amount_minor) for row in Deposit.objects.all()] == [("ヤマダ タロウ", 500)]


def test_a_job_reads_what_was_uploaded(organization, accountant):
    row = import_statement(notice(paid("ヤマダ", 100)), account=make_account(), name="a.txt", by=accountant)
    assert row.state == "received"
    run_pending()
    row.refresh_from_db()
    assert row.state == "read"


def test_a_viewer_may_not_import(organization, viewer):
    with pytest.raises(NotPermitted):
        take(notice(paid("ヤマダ", 100)), make_account(), by=viewer)


def test_a_line_of_the_bank_cannot_be_changed(organization):
    take(notice(paid("ヤマダ", 100)), make_account())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE banking_statementline SET amount_minor = 1")
