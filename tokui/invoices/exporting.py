"""Documents for the tax office: one archive with an index and every PDF, written while it is read.

The index has what the e-book law (電子帳簿保存法施行規則) wants to be searched by: day, amount, counterparty.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core import files
from tokui.core.actors import Actor
from tokui.core.events import emit_many
from tokui.core.tables import write_csv
from tokui.core.tenancy import organization_scope, require_organization
from tokui.invoices.events import InvoicesExported
from tokui.invoices.models import Invoice, Receipt
from tokui.invoices.papers import pdf_of
from tokui.invoices.receipts import receipt_pdf

BATCH = 50
KIND_WORDS = {
    "invoice": gettext_lazy("Invoice"),
    "credit_note": gettext_lazy("Credit note"),
    "opening": gettext_lazy("Opening receivable"),
}
STATE_WORDS = {"issued": gettext_lazy("Issued"), "void": gettext_lazy("Void")}


def zip_response(keys: Iterable[UUID], *, by: Actor, receipts: Iterable[UUID] = ()) -> StreamingHttpResponse:
    """A streamed archive of documents and receipts. It is written outside of the request's transaction, so each batch
    opens its own."""
    chosen, given = list(keys), list(receipts)
    organization = require_organization()
    if chosen or given:
        facts = InvoicesExported(len(chosen) + len(given), "tax_office")
        kind = "invoices.invoice" if chosen else "invoices.receipt"
        emit_many([facts], about=[(chosen or given)[0]], about_type=kind, by=by)
    response = StreamingHttpResponse(zip_stream(chosen, organization, given), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="invoices.zip"'
    return response


def zip_stream(keys: list[UUID], organization: UUID, receipts: Sequence[UUID] = ()) -> Iterator[bytes]:
    """The archive's bytes: PDFs first, the index last, never more than one batch in memory."""
    sink = _Sink()
    index: list[list[str | int]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for batch in batched(keys):
            with organization_scope(organization):
                for invoice in Invoice.objects.filter(pk__in=batch).select_related("customer").order_by("number"):
                    name = _file_name(invoice.issued_on, invoice.number or "", invoice.customer.name)
                    archive.writestr(name, files.read(pdf_of(invoice)))
                    index.append(_index_row(invoice, name))
                    yield sink.taken()
        for batch in batched(receipts):
            with organization_scope(organization):
                for receipt in Receipt.objects.filter(pk__in=batch).select_related("customer", "issuer"):
                    name = _file_name(receipt.issued_on, receipt.number, receipt.customer.name)
                    archive.writestr(name, files.read(receipt_pdf(receipt)))
                    index.append(_receipt_row(receipt, name))
                    yield sink.taken()
        archive.writestr("index.csv", _index(index))
        yield sink.taken()
    yield sink.taken()


def batched(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _file_name(on: date, number: str, name: str) -> str:
    return f"{on:%Y%m%d}_{_safe(number)}_{_safe(name)}.pdf"


def _receipt_row(receipt: Receipt, name: str) -> list[str | int]:
    addressee = str((receipt.snapshot or {}).get("name", receipt.customer.name))
    amounts = [receipt.amount_minor - receipt.tax_minor, receipt.tax_minor, receipt.amount_minor]
    head = [f"{receipt.issued_on:%Y-%m-%d}", receipt.number, addressee]
    return [*head, *amounts, receipt.currency, _("Receipt"), "", name]


def _index_row(invoice: Invoice, name: str) -> list[str | int]:
    addressee = str((invoice.snapshot or {}).get("name", invoice.customer.name))
    amounts = [invoice.net_minor, invoice.tax_minor, invoice.total_minor]
    heads: list[str | int] = [f"{invoice.issued_on:%Y-%m-%d}", invoice.number or "", addressee]
    words = [str(KIND_WORDS[invoice.kind]), str(STATE_WORDS[str(invoice.state)])]
    return [*heads, *amounts, invoice.currency, *words, name]


def _index(rows: list[list[str | int]]) -> bytes:
    heading = [_("Day"), _("Document number"), _("Counterparty"), _("Net"), _("Tax"), _("Total"), _("Currency")]
    target = io.BytesIO()
    write_csv(target, [[*heading, _("Kind"), _("State"), _("File")], *rows])
    return target.getvalue()


def _safe(text: str) -> str:
    """A part of a file name: no separators, no control characters, no leading dot."""
    kept = "".join("_" if letter in '\\/:*?"<>|' or not letter.isprintable() else letter for letter in text)
    return kept.strip(". ")[:60] or "_"


class _Sink(io.RawIOBase):
    """A place that the archive is written to and emptied from; it cannot be sought, so the archive streams."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        written = bytes(data)  # type: ignore[call-overload]
        self.parts.append(written)
        return len(written)

    def taken(self) -> bytes:
        content = b"".join(self.parts)
        self.parts.clear()
        return content
