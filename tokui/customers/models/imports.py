"""What came in from files: an import, its saved mapping, its rows that need telling."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from tokui.core.models import Parcel
from tokui.core.tenancy import Owned, OwnedForeignKey


class ImportMapping(Owned):
    """How the columns of one sender's files lie: saved once for each set of headings, proposed the next time.

    `headings` and `fields` are those that were there to choose from, so that what is new is proposed and what was
    ignored stays ignored.
    """

    signature = models.CharField(max_length=64)
    sender = models.CharField(max_length=120, default="", blank=True)
    columns: Any = models.JSONField(default=dict)
    headings: Any = models.JSONField(default=list)
    fields: Any = models.JSONField(default=list)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "sender", "signature"], name="customers_mapping_once")
        ]


class Import(Owned):
    """One file of customers on its way in. `cursor` counts the data rows applied; it moves with their effect."""

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
        (State.READY, State.UPLOADED),
        (State.REFUSED, State.UPLOADED),
        (State.CHECKING, State.READY),
        (State.CHECKING, State.REFUSED),
        (State.REFUSED, State.CHECKING),
        (State.READY, State.APPLYING),
        (State.APPLYING, State.APPLIED),
        (State.APPLIED, State.UNDOING),
        (State.UNDOING, State.UNDONE),
    }

    parcel = OwnedForeignKey(Parcel, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    sender = models.CharField(max_length=120, default="", blank=True)
    mapping: Any = models.JSONField(default=dict)
    headings: Any = models.JSONField(default=list)
    #: The first values under each heading, sealed with the installation's key: they are personal.
    samples = models.BinaryField(null=True)
    encoding = models.CharField(max_length=20, default="", blank=True)
    row_count = models.IntegerField(default=0)
    cursor = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    unchanged_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    conflict_count = models.IntegerField(default=0)
    reverted_count = models.IntegerField(default=0)
    kept_count = models.IntegerField(default=0)
    refusal: Any = models.JSONField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="customers_import_recent")]
        constraints = [
            models.CheckConstraint(condition=Q(cursor__gte=0), name="customers_import_cursor"),
            models.UniqueConstraint(
                fields=["organization", "parcel"],
                condition=Q(state="applying") | Q(state="undoing"),
                name="customers_import_running",
            ),
        ]


class ImportRow(Owned):
    """What becomes of a row that is neither simply new nor unchanged: changed or in conflict (with the values before and
    after), refused, or kept when its import was undone. New customers are known by `Customer.created_in`."""

    class Outcome(models.TextChoices):
        CHANGED = "changed"
        REFUSED = "refused"
        CONFLICT = "conflict"
        KEPT = "kept"
        REVERTED = "reverted"

    class Decision(models.TextChoices):
        FILE = "file"
        OURS = "ours"

    batch = OwnedForeignKey(Import, related_name="rows", db_index=False)
    sheet = models.CharField(max_length=60)
    row = models.IntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    customer_id = models.UUIDField(null=True)
    column = models.CharField(max_length=80, default="")
    value = models.CharField(max_length=200, default="")
    reason: Any = models.JSONField(default=dict)
    #: The values before and after the change, sealed with the installation's key: they are personal.
    before = models.BinaryField(null=True)
    after = models.BinaryField(null=True)
    version_after = models.IntegerField(null=True)
    #: Of a row in conflict: whose values a person chose, having seen the customer in this version.
    decision = models.CharField(max_length=4, choices=Decision.choices, default="", blank=True)
    version_seen = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "batch", "outcome", "id"], name="customers_import_rows"),
            models.Index(
                fields=["organization", "batch", "customer_id"],
                condition=~Q(decision=""),
                name="customers_import_decided",
            ),
        ]
