"""REST for bank accounts, their files and lines, and deposits: who asks, which row, which verb."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from tokui import access
from tokui.access.permissions import BANK_IMPORT, BANK_VIEW, PAYMENTS_VIEW
from tokui.banking.actions import (
    NewAccount,
    NewDeposit,
    add_account,
    cancel_by_line,
    change_account,
    import_statement,
    read_again,
    record_deposit,
    set_line_aside,
    take_back_deposit,
    take_back_statement,
    undo_cancellation,
)
from tokui.banking.api_shapes import (
    AccountChange,
    AccountIn,
    AccountOut,
    CancellationIn,
    DepositCancellation,
    DepositFilter,
    DepositIn,
    DepositOut,
    FormatOut,
    LineFilter,
    LineOut,
    PlaceOut,
    StatementFilter,
    StatementOut,
    TakingBack,
    UploadOptions,
)
from tokui.banking.bank_master import find_banks, find_branches
from tokui.banking.cancellations import unpaired_lines
from tokui.banking.listing import with_same_file
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.reading import format_codes, format_name
from tokui.core import files
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
    return change_account(account, given.changes(), by=caller(request))


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
    rows = with_same_file(Statement.objects.all())
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


@router.post("/statements/{statement_id}/take-back", response=StatementOut, summary="Let a whole file count no more")
def withdraw_statement(request: HttpRequest, statement_id: str, given: TakingBack) -> Statement:
    """For a file put on the wrong account: its deposits are cancelled, what they paid is open again."""
    return take_back_statement(find(Statement.objects.all(), statement_id), reason=given.reason, by=caller(request))


@router.get(
    "/statements/{statement_id}/file",
    summary="The file as it came, byte for byte",
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {}}}}},
)
def original_file(request: HttpRequest, statement_id: str) -> HttpResponse:
    access.require(caller(request), BANK_VIEW)
    kept = find(Statement.objects.select_related("parcel__file"), statement_id).parcel.file
    return HttpResponse(
        files.read(kept), content_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"}
    )


@router.get("/statement-lines", response=Paged[LineOut], summary="List lines of bank files, latest day first")
def list_lines(request: HttpRequest, given: Query[LineFilter]) -> dict[str, Any]:
    access.require(caller(request), BANK_VIEW)
    rows = unpaired_lines() if given.unpaired else StatementLine.objects.all()
    if given.account:
        rows = rows.filter(account=key_of(given.account, "acc", "account"))
    if given.statement:
        rows = rows.filter(statement=key_of(given.statement, "stm", "statement"))
    if given.direction:
        rows = rows.filter(direction=given.direction)
    if given.remitter_code:
        rows = rows.filter(payer_code=given.remitter_code)
    if given.from_on:
        rows = rows.filter(booked_on__gte=given.from_on)
    if given.to_on:
        rows = rows.filter(booked_on__lte=given.to_on)
    return page(rows, given, order=("-booked_on", "-id"))


@router.get("/statement-lines/{line_id}", response=LineOut, summary="Read one line of a bank file")
def read_line(request: HttpRequest, line_id: str) -> StatementLine:
    access.require(caller(request), BANK_VIEW)
    return find(StatementLine.objects.all(), line_id)


@router.post(
    "/statement-lines/{line_id}/cancellation", response={201: LineOut}, summary="Say what a cancellation takes back"
)
def answer_line(request: HttpRequest, line_id: str, given: CancellationIn) -> StatementLine:
    """The deposit is cancelled as of the line's day and what it paid is open again; without one the line is set aside."""
    line = find(StatementLine.objects.select_related("account"), line_id)
    if given.deposit is None:
        set_line_aside(line, by=caller(request))
    else:
        deposit = find(Deposit.objects.all(), given.deposit, field="deposit")
        cancel_by_line(line, deposit, by=caller(request))
    return line


@router.delete(
    "/statement-lines/{line_id}/cancellation", response={204: None}, summary="What was said of a line was a mistake"
)
def reopen_line(request: HttpRequest, line_id: str) -> Status[Any]:
    """Its deposit counts again, and the line waits again."""
    undo_cancellation(find(StatementLine.objects.select_related("account"), line_id), by=caller(request))
    return Status(204, None)


@router.get("/statement-formats", response=list[FormatOut], summary="The formats of bank files that are understood")
def list_formats(request: HttpRequest) -> list[dict[str, str]]:
    access.require(caller(request), BANK_VIEW)
    return [{"code": code, "name": format_name(code)} for code in format_codes()]


@router.get("/banks", response=list[PlaceOut], summary="Banks whose code, name, kana or romaji begins like this")
def list_banks(request: HttpRequest, prefix: Annotated[str, Query(min_length=1, max_length=40)]) -> list[Any]:
    access.require(caller(request), BANK_VIEW)
    return [{"code": code, "name": name} for code, name in find_banks(prefix, limit=50)]


@router.get("/banks/{code}/branches", response=list[PlaceOut], summary="Branches of a bank that begin like this")
def list_branches(
    request: HttpRequest, code: str, prefix: Annotated[str, Query(min_length=1, max_length=40)]
) -> list[Any]:
    access.require(caller(request), BANK_VIEW)
    return [{"code": branch, "name": name} for branch, name in find_branches(code, prefix, limit=50)]


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
    if given.statement:
        rows = rows.filter(line__statement=key_of(given.statement, "stm", "statement"))
    for name in ("remitter_code", "virtual_account", "external_id"):
        if getattr(given, name):
            rows = rows.filter(**{name: getattr(given, name)})
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
def withdraw_deposit(request: HttpRequest, deposit_id: str, given: DepositCancellation) -> Deposit:
    """What it paid is open again. The bank's own deposits are cancelled by the bank's files only."""
    return take_back_deposit(find(Deposit.objects.all(), deposit_id), reason=given.reason, by=caller(request))


def _format(given: UploadOptions) -> str:
    if given.format not in ("auto", *format_codes()):
        raise Invalid(field="format", reason=_("Choose one of the formats."))
    return given.format
