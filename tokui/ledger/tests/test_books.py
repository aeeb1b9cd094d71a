"""Entries and postings: written in sets, never changed, reversed once, refused in a closed month."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotFound, NotPermitted
from tokui.core.ids import uuid7
from tokui.core.invariants import find_offences
from tokui.ledger import actions, models, periods, queries, totals
from tokui.ledger.actions import Entry, EntryAlreadyReversed, Posting, post_entries, reverse_entries

DAY = date(2026, 10, 31)


def sale(amount: int = 11_000, *, on: date = DAY, customer: object = None) -> Entry:
    owed = f"customers:{customer or 'a'}:claims"
    tax = amount // 11
    return Entry(
        on,
        "invoice",
        "invoices.invoice",
        uuid7(),
        (Posting(owed, "revenue:sales:10", amount - tax), Posting(owed, "tax:10", tax)),
    )


def test_an_entry_moves_its_amounts_between_accounts(organization):
    post_entries([sale(11_000)], by=SYSTEM)
    assert queries.balance("customers:a:claims") == 11_000
    assert queries.balance("revenue:sales:10") == -10_000
    assert queries.balance("tax:10") == -1_000
    assert find_offences("ledger") == []


def test_the_keys_come_back_in_the_order_of_the_entries(organization):
    entries = [sale(1_100 * n) for n in range(1, 5)]
    ids = post_entries(entries, by=SYSTEM)
    found = {row.pk: row.source_id for row in models.Entry.objects.all()}
    assert [found[key] for key in ids] == [entry.source_id for entry in entries]


def test_a_big_set_takes_the_staged_way_to_the_same_books(organization, django_assert_max_num_queries):
    entries = [sale(1_100, customer=n) for n in range(actions.SMALL + 1)]
    with django_assert_max_num_queries(16):
        post_entries(entries, by=SYSTEM)
    assert models.Posting.objects.count() == 2 * len(entries)
    assert queries.balance("tax:10") == -100 * len(entries)
    assert len(queries.balances_of("customers:")) == len(entries)


@pytest.mark.parametrize("posting", [Posting("a", "b", 0), Posting("a", "b", -1), Posting("a", "a", 5)])
def test_a_posting_that_moves_nothing_is_refused_by_the_database(organization, posting):
    with pytest.raises(IntegrityError), transaction.atomic():
        post_entries([Entry(DAY, "x", "x", uuid7(), (posting,))], by=SYSTEM)


def test_an_entry_without_postings_is_refused(organization):
    with pytest.raises(ValueError, match="at least one posting"):
        post_entries([Entry(DAY, "x", "x", uuid7(), ())], by=SYSTEM)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_books_can_be_neither_changed_nor_deleted(organization, table, verb):
    post_entries([sale()], by=SYSTEM)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_a_reversal_brings_every_balance_back(organization):
    ids = post_entries([sale(1_100), sale(2_200), sale(5_500)], by=SYSTEM)
    reverse_entries([ids[2], ids[0]], on=DAY, reason="二重計上", by=SYSTEM)
    assert queries.balance("customers:a:claims") == 2_200
    assert queries.balance("tax:10") == -200
    assert find_offences("ledger") == []


def test_an_entry_is_reversed_at_most_once(organization):
    ids = post_entries([sale()], by=SYSTEM)
    reverse_entries(ids, on=DAY, reason="x", by=SYSTEM)
    with pytest.raises(EntryAlreadyReversed):
        reverse_entries(ids, on=DAY, reason="x", by=SYSTEM)
    with pytest.raises(EntryAlreadyReversed):
        reverse_entries([uuid7()] * 2, on=DAY, reason="x", by=SYSTEM)


def test_an_unknown_entry_cannot_be_reversed(organization):
    with pytest.raises(NotFound):
        reverse_entries([uuid7()], on=DAY, reason="x", by=SYSTEM)


def test_a_closed_month_takes_no_posting_and_no_reversal(organization, accountant):
    with clock.at(clock.at_day(date(2026, 11, 5))):
        ids = post_entries([sale()], by=SYSTEM)
        periods.close_month(DAY, by=accountant)
        with pytest.raises(periods.PeriodClosed, match="2026年10月"):
            post_entries([sale(on=date(2026, 10, 1))], by=SYSTEM)
        with pytest.raises(periods.PeriodClosed):
            reverse_entries(ids, on=DAY, reason="x", by=SYSTEM)
        reverse_entries(ids, on=date(2026, 11, 1), reason="x", by=SYSTEM)
    assert find_offences("ledger") == []


def test_a_reopened_month_takes_postings_again_and_keeps_the_reason(organization, accountant):
    with clock.at(clock.at_day(date(2026, 11, 5))):
        periods.close_month(DAY, by=accountant)
        with pytest.raises(Invalid):
            periods.reopen_month(DAY, reason=" ", by=accountant)
        closed = periods.reopen_month(DAY, reason="請求漏れ", by=accountant)
        post_entries([sale()], by=SYSTEM)
        again = periods.close_month(DAY, by=accountant)
    assert (closed.reason, closed.reopened_by, again.pk != closed.pk) == ("請求漏れ", accountant.name, True)


def test_a_month_is_closed_once_by_those_who_may_and_not_before_it_begins(organization, accountant, viewer):
    with clock.at(clock.at_day(date(2026, 11, 5))):
        with pytest.raises(NotPermitted):
            periods.close_month(DAY, by=viewer)
        with pytest.raises(Invalid):
            periods.close_month(date(2026, 12, 1), by=accountant)
        periods.close_month(DAY, by=accountant)
        with pytest.raises(periods.MonthAlreadyClosed):
            periods.close_month(DAY, by=accountant)
        with pytest.raises(periods.MonthNotClosed):
            periods.reopen_month(date(2026, 9, 1), reason="x", by=accountant)


def test_folding_changes_no_balance_however_postings_arrive(organization):
    def read() -> tuple:
        return (
            queries.balance("tax:10"),
            queries.balance("tax:10", date(2026, 10, 30)),
            queries.balances_of("customers:"),
            queries.trial_balance(date(2026, 10, 1), date(2026, 10, 31)),
        )

    post_entries([sale(1_100), sale(2_200, on=date(2026, 9, 1), customer="b")], by=SYSTEM)
    before = read()
    assert totals.fold_totals() == 6
    assert read() == before
    post_entries([sale(3_300, on=date(2026, 9, 1))], by=SYSTEM)
    assert queries.balance("tax:10", date(2026, 10, 30)) == -500
    with_tail = read()
    totals.fold_totals()
    assert totals.fold_totals() == 0
    assert read() == with_tail
    totals.rebuild_totals()
    assert read() == with_tail
    assert find_offences("ledger") == []


def test_the_trial_balance_brings_forward_and_sums_to_zero(organization):
    post_entries([sale(1_100, on=date(2026, 9, 1), customer="b"), sale(2_200)], by=SYSTEM)
    rows = {row.account: row for row in queries.trial_balance(date(2026, 10, 1), date(2026, 10, 31))}
    owed = rows["customers:*:claims"]
    assert (owed.opening_minor, owed.debit_minor, owed.closing_minor) == (1_100, 2_200, 3_300)
    assert sum(row.closing_minor for row in rows.values()) == 0
