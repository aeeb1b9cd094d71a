"""Files of sale lines or opening receivables on their way in."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.importing.models import TableImport, TableImportRow, TableMapping
from tokui.core.tenancy import OwnedForeignKey


class SaleImportMapping(TableMapping):
    """How the columns of files of sales or receivables with the same headings lie."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "signature"], name="invoices_mapping_once")
        ]


class SaleImport(TableImport):
    """One file of sale lines (`sales`) or of receivables from the old system (`openings`)."""

    class Kind(models.TextChoices):
        SALES = "sales"
        OPENINGS = "openings"

    kind: Any = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SALES)
    late_count = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "kind", "-created_at", "-id"], name="invoices_import_recent"),
            models.Index(fields=["organization", "parcel"], name="invoices_import_parcel"),
        ]


class SaleImportRow(TableImportRow):
    """A row of sales or receivables that must be told; when an import was taken back, also a line that stayed."""

    batch = OwnedForeignKey(SaleImport, related_name="rows", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "batch", "id"], name="invoices_import_rows")]
