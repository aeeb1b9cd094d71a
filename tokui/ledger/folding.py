"""From postings to lines of a journal file. Pure.

The books keep net and tax apart; accounting programs want one line with the tax within. So the tax of an entry is
folded into the revenue of the same rate and the same counter account, shared by largest remainder where there are
several. Tax without such revenue stays a line of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tokui.core.money import Money, Rounding, apportion, proportion
from tokui.ledger.journals import JournalLine, TaxClass

#: Classes whose amount holds tax that no posting states, with the rate in percent (消費税法: 課税仕入れ, 売上対価の返還等, 貸倒れ).
TAX_WITHIN = {
    TaxClass.PURCHASE_10: 10,
    TaxClass.RETURN_10: 10,
    TaxClass.RETURN_REDUCED_8: 8,
    TaxClass.BAD_DEBT_10: 10,
    TaxClass.BAD_DEBT_REDUCED_8: 8,
}
#: The accounts of what was given up.
GIVEN_UP = "writeoff:"
_RETURNED = {TaxClass.SALES_10: TaxClass.RETURN_10, TaxClass.SALES_REDUCED_8: TaxClass.RETURN_REDUCED_8}


@dataclass(frozen=True, slots=True)
class Moved:
    """One posting: whole yen from the credit account to the debit account."""

    debit: str
    credit: str
    amount_minor: int
    tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class Called:
    """What the accounting program calls an account."""

    account: str
    sub: str
    tax_class: TaxClass | str


def journal_lines(
    postings: Iterable[Moved], *, number: int, on: date, kind: str, memo: str, call: Callable[[str], Called]
) -> list[JournalLine]:
    """The lines of one entry. A credit note's revenue becomes a return (売上返還); a reversal keeps its class."""
    lines = []
    for one in fold(postings):
        debit, credit = call(one.debit), call(one.credit)
        debit_class = debit.tax_class
        if kind == "credit_note" and isinstance(debit_class, TaxClass):
            debit_class = _RETURNED.get(debit_class, debit_class)
        lines.append(
            JournalLine(
                entry_no=number,
                on=on,
                debit_account=debit.account,
                debit_minor=one.amount_minor,
                debit_sub=debit.sub,
                debit_tax_class=debit_class,
                debit_tax_minor=_tax(one, one.debit, debit_class),
                credit_account=credit.account,
                credit_minor=one.amount_minor,
                credit_sub=credit.sub,
                credit_tax_class=credit.tax_class,
                credit_tax_minor=_tax(one, one.credit, credit.tax_class),
                memo=memo,
            )
        )
    return lines


def share_out(postings: Iterable[Moved], shares: Sequence[tuple[str, int]]) -> list[Moved]:
    """What was given up (discount, bad debt) divided over the tax codes of the document, by largest remainder."""
    divided = []
    for one in postings:
        side = "debit" if one.debit.startswith(GIVEN_UP) else "credit" if one.credit.startswith(GIVEN_UP) else ""
        if not side or not shares:
            divided.append(one)
            continue
        parts = apportion(Money(one.amount_minor, "JPY"), [gross for _code, gross in shares])
        for (code, _gross), part in zip(shares, parts, strict=True):
            if part.minor:
                account = f"{getattr(one, side)}:{code}"
                divided.append(replace(one, **{side: account, "amount_minor": part.minor}))  # type: ignore[arg-type]
    return divided


def fold(postings: Iterable[Moved]) -> list[Moved]:
    """Revenue with its tax within; everything else as it was, in its order."""
    given = list(postings)
    revenue: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    taxes: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(given):
        for side, account, other in (("credit", one.credit, one.debit), ("debit", one.debit, one.credit)):
            root, _, rest = account.partition(":")
            key = (side, rest.rpartition(":")[2], other)
            if root == "revenue":
                revenue[key].append(place)
            elif root == "tax":
                taxes[key].append(place)
    folded, gone = dict(enumerate(given)), set[int]()
    for key, places in taxes.items():
        if key not in revenue:
            continue
        tax = Money(sum(given[place].amount_minor for place in places), "JPY")
        shares = apportion(tax, [given[place].amount_minor for place in revenue[key]])
        for place, share in zip(revenue[key], shares, strict=True):
            one = given[place]
            folded[place] = Moved(one.debit, one.credit, one.amount_minor + share.minor, share.minor)
        gone.update(places)
    return [one for place, one in folded.items() if place not in gone]


def _tax(one: Moved, account: str, tax_class: TaxClass | str) -> int:
    if account.startswith("revenue:"):
        return one.tax_minor
    rate = TAX_WITHIN.get(tax_class) if isinstance(tax_class, TaxClass) else None
    return proportion(Money(one.amount_minor, "JPY"), rate, 100 + rate, Rounding.DOWN).minor if rate else 0
