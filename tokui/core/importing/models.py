"""What every room keeps of its files: the import, the rows that must be told, the choice of columns."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.models import Parcel
from tokui.core.tenancy import Owned, OwnedForeignKey


class TableImport(Owned):
    """One file on its way in. `cursor` counts the data rows taken over; it moves with their effect."""

    PREFIX = "imp"

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKING = "checking"
        READY = "ready"
        APPLYING = "applying"
        APPLIED = "applied"
        REFUSED = "refused"
        UNDOING = "undoing"
        UNDONE = "undone"

    MOVES = {
        (State.UPLOADED, State.CHECKING),
        (State.READY, State.CHECKING),
        (State.REFUSED, State.CHECKING),
        (State.CHECKING, State.READY),
        (State.CHECKING, State.REFUSED),
        (State.READY, State.APPLYING),
        (State.APPLYING, State.APPLIED),
        (State.APPLIED, State.UNDOING),
        (State.UNDOING, State.UNDONE),
    }

    parcel = OwnedForeignKey(Parcel, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    state: Any = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    mapping: Any = models.JSONField(default=dict)
    headings: Any = models.JSONField(default=list)
    encoding = models.CharField(max_length=20, default="", blank=True)
    #: Groups of rows (a slip, a number) that are refused as a whole because of one of them; found by the check.
    held: Any = models.JSONField(default=list)
    row_count = models.IntegerField(default=0)
    cursor = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    reverted_count = models.IntegerField(default=0)
    kept_count = models.IntegerField(default=0)
    refusal: Any = models.JSONField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class TableImportRow(Owned):
    """A row that must be told: refused, known already, or kept when its import was taken back."""

    class Outcome(models.TextChoices):
        REFUSED = "refused"
        KNOWN = "known"
        KEPT = "kept"

    sheet = models.CharField(max_length=60, default="")
    row = models.IntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.REFUSED)
    column = models.CharField(max_length=80, default="")
    value = models.CharField(max_length=200, default="")
    reason: Any = models.JSONField(default=dict)

    class Meta:
        abstract = True


class TableMapping(Owned):
    """How the columns of files with the same headings lie: saved once, proposed the next time."""

    kind = models.CharField(max_length=12)
    signature = models.CharField(max_length=64)
    columns: Any = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        abstract = True
