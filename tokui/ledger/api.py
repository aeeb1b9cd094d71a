"""REST for the books: balances, entries, the months that are closed, and files for accounting programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import FileResponse, HttpRequest
from ninja import Field, Query, Router, Schema

from tokui import access
from tokui.access.permissions import LEDGER_EXPORT, LEDGER_VIEW
from tokui.core.files import open_file
from tokui.ledger.exporting import make_export
from tokui.ledger.journals import Books, Layout
from tokui.ledger.models import ClosedMonth, Entry, JournalExport, Posting
from tokui.ledger.periods import close_month, month_text, reopen_month
from tokui.ledger.queries import balances_of, trial_balance
from tokui.ui.rest import (
    Currency,
    Day,
    Given,
    Id,
    Month,
    Paged,
    Paging,
    caller,
    find,
    key_of,
    page,
    page_until,
    place_after,
    shown_id,
)

router = Router(tags=["ledger"])
BALANCE_ORDER = ("account",)


class BalanceOut(Schema):
    """Debits less credits of an account: debts and revenue are negative."""

    account: str = Field(description="A path such as `bank:main` or `customers:<key>:receivable`")
    currency: str
    balance_minor: int


class BalanceFilter(Paging):
    prefix: str = Field("", max_length=80, description="Only accounts that begin so, e.g. `bank:`")
    as_of: Day | None = Field(None, description="Up to and including this day; all postings when left out")
    currency: Currency = "JPY"


@router.get("/ledger/balances", response=Paged[BalanceOut], summary="List balances by account")
def list_balances(request: HttpRequest, given: Query[BalanceFilter]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_VIEW)
    after = place_after(given, BALANCE_ORDER)
    balances = sorted(balances_of(given.prefix, given.as_of, currency=given.currency).items())
    rows = [
        {"account": account, "currency": given.currency, "balance_minor": minor}
        for account, minor in balances
        if after is None or account > after[0]
    ]
    return page_until(rows[: given.limit + 1], given, order=BALANCE_ORDER, place=lambda row: [row["account"]])


class TrialRowOut(Schema):
    """An account's period: brought forward, moved, carried forward. All customers' accounts of a kind are one row."""

    account: str
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


class TrialBalanceOut(Schema):
    from_on: date
    to_on: date
    data: list[TrialRowOut]


class Period(Given):
    from_on: Day = Field(description="The period's first day")
    to_on: Day = Field(description="The period's last day")


@router.get("/ledger/trial-balance", response=TrialBalanceOut, summary="The trial balance (残高試算表) of a period")
def show_trial_balance(request: HttpRequest, given: Query[Period]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_VIEW)
    return given.dict() | {"data": trial_balance(given.from_on, given.to_on)}


class PostingOut(Schema):
    """An amount from the credit account to the debit account."""

    debit: str
    credit: str
    amount_minor: int
    currency: str


class EntryOut(Schema):
    """One fact in the books. Never changed; a correction is an entry that `reverses` it."""

    id: str = Field(description="`ent_…`")
    on: date
    kind: str
    source: str = Field(description="What it is about: type and key, e.g. `banking.deposit:<key>`")
    customer: str | None = Field(description="`cus_…`")
    memo: str
    reverses: str | None = Field(description="The entry taken back by this one, `ent_…`")
    recorded_at: datetime
    recorded_by: str
    postings: list[PostingOut]

    @staticmethod
    def resolve_id(row: Entry) -> str:
        return row.public_id

    @staticmethod
    def resolve_source(row: Entry) -> str:
        return f"{row.source_type}:{row.source_id}"

    @staticmethod
    def resolve_customer(row: Entry) -> str | None:
        return shown_id("cus", row.customer_id)

    @staticmethod
    def resolve_reverses(row: Entry) -> str | None:
        return shown_id("ent", row.reverses_id)

    @staticmethod
    def resolve_postings(row: Entry) -> list[Posting]:
        return sorted(row.postings.all(), key=lambda posting: posting.place)


class EntryFilter(Paging):
    from_on: Day | None = Field(None, description="Counting on this day or later")
    to_on: Day | None = Field(None, description="Counting on this day or earlier")
    account: str = Field("", max_length=80, description="Only entries that touch this account, e.g. `bank:main`")
    customer: Id = Field("", description="Only this customer's, `cus_…`")


@router.get("/ledger/entries", response=Paged[EntryOut], summary="List entries of the books, latest day first")
def list_entries(request: HttpRequest, given: Query[EntryFilter]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_VIEW)
    rows = Entry.objects.prefetch_related("postings")
    if given.from_on:
        rows = rows.filter(on__gte=given.from_on)
    if given.to_on:
        rows = rows.filter(on__lte=given.to_on)
    if given.account:
        touching = Posting.objects.filter(Q(debit=given.account) | Q(credit=given.account))
        rows = rows.filter(pk__in=touching.values("entry"))
    if given.customer:
        rows = rows.filter(customer_id=key_of(given.customer, "cus", "customer"))
    return page(rows, given, order=("-on", "-id"))


@router.get("/ledger/entries/{entry_id}", response=EntryOut, summary="Read an entry of the books")
def read_entry(request: HttpRequest, entry_id: str) -> Entry:
    access.require(caller(request), LEDGER_VIEW)
    return find(Entry.objects.prefetch_related("postings"), entry_id)


class ClosedMonthOut(Schema):
    """A month that was closed (月次締め), and by whom it was opened again, if it was."""

    month: str = Field(description="`2026-11`")
    is_closed: bool
    closed_at: datetime
    closed_by: str
    reopened_at: datetime | None
    reopened_by: str
    reason: str

    @staticmethod
    def resolve_month(row: ClosedMonth) -> str:
        return month_text(row.month)

    @staticmethod
    def resolve_is_closed(row: ClosedMonth) -> bool:
        return row.reopened_at is None


class MonthIn(Given):
    month: Month = Field(description="`2026-11`")


class Reopening(Given):
    reason: str = Field(max_length=200, description="Why; it stays on record")


@router.get("/ledger/closed-months", response=Paged[ClosedMonthOut], summary="List closings, latest first")
def list_closed_months(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_VIEW)
    return page(ClosedMonth.objects.all(), given, order=("-closed_at", "-id"))


@router.post("/ledger/closed-months", response={201: ClosedMonthOut}, summary="Close a month of the books")
def close(request: HttpRequest, given: MonthIn) -> ClosedMonth:
    """From now on nothing can be posted on its days."""
    return close_month(date.fromisoformat(f"{given.month}-01"), by=caller(request))


@router.post("/ledger/closed-months/{month}/reopen", response=ClosedMonthOut, summary="Open a closed month again")
def reopen(request: HttpRequest, month: Month, given: Reopening) -> ClosedMonth:
    return reopen_month(date.fromisoformat(f"{month}-01"), reason=given.reason, by=caller(request))


class ExportOut(Schema):
    """A file for an accounting program, as it was written."""

    id: str = Field(description="`jex_…`")
    layout: Layout
    from_on: date
    to_on: date
    entry_count: int
    replaced: list[str] = Field(description="Characters of summaries that the program's encoding lacks, written as 〓")
    file_name: str
    exported_at: datetime
    exported_by: str

    @staticmethod
    def resolve_id(row: JournalExport) -> str:
        return row.public_id

    @staticmethod
    def resolve_file_name(row: JournalExport) -> str:
        return str(row.file.name)


class ExportIn(Period):
    layout: Layout
    books: Books = Field(Books.TAX_INCLUDED, description="税込経理 or 税抜経理")
    everything: bool = Field(default=False, description="Also what the program has already, under the same numbers")


@router.get("/ledger/exports", response=Paged[ExportOut], summary="List journal files, newest first")
def list_exports(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), LEDGER_EXPORT)
    return page(JournalExport.objects.select_related("file"), given, order=("-exported_at", "-id"))


@router.post("/ledger/exports", response={201: ExportOut}, summary="Write a journal file (仕訳データ)")
def create_export(request: HttpRequest, given: ExportIn) -> JournalExport:
    """What the program does not have yet, each entry once (差分出力)."""
    return make_export(by=caller(request), **given.dict())


@router.get("/ledger/exports/{export_id}", response=ExportOut, summary="Read what a journal file holds")
def read_export(request: HttpRequest, export_id: str) -> JournalExport:
    access.require(caller(request), LEDGER_EXPORT)
    return find(JournalExport.objects.select_related("file"), export_id)


@router.get(
    "/ledger/exports/{export_id}/file",
    summary="Download a journal file",
    openapi_extra={
        "responses": {200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def download_export(request: HttpRequest, export_id: str) -> FileResponse:
    """In the program's own encoding: Shift_JIS for 弥生会計, UTF-8 otherwise."""
    access.require(caller(request), LEDGER_EXPORT)
    file = find(JournalExport.objects.select_related("file"), export_id).file
    return FileResponse(open_file(file), as_attachment=True, filename=file.name, content_type=file.content_type)


router.add_router("", "tokui.ledger.api_mapping.router")
