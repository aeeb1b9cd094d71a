"""Documents on paper: what an issued document says, as content for the page and for the PDF alike.

Screen and PDF read the same `DocumentContent`, so they cannot differ. A PDF is made at first need and then kept by its
hash; it is made of what was issued (snapshot, issuer version, immutable lines), so it does not matter when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from tokui.catalog.tax import TaxKind
from tokui.core import files
from tokui.core.models import StoredFile
from tokui.core.money import EXPONENTS
from tokui.customers.models import ContactPerson, Customer
from tokui.invoices.documents import (
    Addressee,
    BankDetails,
    CarriedBalance,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Honorific,
    Issuer,
    Language,
    RateRow,
    ReceiptTerms,
    Withholding,
    render_many,
    render_pdf,
)
from tokui.invoices.documents.words import words_in
from tokui.invoices.issuers import issuer_of
from tokui.invoices.models import Invoice, InvoiceTax, Receipt, SaleLine
from tokui.invoices.refused import InvoiceNotIssued
from tokui.invoices.tax import RateTotal
from tokui.invoices.totals import totals_of


def content_of(invoice: Invoice) -> DocumentContent:
    """What a document says: as issued, or for a draft as it would be issued now."""
    return contents_of([invoice])[0]


def contents_of(invoices: Sequence[Invoice]) -> list[DocumentContent]:
    """The contents of a set of documents, read in a constant number of statements; pictures are read once."""
    found = list(
        Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices])
        .select_related("customer", "business", "issuer", "corrects")
        .annotate(reversed_by=_reversal_number())
        .order_by("pk")
    )
    by_key = {invoice.pk: invoice for invoice in found}
    lines: dict[UUID | None, list[SaleLine]] = {}
    for line in SaleLine.objects.filter(invoice__in=list(by_key)).order_by("sold_on", "id"):
        lines.setdefault(line.invoice_id, []).append(line)
    taxes: dict[UUID, list[InvoiceTax]] = {}
    for tax in InvoiceTax.objects.filter(invoice__in=list(by_key)).order_by("-rate_bp", "tax_kind"):
        taxes.setdefault(tax.invoice_id, []).append(tax)
    pictures: dict[str, bytes] = {}
    return [_content(by_key[one.pk], lines.get(one.pk, []), taxes.get(one.pk, []), pictures) for one in invoices]


def _reversal_number() -> Subquery:
    """The number of the document by which a voided one was reversed: the last that corrects it."""
    notes = Invoice.objects.filter(corrects=OuterRef("pk"), state=Invoice.State.ISSUED)
    return Subquery(notes.order_by("-issued_at", "-id").values("number")[:1])


def _content(
    invoice: Invoice, lines: list[SaleLine], taxes: list[InvoiceTax], pictures: dict[str, bytes]
) -> DocumentContent:
    snapshot = _snapshot(invoice)
    sender = invoice.issuer.content if invoice.issuer else issuer_of(invoice.business).content
    rates = _rates(invoice, lines, taxes)
    kind = DocumentKind.CREDIT_NOTE if invoice.kind == Invoice.Kind.CREDIT_NOTE else DocumentKind.INVOICE
    days = sorted(line.sold_on for line in lines)
    lang = language(snapshot)
    return DocumentContent(
        kind=kind,
        number=invoice.number or "",
        issued_on=invoice.issued_on,
        issuer=issuer_content(sender, pictures),
        addressee=addressee(snapshot),
        lang=lang,
        lines=tuple(document_line(line) for line in lines),
        rates=rates,
        net_minor=invoice.net_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
        currency=invoice.currency,
        currency_decimals=EXPONENTS[invoice.currency],
        subject=invoice.subject,
        period=(invoice.period_from, invoice.closing_on) if invoice.period_from and invoice.closing_on else None,
        due_on=invoice.due_on if kind is DocumentKind.INVOICE else None,
        banks=_banks(sender) if kind is DocumentKind.INVOICE else (),
        payment_note=str(sender.get("payment_note", "")),
        carried=_carried(snapshot),
        withholding=Withholding(invoice.net_minor, invoice.withholding_minor) if invoice.withholding_minor else None,
        credited_minor=int(snapshot.get("credited", 0)),
        original_number=(invoice.corrects.number or "") if invoice.corrects else "",
        original_period=(days[0], days[-1]) if invoice.corrects and days else None,
        mark=_mark(invoice, lang),
        remarks=invoice.remarks or str(sender.get("remarks", "")),
    )


def _mark(invoice: Invoice, lang: Language) -> str:
    """What a document that is not, or no longer, valid says of itself."""
    words = words_in(lang)
    if invoice.state == Invoice.State.DRAFT:
        return words.draft
    if invoice.state != Invoice.State.VOID:
        return ""
    number = getattr(invoice, "reversed_by", "")
    return words.void_by.format(number=number) if number else words.void


def _snapshot(invoice: Invoice) -> dict[str, Any]:
    if invoice.state != Invoice.State.DRAFT and invoice.snapshot:
        return dict(invoice.snapshot)
    return {**addressee_now(invoice.customer), **(invoice.snapshot or {})}


def addressee_now(customer: Customer) -> dict[str, Any]:
    """How a customer would be addressed today, in the snapshot's form."""
    person = ContactPerson.objects.filter(customer=customer, takes_documents=True).first()
    return {
        "name": customer.name,
        "kind": customer.kind,
        "honorific": customer.honorific,
        "language": customer.document_language,
        "postal_code": customer.postal_code,
        "address": customer.address,
        "department": f"{person.department} {person.title}".strip() if person else "",
        "person": person.name if person else "",
    }


