"""REST: sale lines and invoices. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_VIEW, SALES_RECORD
from tokui.catalog.models import Product
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.customers.models import Customer
from tokui.invoices import actions, api_credits, sending
from tokui.invoices.api_imports import opening_imports, sale_imports
from tokui.invoices.api_shapes import (
    CreditIn,
    InvoiceChange,
    InvoiceDetail,
    InvoiceFilter,
    InvoiceIn,
    InvoicePage,
    MailOut,
    RecordedOut,
    SaleChange,
    SaleChangedOut,
    SaleFilters,
    SaleIn,
    SaleOut,
    SalePage,
    SalesIn,
    SendIn,
    VoidIn,
)
from tokui.invoices.models import Invoice, InvoiceTax, SaleLine
from tokui.invoices.public import pdf_response
from tokui.invoices.queries import find_invoices
from tokui.invoices.recording import late_lines
from tokui.invoices.sale_queries import NONE, SaleSearch, find_sales
from tokui.ui.paging import InvalidCursor, page_of

invoices = Router(tags=["invoices"])
sales = Router(tags=["sale lines"])


@sales.get("", response=SalePage, summary="Sale lines, newest first")
def list_sales(request: HttpRequest, given: Query[SaleFilters]) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    search = SaleSearch(
        from_on=given.sold_from,
        to_on=given.sold_to,
        customer_id=_key(given.customer, "cus", "customer") if given.customer else None,
        product=given.product if given.product in ("", NONE) else _key(given.product, "prd", "product"),
        business_id=_key(given.business, "biz", "business") if given.business else None,
        channel=given.channel,
        region=given.region,
        is_waiting=given.waiting,
        import_id=_key(given.sale_import, "imp", "sale_import") if given.sale_import else None,
    )
    page = _page(find_sales(search), ("-sold_on", "-id"), given.cursor, given.limit)
    return {"data": [_sale(row) for row in page.rows], "next_cursor": page.next_cursor or None}


@sales.post("", response={201: RecordedOut}, summary="Record sales, all or none")
def record(request: HttpRequest, given: SalesIn) -> Status[Any]:
    recorded = actions.record_sales([_new_sale(one) for one in given.sales], by=_by(request))
    late = [_late(one) for one in recorded.late]
    ids = [public_id("sal", key) for key in recorded.ids]
    return Status(201, {"ids": ids, "known_count": recorded.known_count, "late": late})


@sales.get("/{key}", response=SaleOut, summary="One sale line")
def get_sale(request: HttpRequest, key: str) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    return _sale(_line_of(key))


@sales.patch("/{key}", response=SaleChangedOut, summary="Change a sale that is not on an issued invoice")
def change_sale(request: HttpRequest, key: str, given: SaleChange) -> dict[str, Any]:
    line = actions.change_sale(_line_of(key), _changed_sale(_line_of(key), given), by=_by(request))
    late = [_late(one) for one in late_lines([line.pk])] if line.invoice_id is None else []
    return {**_sale(line), "late": late[0] if late else None}


@sales.delete("/{key}", response={204: None}, summary="Take back a sale that is not invoiced")
def delete_sale(request: HttpRequest, key: str) -> Status[Any]:
    access.require(_by(request), SALES_RECORD)
    actions.delete_sale(_line_of(key), by=_by(request))
    return Status(204, None)


@invoices.get("", response=InvoicePage, summary="Invoices and credit notes, newest first")
def list_invoices(request: HttpRequest, given: Query[InvoiceFilter]) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    _text(given.number)
    page = _page(find_invoices(given.search()), ("-issued_on", "-id"), given.cursor, given.limit)
    return {"data": [_invoice(row) for row in page.rows], "next_cursor": page.next_cursor or None}


@invoices.post("", response={201: InvoiceDetail}, summary="Draft an invoice, and issue it if asked")
def create(request: HttpRequest, given: InvoiceIn) -> Status[Any]:
    by = _by(request)
    terms = actions.InvoiceTerms(
        issued_on=given.issued_on,
        due_on=given.due_on,
        business_id=_existing(Business, given.business, Business.PREFIX, "business"),
        subject=_text(given.subject),
        remarks=_text(given.remarks),
        withholds=given.withholds,
        delivery=given.delivery,
    )
    if given.sale_lines:
        keys = [_key(one, "sal", "sale_lines") for one in given.sale_lines]
        draft = actions.draft_from_sales(keys, terms=terms, by=by)
    else:
        if not given.customer:
            raise Invalid(field="customer", reason=_("Say whom to invoice."))
        customer = _key(given.customer, "cus", "customer")
        draft = actions.draft_invoice(customer, [_new_sale(one) for one in given.sales], terms=terms, by=by)
    if given.issue:
        actions.issue_invoice(draft, by=by)
    return Status(201, _detail(draft))


@invoices.patch("/{key}", response=InvoiceDetail, summary="Change a draft")
def change(request: HttpRequest, key: str, given: InvoiceChange) -> dict[str, Any]:
    draft, told = _invoice_of(key), given.dict(exclude_unset=True, exclude={"sales", "sale_lines"})
    names = ("issued_on", "due_on", "subject", "remarks", "withholds", "delivery")
    terms = {name: getattr(draft, name) for name in names} | {
        name: _text(value) if isinstance(value, str) else value for name, value in told.items() if value is not None
    }
    changed = actions.change_draft(
        draft,
        sales=[_new_sale(one) for one in given.sales] if given.sales is not None else None,
        line_ids=[_key(one, "sal", "sale_lines") for one in given.sale_lines] if given.sale_lines is not None else None,
        terms=actions.InvoiceTerms(**terms),
        by=_by(request),
    )
    return _detail(changed)


@invoices.get("/{key}", response=InvoiceDetail, summary="One invoice with its lines and taxes")
def get_invoice(request: HttpRequest, key: str) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    return _detail(_invoice_of(key))


@invoices.get(
    "/{key}/pdf",
    summary="The document as PDF",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def get_pdf(request: HttpRequest, key: str) -> HttpResponse:
    access.require(_by(request), INVOICES_VIEW)
    return pdf_response(_invoice_of(key))


@invoices.post("/{key}/issue", response=InvoiceDetail, summary="Issue a draft")
def issue(request: HttpRequest, key: str) -> dict[str, Any]:
    return _detail(actions.issue_invoice(_invoice_of(key), by=_by(request)))


@invoices.delete("/{key}", response={204: None}, summary="Delete a draft")
def delete(request: HttpRequest, key: str) -> Status[Any]:
    actions.delete_draft(_invoice_of(key), by=_by(request))
    return Status(204, None)


@invoices.post("/{key}/void", response=InvoiceDetail, summary="Void by a reversing document, which is answered")
def void(request: HttpRequest, key: str, given: VoidIn) -> dict[str, Any]:
    note = actions.void_invoice(
        _invoice_of(key), reason=_text(given.reason), reopens_sales=given.reopens_sales, by=_by(request)
    )
    return _detail(note)


@invoices.post("/{key}/credit_notes", response={201: InvoiceDetail}, summary="Give back all or some lines")
def credit(request: HttpRequest, key: str, given: CreditIn) -> Status[Any]:
    lines = None
    if given.lines is not None:
        lines = [
            actions.CreditLine(_key(one.line, "sal", "line"), one.quantity_milli, one.amount_minor)
            for one in given.lines
        ]
    note = actions.credit_invoice(_invoice_of(key), lines, reason=_text(given.reason), by=_by(request))
    return Status(201, _detail(note))


@invoices.post("/{key}/sending", response={202: MailOut}, summary="Send by mail")
def send(request: HttpRequest, key: str, given: SendIn) -> Status[Any]:
    mail = sending.send_invoice(_invoice_of(key), to=given.to, by=_by(request))
    return Status(202, {"mail": mail.public_id, "to": mail.to})


def _by(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _page(rows: Any, order: tuple[str, ...], cursor: str, limit: int) -> Any:
    try:
        return page_of(rows, order=order, after=cursor, size=limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not one of ours.")) from trouble


def _key(text: str, prefix: str, field: str) -> UUID:
    try:
        return parse_public_id(text, prefix)
    except ValueError as trouble:
        raise Invalid(field=field, reason=_("This is not an id of that kind.")) from trouble


def _text(text: str) -> str:
    """PostgreSQL keeps no NUL; control characters have no place in a document."""
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise Invalid(field="text", reason=_("Control characters are not allowed."))
    return text


def _new_sale(given: SaleIn) -> actions.NewSale:
    return actions.NewSale(
        customer_id=_key(given.customer, "cus", "customer"),
        sold_on=given.sold_on,
        description=_text(given.description),
        quantity_milli=given.quantity_milli,
        unit_minor=given.unit_minor,
        amount_minor=given.amount_minor,
        product_id=_existing(Product, given.product, "prd", "product"),
        business_id=_existing(Business, given.business, "biz", "business"),
        tax_kind=given.tax_kind,
        tax_included=given.tax_included,
        currency=given.currency,
        channel=_text(given.channel) if given.channel is not None else None,
        region=_text(given.region) if given.region is not None else None,
        source="api",
        external_id=_text(given.external_id) if given.external_id else None,
    )


def _changed_sale(line: SaleLine, given: SaleChange) -> actions.NewSale:
    """The line as a sale, with what is to be different; amount and rate stay where nothing they follow from changes."""
    told = {name: value for name, value in given.dict(exclude_unset=True).items() if value is not None}
    names = ("sold_on", "description", "quantity_milli", "unit_minor", "tax_kind", "tax_included", "currency", "unit")
    kept = {name: getattr(line, name) for name in (*names, "revenue_account", "channel", "region", "product_id")}
    kept |= {"customer_id": line.customer_id, "business_id": line.business_id}
    if not {"quantity_milli", "unit_minor"} & set(told):
        kept["amount_minor"] = line.amount_minor
    if not {"sold_on", "tax_kind"} & set(told):
        kept["rate_bp"] = line.rate_bp
    for name, model in (("customer", Customer), ("product", Product), ("business", Business)):
        if name in told:
            kept[f"{name}_id"] = _existing(model, told.pop(name), model.PREFIX, name)
    return actions.NewSale(**kept | {name: _text(one) if isinstance(one, str) else one for name, one in told.items()})


def _late(late: actions.Late) -> dict[str, Any]:
    return {"id": public_id("sal", late.line_id), "sold_on": late.sold_on, "next_closing_on": late.next_closing_on}


def _existing(model: Any, text: str | None, prefix: str, field: str) -> UUID | None:
    if not text:
        return None
    key = _key(text, prefix, field)
    if not model.objects.filter(pk=key).exists():
        raise Invalid(field=field, reason=_("There is no such record here."))
    return key


def _line_of(text: str) -> SaleLine:
    return _found(SaleLine.objects.all(), text, "sal")  # type: ignore[no-any-return]


def _invoice_of(text: str) -> Invoice:
    rows = Invoice.objects.select_related("customer", "business", "issuer", "corrects")
    return _found(rows, text, "inv")  # type: ignore[no-any-return]


def _found(rows: Any, text: str, prefix: str) -> Any:
    try:
        row = rows.filter(pk=parse_public_id(text, prefix)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound
    return row


def _sale(row: SaleLine) -> dict[str, Any]:
    same = ("sold_on", "description", "quantity_milli", "unit", "unit_minor", "amount_minor", "tax_kind", "rate_bp")
    more = ("tax_included", "currency", "channel", "region", "external_id")
    return {
        **{name: getattr(row, name) for name in same + more},
        "id": row.public_id,
        "customer": public_id("cus", row.customer_id),
        "business": public_id("biz", row.business_id),
        "product": public_id("prd", row.product_id) if row.product_id else None,
        "invoice": public_id("inv", row.invoice_id) if row.invoice_id else None,
    }


def _invoice(row: Invoice) -> dict[str, Any]:
    same = ("number", "kind", "state", "issued_on", "closing_on", "due_on", "currency", "net_minor", "tax_minor")
    more = (
        "total_minor",
        "withholding_minor",
        "settled_minor",
        "open_minor",
        "paid_on",
        "subject",
        "remarks",
        "delivery",
        "sent_at",
    )
    return {
        **{name: getattr(row, name) for name in same + more},
        "id": row.public_id,
        "customer": public_id("cus", row.customer_id),
        "business": public_id("biz", row.business_id),
        "closing_run": public_id("run", row.closing_run_id) if row.closing_run_id else None,
        "corrects": public_id("inv", row.corrects_id) if row.corrects_id else None,
    }


def _detail(row: Invoice) -> dict[str, Any]:
    taxes = InvoiceTax.objects.filter(invoice=row).order_by("-rate_bp", "tax_kind")
    lines = SaleLine.objects.filter(invoice=row).order_by("sold_on", "id")
    return {**_invoice(row), "lines": [_sale(line) for line in lines], "taxes": list(taxes)}


router = Router()
router.add_router("/invoices", invoices)
router.add_router("/invoices", api_credits.router)
router.add_router("/sale_lines", sales)
router.add_router("", "tokui.invoices.api_sets.router")
router.add_router("", "tokui.invoices.api_papers.router")
router.add_router("", "tokui.invoices.api_settings.router")
router.add_router("/sale_imports", sale_imports)
router.add_router("/opening_imports", opening_imports)
