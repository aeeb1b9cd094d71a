"""The one rule by which an invoice comes to its tax: for the screen, the API, the PDF, CSV and the closing run.

Rounding happens once per invoice and rate (消費税法施行令70条の10, 国税庁 Q&A 問57); adding up tax that was
rounded line by line is not accepted. Everything is an integer: money in minor units of one currency, rates in parts of
10,000, quantities in thousandths. Rounding works on the magnitude, so a credit note is exactly its invoice with a
minus, and `tax(-x) == -tax(x)`.

For each kind and rate, with R the rounding of tax and P the rounding of a converted price, both of a fraction:

- only lines without tax:   net = sum(amount);  tax = R(net * rate / 10000);             gross = net + tax
- only lines with tax:      gross = sum(amount);  tax = R(gross * rate / (10000 + rate));  net = gross - tax
- both: the price of every line with tax is converted first, amount := P(amount * 10000 / (10000 + rate)), which is
  rounding a price and not a tax, and then as in the first case.

PostgreSQL's integer division cuts towards zero, as needed here. With n the numerator and d > 0 the denominator,

- down:     n / d
- up:       (n + sign(n) * (d - 1)) / d
- half up:  (2 * n + sign(n) * d) / (2 * d)

`sql_*` below write exactly these for a closing run that works on sets; `tests/test_tax.py` compares both.
Amounts up to 9 * 10^13 minor units per rate stay inside a bigint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tokui.catalog.tax import RATE_SCALE, TaxKind

QUANTITY_SCALE = 1_000
"""Quantities are thousandths: 1.5 hours is 1,500."""

_KIND_ORDER = {kind: place for place, kind in enumerate(TaxKind)}


class Rounding(StrEnum):
    """What becomes of the fraction of a minor unit. Any of the three is lawful; it is kept with each document."""

    DOWN = "down"
    """切捨て: towards zero"""
    UP = "up"
    """切上げ: away from zero"""
    HALF_UP = "half_up"
    """四捨五入: to the nearest, a half away from zero"""


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """One line as tax sees it: its amount in minor units, and whether the tax is already in it."""

    kind: TaxKind
    rate: int
    amount_minor: int
    tax_included: bool = False


@dataclass(frozen=True, slots=True)
class RateTotal:
    """All lines of one kind and rate: what a qualified invoice must state. gross = net + tax, in minor units."""

    kind: TaxKind
    rate: int
    net_minor: int
    tax_minor: int
    gross_minor: int
    tax_included: bool
    """True where every line came with tax: the document then states the gross sum and the tax within it (内消費税)."""


@dataclass(frozen=True, slots=True)
class TaxTotals:
    """The sums of one invoice, highest rate first. total = net + tax, in minor units."""

    per_rate: tuple[RateTotal, ...]
    net_minor: int
    tax_minor: int
    total_minor: int


def tax_totals(
    lines: Iterable[TaxedAmount], *, rounding: Rounding = Rounding.DOWN, price_rounding: Rounding = Rounding.HALF_UP
) -> TaxTotals:
    """The totals of one invoice or credit note, rounding the tax once per kind and rate.

    `rounding` is the rule for tax, `price_rounding` the one for converting a price with tax where a rate mixes both
    kinds of lines. Negative lines (returns netted on this invoice) are part of the sum before it is rounded.
    """
    groups: dict[tuple[TaxKind, int], list[TaxedAmount]] = defaultdict(list)
    for line in lines:
        groups[line.kind, line.rate].append(line)
    ordered = sorted(groups.items(), key=lambda group: (-group[0][1], _KIND_ORDER[group[0][0]]))
    per_rate = tuple(_rate_total(kind, rate, group, rounding, price_rounding) for (kind, rate), group in ordered)
    net = sum(total.net_minor for total in per_rate)
    tax = sum(total.tax_minor for total in per_rate)
    return TaxTotals(per_rate, net, tax, net + tax)


def _rate_total(
    kind: TaxKind, rate: int, lines: list[TaxedAmount], rounding: Rounding, price_rounding: Rounding
) -> RateTotal:
    if all(line.tax_included for line in lines):
        gross = sum(line.amount_minor for line in lines)
        tax = tax_within(gross, rate, rounding)
        return RateTotal(kind, rate, gross - tax, tax, gross, tax_included=True)
    net = sum(
        net_of(line.amount_minor, rate, price_rounding) if line.tax_included else line.amount_minor for line in lines
    )
    tax = tax_on(net, rate, rounding)
    return RateTotal(kind, rate, net, tax, net + tax, tax_included=False)


def line_amount(quantity_milli: int, unit_price_minor: int, rounding: Rounding = Rounding.DOWN) -> int:
    """Quantity in thousandths times unit price, rounded once to the minor unit."""
    return divide(quantity_milli * unit_price_minor, QUANTITY_SCALE, rounding)


def tax_on(net_minor: int, rate: int, rounding: Rounding) -> int:
    """The tax to be added to a sum without tax."""
    return divide(net_minor * rate, RATE_SCALE, rounding)


def tax_within(gross_minor: int, rate: int, rounding: Rounding) -> int:
    """The tax contained in a sum with tax."""
    return divide(gross_minor * rate, RATE_SCALE + rate, rounding)


def net_of(gross_minor: int, rate: int, rounding: Rounding) -> int:
    """The price without tax of a price with tax."""
    return divide(gross_minor * RATE_SCALE, RATE_SCALE + rate, rounding)


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """numerator / denominator as a whole number, rounding the magnitude. The denominator is positive."""
    size = abs(numerator)
    if rounding is Rounding.DOWN:
        result = size // denominator
    elif rounding is Rounding.UP:
        result = -(-size // denominator)
    else:
        result = (2 * size + denominator) // (2 * denominator)
    return -result if numerator < 0 else result


@dataclass(frozen=True, slots=True)
class SqlRateTotal:
    """Aggregate expressions for one group of lines; gross is net + tax."""

    net: str
    tax: str


def sql_tax(net_expr: str, rate_expr: str, rounding: Rounding | str) -> str:
    """`tax_on` as a PostgreSQL bigint expression.

    Every argument is SQL text written by us, never by a user. `rounding` is a `Rounding`, or the SQL text of a column
    that holds one of its values.
    """
    return sql_divide(f"({_bigint(net_expr)} * {_bigint(rate_expr)})", str(RATE_SCALE), rounding)


def sql_tax_within(gross_expr: str, rate_expr: str, rounding: Rounding | str) -> str:
    """`tax_within` as a PostgreSQL bigint expression."""
    scale = f"({RATE_SCALE} + {_bigint(rate_expr)})"
    return sql_divide(f"({_bigint(gross_expr)} * {_bigint(rate_expr)})", scale, rounding)


def sql_net_of(gross_expr: str, rate_expr: str, rounding: Rounding | str) -> str:
    """`net_of` as a PostgreSQL bigint expression."""
    scale = f"({RATE_SCALE} + {_bigint(rate_expr)})"
    return sql_divide(f"({_bigint(gross_expr)} * {RATE_SCALE})", scale, rounding)


def sql_line_amount(quantity_expr: str, price_expr: str, rounding: Rounding | str) -> str:
    """`line_amount` as a PostgreSQL bigint expression."""
    return sql_divide(f"({_bigint(quantity_expr)} * {_bigint(price_expr)})", str(QUANTITY_SCALE), rounding)


def sql_rate_total(
    amount: str, included: str, rate: str, rounding: Rounding | str, price_rounding: Rounding | str = Rounding.HALF_UP
) -> SqlRateTotal:
    """`_rate_total` as aggregates over lines, for `SELECT … FROM lines GROUP BY invoice, kind, rate`.

    `amount` and `included` are columns of the line; `rate` and the roundings must be constant in the group: columns of
    the GROUP BY or `min(…)`.
    """
    price = f"CASE WHEN {included} THEN {sql_net_of(amount, f'({rate})', price_rounding)} ELSE {_bigint(amount)} END"
    gross = _bigint(f"sum({amount})")
    # bool_and() does not exist everywhere we test this; the smallest of 0 and 1 says the same.
    all_included = f"min(CASE WHEN {included} THEN 1 ELSE 0 END) = 1"
    tax_in_gross = sql_tax_within(gross, rate, rounding)
    net = _bigint(f"sum({price})")
    return SqlRateTotal(
        net=f"CASE WHEN {all_included} THEN {gross} - {tax_in_gross} ELSE {net} END",
        tax=f"CASE WHEN {all_included} THEN {tax_in_gross} ELSE {sql_tax(net, rate, rounding)} END",
    )


def sql_divide(numerator: str, denominator: str, rounding: Rounding | str) -> str:
    """`divide` as SQL: integer division cuts towards zero, so the sign is put on what is added before."""
    if not isinstance(rounding, Rounding):
        cases = " ".join(f"WHEN '{each.value}' THEN {sql_divide(numerator, denominator, each)}" for each in Rounding)
        return f"(CASE {rounding} {cases} END)"
    if rounding is Rounding.DOWN:
        return f"({numerator} / {denominator})"
    if rounding is Rounding.UP:
        step = f"({denominator} - 1)"
        return f"(({numerator} + CASE WHEN {numerator} < 0 THEN -{step} ELSE {step} END) / {denominator})"
    half = f"CASE WHEN {numerator} < 0 THEN -{denominator} ELSE {denominator} END"
    return f"((2 * {numerator} + {half}) / (2 * {denominator}))"


def _bigint(expression: str) -> str:
    """sum() of bigint is numeric in PostgreSQL, and numeric division keeps the fraction."""
    return f"CAST({expression} AS bigint)"
