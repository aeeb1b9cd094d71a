"""What an invoice and a customer owe on a day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.payments.standing import (
    _URGENCY,
    Evidence,
    EvidenceKind,
    InvoiceSituation,
    Standing,
    State,
    customer_standing,
    explain,
    invoice_standing,
    situation_from,
)

DUE = date(2026, 10, 31)
DAY = timedelta(days=1)


def situation(**changes: Any) -> InvoiceSituation:
    return replace(InvoiceSituation(total_minor=11_000, settled_minor=0, due_on=DUE, grace_days=3), **changes)


def seen(standing: Standing) -> tuple[State, int, int, int]:
    return standing.state, standing.open_minor, standing.overdue_minor, standing.credit_minor


@pytest.mark.parametrize(
    ("changes", "on", "state"),
    [
        ({}, DUE - DAY, State.NOT_DUE),
        ({"settled_minor": 1}, DUE - DAY, State.PARTLY_PAID),
        ({}, DUE, State.DUE),
        ({}, DUE + DAY, State.GRACE),
        ({}, DUE + 3 * DAY, State.GRACE),
        ({}, DUE + 4 * DAY, State.OVERDUE),
        ({"grace_days": 0}, DUE + DAY, State.OVERDUE),
        ({"settled_minor": 10_999}, DUE + 4 * DAY, State.OVERDUE),
        ({"settled_minor": 11_000}, DUE + 40 * DAY, State.PAID),
        ({"settled_minor": 10_560, "written_off_minor": 440}, DUE + 40 * DAY, State.PAID),
        ({"credit_minor": 11_000}, DUE + 40 * DAY, State.PAID),
        ({"settled_minor": 12_000}, DUE, State.IN_CREDIT),
        ({"written_off_minor": 11_000}, DUE + 40 * DAY, State.WRITTEN_OFF),
        ({"is_voided": True}, DUE + 40 * DAY, State.VOID),
        ({"is_disputed": True}, DUE + 40 * DAY, State.DISPUTED),
        ({"in_flight_minor": 11_000}, DUE + 40 * DAY, State.IN_FLIGHT),
        ({"in_flight_minor": 10_999}, DUE + 40 * DAY, State.OVERDUE),
        ({"in_flight_minor": 11_000, "in_flight_until": DUE + DAY}, DUE + DAY, State.IN_FLIGHT),
        ({"in_flight_minor": 11_000, "in_flight_until": DUE + DAY}, DUE + 2 * DAY, State.GRACE),
        ({"total_minor": 0}, DUE + 40 * DAY, State.PAID),
    ],
)
def test_the_first_state_that_holds_counts(changes: dict[str, object], on: date, state: State) -> None:
    assert invoice_standing(situation(**changes), on).state is state


def test_an_overdue_invoice_tells_what_is_left_and_for_how_long() -> None:
    standing = invoice_standing(situation(settled_minor=1_000), DUE + 10 * DAY)
    assert (standing.open_minor, standing.overdue_minor, standing.days_overdue) == (10_000, 10_000, 10)


def test_grace_counts_days_but_nothing_is_overdue_yet() -> None:
    standing = invoice_standing(situation(), DUE + 2 * DAY)
    assert (standing.overdue_minor, standing.days_overdue) == (0, 2)
    assert standing.next_change_on == DUE + 4 * DAY


def test_what_was_paid_for_a_void_invoice_is_the_customers() -> None:
    standing = invoice_standing(situation(is_voided=True, settled_minor=500), DUE)
    assert (standing.open_minor, standing.credit_minor) == (0, 500)


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        situation(settled_minor=-1)
    with pytest.raises(ValueError, match="negative"):
        customer_standing([], DUE, advance_minor=-1)


def test_a_customer_is_as_urgent_as_the_most_urgent_invoice() -> None:
    late, early = situation(due_on=DUE - 20 * DAY), situation(due_on=DUE + 20 * DAY)
    standing = customer_standing([early, late], DUE)
    assert seen(standing) == (State.OVERDUE, 22_000, 11_000, 0)


def test_an_advance_does_not_hide_a_debt_that_nobody_set_it_against() -> None:
    late = situation(due_on=DUE - 20 * DAY)
    assert seen(customer_standing([late], DUE, advance_minor=50_000)) == (State.OVERDUE, 11_000, 11_000, 50_000)
    assert customer_standing([], DUE, advance_minor=50_000).state is State.IN_CREDIT
    assert customer_standing([], DUE).state is State.PAID


def test_a_customer_changes_only_when_the_whole_does() -> None:
    late, next_month = situation(due_on=DUE - 20 * DAY), situation(due_on=DUE + 20 * DAY)
    assert customer_standing([late, next_month], DUE).next_change_on == DUE + 24 * DAY


FACTS = (
    Evidence(EvidenceKind.INVOICE, date(2026, 9, 30), 11_000, "inv_1"),
    Evidence(EvidenceKind.ALLOCATION, date(2026, 10, 10), 5_000, "alo_1"),
    Evidence(EvidenceKind.ALLOCATION, date(2026, 10, 12), -5_000, "alo_1"),
    Evidence(EvidenceKind.ALLOCATION, date(2026, 10, 20), 10_560, "alo_2"),
    Evidence(EvidenceKind.WRITE_OFF, date(2026, 10, 21), 440, "wof_1"),
)


@pytest.mark.parametrize(
    ("on", "state", "left"),
    [
        (date(2026, 10, 1), State.NOT_DUE, [11_000]),
        (date(2026, 10, 11), State.PARTLY_PAID, [11_000, 6_000]),
        (date(2026, 10, 12), State.NOT_DUE, [11_000, 6_000, 11_000]),
        (date(2026, 10, 21), State.PAID, [11_000, 6_000, 11_000, 440, 0]),
    ],
)
def test_a_standing_is_explained_as_of_any_day(on: date, state: State, left: list[int]) -> None:
    explanation = explain(situation_from(FACTS, on, due_on=DUE), FACTS, on)
    assert explanation.standing.state is state
    assert [after for _, after in explanation.steps] == left


def test_an_explanation_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        explain(situation(settled_minor=1), FACTS[:1], DUE)


AMOUNTS = st.sampled_from([0, 0, 1, 440, 5_000, 10_999, 11_000, 20_000])
DAYS = st.integers(-40, 40).map(lambda days: DUE + timedelta(days=days))
SITUATIONS = st.builds(
    InvoiceSituation,
    total_minor=AMOUNTS,
    settled_minor=AMOUNTS,
    due_on=DAYS,
    grace_days=st.integers(0, 10),
    credit_minor=st.sampled_from([0, 0, 0, 500]),
    written_off_minor=st.sampled_from([0, 0, 440, 11_000]),
    is_voided=st.sampled_from([False, False, False, True]),
    in_flight_minor=AMOUNTS,
    in_flight_until=st.none() | DAYS,
    is_disputed=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=200)
@given(SITUATIONS, DAYS)
def test_the_next_change_of_an_invoice_is_exact(facts: InvoiceSituation, on: date) -> None:
    now = invoice_standing(facts, on)
    last = now.next_change_on or on + 120 * DAY
    assert last > on
    for offset in range((last - on).days):
        assert seen(invoice_standing(facts, on + offset * DAY)) == seen(now)
    if now.next_change_on:
        assert seen(invoice_standing(facts, now.next_change_on)) != seen(now)


@settings(max_examples=100)
@given(st.lists(SITUATIONS, max_size=4), DAYS)
def test_the_next_change_of_a_customer_is_exact(facts: list[InvoiceSituation], on: date) -> None:
    now = customer_standing(facts, on)
    last = now.next_change_on or on + 120 * DAY
    for offset in range((last - on).days):
        assert seen(customer_standing(facts, on + offset * DAY)) == seen(now)
    if now.next_change_on:
        assert seen(customer_standing(facts, now.next_change_on)) != seen(now)


@settings(max_examples=200)
@given(SITUATIONS, DAYS, st.integers(0, 60))
def test_time_alone_never_makes_a_state_less_urgent(facts: InvoiceSituation, on: date, days: int) -> None:
    later = invoice_standing(facts, on + timedelta(days=days))
    assert _URGENCY[later.state] >= _URGENCY[invoice_standing(facts, on).state]


@settings(max_examples=200)
@given(SITUATIONS, DAYS, st.integers(0, 20_000))
def test_a_payment_never_makes_a_state_more_urgent(facts: InvoiceSituation, on: date, amount: int) -> None:
    before = invoice_standing(facts, on)
    after = invoice_standing(replace(facts, settled_minor=facts.settled_minor + amount), on)
    assert _URGENCY[after.state] <= _URGENCY[before.state]
    assert after.open_minor <= before.open_minor


@settings(max_examples=200)
@given(SITUATIONS, DAYS)
def test_open_and_credit_are_the_two_sides_of_one_balance(facts: InvoiceSituation, on: date) -> None:
    standing = invoice_standing(facts, on)
    covered = facts.settled_minor + facts.credit_minor + facts.written_off_minor
    expected = -facts.settled_minor if facts.is_voided else facts.total_minor - covered
    assert standing.open_minor - standing.credit_minor == expected
    assert min(standing.open_minor, standing.credit_minor) == 0
    assert standing.overdue_minor in (0, standing.open_minor)


@settings(max_examples=100)
@given(st.lists(SITUATIONS, max_size=5), DAYS, st.integers(0, 9_000))
def test_a_customers_sums_are_those_of_the_invoices(facts: list[InvoiceSituation], on: date, advance: int) -> None:
    whole = customer_standing(facts, on, advance_minor=advance)
    each = [invoice_standing(one, on) for one in facts]
    assert whole.open_minor == sum(one.open_minor for one in each)
    assert whole.overdue_minor == sum(one.overdue_minor for one in each)
    assert whole.credit_minor == advance + sum(one.credit_minor for one in each)
    assert customer_standing(reversed(facts), on, advance_minor=advance) == whole
