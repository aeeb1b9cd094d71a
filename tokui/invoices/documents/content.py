"""What a document says, already decided: amounts, days and names as issued. Rendering adds no arithmetic but layout.

Money is in minor units of `DocumentContent.currency`, rates in parts of 10,000, quantities in thousandths; days are
days in the issuer's time zone. The required items of a qualified invoice (消費税法57条の4①) are: ① `Issuer.name` and
`registration_number`, ② `DocumentLine.on`, ③ `description` and `kind`, ④ and ⑤ `RateRow`, ⑥ `Addressee.name`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from tokui.catalog.tax import TaxKind
from tokui.invoices.tax import RateTotal

Language = Literal["ja", "en"]


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    """請求書, as a qualified invoice (適格請求書) where the issuer is registered"""
    CREDIT_NOTE = "credit_note"
    """適格返還請求書: amounts are given as on the invoice with a minus"""
    RECEIPT = "receipt"
    """領収書"""
    DELIVERY_NOTE = "delivery_note"
    """納品書"""
    STATEMENT = "statement"
    """残高明細書・残高のご案内: statement of account"""


class Honorific(StrEnum):
    """How a Japanese document addresses the receiver. It goes to the person where one is named."""

    ONCHU = "御中"
    SAMA = "様"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    name: str
    registration_number: str = ""
    """T and 13 digits; empty where the issuer is not a registered one"""
    postal_code: str = ""
    address: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    person: str = ""
    logo: bytes | None = None
    """PNG, JPEG or WebP; anything else raises `PictureRefused`"""
    seal: bytes | None = None
    trade_name: str = ""
    """屋号, where it says more than the name"""


@dataclass(frozen=True, slots=True)
class Addressee:
    name: str
    honorific: Honorific = Honorific.ONCHU
    postal_code: str = ""
    address: tuple[str, ...] = ()
    department: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    description: str
    amount_minor: int
    kind: TaxKind = TaxKind.STANDARD
    rate: int = 1_000
    tax_included: bool = False
    on: date | None = None
    quantity_milli: int | None = None
    unit: str = ""
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of the table per rate. `base_minor` is the sum without tax, or with it where `tax_included`."""

    kind: TaxKind
    rate: int
    base_minor: int
    tax_minor: int
    tax_included: bool = False

    @classmethod
    def rows_of(cls, totals: Iterable[RateTotal]) -> tuple[RateRow, ...]:
        return tuple(
            cls(
                total.kind,
                total.rate,
                total.gross_minor if total.tax_included else total.net_minor,
                total.tax_minor,
                total.tax_included,
            )
            for total in totals
        )


@dataclass(frozen=True, slots=True)
class BankDetails:
    bank_name: str
    branch_name: str
    account_number: str
    holder: str
    bank_code: str = ""
    branch_code: str = ""
    account_type: str = "普通"


@dataclass(frozen=True, slots=True)
class CarriedBalance:
    """The row 前回ご請求額・ご入金額・調整額・繰越金額 of a closing invoice. What is due now is `carried + total`.

    `adjusted_minor` is what else changed since: single invoices, credit notes, discounts.
    """

    previous_minor: int
    received_minor: int
    adjusted_minor: int = 0

    @property
    def carried_minor(self) -> int:
        return self.previous_minor - self.received_minor + self.adjusted_minor


@dataclass(frozen=True, slots=True)
class Withholding:
    """Income tax that the payer keeps back (源泉徴収税額), positive, with the sum it is computed from."""

    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    received_on: date
    purpose: str = ""
    """但し書き, without 但し and として: 「書籍代」"""
    method: str = ""
    """how it was paid, as printed: 「銀行振込」「クレジットカード」"""
    reissued: bool = False
    on_paper: bool = False
    stamp_duty_minor: int = 0
    """from `duties.stamp_duty`; a paper receipt with duty gets a box for the stamp"""


@dataclass(frozen=True, slots=True)
class StatementEntry:
    on: date
    description: str
    balance_minor: int
    number: str = ""
    charged_minor: int = 0
    received_minor: int = 0


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """One document. `total_minor` is net + tax of this document; what is to be paid now is `payable_minor`."""

    kind: DocumentKind
    number: str
    issued_on: date
    issuer: Issuer
    addressee: Addressee
    lang: Language = "ja"
    lines: tuple[DocumentLine, ...] = ()
    rates: tuple[RateRow, ...] = ()
    net_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0
    currency: str = "JPY"
    currency_decimals: int = 0
    subject: str = ""
    period: tuple[date, date] | None = None
    due_on: date | None = None
    banks: tuple[BankDetails, ...] = ()
    payment_note: str = ""
    payment_url: str = ""
    carried: CarriedBalance | None = None
    withholding: Withholding | None = None
    credited_minor: int = 0
    """invoice: what credit notes already settle of it"""
    original_number: str = ""
    """credit note: the invoice it corrects"""
    original_period: tuple[date, date] | None = None
    """credit note: the first and the last day of the original supply (消費税法57条の4③二)"""
    mark: str = ""
    """a stamp beside the title: 下書き, 取消 with the number of the reversing document"""
    receipt: ReceiptTerms | None = None
    opening_minor: int = 0
    """statement: the balance before the first entry"""
    entries: tuple[StatementEntry, ...] = ()
    rounding_note: str = ""
    remarks: str = ""
    fold_marks: bool = True

    @property
    def payable_minor(self) -> int:
        """What is asked for: the total, plus the balance carried over, less what is credited or the payer withholds."""
        carried = self.carried.carried_minor if self.carried else 0
        withheld = self.withholding.tax_minor if self.withholding else 0
        return self.total_minor + carried - withheld - self.credited_minor

    @property
    def closing_minor(self) -> int:
        """Statement: the balance after the last entry."""
        return self.entries[-1].balance_minor if self.entries else self.opening_minor
