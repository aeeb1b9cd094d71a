"""What the REST doors of banking take and show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from tokui.banking.listing import same_file_of
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.core.ids import public_id
from tokui.ui.rest import Currency, Day, Given, Id, Minor, Paging, shown_id

Column = Annotated[str, Field(min_length=1, max_length=200)] | Annotated[int, Field(strict=True, ge=0, lt=200)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=40)]


class Mapping(Given):
    """Where a CSV keeps what: columns by heading or by position from 0.

    Either `amount` (signed, or beside `direction`), or `money_in` and `money_out`. `date` is one column, or three for
    year, month and day.
    """

    date: Annotated[list[Column], Field(min_length=1, max_length=3)]
    value_date: Column | None = None
    amount: Column | None = None
    money_in: Column | None = None
    money_out: Column | None = None
    direction: Column | None = None
    in_words: Words | None = None
    out_words: Words | None = None
    payer: Column | None = None
    payer_code: Column | None = None
    texts: Annotated[list[Column], Field(max_length=10)] | None = None
    balance: Column | None = None
    native_id: Column | None = None
    bank_name: Column | None = None
    branch_name: Column | None = None
    edi: Column | None = None
    reference: Column | None = None
    virtual_account: Column | None = None
    account: Column | None = None
    date_format: str | None = Field(None, max_length=40, description="`auto`, or a pattern such as %Y.%m.%d")
    has_header: bool | None = None
    skip_rows: int | None = Field(None, ge=0, le=100)
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp932"] | None = None
    delimiter: Literal[",", "\t", ";", "|"] | None = None

    def kept(self) -> dict[str, Any]:
        """As the account keeps it: only what was said."""
        return self.dict(exclude_none=True)


class AccountOut(Schema):
    """A bank account of ours. Its money stands in the books under `ledger_account`."""

    id: str = Field(description="`acc_…`")
    code: str
    name: str
    bank_code: str = Field(description="4 digits (金融機関コード), or empty")
    bank_name: str
    branch_code: str = Field(description="3 digits (支店コード), or empty")
    branch_name: str
    account_type: str = Field(description="1 普通, 2 当座, 4 貯蓄, 9 other, or empty")
    number: str
    holder: str
    currency: str
    authoritative_format: str = Field(description="The format whose lines make deposits; others add details")
    date_basis: Literal["booked", "value"] = Field(description="Which day of a line counts: 勘定日 or 起算日")
    ledger_account: str
    mapping: Mapping | None = Field(description="Columns of a CSV that no format knows, as they were chosen")
    is_active: bool
    created_at: datetime

    @staticmethod
    def resolve_id(row: BankAccount) -> str:
        return row.public_id


class AccountIn(Given):
    code: str = Field(max_length=20, description="Lower-case letters, digits, - and _; stays for ever")
    name: str = Field(max_length=80)
    bank_code: str = Field("", max_length=4)
    branch_code: str = Field("", max_length=3)
    account_type: str = Field("1", max_length=1)
    number: str = Field("", max_length=10)
    holder: str = Field("", max_length=120)
    currency: str = Field("JPY", max_length=3)


class AccountChange(Given):
    """Only what is sent is changed. Code and currency stay, because the books refer to them."""

    name: str = Field("", max_length=80)
    bank_code: str = Field("", max_length=4)
    branch_code: str = Field("", max_length=3)
    account_type: str = Field("", max_length=1)
    number: str = Field("", max_length=10)
    holder: str = Field("", max_length=120)
    authoritative_format: str = Field("", max_length=30)
    date_basis: Literal["booked", "value"] = "booked"
    mapping: Mapping | None = Field(None, description="null takes the saved columns away")
    is_active: bool = True

    def changes(self) -> dict[str, Any]:
        given = self.dict(exclude_unset=True)
        return given | ({"mapping": self.mapping.kept()} if self.mapping else {})


class DeviationOut(Schema):
    """Something the file does against its format that could be read without doubt all the same."""

    code: str
    where: str
    found: str
    meaning: str


class RefusalOut(Schema):
    """Why nothing of a file counts: a stable code, and where in the file."""

    code: str
    line: int | None = None
    field: str | None = None
    column: int | None = None
    found: str | None = None
    expected: str | None = None


class StatementOut(Schema):
    """One bank file: stored first, then read whole (`read`) or refused whole (`refused`)."""

    id: str = Field(description="`stm_…`")
    account: str = Field(description="`acc_…`")
    state: Literal["received", "read", "refused", "taken_back"]
    asked_format: str
    format: str = Field(description="As it was read; empty until then")
    from_on: date | None
    to_on: date | None
    opening_minor: int | None
    closing_minor: int | None
    line_count: int
    added_count: int = Field(description="Lines that no earlier file had")
    known_count: int
    deposit_count: int
    cancelled_count: int
    enriched_count: int
    unpaired_count: int
    gap_from_on: date | None = Field(description="Last day covered before a gap in the balances")
    gap_minor: int | None
    proof: Literal["", "balances", "totals", "none"] = Field(description="What showed that no row is missing")
    same_file: list[str] = Field(description="Statements that the same bytes made for other accounts, `stm_…`")
    deviations: list[DeviationOut]
    refusal: RefusalOut | None
    received_at: datetime
    received_by: str
    taken_back_at: datetime | None
    taken_back_by: str
    taken_back_reason: str

    @staticmethod
    def resolve_id(row: Statement) -> str:
        return row.public_id

    @staticmethod
    def resolve_same_file(row: Statement) -> list[str]:
        """From the annotation of a list, else asked for."""
        keys = getattr(row, "same_file", None)
        return [public_id(Statement.PREFIX, key) for key in (same_file_of(row) if keys is None else keys)]

    @staticmethod
    def resolve_account(row: Statement) -> str | None:
        return shown_id("acc", row.account_id)


class StatementFilter(Paging):
    account: Id = Field("", description="Only this account's, `acc_…`")
    state: Literal["", "received", "read", "refused", "taken_back"] = ""


class TakingBack(Given):
    reason: Literal["wrong_account", "wrong_file", "wrong_columns", "other"]


class CancellationIn(Given):
    deposit: Id | None = Field(description="The deposit that the line takes back, `dep_…`; null: none of ours")


class DepositCancellation(Given):
    reason: Literal["typed_twice", "wrong_amount", "wrong_customer", "not_received", "other"]


class FormatOut(Schema):
    """A statement format: give its code as `format` when a file is not recognised."""

    code: str
    name: str


class PlaceOut(Schema):
    """A bank, or a branch of one, by its code."""

    code: str
    name: str


class UploadOptions(Given):
    format: str = Field("auto", max_length=30, description="A format's code, or `auto` to recognise it")


class LineOut(Schema):
    """One row of the bank, as the bank wrote it. Never changed."""

    id: str = Field(description="`lin_…`")
    account: str
    statement: str
    number: int = Field(description="Place in the file")
    booked_on: date
    value_on: date | None
    direction: Literal["in", "out"]
    amount_minor: int
    kind: str
    payer: str = Field(description="The bank's own spelling")
    payer_code: str
    bank_name: str
    branch_name: str
    text: str
    edi: str
    native_id: str
    reference: str
    virtual_account: str = Field(description="The number paid into, as the file spells it, when not the account's own")
    balance_minor: int | None
    cancels: bool

    @staticmethod
    def resolve_id(row: StatementLine) -> str:
        return row.public_id

    @staticmethod
    def resolve_account(row: StatementLine) -> str | None:
        return shown_id("acc", row.account_id)

    @staticmethod
    def resolve_statement(row: StatementLine) -> str | None:
        return shown_id("stm", row.statement_id)

    @staticmethod
    def resolve_payer(row: StatementLine) -> str:
        return row.payer_raw


class LineFilter(Paging):
    account: Id = Field("", description="Only this account's, `acc_…`")
    statement: Id = Field("", description="Only those that this file brought, `stm_…`")
    direction: Literal["", "in", "out"] = ""
    remitter_code: str = Field("", max_length=40, description="振込依頼人コード, as the bank writes it")
    unpaired: bool = Field(default=False, description="Only cancellations of the bank that have taken nothing back")
    from_on: Day | None = Field(None, description="Booked on this day or later")
    to_on: Day | None = Field(None, description="Booked on this day or earlier")


Method = Literal["transfer", "cash", "offset", "note", "densai", "other", "imported"]


class DepositOut(Schema):
    """Money that arrived. `applied_minor` of it is used, `left_minor` is not."""

    id: str = Field(description="`dep_…`")
    state: Literal["open", "settled", "cancelled"]
    method: Method
    received_on: date
    recorded_at: datetime
    recorded_by: str
    amount_minor: int
    applied_minor: int
    left_minor: int
    currency: str
    payer: str = Field(description="Who paid, in the bank's spelling or as typed")
    remitter_code: str
    virtual_account: str
    hold: Literal["", "virtual_account_closed", "virtual_account_reused"] = Field(
        description="Why nothing is posted for it without a person"
    )
    bank_name: str
    branch_name: str
    text: str
    edi: str
    account: str | None = Field(description="`acc_…`")
    line: str | None = Field(description="The bank's line behind it, `lin_…`")
    customer: str | None = Field(description="Who paid, once known, `cus_…`")
    source: str
    external_id: str
    cancelled_on: date | None
    cancelled_at: datetime | None

    @staticmethod
    def resolve_id(row: Deposit) -> str:
        return row.public_id

    @staticmethod
    def resolve_payer(row: Deposit) -> str:
        return row.payer_raw

    @staticmethod
    def resolve_account(row: Deposit) -> str | None:
        return shown_id("acc", row.account_id)

    @staticmethod
    def resolve_line(row: Deposit) -> str | None:
        return shown_id("lin", row.line_id)

    @staticmethod
    def resolve_customer(row: Deposit) -> str | None:
        return shown_id("cus", row.customer_id)


class DepositIn(Given):
    """Money that a person saw arrive."""

    amount_minor: Minor
    received_on: Day
    method: Literal["transfer", "cash", "offset", "note", "densai", "other"] = "cash"
    customer: Id | None = Field(None, description="Who paid, when known, `cus_…`")
    payer: str = Field("", max_length=200)
    account: Id | None = Field(None, description="Needed for a transfer, `acc_…`")
    currency: Currency = "JPY"
    text: str = Field("", max_length=500)
    source: str = Field("", pattern=r"^([a-z0-9][a-z0-9_-]{0,30})?$", description="The system that it comes from")
    external_id: str = Field("", max_length=120, description="Its own id there: the same one is recorded once")


class DepositFilter(Paging):
    state: Literal["", "open", "settled", "cancelled"] = ""
    method: Literal["", "transfer", "cash", "offset", "note", "densai", "other", "imported"] = ""
    statement: Id = Field("", description="Only those that this file brought, `stm_…`")
    remitter_code: str = Field("", max_length=40, description="振込依頼人コード, as the bank writes it")
    virtual_account: str = Field("", max_length=34)
    external_id: str = Field("", max_length=120)
    account: Id = Field("", description="Only on this account, `acc_…`")
    customer: Id = Field("", description="Only of this payer, `cus_…`")
    from_on: Day | None = Field(None, description="Received on this day or later")
    to_on: Day | None = Field(None, description="Received on this day or earlier")