HONORIFICS = {"onchu": Honorific.ONCHU, "sama": Honorific.SAMA, "none": Honorific.NONE}


def addressee(snapshot: dict[str, Any]) -> Addressee:
    """Whom a document addresses: 様 for a person and 御中 for an organization, unless the customer is called otherwise."""
    usual = Honorific.SAMA if snapshot.get("kind") == Customer.Kind.PERSON else Honorific.ONCHU
    said = {name: str(snapshot.get(name, "")) for name in ("name", "postal_code", "address", "department", "person")}
    return Addressee(
        said["name"],
        HONORIFICS.get(str(snapshot.get("honorific", "")), usual),
        said["postal_code"],
        (said["address"],) if said["address"] else (),
        said["department"],
        said["person"],
    )


def language(snapshot: dict[str, Any]) -> Language:
    return "en" if snapshot.get("language") == "en" else "ja"


def issuer_content(content: dict[str, Any], pictures: dict[str, bytes]) -> Issuer:
    return Issuer(
        name=content["name"],
        trade_name=_trade_name(content),
        registration_number=content.get("registration_number", ""),
        postal_code=content.get("postal_code", ""),
        address=tuple(part for part in (content.get("address", ""),) if part),
        phone=content.get("phone", ""),
        email=content.get("email", ""),
        logo=_picture(content.get("logo", ""), pictures),
        seal=_picture(content.get("seal", ""), pictures),
    )


def _trade_name(content: dict[str, Any]) -> str:
    """屋号, where it says more than the name of the registered seller."""
    name = str(content.get("trade_name", ""))
    return "" if name == content["name"] else name


def _picture(key: str, pictures: dict[str, bytes]) -> bytes | None:
    if not key:
        return None
    if key not in pictures:
        pictures[key] = files.read(StoredFile.objects.get(pk=key))
    return pictures[key]


def _banks(content: dict[str, Any]) -> tuple[BankDetails, ...]:
    return tuple(BankDetails(**bank) for bank in content.get("banks", []))


def _carried(snapshot: dict[str, Any]) -> CarriedBalance | None:
    if "carried_previous" not in snapshot:
        return None
    names = ("carried_previous", "carried_received", "carried_adjusted")
    return CarriedBalance(*(int(snapshot.get(name, 0)) for name in names))


def document_line(line: SaleLine) -> DocumentLine:
    return DocumentLine(
        description=line.description,
        amount_minor=line.amount_minor,
        kind=TaxKind(line.tax_kind),
        rate=line.rate_bp,
        tax_included=line.tax_included,
        on=line.sold_on,
        quantity_milli=line.quantity_milli,
        unit=line.unit,
        unit_price_minor=line.unit_minor,
    )


