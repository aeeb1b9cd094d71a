"""The shapes of REST: what a request may hold and what an answer holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from tokui.access.models import Business
from tokui.core import clock
from tokui.customers.models import Customer
from tokui.invoices.models import ClosingRun
from tokui.invoices.queries import InvoiceSearch
from tokui.ui.rest import Day, Id, Paging, key_of

Kind = Literal["standard", "reduced", "exempt", "out_of_scope", "export"]
LARGEST = 90_000_000_000_000
Amount = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class SaleIn(Schema):
    """A sale. What is left out comes from the product, its price of the day, or the customer."""

    model_config = {"extra": "forbid"}

    customer: str = Field(max_length=40, examples=["cus_…"])
    sold_on: date
    description: str = Field("", max_length=200)
    quantity_milli: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)] = 1_000
    unit_minor: Amount | None = None
    amount_minor: Amount | None = None
    product: str | None = Field(None, max_length=40)
    business: str | None = Field(None, max_length=40)
    tax_kind: Kind | None = None
    tax_included: bool | None = None
    currency: str = Field("JPY", min_length=3, max_length=3)
    channel: str | None = Field(None, max_length=30)
    region: str | None = Field(None, max_length=30)
    external_id: str | None = Field(None, max_length=120, description="The same id twice adds nothing")


class SaleChange(Schema):
    """What is to be different. Without an amount, a changed quantity or price reckons it anew."""

    model_config = {"extra": "forbid"}

    customer: str | None = Field(None, max_length=40)
    sold_on: date | None = None
    description: str | None = Field(None, max_length=200)
    quantity_milli: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)] | None = None
    unit_minor: Amount | None = None
    amount_minor: Amount | None = None
    product: str | None = Field(None, max_length=40)
    business: str | None = Field(None, max_length=40)
    tax_kind: Kind | None = None
    tax_included: bool | None = None
    channel: str | None = Field(None, max_length=30)
    region: str | None = Field(None, max_length=30)


class SaleOut(Schema):
    id: str
    customer: str
    business: str
    product: str | None
    sold_on: date
    description: str
    quantity_milli: int
    unit: str
    unit_minor: int
    amount_minor: int
    tax_kind: str
    rate_bp: int
    tax_included: bool
    currency: str
    channel: str
    region: str
    invoice: str | None
    external_id: str | None


class SaleFilters(Paging):
    """Conditions of the list; `none` asks for lines whose product, channel or region is empty."""

    customer: str = Field("", max_length=40)
    product: str = Field("", max_length=40, description="prd_…, or none")
    business: str = Field("", max_length=40)
    channel: str = Field("", max_length=30)
    region: str = Field("", max_length=30)
    sold_from: Day | None = None
    sold_to: Day | None = None
    waiting: bool | None = Field(None, description="Whether they wait for an invoice")
    sale_import: str = Field("", max_length=40, description="imp_…: what this file brought")


class LateOut(Schema):
    id: str
    sold_on: date
    next_closing_on: date


class RecordedOut(Schema):
    ids: list[str]
    known_count: int
    late: list[LateOut]


class SaleChangedOut(SaleOut):
    late: LateOut | None = Field(description="Where its period is already invoiced: on which closing day it goes")


class SalesIn(Schema):
    model_config = {"extra": "forbid"}
    sales: list[SaleIn] = Field(min_length=1, max_length=1_000)


class SalePage(Schema):
    data: list[SaleOut]
    next_cursor: str | None


class TaxOut(Schema):
    tax_kind: str
    rate_bp: int
    net_minor: int
    tax_minor: int
    tax_included: bool


class InvoiceOut(Schema):
    id: str
    number: str | None
    kind: str
    state: str
    customer: str
    business: str
    issued_on: date
    closing_on: date | None
    due_on: date
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    withholding_minor: int
    settled_minor: int
    open_minor: int
    paid_on: date | None
    subject: str
    remarks: str
    delivery: str
    closing_run: str | None
    corrects: str | None
    sent_at: datetime | None


class InvoiceDetail(InvoiceOut):
    lines: list[SaleOut]
    taxes: list[TaxOut]


class InvoicePage(Schema):
    data: list[InvoiceOut]
    next_cursor: str | None


class InvoiceFilter(Paging):
    """Conditions that hold together. Day, amount and counterparty are what the e-book law wants to search by."""

    customer: Id = Field("", description="`cus_…`")
    counterparty: str = Field("", max_length=200, description="Name, kana or code of the customer")
    state: Literal["", "draft", "issued", "void", "open", "overdue", "paid"] = ""
    kind: Literal["", "invoice", "credit_note", "opening"] = ""
    business: Id = Field("", description="`biz_…`")
    delivery: Literal["", "mail", "paper", "none"] = ""
    sent: bool | None = Field(None, description="Whether it went by mail")
    closing_run: Id = Field("", description="`run_…`")
    issued_from: Day | None = None
    issued_to: Day | None = None
    total_from: Annotated[int | None, Field(ge=-LARGEST, le=LARGEST)] = None
    total_to: Annotated[int | None, Field(ge=-LARGEST, le=LARGEST)] = None
    number: str = Field("", max_length=40, description="The number's beginning")

    def search(self) -> InvoiceSearch:
        return InvoiceSearch(
            from_on=self.issued_from,
            to_on=self.issued_to,
            least_minor=self.total_from,
            most_minor=self.total_to,
            customer_id=key_of(self.customer, Customer.PREFIX, "customer") if self.customer else None,
            counterparty=self.counterparty,
            number=self.number,
            state=self.state,
            business_id=key_of(self.business, Business.PREFIX, "business") if self.business else None,
            kind=self.kind,
            delivery=self.delivery,
            run_id=key_of(self.closing_run, ClosingRun.PREFIX, "closing_run") if self.closing_run else None,
            is_sent=self.sent,
            today=clock.today(),
        )


class InvoiceChange(Schema):
    """What is to be different on a draft. What is left out stays."""

    model_config = {"extra": "forbid"}

    sales: list[SaleIn] | None = Field(None, max_length=500, description="Instead of the lines typed into the draft")
    sale_lines: list[str] | None = Field(
        None, max_length=500, description="The recorded sales that it holds; those left out wait again"
    )
    issued_on: date | None = None
    due_on: date | None = None
    subject: str | None = Field(None, max_length=120)
    remarks: str | None = Field(None, max_length=500)
    withholds: bool | None = None
    delivery: Literal["mail", "paper", "none"] | None = None


class InvoiceIn(Schema):
    """A draft of new sales, or of recorded `sale_lines` that wait."""

    model_config = {"extra": "forbid"}

    customer: str | None = Field(None, max_length=40)
    sales: list[SaleIn] = Field(default_factory=list, max_length=500)
    sale_lines: list[str] = Field(default_factory=list, max_length=500)
    business: str | None = Field(None, max_length=40, description="Who invoices, where neither sale nor customer says")
    delivery: Literal["mail", "paper", "none"] | None = Field(None, description="As the customer, when left out")
    issued_on: date | None = None
    due_on: date | None = None
    subject: str = Field("", max_length=120)
    remarks: str = Field("", max_length=500)
    withholds: bool = False
    issue: bool = Field(default=False, description="Issue it at once")


class ReasonIn(Schema):
    model_config = {"extra": "forbid"}
    reason: str = Field(min_length=1, max_length=200)


class VoidIn(ReasonIn):
    reopens_sales: bool = Field(default=True, description="Whether its sales wait to be invoiced again")


class CreditLineIn(Schema):
    model_config = {"extra": "forbid"}
    line: str = Field(max_length=40)
    quantity_milli: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    amount_minor: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class CreditIn(ReasonIn):
    lines: list[CreditLineIn] | None = None


class SendIn(Schema):
    model_config = {"extra": "forbid"}
    to: str = Field("", max_length=254)


class MailOut(Schema):
    mail: str
    to: str


class ClosingIn(Schema):
    model_config = {"extra": "forbid"}
    on: date
    customers: list[Id] | None = Field(None, min_length=1, max_length=1_000, description="Only these payers")


class ClosingOut(Schema):
    id: str
    invoice_count: int
    line_count: int
    late_count: int
    problem_count: int
    total_minor: int
