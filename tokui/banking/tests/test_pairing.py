"""Cancellations of the bank that find their deposit by number, by a person, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tokui.banking.actions import cancel_by_line, set_line_aside, undo_cancellation
from tokui.banking.cancellations import proposals, unpaired_lines
from tokui.banking.models import Deposit, StatementLine
from tokui.banking.refused import LineCancelsNothing, NothingCancelled
from tokui.banking.tests.world import DAY, make_account, notice, paid, statement, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.invariants import find_offences


@pytest.fixture(autouse=True)
def _on_the_day(db):
    with clock.at(clock.at_day(DAY, 10)):
        yield


def nameless(amount: int, reference: str = ""):
    """訂正 without a name: 取引区分 19."""
    return replace(paid("x", amount, cancels=True), payer_name="", reference=reference)


def make_unpaired(amount: int = 100):
    account = make_account()
    take(statement(0, paid("ヤマダ", 100, DAY - timedelta(1)), paid("スズキ", 300, DAY - timedelta(1))), account)
    read = take(statement(400, nameless(amount)), account)
    return read, StatementLine.objects.get(cancels=True)


def test_a_nameless_cancellation_finds_its_deposit_by_the_inquiry_number(organization):
    account = make_account()
    first = replace(paid("ヤマダ", 100, DAY - timedelta(1)), reference="00000071")
    take(statement(0, first, replace(paid("モリ", 100, DAY - timedelta(1)), reference="72")), account)
    read = take(statement(200, nameless(100, "71")), account)
    assert (read.cancelled_count, read.unpaired_count) == (1, 0)
    assert Deposit.objects.get(state="cancelled").strict_key == "ヤマダ"


def test_an_unpaired_cancellation_waits_with_the_deposits_it_may_mean(organization):
    read, line = make_unpaired()
    assert (read.cancelled_count, read.unpaired_count) == (0, 1)
    assert list(unpaired_lines()) == [line]
    assert [one.strict_key for one in proposals(line)] == ["ヤマダ"]
    assert Deposit.objects.filter(state="open").count() == 2


def test_a_person_says_which_deposit_a_cancellation_means_and_takes_it_back(organization, accountant):
    read, line = make_unpaired()
    deposit = cancel_by_line(line, Deposit.objects.get(amount_minor=100), by=accountant)
    assert (deposit.state, deposit.cancelled_on, deposit.cancelled_by_line) == ("cancelled", DAY, line)
    read.refresh_from_db()
    assert read.unpaired_count == 0
    with pytest.raises(LineCancelsNothing):
        cancel_by_line(line, Deposit.objects.get(amount_minor=300), by=accountant)
    restored = undo_cancellation(line, by=accountant)
    assert (restored.state, restored.cancelled_by_line) == ("open", None)
    read.refresh_from_db()
    assert read.unpaired_count == 1
    assert find_offences() == []


def test_a_cancellation_takes_back_no_other_amount_nor_another_account_s_deposit(organization):
    _read, line = make_unpaired()
    with pytest.raises(Invalid):
        cancel_by_line(line, Deposit.objects.get(amount_minor=300), by=SYSTEM)
    take(notice(paid("ヤマダ", 100), number="7654321"), make_account("sub", number="7654321"))
    with pytest.raises(Invalid):
        cancel_by_line(line, Deposit.objects.get(account__code="sub"), by=SYSTEM)


def test_a_cancellation_that_means_nothing_of_ours_is_set_aside(organization, accountant, viewer):
    read, line = make_unpaired(7)
    assert proposals(line) == []
    with pytest.raises(NotPermitted):
        set_line_aside(line, by=viewer)
    set_line_aside(line, by=accountant)
    assert not unpaired_lines().exists()
    read.refresh_from_db()
    assert read.unpaired_count == 0
    assert undo_cancellation(line, by=accountant) is None
    assert list(unpaired_lines()) == [line]
    with pytest.raises(NothingCancelled):
        undo_cancellation(line, by=accountant)
