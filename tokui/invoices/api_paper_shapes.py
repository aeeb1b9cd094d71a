"""The shapes of REST for what goes along with invoices: receipts, delivery notes, links, dispatches, runs, settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from tokui.access.models import Business
from tokui.customers.models import Customer
from tokui.invoices.api_shapes import LARGEST
from tokui.invoices.models import (
    DeliveryNote,
    Dispatch,
    NumberSeries,
    PublicLink,
    Receipt,
)
from tokui.ui.rest import Currency, Day, Given, Id, Minor, Paging, shown_id

Total = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Number = Annotated[str, Field(max_length=40)]
Business_ = Field(None, max_length=40, description="`biz_…`")


class Shown(Schema):
    """What every answer about a row of ours says first."""

    id: str

    @staticmethod
    def resolve_id(row: Receipt) -> str:
        return row.public_id


class OfCustomer(Shown):
    customer: str = Field(description="`cus_…`")
    business: str = Field(description="`biz_…`")

    @staticmethod
    def resolve_customer(row: Receipt) -> str:
        return str(shown_id(Customer.PREFIX, row.customer_id))

    @staticmethod
    def resolve_business(row: Receipt) -> str:
        return str(shown_id(Business.PREFIX, row.business_id))


class ReceiptOut(OfCustomer):
    """A receipt (領収書). What it says never changes."""

    number: str
    invoice: str | None
    issued_on: date
    received_on: date
    currency: str
    amount_minor: int
    tax_minor: int = Field(description="The tax that it states; 0 for a part of an invoice")
    addressee: str
    purpose: str
    method: str
    on_paper: bool
    stamp_duty_minor: int = Field(description="The revenue stamp (収入印紙) that the paper needs")
    handed_out_at: datetime | None = Field(description="When the original left; every further one is marked 再発行")
    reissued_count: int
    cancelled_at: datetime | None = Field(description="When it lost its ground: the money was taken back")

    @staticmethod
    def resolve_invoice(row: Receipt) -> str | None:
        return shown_id("inv", row.invoice_id)

    @staticmethod
    def resolve_addressee(row: Receipt) -> str:
        return str(row.snapshot.get("name", ""))


class ReceiptIn(Given):
    model_config = {"extra": "forbid"}

    amount_minor: Minor | None = Field(None, description="All that was received and has no receipt, when left out")
    received_on: Day | None = Field(None, description="The day of payment, when left out")
    addressee: str = Field("", max_length=120, description="The name on the invoice, when left out")
    purpose: str = Field("", max_length=80, description="但し書き")
    method: str = Field("", max_length=40, description="How it was paid, as printed")
    on_paper: bool = False
    by_credit_card: bool = Field(default=False, description="Then paper needs no stamp; `method` should say so")


class ReceiptFilter(Paging):
    issued_from: Day | None = None
    issued_to: Day | None = None
    amount_from: Total | None = None
    amount_to: Total | None = None
    counterparty: str = Field("", max_length=200, description="Name, kana or code of the customer")
    number: Number = Field("", description="The number's beginning")
    customer: Id = ""
    business: Id = ""
    invoice: Id = ""


class CopyOut(Schema):
    """A receipt to give away."""

    number: str
    is_original: bool = Field(description="The first time; false where it is marked 再発行")
    pdf_base64: str


class DeliveryNoteOut(OfCustomer):
    """A delivery note (納品書) as it was handed out."""

    number: str | None
    invoice: str | None
    issued_on: date
    currency: str
    total_minor: int
    sale_lines: list[str]

    @staticmethod
    def resolve_invoice(row: DeliveryNote) -> str | None:
        return shown_id("inv", row.invoice_id)

    @staticmethod
    def resolve_sale_lines(row: DeliveryNote) -> list[str]:
        return list(row.sales)


class DeliveryNoteIn(Given):
    model_config = {"extra": "forbid"}

    sale_lines: list[Id] = Field(min_length=1, max_length=500)
    on: Day | None = Field(None, description="Its date; the last day of sale when left out")


class LinkOut(Shown):
    """A link by which a customer reads an invoice without signing in. The secret itself is only in the mail."""

    invoice: str
    created_at: datetime
    valid_until: date | None = Field(description="The last day on which it opens; null for ever")
    first_opened_at: datetime | None
    last_opened_at: datetime | None
    opened_count: int
    closed_at: datetime | None
    closed_by: str

    @staticmethod
    def resolve_invoice(row: PublicLink) -> str:
        return str(shown_id("inv", row.invoice_id))

    @staticmethod
    def resolve_closed_at(row: PublicLink) -> datetime | None:
        return row.revoked_at

    @staticmethod
    def resolve_closed_by(row: PublicLink) -> str:
        return row.revoked_by


class ClosedOut(Schema):
    closed_count: int


class DispatchOut(Shown):
    """A set of documents that is printed or mailed behind the scenes: ask again to see how far it has come."""

    how: Literal["print", "mail"]
    order: Literal["number", "postal_code", "customer_code"]
    state: Literal["running", "done"]
    document_count: int
    done_count: int
    refused_count: int
    ordered_at: datetime
    ordered_by: str
    finished_at: datetime | None


class RefusedOut(Schema):
    id: str
    number: str
    reason: str


class DispatchDetail(DispatchOut):
    files: list[int] = Field(description="Places of the files to print: `/dispatches/{id}/files/{place}`")
    refused: list[RefusedOut]

    @staticmethod
    def resolve_files(row: Dispatch) -> list[int]:
        return sorted(part.place for part in row.parts.all() if part.file_id)

    @staticmethod
    def resolve_refused(row: Dispatch) -> list[dict[str, str]]:
        return [one for part in sorted(row.parts.all(), key=lambda part: part.place) for one in part.refused]


class DispatchIn(Given):
    """Which documents: those in `invoices`, or without it all that fit the other conditions. Drafts never go."""

    model_config = {"extra": "forbid"}

    how: Literal["print", "mail"]
    order: Literal["number", "postal_code", "customer_code"] = "number"
    invoices: list[Id] | None = Field(None, min_length=1, max_length=2_000)
    closing_run: Id = ""
    business: Id = ""
    delivery: Literal["", "mail", "paper", "none"] = ""
    kind: Literal["", "invoice", "credit_note", "opening"] = ""
    sent: bool | None = Field(None, description="Whether it went by mail before")
    issued_from: Day | None = None
    issued_to: Day | None = None


class OpeningIn(Given):
    """A receivable of the old system. It keeps its number and days."""

    model_config = {"extra": "forbid"}

    customer: Id
    number: str = Field(min_length=1, max_length=40)
    issued_on: Day
    due_on: Day
    open_minor: Minor
    business: Id = ""
    currency: Currency = "JPY"
    subject: str = Field("", max_length=120)


class OpeningsIn(Given):
    model_config = {"extra": "forbid"}
    openings: list[OpeningIn] = Field(min_length=1, max_length=1_000)


class OpeningsOut(Schema):
    ids: list[str]


class RunOut(Shown):
    """A closing run and what it did."""

    closing_on: date
    state: Literal["running", "done"]
    invoice_count: int
    line_count: int
    late_count: int
    problem_count: int
    total_minor: int
    started_at: datetime
    started_by: str
    finished_at: datetime | None


class PreviewOut(Schema):
    """What a run on this day would invoice, without tax; nothing is written."""

    on: date
    payers: int
    lines: int
    late: int
    net_minor: int
    below_zero: int = Field(description="Payers whose returns exceed their sales; they would be parked")


class ProblemOut(OfCustomer):
    """A payer whose lines could not be closed. The next run tries again."""

    currency: str
    closing_on: date
    code: str
    line_count: int
    amount_minor: int
    found_at: datetime
    resolved_at: datetime | None


class ProblemFilter(Paging):
    resolved: bool | None = Field(default=False, description="Those that a later run could close")


class SeriesOut(Shown):
    """How the documents of one kind and business are numbered."""

    business: str
    kind: str
    pattern: str
    digits: int

    @staticmethod
    def resolve_business(row: NumberSeries) -> str:
        return str(shown_id(Business.PREFIX, row.business_id))


class SeriesIn(Given):
    model_config = {"extra": "forbid"}

    business: Id
    kind: Literal["invoice", "credit_note", "receipt", "delivery"]
    pattern: str = Field(max_length=30, examples=["INV-{yy}{month}-{number}"])
    digits: int = Field(4, ge=1, le=9)


class BankIn(Given):
    """An account to which customers transfer, as it is printed."""

    model_config = {"extra": "forbid"}

    bank_name: str = Field(min_length=1, max_length=40)
    bank_code: str = Field("", pattern=r"^([0-9]{4})?$")
    branch_name: str = Field(min_length=1, max_length=40)
    branch_code: str = Field("", pattern=r"^([0-9]{3})?$")
    account_type: Literal["普通", "当座", "貯蓄"] = "普通"
    account_number: str = Field(pattern=r"^[0-9]{7}$")
    holder: str = Field(min_length=1, max_length=60)


class TermsIn(Given):
    """What a business prints on documents issued from now on. What is left out stays."""

    model_config = {"extra": "forbid"}

    banks: list[BankIn] | None = Field(None, max_length=3)
    payment_note: str | None = Field(None, max_length=300)
    remarks: str | None = Field(None, max_length=500)
    carries_balance: bool | None = Field(None, description="繰越方式")
    mail_subject: str | None = Field(None, max_length=120)
    mail_text: str | None = Field(None, max_length=5_000)
    link_days: int | None = Field(None, ge=0, le=3_650, description="How long a mailed link opens; 0 for ever")


class TermsOut(Schema):
    business: str
    banks: list[dict[str, str]]
    payment_note: str
    remarks: str
    carries_balance: bool
    mail_subject: str
    mail_text: str
    link_days: int
