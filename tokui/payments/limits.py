"""What may be given up of an invoice without a second person's yes. Pure; amounts in minor units.

A bank's fee of the usual size and the tax that the law makes the payer withhold are no gift, so they are free. Everything
else counts against the organization's limit, and all that was given up of one invoice counts together, so that a large
write-off cannot be done in small pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokui.invoices.duties import withholding_tax

#: Payers round the tax for each line, or for the sum; so a few yen more or less are still the tax.
_ROUNDED_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Bill:
    """What the rule must know of an invoice. `withholding_minor` is what the invoice itself says."""

    net_minor: int
    total_minor: int
    withholding_minor: int = 0
    currency: str = "JPY"


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest fee that banks take (yen), and above what sum a second person must agree."""

    fee_minor: int
    given_up_minor: int


def is_above_limit(bill: Bill, given: Mapping[str, int], kind: str, amount_minor: int, limits: Limits) -> bool:
    """Whether giving up this much more of an invoice needs approval. `given` is what was given up so far, by kind."""
    after = {**given, kind: given.get(kind, 0) + amount_minor}
    return counted_minor(bill, after, limits) > limits.given_up_minor and is_gift(
        bill, given, kind, amount_minor, limits
    )


def is_gift(bill: Bill, given: Mapping[str, int], kind: str, amount_minor: int, limits: Limits) -> bool:
    """Whether giving up this much more counts against the limit at all, and so needs the permission to give up."""
    after = {**given, kind: given.get(kind, 0) + amount_minor}
    return counted_minor(bill, after, limits) > counted_minor(bill, given, limits)


def counted_minor(bill: Bill, given: Mapping[str, int], limits: Limits) -> int:
    """What counts against the limit: discounts, write-offs, and fees and withholdings that are not what they are called."""
    fee, withheld = given.get("fee", 0), given.get("withholding", 0)
    usual_fee = limits.fee_minor if bill.currency == "JPY" else 0
    counted = given.get("discount", 0) + given.get("write_off", 0)
    counted += fee if fee > usual_fee else 0
    return counted + (withheld if withheld and not _is_lawful(bill, withheld) else 0)


def _is_lawful(bill: Bill, withheld: int) -> bool:
    """At most what the invoice says, or close to 10.21 % (20.42 % above a million) of the sum with or without tax.

    Source: 国税庁タックスアンサー No.2795, No.6929. A receivable of the old system does not tell its tax: 10 % is supposed.
    """
    if bill.currency != "JPY":
        return False
    if withheld <= bill.withholding_minor:
        return True
    bases = {bill.net_minor, bill.total_minor}
    if bill.net_minor == bill.total_minor:
        bases.add(bill.total_minor * 10 // 11)
    return any(abs(withholding_tax(base) - withheld) <= _ROUNDED_WITHIN for base in bases)
