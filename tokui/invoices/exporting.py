"""Documents for the tax office: one archive with an index and every PDF, written while it is read.

The index has what the e-book law (電子帳簿保存法施行規則) wants to be searched by: day, amount, counterparty.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
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
from tokui.invoices.models import Invoice
from tokui.invoices.papers import pdf_of

BATCH = 50
KIND_WORDS = {
    "invoice": gettext_lazy("Invoice"),
    "credit_note": gettext_lazy("Credit note"),
    "opening": gettext_lazy("Opening receivable"),
}
STATE_WORDS = {"issued": gettext_lazy("Issued"), "void": gettext_lazy("Void")}


def zip_response(keys: Iterable[UUID], *, by: Actor) -> StreamingHttpResponse:
    """A streamed archive. It is written outside of the request's transaction, so each batch opens its own."""
    chosen = list(keys)
    organization = require_organization()
    if chosen:
        facts = InvoicesExported(len(chosen), "tax_office")
        emit_many([facts], about=[chosen[0]], about_type="invoices.invoice", by=by)
    response = StreamingHttpResponse(zip_stream(chosen, organization), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="invoices.zip"'
    return response


def zip_stream(keys: list[UUID], organization: UUID) -> Iterator[bytes]:
    """The archive's bytes: PDFs first, the index last, never more than one batch in memory."""
    sink = _Sink()
    index: list[list[str | int]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        waiting = iter(keys)
        while batch := list(islice(waiting, BATCH)):
            with organization_scope(organization):
                for invoice in Invoice.objects.filter(pk__in=batch).select_related("customer").order_by("number"):
                    name = (
                        f"{invoice.issued_on:%Y%m%d}_{_safe(invoice.number or '')}_{_safe(invoice.customer.name)}.pdf"
                    )
                    archive.writestr(name, files.read(pdf_of(invoice)))
                    index.append(_index_row(invoice, name))
                    yield sink.taken()
        archive.writestr("index.csv", _index(index))
        yield sink.taken()
    yield sink.taken()


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
