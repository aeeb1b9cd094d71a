"""The projection says what the pure rule says, today, on any past day, and as it was known."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.jobs import run_daily
from tokui.core.models import Event
from tokui.payments.actions import Use, allocate, apply_advance, keep_as_advance, match_all, release, write_off
from tokui.payments.models import Allocation, CustomerStanding
from tokui.payments.policy import change_policy
from tokui.payments.queries import customer_standings, standing_of, standing_rows
from tokui.payments.standings import rebuild_standings
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


def on(day, hour=10):
    return clock.at(clock.at_day(day, hour))


def assert_projection_is_the_pure_rule():
    pure = {line.customer_id: line for line in customer_standings()}
    stored = {row.customer_id: row for row in CustomerStanding.objects.all()}
    for key, line in pure.items():
        row = stored[key]
        told = (row.state, row.open_minor, row.overdue_minor, row.advance_minor, row.oldest_due_on, row.last_paid_on)
        assert told == (
            line.standing.state.value,
            line.standing.open_minor,
            line.standing.overdue_minor,
            line.advance_minor,
            line.oldest_due_on,
            line.last_paid_on,
        )
        if line.standing.next_change_on:
            assert row.next_change_on <= line.standing.next_change_on
    assert rebuild_standings() == 0


@pytest.mark.parametrize("seed", range(6))
def test_any_history_leaves_the_projection_equal_to_the_pure_rule(organization, seed):
    chance = random.Random(seed)
    with on(DAY):
        change_policy({"grace_days": chance.choice([0, 3])}, by=SYSTEM)
        customers = [make_customer(f"客{n}", "キャク" + "アイウエオ"[n] * 3) for n in range(4)]
    for step in range(14):
        day = DAY + timedelta(step)
        with on(day):
            _something(chance, customers, day)
            run_daily(day)
            assert_projection_is_the_pure_rule()
    assert_books_balance()


def _something(chance, customers, day):
    customer = chance.choice(customers)
    open_ones = [one for one in customer.invoices.all() if one.state == "issued" and one.open_minor]
    act = chance.choice(["invoice", "invoice", "pay", "pay", "advance", "apply", "give_up", "release"])
    if act == "invoice":
        make_invoice(customer, chance.randint(100, 5000), issued_on=day, due_on=day + timedelta(chance.randint(0, 5)))
    elif act == "pay" and open_ones:
        invoice = chance.choice(open_ones)
        amount = chance.choice([invoice.open_minor, max(1, invoice.open_minor // 2)])
        allocate(make_deposit(amount, "ﾀﾞﾚｶ", on=day), [Use(invoice.pk, amount)], by=SYSTEM)
    elif act == "advance":
        keep_as_advance(make_deposit(chance.randint(1, 3000), "ﾀﾞﾚｶ", on=day), customer, by=SYSTEM)
    elif act == "apply" and open_ones:
        held = sum(row.unused_minor for row in Allocation.objects.filter(customer=customer, kind="advance"))
        amount = min(held, open_ones[0].open_minor)
        if amount:
            apply_advance(customer, [(open_ones[0].pk, amount)], by=SYSTEM)
    elif act == "give_up" and open_ones:
        write_off(open_ones[0], amount_minor=open_ones[0].open_minor, reason="試験", by=SYSTEM)
    elif act == "release":
        live = (
            Allocation.objects.filter(released_at=None, customer=customer, kind="payment")
            .order_by("-recorded_at")
            .first()
        )
        if live:
            release(live.decision, by=SYSTEM)


def test_the_calendar_alone_turns_due_into_overdue_and_tells_it(organization):
    with on(DAY):
        customer = make_customer()
        make_invoice(customer, 100, due_on=DAY + timedelta(1))
    with on(DAY + timedelta(1)):
        run_daily(DAY + timedelta(1))
        assert CustomerStanding.objects.get().state == "due"
    with on(DAY + timedelta(2)):
        run_daily(DAY + timedelta(2))
        assert (CustomerStanding.objects.get().state, CustomerStanding.objects.get().overdue_minor) == ("overdue", 100)
    moved = Event.objects.filter(type="payments.StandingChanged").values_list("payload", flat=True)
    assert [(one["before"], one["state"]) for one in moved] == [("not_due", "due"), ("due", "overdue")]


def test_standing_as_of_a_past_day_and_as_known_at_an_instant(organization):
    with on(DAY):
        customer = make_customer()
        invoice = make_invoice(customer, 100, due_on=DAY + timedelta(2))
    with on(DAY + timedelta(5), hour=9):
        before = clock.now()
        run_daily(DAY + timedelta(5))
        deposit = make_deposit(100, "ﾀﾞﾚｶ", on=DAY + timedelta(1))
    with on(DAY + timedelta(5), hour=12):
        allocate(deposit, [Use(invoice.pk, 100)], by=SYSTEM)
    with on(DAY + timedelta(6)):

        def state(day, known=None):
            return standing_of(customer.pk, as_of=DAY + timedelta(day), known_at=known).standing.state.value

        assert state(0) == "not_due"
        assert state(1) == "paid"  # the money came on this day, although we learned it later
        assert state(5, before) == "overdue"
        assert state(5) == "paid"
        assert [row["state"] for row in standing_rows(state="paid")] == ["paid"]


def test_an_undone_error_was_never_true_but_was_known(organization):
    with on(DAY):
        customer = make_customer()
        invoice = make_invoice(customer, 100)
        made = allocate(make_deposit(100, "ﾀﾞﾚｶ"), [Use(invoice.pk, 100)], by=SYSTEM)
    with on(DAY + timedelta(1)):
        release(made.decision_id, by=SYSTEM)
    with on(DAY + timedelta(2)):
        assert standing_of(customer.pk, as_of=DAY).standing.open_minor == 100
        known = clock.at_day(DAY, 18)
        assert standing_of(customer.pk, as_of=DAY, known_at=known).standing.state.value == "paid"


def test_rebuilding_after_the_matcher_changes_nothing(organization):
    with on(DAY):
        for number in range(5):
            name = "キャク" + "アイウエオ"[number] * 3
            make_invoice(make_customer(f"客{number}", name), 1000 + number)
            make_deposit(1000 + number, name)
        match_all()
        assert_projection_is_the_pure_rule()
