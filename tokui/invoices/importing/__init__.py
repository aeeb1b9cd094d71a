"""Files of sales and of receivables from the old system: brought, their columns chosen, checked, taken over, undone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE, SALES_RECORD
from tokui.core import importing
from tokui.core.actors import SYSTEM, Actor
from tokui.core.tenancy import require_organization
from tokui.invoices.importing.openings import OPENINGS
from tokui.invoices.importing.sales import SALES
from tokui.invoices.models import SaleImport
from tokui.invoices.refused import SalesFileRefused
from tokui.invoices.words import table_words

__all__ = [
    "OPENINGS",
    "SALES",
    "apply_openings",
    "apply_sales",
    "check_openings",
    "check_sales",
    "choose_opening_columns",
    "choose_sale_columns",
    "import_sales_file",
    "receive_openings",
    "receive_sales",
    "undo_sales",
]


@transaction.atomic
def receive_sales(content: bytes, *, name: str, by: Actor) -> SaleImport:
    """Bring a file of sales. While it is under way, the same file again is the same import."""
    access.require(by, SALES_RECORD)
    return importing.receive(SALES, content, name=name, by=by)  # type: ignore[no-any-return]


@transaction.atomic
def check_sales(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Check a file with its proposed columns, in the background. Raises Invalid when a needed column is not found."""
    access.require(by, SALES_RECORD)
    return importing.check(SALES, batch)  # type: ignore[no-any-return]


@transaction.atomic
def choose_sale_columns(batch: SaleImport, mapping: Mapping[str, str], *, by: Actor) -> SaleImport:
    """Say which column holds what; kept for the next such file. The check begins, in the background."""
    access.require(by, SALES_RECORD)
    return importing.choose(SALES, batch, mapping)  # type: ignore[no-any-return]


@transaction.atomic
def apply_sales(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Record the sales of a checked file, in the background, batch by batch."""
    access.require(by, SALES_RECORD)
    return importing.begin(SALES, batch, by=by)  # type: ignore[no-any-return]


@transaction.atomic
def undo_sales(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Take back what a file brought: lines that are on no issued document; the others are named and stay."""
    access.require(by, SALES_RECORD)
    return importing.take_back(SALES, batch, by=by)  # type: ignore[no-any-return]


@transaction.atomic
def receive_openings(content: bytes, *, name: str, by: Actor) -> SaleImport:
    """Bring a file of receivables from the old system."""
    access.require(by, INVOICES_ISSUE)
    return importing.receive(OPENINGS, content, name=name, by=by)  # type: ignore[no-any-return]


@transaction.atomic
def check_openings(batch: SaleImport, *, by: Actor) -> SaleImport:
    """As `check_sales`."""
    access.require(by, INVOICES_ISSUE)
    return importing.check(OPENINGS, batch)  # type: ignore[no-any-return]


@transaction.atomic
def choose_opening_columns(batch: SaleImport, mapping: Mapping[str, str], *, by: Actor) -> SaleImport:
    """As `choose_sale_columns`."""
    access.require(by, INVOICES_ISSUE)
    return importing.choose(OPENINGS, batch, mapping)  # type: ignore[no-any-return]


@transaction.atomic
def apply_openings(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Bring the receivables of a checked file over as issued documents. They are voided one by one, never undone."""
    access.require(by, INVOICES_ISSUE)
    return importing.begin(OPENINGS, batch, by=by)  # type: ignore[no-any-return]


def import_sales_file(path: str | Path, *, by: Actor = SYSTEM) -> SaleImport:
    """Bring, check and record a file here and now (the `tokui sales import` command), within a scope.

    Raises SalesFileRefused when it cannot be read; refused rows are in `batch.rows`.
    """
    file = Path(path)
    batch, organization = receive_sales(file.read_bytes(), name=file.name, by=by), require_organization()
    check_sales(batch, by=by)
    importing.run_check(SALES, organization, batch.pk)
    batch.refresh_from_db()
    if batch.state == SaleImport.State.REFUSED:
        raise SalesFileRefused(reason=table_words(batch.refusal))
    if batch.state == SaleImport.State.READY:
        apply_sales(batch, by=by)
    importing.run_apply(SALES, organization, batch.pk, by)
    batch.refresh_from_db()
    return batch
