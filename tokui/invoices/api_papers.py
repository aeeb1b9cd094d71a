"""REST for papers beside invoices: receipts, delivery notes, statements of account, links for customers."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_VIEW
from tokui.core import files
from tokui.customers.models import Customer
from tokui.invoices import receipts, statements
from tokui.invoices.api_paper_shapes import (
    ClosedOut,
    CopyOut,
    DeliveryNoteIn,
    DeliveryNoteOut,
    LinkOut,
    ReceiptFilter,
    ReceiptIn,
    ReceiptOut,
)
from tokui.invoices.delivering import issue_delivery_note
from tokui.invoices.documents import render_pdf
from tokui.invoices.handing_out import next_copy
from tokui.invoices.links import close_link, close_links
from tokui.invoices.models import DeliveryNote, Invoice, PublicLink, Receipt, SaleLine
from tokui.invoices.queries import ReceiptSearch, find_receipts
from tokui.ui.rest import Currency, Day, Given, Id, Paged, Paging, caller, find, key_of, page

router = Router()
PDF: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The document",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/receipts", response=Paged[ReceiptOut], tags=["receipts"], summary="List receipts, newest first")
def list_receipts(request: HttpRequest, given: Query[ReceiptFilter]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    search = ReceiptSearch(
        from_on=given.issued_from,
        to_on=given.issued_to,
        least_minor=given.amount_from,
        most_minor=given.amount_to,
        counterparty=given.counterparty,
        number=given.number,
        customer_id=key_of(given.customer, Customer.PREFIX, "customer") if given.customer else None,
        business_id=key_of(given.business, Business.PREFIX, "business") if given.business else None,
        invoice_id=key_of(given.invoice, Invoice.PREFIX, "invoice") if given.invoice else None,
    )
    return page(find_receipts(search), given, order=("-issued_on", "-id"))


@router.post(
    "/invoices/{invoice_id}/receipts",
    response={201: ReceiptOut},
    tags=["receipts"],
    summary="Write a receipt for what was received on an invoice",
)
def create_receipt(request: HttpRequest, invoice_id: str, given: ReceiptIn) -> Receipt:
    """Refused with `receipt_beyond_…` when receipts would sum to more than was received."""
    invoice = find(Invoice.objects.select_related("business"), invoice_id)
    return receipts.issue_receipt(invoice, by=caller(request), **given.dict())


@router.get("/receipts/{receipt_id}", response=ReceiptOut, tags=["receipts"], summary="Read a receipt")
def read_receipt(request: HttpRequest, receipt_id: str) -> Receipt:
    access.require(caller(request), INVOICES_VIEW)
    return find(Receipt.objects.all(), receipt_id)


@router.post(
    "/receipts/{receipt_id}/copies",
    response={201: CopyOut},
    tags=["receipts"],
    summary="Give a receipt away as PDF: the original once, then marked 再発行",
)
def create_copy(request: HttpRequest, receipt_id: str) -> dict[str, Any]:
    """Two unmarked papers for one payment could be presented twice; send `Idempotency-Key` to ask again safely."""
    receipt = find(Receipt.objects.select_related("issuer"), receipt_id)
    is_original = receipt.handed_out_at is None
    content = next_copy(receipt, by=caller(request))
    return {"number": receipt.number, "is_original": is_original, "pdf_base64": b64encode(content).decode()}


@router.get(
    "/delivery_notes",
    response=Paged[DeliveryNoteOut],
    tags=["delivery notes"],
    summary="List delivery notes, newest first",
)
def list_delivery_notes(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    return page(DeliveryNote.objects.all(), given, order=("-issued_on", "-id"))


@router.post(
    "/delivery_notes",
    response={201: DeliveryNoteOut},
    tags=["delivery notes"],
    summary="Write a delivery note for sales",
)
def create_delivery_note(request: HttpRequest, given: DeliveryNoteIn) -> DeliveryNote:
    """Invoiced or not; numbered where the business has a number series for delivery notes."""
    keys = [key_of(one, SaleLine.PREFIX, "sale_lines") for one in given.sale_lines]
    return issue_delivery_note(keys, on=given.on, by=caller(request))


@router.get(
    "/delivery_notes/{delivery_note_id}",
    response=DeliveryNoteOut,
    tags=["delivery notes"],
    summary="Read a delivery note",
)
def read_delivery_note(request: HttpRequest, delivery_note_id: str) -> DeliveryNote:
    access.require(caller(request), INVOICES_VIEW)
    return find(DeliveryNote.objects.all(), delivery_note_id)


@router.get(
    "/delivery_notes/{delivery_note_id}/pdf",
    tags=["delivery notes"],
    summary="The delivery note as PDF",
    openapi_extra=PDF,
)
def delivery_note_pdf(request: HttpRequest, delivery_note_id: str) -> HttpResponse:
    access.require(caller(request), INVOICES_VIEW)
    note = find(DeliveryNote.objects.select_related("document"), delivery_note_id)
    return HttpResponse(files.read(note.document), content_type="application/pdf")


class StatementPeriod(Given):
    from_on: Day = Field(description="The first day")
    to_on: Day = Field(description="The last day")
    business: Id = Field("", description="Who sends it; with `currency`, the account; the latest when left out")
    currency: Currency = "JPY"


def _account(customer: Customer, given: StatementPeriod) -> statements.Account:
    if given.business:
        business = find(Business.objects.all(), given.business, field="business")
        return statements.Account(customer, business, given.currency)
    usual = customer.business or Business.objects.order_by("code")[0]
    return next(iter(statements.accounts_of(customer)), statements.Account(customer, usual, given.currency))


@router.get(
    "/customers/{customer_id}/statement",
    tags=["statements of account"],
    summary="A customer's statement of account (残高明細書) as PDF",
    openapi_extra=PDF,
)
def statement_pdf(request: HttpRequest, customer_id: str, given: Query[StatementPeriod]) -> HttpResponse:
    access.require(caller(request), INVOICES_VIEW)
    customer = find(Customer.objects.select_related("business"), customer_id)
    account = _account(customer, given)
    content = render_pdf(statements.statement_content(account, given.from_on, given.to_on))
    return HttpResponse(content, content_type="application/pdf")


@router.get(
    "/invoices/{invoice_id}/links",
    response=Paged[LinkOut],
    tags=["links"],
    summary="List the links by which a customer reads an invoice, newest first",
)
def list_links(request: HttpRequest, invoice_id: str, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), INVOICES_VIEW)
    invoice = find(Invoice.objects.all(), invoice_id)
    return page(PublicLink.objects.filter(invoice=invoice), given, order=("-created_at", "-id"))


@router.post(
    "/invoices/{invoice_id}/links/closure", response=ClosedOut, tags=["links"], summary="Close every link to an invoice"
)
def close_every_link(request: HttpRequest, invoice_id: str) -> dict[str, int]:
    invoice = find(Invoice.objects.all(), invoice_id)
    return {"closed_count": close_links(invoice, by=caller(request))}


@router.post("/links/{link_id}/closure", response=LinkOut, tags=["links"], summary="Close one link")
def close_one(request: HttpRequest, link_id: str) -> PublicLink:
    link = find(PublicLink.objects.select_related("invoice"), link_id)
    close_link(link, by=caller(request))
    link.refresh_from_db()
    return link
