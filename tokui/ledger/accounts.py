"""What people call the accounts of the books, on which side each stands, and in which order they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.ids import public_id
from tokui.ledger.registry import Party

#: The beginning of the path → name. The order is the order of the trial balance: what we have, what we owe, results.
WORDS: dict[str, str | Promise] = {
    "cash": gettext_lazy("Cash on hand"),
    "bank": gettext_lazy("Bank deposits"),
    "gateway": gettext_lazy("Held by a payment service"),
    "notes": gettext_lazy("Notes receivable"),
    "other": gettext_lazy("Other means of payment"),
    "customers:*:receivable": gettext_lazy("Accounts receivable"),
    "withholding": gettext_lazy("Tax withheld by customers"),
    "offset": gettext_lazy("Set off"),
    "unapplied": gettext_lazy("Receipts not yet applied"),
    "customers:*:advance": gettext_lazy("Advances received"),
    "tax": gettext_lazy("Consumption tax received"),
    "opening": gettext_lazy("Brought from the old books"),
    "revenue": gettext_lazy("Revenue"),
    "writeoff:discount": gettext_lazy("Sales discounts"),
    "writeoff:bad_debt": gettext_lazy("Bad debts"),
    "fees": gettext_lazy("Bank charges"),
}
#: Accounts that grow on the credit side.
CREDIT = ("unapplied", "customers:*:advance", "tax", "opening", "revenue")
_CODES = {
    "exempt": gettext_lazy("not taxed by law"),
    "export": gettext_lazy("tax free"),
    "none": gettext_lazy("no sale"),
}


@dataclass(frozen=True)
class Account:
    """An account as people read it: 売掛金 太田 由紀, with the path that the books write."""

    code: str
    label: str
    note: str = ""
    place: int = 999
    is_credit: bool = False

    def __str__(self) -> str:
        return f"{self.label} {self.note}".strip()


def account_of(code: str, known: Mapping[UUID, Party] | None = None, banks: Mapping[str, str] | None = None) -> Account:
    """The account of a path. `known` names customers, `banks` bank accounts; what nobody knows is shown as it is."""
    beginning = next((each for each in WORDS if fits(each, code)), "")
    if not beginning:
        return Account(code, code)
    place = list(WORDS).index(beginning)
    note = (banks or {}).get(code) or _note(code, beginning, known or {})
    return Account(code, str(WORDS[beginning]), note, place, beginning in CREDIT)


def fits(pattern: str, code: str) -> bool:
    """Whether a path begins with a pattern, part by part; `*` stands for any one part."""
    wanted, parts = pattern.split(":"), code.split(":")
    return len(wanted) <= len(parts) and all(
        each in ("*", part) for each, part in zip(wanted, parts[: len(wanted)], strict=True)
    )


def customer_of(code: str) -> UUID | None:
    """The customer whose account this is."""
    parts = code.split(":")
    if parts[0] != "customers" or len(parts) < 2:
        return None
    try:
        return UUID(parts[1])
    except ValueError:
        return None


def _note(code: str, beginning: str, known: Mapping[UUID, Party]) -> str:
    parts = code.split(":")
    if beginning.startswith("customers:"):
        key = customer_of(code)
        if key is None:
            return ""
        return known[key].name if key in known else public_id("cus", key)
    rest = parts[beginning.count(":") + 1 :]
    if beginning in ("revenue", "tax") and rest:
        return " ".join([*(each for each in rest[:-1] if each != "sales"), _rate(rest[-1])])
    return " ".join(rest)


def _rate(code: str) -> str:
    if code in _CODES:
        return str(_CODES[code])
    if code.endswith("bp") and code[:-2].isdigit():
        whole, part = divmod(int(code[:-2]), 100)
        return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"
    if code == "8":
        return _("8% reduced")
    number = code.removesuffix("s")
    return f"{number}%" if number.isdigit() else code


KINDS: dict[str, str | Promise] = {
    "invoice": gettext_lazy("Invoice"),
    "credit_note": gettext_lazy("Credit note"),
    "opening": gettext_lazy("Opening balance"),
    "reversal": gettext_lazy("Reversal"),
    "deposit": gettext_lazy("Deposit"),
    "allocation_payment": gettext_lazy("Payment matched"),
    "allocation_fee": gettext_lazy("Bank charge deducted"),
    "allocation_discount": gettext_lazy("Discount given"),
    "allocation_write_off": gettext_lazy("Written off"),
    "allocation_withholding": gettext_lazy("Tax withheld"),
    "allocation_advance": gettext_lazy("Kept as an advance"),
    "allocation_refund": gettext_lazy("Refund"),
    "credit_refund": gettext_lazy("Credit paid out"),
}


def kind_word(kind: str) -> str:
    return str(KINDS.get(kind, kind))
