"""Which open invoices of one payer an amount could be meant for: bounded subset sums with a test for uniqueness."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, combinations

from tokui.payments.matching.facts import Id, InvoiceFacts, Policy

_PAIRS_UP_TO = 60
_FITS_KEPT = 3


class FitKind(StrEnum):
    EXACT = "exact"
    LESS_FEE = "less_fee"
    PARTIAL = "partial"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Fit:
    """A set of invoices for an amount. `others` counts the sets that fit equally well.

    `is_withheld`: the amount fits what the invoices ask for less the tax that the payer withholds.
    `is_single_tie`: every set that fits is one invoice, so that all are of the same amount.
    """

    kind: FitKind
    invoices: tuple[InvoiceFacts, ...]
    fee_minor: int = 0
    others: int = 0
    is_exhaustive: bool = True
    is_named: bool = False
    is_single_tie: bool = False
    is_withheld: bool = False

    @property
    def withheld(self) -> tuple[tuple[Id, int], ...]:
        """(invoice, tax) for each invoice of which tax is withheld."""
        if not self.is_withheld:
            return ()
        return tuple((invoice.id, invoice.withholding_minor) for invoice in self.invoices if invoice.is_withheld)


def oldest_first(invoice: InvoiceFacts) -> tuple[object, ...]:
    return (invoice.due_on, invoice.issued_on, invoice.number, invoice.id)


def fits(amount: int, invoices: Sequence[InvoiceFacts], policy: Policy) -> list[Fit]:
    """The best sets first: exact before less a fee, few invoices before many, old before new; then partial or over.

    `invoices` are one payer's, in one currency, oldest first. Never empty unless there are no invoices.
    """
    if not invoices:
        return []
    found, is_exhaustive = _searched(amount, invoices, policy)
    for kind in (FitKind.EXACT, FitKind.LESS_FEE):
        chosen = [hit for hit in found if (hit[1] == 0) is (kind is FitKind.EXACT)]
        if chosen:
            chosen.sort(key=lambda hit: (len(hit[0]), hit[1], hit[0]))
            return [
                Fit(
                    kind,
                    tuple(invoices[place] for place in places),
                    fee,
                    others=len(chosen) - 1,
                    is_exhaustive=is_exhaustive,
                    is_single_tie=len(chosen[-1][0]) == 1,
                    is_withheld=is_withheld,
                )
                for places, fee, is_withheld in chosen[:_FITS_KEPT]
            ]
    return [remainder(amount, invoices)]


def named_fits(amount: int, named: Sequence[InvoiceFacts], policy: Policy) -> list[Fit]:
    """The invoices that the payer named, if they add up to the amount, with or without a fee: naming is unique."""
    in_full, payable = sum(one.open_minor for one in named), sum(one.payable_minor for one in named)
    asked = {in_full: False} | ({payable: True} if payable != in_full else {})
    if amount in asked:
        return [Fit(FitKind.EXACT, tuple(named), is_named=True, is_withheld=asked[amount])]
    for total, is_withheld in asked.items():
        if policy.allows_fee(total - amount, amount):
            return [Fit(FitKind.LESS_FEE, tuple(named), total - amount, is_named=True, is_withheld=is_withheld)]
    return []


def remainder(amount: int, invoices: Sequence[InvoiceFacts], *, is_named: bool = False) -> Fit:
    """Paying off as many as the amount reaches, oldest first."""
    left, touched = amount, []
    for invoice in invoices:
        if left <= 0:
            break
        touched.append(invoice)
        left -= invoice.open_minor
    return Fit(FitKind.OVER if left > 0 else FitKind.PARTIAL, tuple(touched), is_named=is_named)


#: The places of the invoices, the fee that is missing, and whether withheld tax is missing as well.
Hit = tuple[tuple[int, ...], int, bool]


def _searched(amount: int, invoices: Sequence[InvoiceFacts], policy: Policy) -> tuple[list[Hit], bool]:
    """Places of every set whose sum is the amount plus no fee or a known one; and whether every set was looked at.

    Invoices of which tax is withheld count with what is then transferred, and also in full: not everybody withholds.
    """
    wanted = {
        amount + fee: fee for fee in sorted(policy.fee_tolerances, reverse=True) if policy.allows_fee(fee, amount)
    }
    wanted[amount] = 0
    is_small = len(invoices) <= policy.max_subset
    subsets = _all_subsets if is_small else _some_subsets
    taxed = {place for place, invoice in enumerate(invoices) if invoice.is_withheld}
    hits = [
        (places, fee, not taxed.isdisjoint(places))
        for places, fee in subsets([invoice.payable_minor for invoice in invoices], wanted)
    ]
    if taxed:
        in_full = subsets([invoice.open_minor for invoice in invoices], wanted)
        hits += [(places, fee, False) for places, fee in in_full if not taxed.isdisjoint(places)]
    return hits, is_small


def _all_subsets(amounts: list[int], wanted: dict[int, int]) -> list[tuple[tuple[int, ...], int]]:
    sums = [0]
    for amount in amounts:
        sums += [amount + total for total in sums]
    places = range(len(amounts))
    return [
        (tuple(place for place in places if mask >> place & 1), wanted[total])
        for mask, total in enumerate(sums)
        if mask and total in wanted
    ]


def _some_subsets(amounts: list[int], wanted: dict[int, int]) -> list[tuple[tuple[int, ...], int]]:
    """Single invoices, pairs, the oldest few together, all: what people pay when they owe very many."""
    hits: list[tuple[tuple[int, ...], int]] = [
        ((place,), wanted[amount]) for place, amount in enumerate(amounts) if amount in wanted
    ]
    for first, second in combinations(range(min(len(amounts), _PAIRS_UP_TO)), 2):
        if (total := amounts[first] + amounts[second]) in wanted:
            hits.append(((first, second), wanted[total]))
    for last, total in enumerate(accumulate(amounts)):
        if last > 1 and total in wanted:
            hits.append((tuple(range(last + 1)), wanted[total]))
    return hits
