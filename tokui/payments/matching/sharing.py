"""How a deposit is shared out over the invoices of an answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """Of one invoice: what the deposit pays, what tax the payer kept back, and what is missing of the answer's amount."""

    invoice: Any
    paid_minor: int
    withheld_minor: int
    missing_minor: int


def shares(allocations: Iterable[tuple[Any, int]], withheld: Mapping[Any, int], amount_minor: int) -> Iterator[Share]:
    """In the order of the answer, the oldest first; a fee is missing where the money runs out."""
    left = amount_minor
    for invoice, amount in allocations:
        kept = min(amount, withheld.get(invoice, 0))
        paid = min(amount - kept, left)
        left -= paid
        yield Share(invoice, paid, kept, amount - kept - paid)
