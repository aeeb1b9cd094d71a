"""What the books call the records behind their entries: rooms of floor three and four, which the books do not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from tokui.banking.models import Deposit
from tokui.core.ids import public_id
from tokui.invoices.models import Invoice
from tokui.ledger.registry import Source, tell_sources
from tokui.payments.models import Allocation


def invoices(ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """Documents by their number."""
    rows = Invoice.objects.filter(pk__in=list(ids)).values_list("pk", "number")
    return {key: _invoice(key, number) for key, number in rows}


def deposits(ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """Money by the payer's name, as it arrived."""
    rows = Deposit.objects.filter(pk__in=list(ids)).values_list("pk", "payer_raw")
    return {
        key: Source(payer, reverse("banking:deposit", args=[public_id(Deposit.PREFIX, key)])) for key, payer in rows
    }


def allocations(ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """Allocations by the document that they settle."""
    rows = Allocation.objects.filter(pk__in=list(ids), invoice__isnull=False)
    found = rows.values_list("pk", "invoice_id", "invoice__number")
    return {key: _invoice(invoice, number) for key, invoice, number in found}


def _invoice(key: UUID, number: str | None) -> Source:
    return Source(number or "", reverse("invoices:page", args=[public_id(Invoice.PREFIX, key)]))


tell_sources("invoices.invoice", invoices)
tell_sources("banking.deposit", deposits)
tell_sources("payments.allocation", allocations)
