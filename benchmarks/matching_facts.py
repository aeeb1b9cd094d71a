"""The rows of a matching world, as a register and a bank would deliver them: raw text, yen, days in Japan."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypedDict


class Verdict(StrEnum):
    IDENTIFIABLE = "identifiable"
    AMBIGUOUS = "ambiguous"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class RawInvoice:
    """An open invoice; yen."""

    id: int
    number: str
    customer_id: int
    open_minor: int
    issued_on: date
    due_on: date


@dataclass(slots=True)
class RawPayer:
    """A customer as the register spells it. `relatives` and `aliases` are (kind or bank account, kana as typed)."""

    customer_id: int
    kana: str
    relatives: list[tuple[str, str]] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    remitter_codes: list[str] = field(default_factory=list)
    virtual_accounts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RawDeposit:
    """A line of the bank; yen."""

    id: int
    amount_minor: int
    booked_on: date
    payer_raw: str
    bank_account: str
    text: str = ""
    edi: str = ""
    remitter_code: str = ""
    virtual_account: str = ""


class Signs(TypedDict, total=False):
    """What a deposit carries beside the name."""

    text: str
    edi: str
    remitter_code: str
    virtual_account: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened: which invoices this deposit was meant for, and whether the facts suffice to know it."""

    deposit_id: int
    case: str
    verdict: Verdict
    allocations: tuple[tuple[int, int], ...] = ()
    fee_minor: int = 0


@dataclass(slots=True)
class Scene:
    payers: list[RawPayer] = field(default_factory=list)
    invoices: list[RawInvoice] = field(default_factory=list)
    deposits: list[RawDeposit] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
