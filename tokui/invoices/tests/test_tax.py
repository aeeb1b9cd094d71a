import sqlite3
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.catalog.tax import TaxKind
from tokui.invoices.tax import (
    Rounding,
    TaxedAmount,
    divide,
    line_amount,
    net_of,
    sql_line_amount,
    sql_net_of,
    sql_rate_total,
    sql_tax,
    sql_tax_within,
    tax_on,
    tax_totals,
    tax_within,
)

STANDARD, REDUCED, EXEMPT = TaxKind.STANDARD, TaxKind.REDUCED, TaxKind.EXEMPT

amounts = st.integers(-(10**12), 10**12)
rates = st.sampled_from([0, 300, 500, 800, 1_000, 1_025])
roundings = st.sampled_from(Rounding)
lines = st.builds(
    lambda kind_rate, amount, included: TaxedAmount(*kind_rate, amount, included),
    st.sampled_from([(STANDARD, 1_000), (REDUCED, 800), (EXEMPT, 0), (TaxKind.EXPORT, 0)]),
    amounts,
    st.booleans(),
)


def excluded(amount: int, kind: TaxKind = STANDARD, rate: int = 1_000) -> TaxedAmount:
    return TaxedAmount(kind, rate, amount)


def included(amount: int, kind: TaxKind = STANDARD, rate: int = 1_000) -> TaxedAmount:
    return TaxedAmount(kind, rate, amount, tax_included=True)


def test_ten_times_370_with_reduced_tax_contains_274_and_not_ten_times_27() -> None:
    totals = tax_totals([included(370, REDUCED, 800)] * 10)
    assert (totals.total_minor, totals.tax_minor, totals.net_minor) == (3_700, 274, 3_426)
    assert sum(tax_within(370, 800, Rounding.DOWN) for _ in range(10)) == 270


def test_the_invoice_of_the_design_comes_to_its_total() -> None:
    totals = tax_totals(
        [excluded(60_000), excluded(134_400), excluded(64_800), excluded(39_600, REDUCED, 800), excluded(9_600)]
    )
    assert [(row.rate, row.net_minor, row.tax_minor) for row in totals.per_rate] == [
        (1_000, 268_800, 26_880),
        (800, 39_600, 3_168),
    ]
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (308_400, 30_048, 338_448)


def test_110000_with_tax_contains_10000() -> None:
    totals = tax_totals([included(110_000)])
    assert (totals.net_minor, totals.tax_minor, totals.per_rate[0].tax_included) == (100_000, 10_000, True)


def test_a_rate_that_mixes_prices_converts_the_price_first_and_rounds_the_tax_once() -> None:
    totals = tax_totals([excluded(101), included(370)], price_rounding=Rounding.HALF_UP)
    assert net_of(370, 1_000, Rounding.HALF_UP) == 336
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (437, 43, 480)


def test_lines_with_and_without_tax_at_different_rates_are_not_converted() -> None:
    totals = tax_totals([excluded(101), included(370, REDUCED, 800)])
    assert [(row.net_minor, row.tax_minor, row.gross_minor) for row in totals.per_rate] == [
        (101, 10, 111),
        (343, 27, 370),
    ]


@pytest.mark.parametrize(("rounding", "tax"), [(Rounding.DOWN, 10), (Rounding.UP, 11), (Rounding.HALF_UP, 11)])
def test_the_house_chooses_the_rounding(rounding: Rounding, tax: int) -> None:
    assert tax_totals([excluded(105)], rounding=rounding).tax_minor == tax
    assert tax_totals([excluded(-105)], rounding=rounding).tax_minor == -tax


def test_a_return_is_netted_before_the_tax_is_rounded() -> None:
    assert tax_totals([excluded(109), excluded(-10)]).tax_minor == 9
    assert tax_totals([excluded(109)]).tax_minor + tax_totals([excluded(-10)]).tax_minor == 9
    assert tax_totals([excluded(105), excluded(-6)]).tax_minor == 9
    assert tax_totals([excluded(105)]).tax_minor + tax_totals([excluded(-6)]).tax_minor == 10


def test_the_old_eight_percent_and_the_reduced_one_stay_apart() -> None:
    totals = tax_totals(
        [excluded(99), excluded(99, STANDARD, 800), excluded(99, REDUCED, 800), excluded(500, EXEMPT, 0)]
    )
    assert [(row.kind, row.rate, row.tax_minor) for row in totals.per_rate] == [
        (STANDARD, 1_000, 9),
        (STANDARD, 800, 7),
        (REDUCED, 800, 7),
        (EXEMPT, 0, 0),
    ]


def test_an_invoice_without_lines_is_zero() -> None:
    totals = tax_totals([])
    assert (totals.per_rate, totals.net_minor, totals.tax_minor, totals.total_minor) == ((), 0, 0, 0)


