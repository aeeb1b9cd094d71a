"""Files of sale lines or opening receivables on their way in."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.models import Parcel
from tokui.core.tenancy import Owned, OwnedForeignKey


class SaleImportMapping(Owned):
    """How the columns of files with the same headings lie: saved once, proposed the next time."""

    kind = models.CharField(max_length=8)
    signature = models.CharField(max_length=64)
    columns: Any = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "signature"], name="invoices_mapping_once")
        ]


class SaleImport(Owned):
    """One file of sale lines (`sales`) or of receivables from the old system (`openings`)."""

    PREFIX = "imp"

    class Kind(models.TextChoices):
        SALES = "sales"
        OPENINGS = "openings"

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        READY = "ready"
        APPLYING = "applying"
        APPLIED = "applied"
        REFUSED = "refused"

    MOVES = {
        (State.UPLOADED, State.READY),
        (State.UPLOADED, State.REFUSED),
        (State.REFUSED, State.UPLOADED),
        (State.READY, State.UPLOADED),
        (State.READY, State.APPLYING),
        (State.APPLYING, State.APPLIED),
    }

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SALES)
    parcel = OwnedForeignKey(Parcel, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    state: Any = models.CharField(max_length=8, choices=State.choices, default=State.UPLOADED)
    mapping: Any = models.JSONField(default=dict)
    headings: Any = models.JSONField(default=list)
    row_count = models.IntegerField(default=0)
    cursor = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    late_count = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    refusal: Any = models.JSONField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="invoices_import_recent")]


class SaleImportRow(Owned):
    """A refused row: where it stands, which column, what was written, and why."""

    batch = OwnedForeignKey(SaleImport, related_name="rows", db_index=False)
    sheet = models.CharField(max_length=60)
    row = models.IntegerField()
    column = models.CharField(max_length=80, default="")
    value = models.CharField(max_length=200, default="")
    reason: Any = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization", "batch", "row"], name="invoices_import_rows")]
