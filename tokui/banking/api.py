"""REST for bank accounts, their files and lines, and deposits: who asks, which row, which verb."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from tokui import access
from tokui.access.permissions import BANK_IMPORT, BANK_VIEW, PAYMENTS_VIEW
from tokui.banking.actions import (
    NewAccount,
    NewDeposit,
    add_account,
    cancel_deposit,
    change_account,
    import_statement,
    read_again,
    record_deposit,
)
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.reading import format_codes
from tokui.core.errors import Invalid
from tokui.customers.models import Customer
from tokui.ui.rest import Currency, Day, Given, Id, Minor, Paged, Paging, caller, find, key_of, page, shown_id

router = Router(tags=["banking"])


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
    is_active: bool = True


@router.get("/bank-accounts", response=Paged[AccountOut], summary="List bank accounts by code")
def list_accounts(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), BANK_VIEW)
    return page(BankAccount.objects.all(), given, order=("code", "id"))


@router.post("/bank-accounts", response={201: AccountOut}, summary="Add a bank account")
def create_account(request: HttpRequest, given: AccountIn) -> BankAccount:
    return add_account(NewAccount(**given.dict()), by=caller(request))


@router.get("/bank-accounts/{account_id}", response=AccountOut, summary="Read a bank account")
def read_account(request: HttpRequest, account_id: str) -> BankAccount:
    access.require(caller(request), BANK_VIEW)
    return find(BankAccount.objects.all(), account_id)


@router.patch("/bank-accounts/{account_id}", response=AccountOut, summary="Change a bank account")
def update_account(request: HttpRequest, account_id: str, given: AccountChange) -> BankAccount:
    account = find(BankAccount.objects.all(), account_id)
    return change_account(account, given.dict(exclude_unset=True), by=caller(request))


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
    state: Literal["received", "read", "refused"]
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
    deviations: list[DeviationOut]
    refusal: RefusalOut | None
    received_at: datetime
    received_by: str

    @staticmethod
    def resolve_id(row: Statement) -> str:
        return row.public_id

    @staticmethod
    def resolve_account(row: Statement) -> str | None:
        return shown_id("acc", row.account_id)


class StatementFilter(Paging):
    account: Id = Field("", description="Only this account's, `acc_…`")
    state: Literal["", "received", "read", "refused"] = ""


class UploadOptions(Given):
    format: str = Field("auto", max_length=30, description="A format's code, or `auto` to recognise it")


@router.post(
    "/bank-accounts/{account_id}/statements", response={202: StatementOut}, summary="Send a bank file to be read"
)
def upload_statement(
    request: HttpRequest, account_id: str, file: File[UploadedFile], given: Form[UploadOptions]
) -> Statement:
    """Kept at once and read by a job: ask for the statement again to see its state, deviations or refusal.

    The same bytes for the same account are the same statement, however often they are sent.
    """
    access.require(caller(request), BANK_IMPORT)
    account = find(BankAccount.objects.all(), account_id)
    if (file.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    return import_statement(
        file.read(),
        account=account,
        name=file.name or "statement",
        format=_format(given),
        by=caller(request),
    )


@router.get("/statements", response=Paged[StatementOut], summary="List bank files, newest first")
def list_statements(request: HttpRequest, given: Query[StatementFilter]) -> dict[str, Any]:
    access.require(caller(request), BANK_VIEW)
    rows = Statement.objects.all()
    if given.account:
        rows = rows.filter(account=key_of(given.account, "acc", "account"))
    if given.state:
        rows = rows.filter(state=given.state)
    return page(rows, given, order=("-received_at", "-id"))


@router.get("/statements/{statement_id}", response=StatementOut, summary="Read what became of a bank file")
def show_statement(request: HttpRequest, statement_id: str) -> Statement:
    access.require(caller(request), BANK_VIEW)
    return find(Statement.objects.all(), statement_id)


@router.post("/statements/{statement_id}/read-again", response=StatementOut, summary="Read a refused file again")
def reread_statement(request: HttpRequest, statement_id: str, given: UploadOptions) -> Statement:
    """After the account was corrected, or with another format. A file that was read stays as it is."""
    access.require(caller(request), BANK_IMPORT)
    statement = find(Statement.objects.all(), statement_id)
    return read_again(statement, format=_format(given), by=caller(request))


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
    from_on: Day | None = Field(None, description="Booked on this day or later")
    to_on: Day | None = Field(None, description="Booked on this day or earlier")


@router.get("/statement-lines", response=Paged[LineOut], summary="List lines of bank files, latest day first")
def list_lines(request: HttpRequest, given: Query[LineFilter]) -> dict[str, Any]:
    access.require(caller(request), BANK_VIEW)
    rows = StatementLine.objects.all()
    if given.account:
        rows = rows.filter(account=key_of(given.account, "acc", "account"))
    if given.statement:
        rows = rows.filter(statement=key_of(given.statement, "stm", "statement"))
    if given.direction:
        rows = rows.filter(direction=given.direction)
    if given.from_on:
        rows = rows.filter(booked_on__gte=given.from_on)
    if given.to_on:
        rows = rows.filter(booked_on__lte=given.to_on)
    return page(rows, given, order=("-booked_on", "-id"))


@router.get("/statement-lines/{line_id}", response=LineOut, summary="Read one line of a bank file")
def read_line(request: HttpRequest, line_id: str) -> StatementLine:
    access.require(caller(request), BANK_VIEW)
    return find(StatementLine.objects.all(), line_id)


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


class DepositFilter(Paging):
    state: Literal["", "open", "settled", "cancelled"] = ""
    method: Literal["", "transfer", "cash", "offset", "note", "densai", "other", "imported"] = ""
    account: Id = Field("", description="Only on this account, `acc_…`")
    customer: Id = Field("", description="Only of this payer, `cus_…`")
    from_on: Day | None = Field(None, description="Received on this day or later")
    to_on: Day | None = Field(None, description="Received on this day or earlier")


@router.get("/deposits", response=Paged[DepositOut], summary="List deposits, latest day first")
def list_deposits(request: HttpRequest, given: Query[DepositFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    rows = Deposit.objects.all()
    if given.state:
        rows = rows.filter(state=given.state)
    if given.method:
        rows = rows.filter(method=given.method)
    if given.account:
        rows = rows.filter(account=key_of(given.account, "acc", "account"))
    if given.customer:
        rows = rows.filter(customer=key_of(given.customer, "cus", "customer"))
    if given.from_on:
        rows = rows.filter(received_on__gte=given.from_on)
    if given.to_on:
        rows = rows.filter(received_on__lte=given.to_on)
    return page(rows, given, order=("-received_on", "-id"))


@router.post("/deposits", response={201: DepositOut}, summary="Record a deposit by hand")
def create_deposit(request: HttpRequest, given: DepositIn) -> Deposit:
    values = given.dict()
    values["customer"] = find(Customer.objects.all(), given.customer, field="customer") if given.customer else None
    values["account"] = find(BankAccount.objects.all(), given.account, field="account") if given.account else None
    return record_deposit(NewDeposit(**values), by=caller(request))


@router.get("/deposits/{deposit_id}", response=DepositOut, summary="Read a deposit")
def read_deposit(request: HttpRequest, deposit_id: str) -> Deposit:
    access.require(caller(request), PAYMENTS_VIEW)
    return find(Deposit.objects.all(), deposit_id)


@router.post("/deposits/{deposit_id}/cancel", response=DepositOut, summary="Take back a deposit typed in by mistake")
def withdraw_deposit(request: HttpRequest, deposit_id: str) -> Deposit:
    """What it paid is open again. The bank's own deposits are cancelled by the bank's files only."""
    return cancel_deposit(find(Deposit.objects.all(), deposit_id), by=caller(request))


def _format(given: UploadOptions) -> str:
    if given.format not in ("auto", *format_codes()):
        raise Invalid(field="format", reason=_("Choose one of the formats."))
    return given.format
