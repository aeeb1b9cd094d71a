"""What the matcher is told and what it answers. Frozen values of ids, amounts and keys; no rows, no words.

Amounts are integers in the minor unit of `currency` (yen for JPY). Days are bank days in the organization's time zone.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from tokui.customers.names import NameKey


class Id(Protocol):
    """Whatever names a row (a UUID in the product): hashed and ordered, never looked into."""

    def __hash__(self) -> int: ...
    def __lt__(self, other: Any, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class DepositFacts:
    """Money that arrived and is not yet fully allocated; `amount_minor` is what is left of it."""

    id: Id
    amount_minor: int
    currency: str
    booked_on: date
    name: NameKey
    payer_raw: str
    bank_account_id: Id
    text: str = ""
    edi: str = ""
    remitter_code: str = ""
    virtual_account: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An issued invoice of which `open_minor` is still owed by `bill_to_id`, or by the customer if that is None.

    `withholding_minor` of it is income tax that the payer keeps back and pays to the tax office (源泉徴収).
    """

    id: Id
    number: str
    customer_id: Id
    bill_to_id: Id | None
    open_minor: int
    currency: str
    due_on: date
    issued_on: date
    withholding_minor: int = 0

    @property
    def payable_minor(self) -> int:
        """What a payer who withholds the tax transfers."""
        return self.open_minor - self.withholding_minor if self.is_withheld else self.open_minor

    @property
    def is_withheld(self) -> bool:
        return 0 < self.withholding_minor < self.open_minor


@dataclass(frozen=True, slots=True)
class EarlierPayment:
    """A deposit of the same payer, amount and bank account that has settled invoices of `customer_id` already."""

    deposit_id: Id
    booked_on: date
    customer_id: Id


@dataclass(frozen=True, slots=True)
class PayerName:
    """A name under which a customer may pay. `kind` says whose it is: name, contact, guardian, representative ...

    `weight` (0 to 100) is how much this name counts; the customer's own name counts 100. `bearer_id` is the customer
    whose own name it is, if the relative has a record too: as long as the bearer owes nothing, they are no rivals.
    """

    key: NameKey
    kind: str = "name"
    weight: int = 100
    bearer_id: Id | None = None


@dataclass(frozen=True, slots=True)
class LearnedName:
    """A payer's strict key that a person confirmed for this customer, on one bank account or (None) on all."""

    strict: str
    bank_account_id: Id | None = None


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """By what a customer is recognised. Closed virtual accounts and revoked names must not be passed in."""

    customer_id: Id
    names: tuple[PayerName, ...] = ()
    learned: tuple[LearnedName, ...] = ()
    remitter_codes: tuple[str, ...] = ()
    virtual_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the organization may choose.

    `fee_tolerances`: by how much a transfer may fall short because the sender took the bank's fee off (yen; the fees
    of Japanese banks in 2026); never a quarter of what is owed or more. `max_subset`: how many open invoices of one
    payer are searched for every possible sum; above it sums are only suggested. `cuts`: lengths at which banks cut
    names (half-width characters).
    `twice_days`: a second transfer of the same amount this soon is more likely a mistake than the next invoice's.
    `oldest_first_settles_ties`: post to the oldest of several invoices of the very same amount instead of asking.
    """

    fee_tolerances: tuple[int, ...] = (110, 145, 220, 330, 440, 550, 660, 880)
    certain_threshold: int = 75
    likely_threshold: int = 50
    max_subset: int = 12
    max_together: int = 6
    together_days: int = 45
    twice_days: int = 14
    cuts: tuple[int, ...] = (15, 20, 30, 40, 48)
    similarity: int = 85
    max_proposals: int = 5
    oldest_first_settles_ties: bool = False

    def allows_fee(self, fee_minor: int, amount_minor: int) -> bool:
        """Whether an amount may have fallen short by just this fee."""
        return fee_minor in self.fee_tolerances and 0 < fee_minor * 3 < amount_minor


class Grade(StrEnum):
    """CERTAIN may be posted without a person; LIKELY is suggested; UNKNOWN waits."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class Code(StrEnum):
    """Why we believe it, or why we hold back. The door words each in the reader's language."""

    VIRTUAL_ACCOUNT = "virtual_account"
    REMITTER_CODE = "remitter_code"
    LEARNED_NAME = "learned_name"
    REFERENCE = "reference"
    NAME_EQUAL = "name_equal"
    NAME_ALIKE = "name_alike"
    NAME_CUT = "name_cut"
    NAME_SIMILAR = "name_similar"
    AMOUNT_EXACT = "amount_exact"
    AMOUNT_SUM = "amount_sum"
    AMOUNT_LESS_WITHHOLDING = "amount_less_withholding"
    AMOUNT_LESS_FEE = "amount_less_fee"
    AMOUNT_TOGETHER = "amount_together"
    AMOUNT_PARTIAL = "amount_partial"
    AMOUNT_OVER = "amount_over"
    NOTHING_OPEN = "nothing_open"
    SET_ASIDE = "set_aside"
    SAME_AMOUNT_ONLY = "same_amount_only"
    # what keeps it from being certain; weight 0 or less
    OTHER_PAYER_FITS = "other_payer_fits"
    OTHER_SET_FITS = "other_set_fits"
    SEARCH_LIMITED = "search_limited"
    LEGAL_FORM_DIFFERS = "legal_form_differs"
    REFERENCE_DISAGREES = "reference_disagrees"
    PAID_TWICE = "paid_twice"
    INVOICE_CONTESTED = "invoice_contested"
    DECLINED_BEFORE = "declined_before"
    OLDEST_FIRST = "oldest_first"


@dataclass(frozen=True, slots=True)
class Reason:
    """One structured fact: a code, what it adds to the score, and the values that its sentence needs."""

    code: Code
    weight: int
    fields: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to use a deposit.

    sum(allocations) + over_minor = deposit + fee_minor + sum(withheld). `withheld` is what of the allocations is tax that
    the payer kept back. `short_minor` is what the touched invoices still lack afterwards. `score` orders proposals; it is not a probability and must not be shown as a percentage. `rivals` counts
    the other answers that are as good.
    """

    deposit_id: Id
    allocations: tuple[tuple[Id, int], ...]
    customer_id: Id | None
    grade: Grade
    score: int
    reasons: tuple[Reason, ...] = field(default=())
    fee_minor: int = 0
    over_minor: int = 0
    short_minor: int = 0
    rivals: int = 0
    withheld: tuple[tuple[Id, int], ...] = ()

    @property
    def codes(self) -> frozenset[Code]:
        return frozenset(reason.code for reason in self.reasons)