def _rates(invoice: Invoice, lines: list[SaleLine], taxes: list[InvoiceTax]) -> tuple[RateRow, ...]:
    if invoice.state == Invoice.State.DRAFT:
        return RateRow.rows_of(totals_of(lines, invoice.tax_rounding).per_rate)
    totals = [
        RateTotal(
            TaxKind(tax.tax_kind),
            tax.rate_bp,
            tax.net_minor,
            tax.tax_minor,
            tax.net_minor + tax.tax_minor,
            tax.tax_included,
        )
        for tax in taxes
    ]
    return RateRow.rows_of(totals)


@transaction.atomic
def pdf_of(invoice: Invoice) -> StoredFile:
    """The PDF of an issued document, made at first need and from then on the same bytes: as it was issued."""
    if invoice.state == Invoice.State.DRAFT:
        raise InvoiceNotIssued
    if invoice.document_id:
        return StoredFile.objects.get(pk=invoice.document_id)
    content = replace(content_of(invoice), mark="")
    file = files.store(render_pdf(content), name=f"{invoice.number}.pdf", content_type="application/pdf")
    Invoice.objects.filter(pk=invoice.pk, document=None).update(document=file)
    invoice.document = file
    return file


def shown_pdf(invoice: Invoice) -> bytes:
    """The PDF that is handed out: the original, or where a document is a draft or void, one that says so."""
    if invoice.state == Invoice.State.ISSUED:
        return files.read(pdf_of(invoice))
    return render_pdf(content_of(invoice))


def print_pdf(invoices: Sequence[Invoice]) -> bytes:
    """Many documents in one PDF, for windowed envelopes, without drafts. Some hundred at most."""
    issued = [invoice for invoice in invoices if invoice.state != Invoice.State.DRAFT]
    if not issued:
        raise InvoiceNotIssued
    return render_many(contents_of(issued))


def receipt_content(receipt: Receipt, *, reissued: bool) -> DocumentContent:
    """What a receipt says; a copy that is given again carries 再発行."""
    return DocumentContent(
        kind=DocumentKind.RECEIPT,
        number=receipt.number,
        issued_on=receipt.issued_on,
        issuer=issuer_content(receipt.issuer.content, {}),
        addressee=addressee(receipt.snapshot),
        rates=_receipt_rates(receipt),
        net_minor=receipt.amount_minor - receipt.tax_minor,
        tax_minor=receipt.tax_minor,
        total_minor=receipt.amount_minor,
        currency=receipt.currency,
        currency_decimals=EXPONENTS[receipt.currency],
        receipt=ReceiptTerms(
            received_on=receipt.received_on,
            purpose=receipt.purpose,
            method=receipt.method,
            reissued=reissued,
            on_paper=receipt.on_paper,
            stamp_duty_minor=receipt.stamp_duty_minor,
        ),
        lang=language(receipt.snapshot),
        mark=words_in(language(receipt.snapshot)).void if receipt.cancelled_at else "",
    )


def _receipt_rates(receipt: Receipt) -> tuple[RateRow, ...]:
    return tuple(
        RateRow(TaxKind(kind), int(rate), int(base), int(tax), bool(included))
        for kind, rate, base, tax, included in receipt.snapshot.get("rates", [])
    )


def delivery_content(sales: Sequence[SaleLine], on: date) -> DocumentContent:
    """A delivery note (納品書) for sales of one customer and business."""
    lines = sorted(sales, key=lambda line: (line.sold_on, line.pk))
    first = lines[0]
    totals = totals_of(lines, first.customer.tax_rounding)
    return DocumentContent(
        kind=DocumentKind.DELIVERY_NOTE,
        number="",
        issued_on=on,
        issuer=issuer_content(issuer_of(first.business).content, {}),
        addressee=addressee(addressee_now(first.customer)),
        lines=tuple(document_line(line) for line in lines),
        rates=RateRow.rows_of(totals.per_rate),
        net_minor=totals.net_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        currency=first.currency,
        currency_decimals=EXPONENTS[first.currency],
    )
