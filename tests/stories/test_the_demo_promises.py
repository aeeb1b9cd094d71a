"""What the demo promises a visitor, at its full size: who is in it, how long it has lived, and what goes wrong in it.

Nothing is built here: cast, trade and habits are pure. `test_the_demo_world` lives a small world through, and
`python -m benchmarks demo` the whole one.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest

from tokui.config.cli.commands import demo
from tokui.config.demo.build import MONTHS
from tokui.config.demo.cast import JUKU, LIBRARY, SHOP, TODAY, Cast, make_cast
from tokui.config.demo.examples import bills_of
from tokui.config.demo.habits import Payers, Transfer, waiting
from tokui.config.demo.stories import WAITING
from tokui.config.demo.trade import Sold, sold_between
from tokui.core.days import add_months, month_end

FIRST_DAY = add_months(TODAY.replace(day=1), 1 - MONTHS)


@cache
def whole_cast() -> Cast:
    return make_cast()


@cache
def whole_sales() -> list[Sold]:
    """What is sold in the fourteen months, month by month as the demo records it."""
    months = [add_months(FIRST_DAY, n) for n in range(MONTHS)]
    return [line for month in months for line in sold_between(whole_cast(), month, min(month_end(month), TODAY))]


@cache
def whole_trade() -> list[Transfer]:
    """Every transfer of the fourteen months, with what its payer meant."""
    bills = bills_of(whole_cast(), whole_sales())
    return Payers(whole_cast()).pay(bill for bill in bills if bill.issued_on < TODAY).transfers


def test_it_has_at_least_1200_customers_in_three_businesses():
    assert len(whole_cast().people) >= 1_200
    assert {person.business for person in whole_cast().people} == {JUKU, LIBRARY, SHOP}
    assert "1,200 customers, 14 months" in (demo.__doc__ or "")


def test_it_has_lived_for_fourteen_months():
    assert (14, date(2025, 10, 1), date(2026, 11, 20)) == (MONTHS, FIRST_DAY, TODAY)
    assert len({line.on.replace(day=1) for line in whole_sales()}) == MONTHS


def test_seven_deposits_wait_each_for_a_reason_of_its_own_kind():
    assert len(waiting()) == len(WAITING) == 7
    assert {one.expects for one in WAITING} >= {"amount_partial", "amount_less_fee", "amount_over", "unknown"}


def _is_other_name(one: Transfer) -> bool:
    person = whole_cast().by_code[one.customer]
    return person.habit in ("child_name", "other_name") and one.payer != person.kana


def _is_spelled_otherwise(one: Transfer) -> bool:
    person = whole_cast().by_code[one.customer]
    return person.habit == "spelling" and one.payer != person.payer_kana


MESSES = {
    "short by a fee": lambda one: one.fee_minor > 0,
    "two invoices paid together": lambda one: len(one.settles) > 1,
    "paid twice": lambda one: not one.settles and one.over_minor == one.amount_minor,
    "taken back by the bank": lambda one: one.takes_back,
    "more than is owed": lambda one: bool(one.settles) and one.over_minor > 0,
    "in another's name": _is_other_name,
    "spelled otherwise": _is_spelled_otherwise,
}


@pytest.mark.parametrize("mess", MESSES)
def test_the_usual_mess_is_in_it(mess):
    assert any(MESSES[mess](one) for one in whole_trade())


def test_some_invoices_are_paid_in_halves():
    parts = Counter(number for one in whole_trade() if not one.takes_back for number, _amount in one.settles)
    assert max(parts.values()) >= 2


def test_most_payments_are_plain():
    messy = sum(any(is_so(one) for is_so in MESSES.values()) for one in whole_trade())
    assert 0 < messy < len(whole_trade()) / 3