@pytest.mark.parametrize(
    ("milli", "price", "amount"), [(1_500, 333, 499), (-1_500, 333, -499), (30_000, 2_000, 60_000)]
)
def test_a_line_is_quantity_in_thousandths_times_price_rounded_once(milli: int, price: int, amount: int) -> None:
    assert line_amount(milli, price) == amount
    assert line_amount(1_500, 333, Rounding.HALF_UP) == 500


@settings(max_examples=150)
@given(st.integers(-(10**15), 10**15), st.integers(1, 20_000), roundings)
def test_division_rounds_the_magnitude_exactly(numerator: int, denominator: int, rounding: Rounding) -> None:
    exact = abs(Fraction(numerator, denominator))
    wanted = {
        Rounding.DOWN: floor(exact),
        Rounding.UP: ceil(exact),
        Rounding.HALF_UP: floor(exact + Fraction(1, 2)),
    }[rounding]
    assert divide(numerator, denominator, rounding) == (-wanted if numerator < 0 else wanted)


@settings(max_examples=150)
@given(st.lists(lines, max_size=12), roundings, roundings)
def test_totals_add_up_do_not_depend_on_order_and_turn_with_the_sign(
    items: list[TaxedAmount], rounding: Rounding, price_rounding: Rounding
) -> None:
    totals = tax_totals(items, rounding=rounding, price_rounding=price_rounding)
    assert totals.total_minor == totals.net_minor + totals.tax_minor
    assert all(row.gross_minor == row.net_minor + row.tax_minor for row in totals.per_rate)
    assert totals == tax_totals(reversed(items), rounding=rounding, price_rounding=price_rounding)
    turned = [TaxedAmount(each.kind, each.rate, -each.amount_minor, each.tax_included) for each in items]
    assert tax_totals(turned, rounding=rounding, price_rounding=price_rounding).total_minor == -totals.total_minor


@settings(max_examples=150)
@given(st.lists(lines, max_size=12), roundings)
def test_tax_lies_within_one_unit_of_the_exact_tax_of_each_rate(items: list[TaxedAmount], rounding: Rounding) -> None:
    """The check of JP PINT (aligned-ibrp-051-jp): floor(net * rate) <= tax <= ceil(net * rate)."""
    for row in tax_totals([each for each in items if not each.tax_included], rounding=rounding).per_rate:
        exact = Fraction(row.net_minor * row.rate, 10_000)
        assert floor(exact) <= row.tax_minor <= ceil(exact)


def evaluate(expression: str, **columns: object) -> int:
    """SQLite divides integers towards zero like PostgreSQL, so it can say what the expression means."""
    names = ", ".join(f":{name} AS {name}" for name in columns)
    with sqlite3.connect(":memory:") as database:
        (value,) = database.execute(f"SELECT {expression} FROM (SELECT {names})", columns).fetchone()
    assert isinstance(value, int)
    return value


@settings(max_examples=150, deadline=None)
@given(amounts, rates, roundings, st.booleans())
def test_the_sql_of_tax_is_the_python_of_tax(amount: int, rate: int, rounding: Rounding, by_column: bool) -> None:
    rule: Rounding | str = "rule" if by_column else rounding
    columns = {"amount": amount, "rate": rate, "rule": rounding.value}
    assert evaluate(sql_tax("amount", "rate", rule), **columns) == tax_on(amount, rate, rounding)
    assert evaluate(sql_tax_within("amount", "rate", rule), **columns) == tax_within(amount, rate, rounding)
    assert evaluate(sql_net_of("amount", "rate", rule), **columns) == net_of(amount, rate, rounding)


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(-(10**9), 10**9), roundings)
def test_the_sql_of_a_line_is_the_python_of_a_line(milli: int, price: int, rounding: Rounding) -> None:
    sql = sql_line_amount("quantity", "price", rounding)
    assert evaluate(sql, quantity=milli, price=price) == line_amount(milli, price, rounding)


@settings(max_examples=100, deadline=None)
@given(st.lists(lines, min_size=1, max_size=10), roundings, roundings)
def test_the_sql_of_a_whole_invoice_is_the_python_of_it(
    items: list[TaxedAmount], rounding: Rounding, price_rounding: Rounding
) -> None:
    expressions = sql_rate_total("amount", "included", "rate", rounding, price_rounding)
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE line (kind text, rate int, amount int, included bool)")
        database.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?)",
            [(each.kind.value, each.rate, each.amount_minor, each.tax_included) for each in items],
        )
        rows = database.execute(
            f"SELECT kind, rate, {expressions.net}, {expressions.tax} FROM line GROUP BY kind, rate"
        )
        found = set(rows.fetchall())
    wanted = tax_totals(items, rounding=rounding, price_rounding=price_rounding).per_rate
    assert found == {(row.kind.value, row.rate, row.net_minor, row.tax_minor) for row in wanted}
