"""Kinds and dated rates of Japanese consumption tax (消費税).

A rate is data with a first and a last day, so a change of law is one more row and an old document keeps its own rate.
Source: 消費税法 29条 and its amendments: 3 % from 1989-04-01, 5 % from 1997-04-01, 8 % from 2014-04-01, and from
2019-10-01 10 % beside the reduced 8 % (軽減税率). National and local tax are one rate here, as on every invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tokui.core.refused import ValueRefused
from tokui.core.tables import Cell, cell_text
from tokui.core.values import parse_percent

RATE_SCALE = 10_000
"""Rates are whole parts of 10,000: 10 % is 1,000. `net * rate // RATE_SCALE` needs no fraction."""


class TaxKind(StrEnum):
    """How a sale stands towards consumption tax. The stored value never changes; the rate of a day does."""

    STANDARD = "standard"
    """課税 標準税率"""
    REDUCED = "reduced"
    """課税 軽減税率: food, drink and subscribed newspapers, marked ※ on documents"""
    EXEMPT = "exempt"
    """非課税: taxed in principle, excepted by law (rent of a home, insurance, school fees by law)"""
    OUT_OF_SCOPE = "out_of_scope"
    """不課税・対象外: not a taxable sale at all (compensation, donations, deposits)"""
    EXPORT = "export"
    """輸出免税: taxed at zero"""


TAXED_KINDS = frozenset({TaxKind.STANDARD, TaxKind.REDUCED})
"""The kinds whose tax a qualified invoice must state per rate."""


KIND_MARKS = {
    "軽": TaxKind.REDUCED,
    "標準": TaxKind.STANDARD,
    "非課税": TaxKind.EXEMPT,
    "不課税": TaxKind.OUT_OF_SCOPE,
    "対象外": TaxKind.OUT_OF_SCOPE,
    "免税": TaxKind.EXPORT,
    "輸出": TaxKind.EXPORT,
}
"""Words by which sheets name a kind; a rate alone names one by its day."""


class NoTaxRate(ValueError):
    """No rate is recorded for this kind of tax on this day."""

    def __init__(self, kind: TaxKind, day: date) -> None:
        super().__init__(f"No rate is recorded for {kind.value} on {day.isoformat()}.")
        self.kind = kind
        self.day = day


@dataclass(frozen=True, slots=True)
class TaxRate:
    """The rate of one kind from one day to another, both included; `to_on=None` means until further notice."""

    kind: TaxKind
    rate: int
    from_on: date
    to_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


RATES: tuple[TaxRate, ...] = (
    TaxRate(TaxKind.STANDARD, 300, date(1989, 4, 1), date(1997, 3, 31)),
    TaxRate(TaxKind.STANDARD, 500, date(1997, 4, 1), date(2014, 3, 31)),
    TaxRate(TaxKind.STANDARD, 800, date(2014, 4, 1), date(2019, 9, 30)),
    TaxRate(TaxKind.STANDARD, 1_000, date(2019, 10, 1)),
    TaxRate(TaxKind.REDUCED, 800, date(2019, 10, 1)),
    TaxRate(TaxKind.EXEMPT, 0, date.min),
    TaxRate(TaxKind.OUT_OF_SCOPE, 0, date.min),
    TaxRate(TaxKind.EXPORT, 0, date.min),
)


def rate_on(kind: TaxKind, day: date, *, rates: tuple[TaxRate, ...] = RATES) -> int:
    """The rate of a kind on the day of supply, in parts of 10,000.

    The day is the day of supply in Japan (引渡日・役務提供日), not the day of invoice or payment.
    Raises `NoTaxRate` where none is recorded: reduced before 2019-10-01, any tax before 1989-04-01.
    """
    for rate in rates:
        if rate.kind == kind and rate.holds_on(day):
            return rate.rate
    raise NoTaxRate(kind, day)


def next_change_after(kind: TaxKind, day: date, *, rates: tuple[TaxRate, ...] = RATES) -> date | None:
    """The first day after `day` on which a recorded rate of this kind begins, or None.

    A period that contains such a day must be billed in two lines.
    """
    return min((rate.from_on for rate in rates if rate.kind == kind and rate.from_on > day), default=None)


def kind_told(cell: Cell, day: date, *, rates: Sequence[TaxRate] = RATES) -> TaxKind | None:
    """The kind of tax that a cell means on a day of supply: 10%, 8%(軽減), 0.1, 非課税, exempt; None where it means none.

    8 % is the standard rate before October 2019 and the reduced one since; 0 % may be three kinds and is none.
    """
    text = cell_text(cell).strip()
    if text.lower() in set(TaxKind):
        return TaxKind(text.lower())
    marked = next((kind for mark, kind in KIND_MARKS.items() if mark in text), None)
    if marked:
        return marked
    try:
        percent = parse_percent(cell)
    except ValueRefused:
        return None
    wanted = int((percent * 100 if 0 < percent < 1 else percent) * 100)
    held = ((rate.kind, rate.rate) for rate in rates if rate.kind in TAXED_KINDS and rate.holds_on(day))
    return min((kind for kind, rate in held if rate == wanted), default=None, key=list(TaxKind).index)
