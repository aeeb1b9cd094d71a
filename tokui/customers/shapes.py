"""The shapes of customers, relationships and imports in REST."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from tokui.ui.rest import Given

Kind = Literal["person", "company", "school", "government", "nonprofit"]
Shift = Literal["before", "after", "none"]
Number = Annotated[float, Field(allow_inf_nan=False)]


class CustomerIn(Given):
    """A customer to enter, or fields to change. What is left out stays as it is."""

    model_config = {"extra": "forbid"}

    name: str | None = Field(None, max_length=120, examples=["株式会社 青葉商事"])
    code: str | None = Field(None, max_length=30, description="Left out, the next number is given.")
    kind: Kind | None = None
    kana: str | None = Field(None, max_length=120)
    corporate_number: str | None = Field(None, max_length=20)
    registration_number: str | None = Field(None, max_length=20)
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)
    postal_code: str | None = Field(None, max_length=10)
    address: str | None = Field(None, max_length=200)
    business: str | None = Field(None, max_length=40, description="biz_…; null for none")
    owner: str | None = Field(None, max_length=40, description="usr_…; null for nobody")
    bill_to: str | None = Field(None, max_length=40, description="cus_… of who pays; null when they pay themselves")
    closing_day: int | None = Field(None, ge=1, le=31, description="31 is the month end; null: each sale by itself")
    due_months: int | None = Field(None, ge=0, le=12)
    due_day: int | None = Field(None, ge=1, le=31)
    due_shift: Shift | None = None
    delivery: Literal["mail", "paper", "none"] | None = None
    tax_display: Literal["excluded", "included"] | None = None
    tax_rounding: Literal["down", "up", "half_up"] | None = None
    honorific: Literal["usual", "onchu", "sama", "none"] | None = None
    document_language: Literal["ja", "en"] | None = None
    withholds: bool | None = Field(None, description="They keep income tax back from what they pay")
    is_active: bool | None = None
    tags: list[str] | None = Field(None, max_length=50)
    custom: dict[str, bool | int | Number | str | None] | None = Field(None, description="Own fields by key")


class CustomerChangeIn(CustomerIn):
    version: int | None = Field(None, description="Refused with state_changed when the customer has another version")


class CustomerOut(Schema):
    id: str
    version: int
    code: str
    kind: Kind
    name: str
    kana: str
    legal_form: str
    corporate_number: str
    registration_number: str
    email: str
    phone: str
    postal_code: str
    address: str
    business: str | None
    owner: str | None
    bill_to: str | None
    closing_day: int | None
    due_months: int
    due_day: int
    due_shift: Shift
    delivery: str
    tax_display: str
    tax_rounding: str
    honorific: str
    document_language: str
    withholds: bool
    is_active: bool
    tags: list[str]
    custom: dict[str, str | int | float | bool | date | None]
    created_at: datetime
    changed_at: datetime


class CustomerList(Schema):
    data: list[CustomerOut]
    next_cursor: str | None


class Filters(Given):
    """Conditions of the list; the same as on the page. One given twice means either value.

    Own fields are asked for as `custom.<key>`, of numbers, amounts and days with `.from` and `.to`, of text with
    `.contains` and `.starts`.
    """

    q: str = Field("", max_length=200, description="Search: name, kana, mail address, phone, code")
    sort: str = Field("", max_length=60, description="name, code, newest, changed, custom.<key>, -custom.<key> …")
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=1000)
    business: str = Field("", max_length=40)
    owner: str = Field("", max_length=40)
    tag: str = Field("", max_length=40)
    kind: Kind | Literal[""] = ""
    active: Literal["yes", "no", "all", ""] = ""
    name: str = Field("", max_length=120, description="Contains")
    kana: str = Field("", max_length=120, description="Begins with")
    address: str = Field("", max_length=200, description="Contains")
    code: str = Field("", max_length=30, description="Begins with")
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    bill_to: str = Field("", max_length=40)
    closing_day: str = Field("", max_length=4, pattern=r"^([0-9]{1,2}|none)?$")


class ExportFilters(Filters):
    format: Literal["xlsx", "csv"] = "xlsx"


class RelationshipIn(Given):
    """`from_customer` is the guardian, parent company, payer … of `to_customer`."""

    model_config = {"extra": "forbid"}

    from_customer: str = Field(max_length=40)
    to_customer: str = Field(max_length=40)
    kind: Literal["guardian", "employee", "parent_company", "partner", "referrer", "pays_for"]
    note: str = Field("", max_length=120)


class RelationshipOut(RelationshipIn):
    id: str


class RelationshipList(Schema):
    data: list[RelationshipOut]
    next_cursor: str | None


class ColumnsIn(Given):
    model_config = {"extra": "forbid"}

    columns: dict[str, str] = Field(description="Field → heading in the file")
    sender: str = Field("", max_length=120)


class ImportRowOut(Schema):
    sheet: str
    row: int
    outcome: str
    column: str
    value: str
    code: str
    reason: str


class ImportOut(Schema):
    id: str
    name: str
    state: str
    headings: list[str]
    columns: dict[str, str]
    rows: int
    done: int
    new: int
    changed: int
    unchanged: int
    refused: int
    conflicts: int
    reverted: int
    kept: int
    refusal: str


class ImportRows(Schema):
    data: list[ImportRowOut]
    next_cursor: str | None
