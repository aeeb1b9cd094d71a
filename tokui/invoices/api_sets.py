"""REST for documents in sets: closing runs, printing and mailing, the tax office's archive, openings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Status

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VIEW
from tokui.core import files
from tokui.core.errors import NotFound
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices import actions, exporting
from tokui.invoices.api_paper_shapes import (
    DispatchDetail,
    DispatchIn,
    DispatchOut,
    OpeningIn,
    OpeningsIn,
    OpeningsOut,
    PreviewOut,
    ProblemFilter,
    ProblemOut,
    RunOut,
)
from tokui.invoices.api_papers import PDF
from tokui.invoices.api_shapes import ClosingIn, ClosingOut, InvoiceFilter
from tokui.invoices.dispatching import dispatch_invoices
from tokui.invoices.models import ClosingProblem, ClosingRun, Dispatch, Invoice
from tokui.invoices.queries import InvoiceSearch, find_invoices, find_receipts
from tokui.invoices.searching import receipts_beside
from tokui.invoices.waiting import preview_closing
from tokui.ui.rest import Day, Given, Paged, Paging, caller, find, find_all, key_of, page

router = Router()
ZIP: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The archive: every PDF and index.csv",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/closing_runs", response=Paged[RunOut], tags=["closing runs"], summary="List closing runs, newest first")
def list_runs(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    return page(ClosingRun.objects.all(), given, order=("-started_at", "-id"))


@router.post(
    "/closing_runs", response={201: ClosingOut}, tags=["closing runs"], summary="Close a day: sales become invoices"
)
def close(request: HttpRequest, given: ClosingIn) -> Status[Any]:
    """Run twice, the day is closed once. With `customers`, only those payers are closed."""
    chosen = None
    if given.customers is not None:
        chosen = [one.pk for one in find_all(Customer.objects.all(), given.customers, field="customers")]
    closed = actions.close_sales(given.on, customers=chosen, by=caller(request))
    return Status(201, {**closed.__dict__, "id": public_id(ClosingRun.PREFIX, closed.run_id)})


class PreviewDay(Given):
    on: Day


@router.get(
    "/closing_runs/preview", response=PreviewOut, tags=["closing runs"], summary="What closing a day would invoice"
)
def preview(request: HttpRequest, given: Query[PreviewDay]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_ISSUE)
    return {"on": given.on, **preview_closing(given.on).__dict__}


@router.get("/closing_runs/{run_id}", response=RunOut, tags=["closing runs"], summary="Read a closing run")
def read_run(request: HttpRequest, run_id: str) -> ClosingRun:
    """Its invoices: `GET /invoices?closing_run=run_…`."""
    access.require(caller(request), INVOICES_VIEW)
    return find(ClosingRun.objects.all(), run_id)


@router.get(
    "/closing_problems",
    response=Paged[ProblemOut],
    tags=["closing runs"],
    summary="List payers that could not be closed, latest first",
)
def list_problems(request: HttpRequest, given: Query[ProblemFilter]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    rows = ClosingProblem.objects.all()
    if given.resolved is not None:
        rows = rows.filter(resolved_at__isnull=not given.resolved)
    return page(rows, given, order=("-found_at", "-id"))


@router.get("/dispatches", response=Paged[DispatchOut], tags=["dispatches"], summary="List dispatches, newest first")
def list_dispatches(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    return page(Dispatch.objects.all(), given, order=("-ordered_at", "-id"))


@router.post(
    "/dispatches", response={202: DispatchOut}, tags=["dispatches"], summary="Print or mail a set of documents"
)
def create_dispatch(request: HttpRequest, given: DispatchIn) -> Status[Any]:
    """The work follows at once behind the scenes; ask for the dispatch again to see it done, its files and refusals."""
    dispatch = dispatch_invoices(_chosen(given), how=given.how, order=given.order, by=caller(request))
    return Status(202, dispatch)


def _chosen(given: DispatchIn) -> QuerySet[Invoice]:
    if given.invoices is not None:
        chosen = find_all(Invoice.objects.all(), given.invoices, field="invoices")
        return Invoice.objects.filter(pk__in=[one.pk for one in chosen])
    return find_invoices(
        InvoiceSearch(
            from_on=given.issued_from,
            to_on=given.issued_to,
            business_id=key_of(given.business, Business.PREFIX, "business") if given.business else None,
            run_id=key_of(given.closing_run, ClosingRun.PREFIX, "closing_run") if given.closing_run else None,
            kind=given.kind,
            delivery=given.delivery,
            is_sent=given.sent,
        )
    )


@router.get("/dispatches/{dispatch_id}", response=DispatchDetail, tags=["dispatches"], summary="Read a dispatch")
def read_dispatch(request: HttpRequest, dispatch_id: str) -> Dispatch:
    access.require(caller(request), INVOICES_VIEW)
    return find(Dispatch.objects.prefetch_related("parts"), dispatch_id)


@router.get(
    "/dispatches/{dispatch_id}/files/{place}", tags=["dispatches"], summary="A file to print", openapi_extra=PDF
)
def read_file(request: HttpRequest, dispatch_id: str, place: str) -> HttpResponse:
    access.require(caller(request), INVOICES_VIEW)
    wanted = int(place) if place.isascii() and place.isdigit() and len(place) < 8 else 0
    parts = find(Dispatch.objects.all(), dispatch_id).parts.select_related("file")
    part = parts.filter(place=wanted, file__isnull=False).first()
    if part is None or part.file is None:
        raise NotFound
    return HttpResponse(files.read(part.file), content_type="application/pdf")


@router.get(
    "/tax_office_export",
    tags=["invoices"],
    summary="Every document and receipt that fits, as one archive with an index",
    openapi_extra=ZIP,
)
def export(request: HttpRequest, given: Query[InvoiceFilter]) -> StreamingHttpResponse:
    """What the e-book law (電子帳簿保存法) asks for: searched by day, amount and counterparty, handed out as files."""
    by = caller(request)
    access.require(by, INVOICES_VIEW)
    search = given.search()
    keys = find_invoices(search).exclude(state=Invoice.State.DRAFT).values_list("pk", flat=True)
    beside = receipts_beside(search)
    receipts: Any = find_receipts(beside).values_list("pk", flat=True) if beside else []
    return exporting.zip_response(keys, receipts=receipts, by=by)


@router.post(
    "/openings",
    response={201: OpeningsOut},
    tags=["invoices"],
    summary="Bring receivables from the old system, all or none",
)
def bring(request: HttpRequest, given: OpeningsIn) -> Status[Any]:
    keys = actions.bring_openings([_opening(one) for one in given.openings], by=caller(request))
    return Status(201, {"ids": [public_id(Invoice.PREFIX, key) for key in keys]})


def _opening(given: OpeningIn) -> actions.NewOpening:
    business = find(Business.objects.all(), given.business, field="business").pk if given.business else None
    return actions.NewOpening(
        customer_id=key_of(given.customer, Customer.PREFIX, "customer"),
        number=given.number,
        issued_on=given.issued_on,
        due_on=given.due_on,
        open_minor=given.open_minor,
        business_id=business,
        currency=given.currency,
        subject=given.subject,
    )
