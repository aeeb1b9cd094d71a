"""Files that used to get stuck: closed months, several accounts in one, the wrong account, files of one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tokui.banking.actions import add_account, import_statement, take_back_statement
from tokui.banking.actions.accounts import NewAccount
from tokui.banking.listing import attention
from tokui.banking.models import Deposit, Statement, StatementLine
from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.refused import StatementNotCounting
from tokui.banking.statements import StatementAccount, StatementFile, prove
from tokui.banking.tests.world import DAY, make_account, notice, notice_of, paid, statement, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.ledger.periods import close_month, reopen_month
from tokui.ledger.queries import balance

OCTOBER = date(2026, 10, 30)


@pytest.fixture(autouse=True)
def _on_the_day(db):
    with clock.at(clock.at_day(DAY, 10)):
        yield


def holds() -> None:
    assert find_offences() == []


def test_a_row_of_a_closed_month_counts_on_the_first_open_day_and_says_so(organization):
    close_month(OCTOBER, by=SYSTEM)
    read = take(notice(paid("ヤマダ", 100, OCTOBER), paid("スズキ", 200)), make_account())
    assert read.state == "read"
    assert [row.booked_on for row in StatementLine.objects.order_by("booked_on")] == [OCTOBER, DAY]
    assert [row.received_on for row in Deposit.objects.order_by("received_on")] == [date(2026, 11, 1), DAY]
    [told] = [one for one in read.deviations if one["code"] == "closed_month"]
    assert (told["found"], told["meaning"]) == ("2026-10-30", "2026-11-01")
    holds()


def test_a_cancellation_in_a_closed_month_is_booked_on_the_first_open_day(organization):
    account = make_account()
    take(notice(paid("ヤマダ", 100, OCTOBER)), account)
    close_month(OCTOBER, by=SYSTEM)
    read = take(notice(paid("ヤマダ", 100, OCTOBER, cancels=True)), account)
    assert read.cancelled_count == 1
    assert Deposit.objects.get().cancelled_on == date(2026, 11, 1)
    holds()


def test_what_the_books_refuse_becomes_the_file_s_refusal_and_is_read_again(organization):
    account = make_account()
    for month in (OCTOBER, DAY):
        close_month(month, by=SYSTEM)
    refused = take(notice(paid("ヤマダ", 100)), account)
    assert (refused.state, refused.refusal) == ("refused", {"code": "period_closed", "found": "2026年11月"})
    assert Deposit.objects.count() == StatementLine.objects.count() == 0
    reopen_month(DAY, reason="明細を入れる", by=SYSTEM)
    assert take(notice(paid("ヤマダ", 100)), account).state == "read"
    holds()


def test_a_file_that_waits_longer_than_ten_minutes_asks_for_a_look(organization):
    waiting = import_statement(notice(paid("ヤマダ", 100)), account=make_account(), name="a.txt", by=SYSTEM)
    assert attention().stuck == []
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert [one.pk for one in attention().stuck] == [waiting.pk]


def test_a_file_of_several_accounts_becomes_one_statement_of_each(organization):
    first, second = make_account(), make_account("sub", number="7654321")
    content = notice_of(("1234567", [paid("ヤマダ", 100)]), ("7654321", [paid("スズキ", 200), paid("タナカ", 300)]))
    read = take(content, first)
    assert (read.account_id, read.deposit_count) == (first.pk, 1)
    other = Statement.objects.get(account=second)
    assert (other.state, other.deposit_count, other.parcel_id) == ("read", 2, read.parcel_id)
    assert balance("bank:sub") == 500
    assert take(content, second).pk == other.pk
    assert Statement.objects.count() == 2
    holds()


def test_a_file_with_an_account_that_is_not_ours_is_refused_whole_and_names_it(organization):
    make_account("sub", number="7654321")
    content = notice_of(
        ("1234567", [paid("ヤマダ", 100)]), ("7654321", [paid("スズキ", 200)]), ("9999999", [paid("タナカ", 300)])
    )
    read = take(content, make_account())
    assert read.refusal == {"code": "unknown_accounts", "field": "account_number", "found": "9999999"}
    assert (Statement.objects.count(), Deposit.objects.count()) == (1, 0)


def test_two_files_of_one_day_that_do_not_go_on_from_each_other_are_flagged(organization):
    account = make_account()
    take(statement(99_900, paid("ヤマダ", 100)), account)
    second = take(statement(555_555, paid("スズキ", 50)), account)
    assert (second.gap_from_on, second.gap_minor) == (DAY, 455_555)


def test_files_of_one_day_may_come_in_any_order_and_repeat_each_other(organization):
    account = make_account()
    take(statement(0, paid("タナカ", 10, DAY - timedelta(1))), account)
    evening = statement(110, paid("スズキ", 50))
    morning = statement(10, paid("ヤマダ", 100))
    whole = statement(10, paid("ヤマダ", 100), paid("スズキ", 50))
    for content in (evening, morning, whole):
        take(content, account)
    assert not Statement.objects.filter(gap_from_on__isnull=False).exists()
    assert Deposit.objects.count() == 3


def test_an_overlapping_file_goes_on_from_the_day_on_which_it_begins(organization):
    account = make_account()
    take(statement(0, paid("ヤマダ", 100, DAY - timedelta(3)), paid("スズキ", 50, DAY - timedelta(1))), account)
    right = take(statement(100, paid("スズキ", 50, DAY - timedelta(1)), paid("タナカ", 7)), account)
    wrong = take(statement(70, paid("スズキ", 50, DAY - timedelta(1)), paid("モリ", 8)), account)
    assert right.gap_from_on is None
    assert wrong.gap_minor == -30


def test_parts_of_one_account_in_a_file_go_on_from_each_other():
    one = StatementAccount(account_number="1234567", from_on=DAY, opening_minor=1000, closing_minor=1300)
    one = replace(one, lines=(paid("ヤマダ", 300),))
    two = StatementAccount(account_number="1234567", from_on=DAY, opening_minor=999, closing_minor=999)
    with pytest.raises(FileRefused) as refused:
        prove(StatementFile("test", (one, two)))
    assert (refused.value.code, refused.value.found, refused.value.expected) == (
        Refused.ACCOUNT_BROKEN,
        "999",
        "1300",
    )
    prove(StatementFile("test", (one, replace(two, opening_minor=1300, closing_minor=1300))))
    prove(StatementFile("test", (one, replace(two, account_number="7654321"))))


def test_a_file_on_the_wrong_account_is_taken_back_with_its_reason(organization, accountant):
    account = make_account()
    read = take(notice(paid("ヤマダ", 100), paid("スズキ", 200)), account)
    with pytest.raises(Invalid):
        take_back_statement(read, reason="", by=accountant)
    taken = take_back_statement(read, reason="wrong_account", by=accountant)
    assert (taken.state, taken.taken_back_by, taken.taken_back_reason) == (
        "taken_back",
        accountant.name,
        "wrong_account",
    )
    assert set(Deposit.objects.values_list("state", flat=True)) == {"cancelled"}
    assert balance("bank:main") == balance("unapplied") == 0
    assert Event.objects.get(type="banking.StatementTakenBack").payload["cancelled"] == 2
    account.refresh_from_db()
    assert account.authoritative_format == ""
    with pytest.raises(StatementNotCounting):
        take_back_statement(taken, reason="other", by=accountant)
    holds()


def test_a_right_file_brings_the_rows_that_a_wrong_one_had_brought(organization):
    account = make_account()
    wrong = take(notice(paid("ヤマダ", 100)), account)
    take_back_statement(wrong, reason="wrong_account", by=SYSTEM)
    right = take(notice(paid("ヤマダ", 100), paid("スズキ", 200)), account)
    assert (right.added_count, right.deposit_count) == (2, 2)
    assert sorted(Deposit.objects.filter(state="open").values_list("amount_minor", flat=True)) == [100, 200]
    assert take(notice(paid("ヤマダ", 100), paid("スズキ", 200), paid("モリ", 3)), account).added_count == 1
    holds()


def test_rows_shared_with_a_file_that_is_taken_back_count_through_the_other(organization):
    account = make_account()
    wrong = take(notice(paid("ヤマダ", 100)), account)
    right = take(notice(paid("ヤマダ", 100), paid("スズキ", 200)), account)
    assert (right.added_count, right.known_count) == (1, 1)
    take_back_statement(wrong, reason="wrong_file", by=SYSTEM)
    right.refresh_from_db()
    assert (right.state, right.added_count, right.known_count, right.deposit_count) == ("read", 2, 0, 2)
    assert sorted(Deposit.objects.filter(state="open").values_list("amount_minor", flat=True)) == [100, 200]
    holds()


def test_a_file_taken_back_by_mistake_is_read_again(organization):
    account, content = make_account(), notice(paid("ヤマダ", 100))
    take_back_statement(take(content, account), reason="other", by=SYSTEM)
    again = take(content, account)
    assert (again.state, again.deposit_count) == ("read", 1)
    assert Statement.objects.filter(state="taken_back").count() == 1
    assert Deposit.objects.filter(state="open").count() == 1
    holds()


def test_a_deposit_that_a_wrong_file_had_cancelled_counts_again(organization):
    account = make_account()
    take(notice(paid("ヤマダ", 100)), account)
    wrong = take(notice(paid("ヤマダ", 100, cancels=True)), account)
    assert Deposit.objects.get().state == "cancelled"
    take_back_statement(wrong, reason="wrong_account", by=SYSTEM)
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.cancelled_on, deposit.cancelled_by_line) == ("open", None, None)
    assert balance("bank:main") == 100
    holds()


def test_a_viewer_may_not_take_a_file_back(organization, viewer):
    read = take(notice(paid("ヤマダ", 100)), make_account())
    with pytest.raises(NotPermitted):
        take_back_statement(read, reason="other", by=viewer)
    assert Deposit.objects.get().state == "open"


def test_another_kind_of_account_is_told_as_a_deviation(organization):
    account = add_account(
        NewAccount(code="main", name="当座", bank_code="0001", branch_code="001", account_type="2", number="1234567"),
        by=SYSTEM,
    )
    read = take(notice(paid("ヤマダ", 100)), account)
    assert [(one["code"], one["found"], one["meaning"]) for one in read.deviations] == [("other_type", "1", "2")]


@pytest.mark.parametrize(
    ("content", "proof"),
    [
        (notice(paid("ヤマダ", 100)), "totals"),
        (statement(0, paid("ヤマダ", 100)), "balances"),
    ],
)
def test_a_statement_says_what_proved_it(organization, content, proof):
    assert take(content, make_account()).proof == proof


def test_an_ofx_file_says_that_nothing_proves_it(organization):
    from tokui.connectors.tests.samples import OFX

    account = make_account("usd", number="1234567", branch_code="", currency="USD")
    assert take(OFX, account).proof == "none"
