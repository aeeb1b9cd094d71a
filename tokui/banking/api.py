"""REST for bank accounts, their files and lines, and deposits: who asks, which row, which verb."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router
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
from tokui.banking.api_shapes import (
    AccountChange,
    AccountIn,
    AccountOut,
    DepositFilter,
    DepositIn,
    DepositOut,
    LineFilter,
    LineOut,
    StatementFilter,
    StatementOut,
    UploadOptions,
)
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.reading import format_codes
from tokui.core.errors import Invalid
from tokui.customers.models import Customer
from tokui.ui.rest import Paged, Paging, caller, find, key_of, page

router = Router(tags=["banking"])


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
