"""REST: bank accounts, statements, deposits. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from tokui import access
from tokui.access.permissions import BANK_VIEW, PAYMENTS_VIEW
from tokui.banking import actions
from tokui.banking.models import BankAccount, Deposit, Statement
from tokui.banking.words import refusal_sentence
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.core.tenancy import Owned
from tokui.customers.models import Customer
from tokui.ui.paging import InvalidCursor, page_of

router = Router(tags=["banking"])
Row = TypeVar("Row", bound=Owned)
Entity = TypeVar("Entity", bound=Model)
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str, Query(max_length=300)]
LARGEST = 9_000_000_000_000_000


class AccountIn(Schema):
    """A bank account to add."""

    model_config = {"extra": "forbid"}

    code: str = Field(max_length=20, examples=["main"])
    name: str = Field(max_length=80)
    bank_code: str = Field("", max_length=4)
    branch_code: str = Field("", max_length=3)
    account_type: Literal["1", "2", "4", "9"] = "1"
    number: str = Field("", max_length=10)
    holder: str = Field("", max_length=120)
    currency: str = Field("JPY", max_length=3)


class AccountOut(AccountIn):
    id: str
    bank_name: str
    branch_name: str
    authoritative_format: str
    is_active: bool


class AccountPage(Schema):
    data: list[AccountOut]
    next_cursor: str | None


class StatementOut(Schema):
    """A bank file: received, read whole, or refused whole with its reason."""

    id: str
    account: str
    file: str
    state: str
    format: str
    from_on: date | None
    to_on: date | None
    opening_minor: int | None
    closing_minor: int | None
    lines: int
    added: int
    known: int
    deposits: int
    cancelled: int
    enriched: int
    gap_from_on: date | None
    deviations: list[dict[str, Any]]
    refusal: dict[str, Any] | None
    received_at: datetime


class StatementPage(Schema):
    data: list[StatementOut]
    next_cursor: str | None


class DepositIn(Schema):
    """Money that came without a bank file. `amount_minor` in minor units of `currency`."""

    model_config = {"extra": "forbid"}

    amount_minor: int = Field(gt=0, le=LARGEST)
    received_on: date
    method: Literal["transfer", "cash", "offset", "note", "densai", "other"] = "cash"
    customer: str | None = Field(None, max_length=40, description="cus_… when the payer is known")
    account: str | None = Field(None, max_length=40, description="acc_…, needed for a transfer")
    payer: str = Field("", max_length=120)
    text: str = Field("", max_length=200)
    currency: str = Field("JPY", max_length=3)
    source: str = Field("", max_length=40, description="Your system, with external_id: the same pair counts once")
    external_id: str = Field("", max_length=120)


class DepositOut(Schema):
    id: str
    account: str | None
    method: str
    state: str
    received_on: date
    recorded_at: datetime
    amount_minor: int
    applied_minor: int
    left_minor: int
    currency: str
    payer: str
    remitter_code: str
    text: str
    edi: str
    customer: str | None
    cancelled_on: date | None


class DepositPage(Schema):
    data: list[DepositOut]
    next_cursor: str | None


@router.get("/bank-accounts", response=AccountPage, summary="Bank accounts")
def list_accounts(request: HttpRequest, limit: Limit = 50, cursor: Cursor = "") -> dict[str, Any]:
    access.require(actor(request), BANK_VIEW)
    page, following = paged(BankAccount.objects.all(), ("code", "id"), limit, cursor)
    return {"data": [_account(row) for row in page], "next_cursor": following}


@router.post("/bank-accounts", response={201: AccountOut}, summary="Add a bank account")
def create_account(request: HttpRequest, given: AccountIn) -> Status[dict[str, Any]]:
    return Status(201, _account(actions.add_account(actions.NewAccount(**given.dict()), by=actor(request))))


@router.get("/statements", response=StatementPage, summary="Bank files, newest first")
def list_statements(request: HttpRequest, limit: Limit = 50, cursor: Cursor = "") -> dict[str, Any]:
    access.require(actor(request), BANK_VIEW)
    rows = Statement.objects.select_related("parcel__file")
    page, following = paged(rows, ("-received_at", "-id"), limit, cursor)
    return {"data": [_statement(row) for row in page], "next_cursor": following}


@router.post("/statements", response={201: StatementOut}, summary="Send a bank file")
def create_statement(
    request: HttpRequest,
    file: Annotated[UploadedFile, File()],
    account: Annotated[str, Form(max_length=40, description="acc_…")],
    format: Annotated[str, Form(max_length=30)] = "auto",
) -> Status[dict[str, Any]]:
    """The file is stored and read at once: whole, or refused whole (look at `state` and `refusal`)."""
    made = actions.import_statement(
        file.read(),
        account=by_id(BankAccount, account, "account"),
        name=file.name or "file",
        format=format,
        by=actor(request),
        at_once=True,
    )
    return Status(201, _statement(made))


@router.get("/statements/{statement}", response=StatementOut, summary="One bank file")
def get_statement(request: HttpRequest, statement: str) -> dict[str, Any]:
    access.require(actor(request), BANK_VIEW)
    return _statement(by_id(Statement, statement))


@router.get("/deposits", response=DepositPage, summary="Deposits, newest first")
def list_deposits(
    request: HttpRequest,
    state: Annotated[Literal["", "open", "settled", "cancelled"], Query()] = "",
    customer: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    access.require(actor(request), PAYMENTS_VIEW)
    rows = Deposit.objects.all()
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(customer=by_id(Customer, customer, "customer")) if customer else rows
    page, following = paged(rows, ("-received_on", "-id"), limit, cursor)
    return {"data": [deposit_out(row) for row in page], "next_cursor": following}


@router.post("/deposits", response={201: DepositOut}, summary="Record a deposit")
def create_deposit(request: HttpRequest, given: DepositIn) -> Status[dict[str, Any]]:
    """A pair of source and external_id that was recorded before answers with the deposit of that time."""
    customer = by_id(Customer, given.customer, "customer") if given.customer else None
    account = by_id(BankAccount, given.account, "account") if given.account else None
    values = given.dict() | {"customer": customer, "account": account}
    made = actions.record_deposits([actions.NewDeposit(**values)], by=actor(request))
    row = made[0] if made else Deposit.objects.get(source=given.source, external_id=given.external_id)
    return Status(201, deposit_out(row))


@router.get("/deposits/{deposit}", response=DepositOut, summary="One deposit")
def get_deposit(request: HttpRequest, deposit: str) -> dict[str, Any]:
    access.require(actor(request), PAYMENTS_VIEW)
    return deposit_out(by_id(Deposit, deposit))


@router.post("/deposits/{deposit}/cancel", response=DepositOut, summary="Cancel a deposit that was typed in by mistake")
def cancel_deposit(request: HttpRequest, deposit: str) -> dict[str, Any]:
    return deposit_out(actions.cancel_deposit(by_id(Deposit, deposit), by=actor(request)))


def deposit_out(row: Deposit) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "account": public_id("acc", row.account_id) if row.account_id else None,
        "customer": public_id("cus", row.customer_id) if row.customer_id else None,
        "payer": row.payer_raw,
        "left_minor": row.left_minor,
        **{name: getattr(row, name) for name in ("method", "state", "received_on", "recorded_at", "amount_minor")},
        **{name: getattr(row, name) for name in ("applied_minor", "currency", "remitter_code", "text", "edi", "cancelled_on")},
    }


def actor(request: HttpRequest) -> Actor:
    found: Actor = request.visit.actor  # type: ignore[attr-defined]
    return found


def by_id(model: type[Row], public: str, field: str = "") -> Row:
    """The row of a public id. NotFound when it names the resource, Invalid when it is a field of the body."""
    try:
        row = model._default_manager.filter(pk=parse_public_id(public, model.PREFIX)).first()
    except ValueError:
        row = None
    if row is None and field:
        raise Invalid(field=field, reason=_("There is no such record."))
    if row is None:
        raise NotFound
    return row


def paged(
    rows: QuerySet[Entity], order: tuple[str, ...], limit: int, cursor: str
) -> tuple[Sequence[Entity], str | None]:
    try:
        page = page_of(rows, order=order, after=cursor, size=limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not one of ours.")) from trouble
    return page.rows, page.next_cursor or None


def _account(row: BankAccount) -> dict[str, Any]:
    names = ("code", "name", "bank_code", "branch_code", "account_type", "number", "holder", "currency")
    more = ("bank_name", "branch_name", "authoritative_format", "is_active")
    return {"id": row.public_id, **{name: getattr(row, name) for name in (*names, *more)}}


def _statement(row: Statement) -> dict[str, Any]:
    refusal = {**row.refusal, "message": refusal_sentence(row.refusal)} if row.refusal else None
    return {
        "id": row.public_id,
        "account": public_id("acc", row.account_id),
        "file": row.parcel.file.name,
        "lines": row.line_count,
        "added": row.added_count,
        "known": row.known_count,
        "deposits": row.deposit_count,
        "cancelled": row.cancelled_count,
        "enriched": row.enriched_count,
        "refusal": refusal,
        **{name: getattr(row, name) for name in ("state", "format", "from_on", "to_on", "opening_minor", "closing_minor")},
        **{name: getattr(row, name) for name in ("gap_from_on", "deviations", "received_at")},
    }
