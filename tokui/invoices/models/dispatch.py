"""Sets of documents that are printed or mailed at once, as work that goes on behind the page."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey


class Dispatch(Owned):
    """One order to print or mail documents (一括発送): what was chosen, how far it has come, what could not go."""

    PREFIX = "dsp"

    class How(models.TextChoices):
        PRINT = "print"
        MAIL = "mail"

    class Order(models.TextChoices):
        NUMBER = "number"
        POSTAL_CODE = "postal_code"
        CUSTOMER_CODE = "customer_code"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    MOVES = {(State.RUNNING, State.DONE)}

    how = models.CharField(max_length=5, choices=How.choices)
    order = models.CharField(max_length=13, choices=Order.choices, default=Order.NUMBER)
    state: Any = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    document_count = models.IntegerField()
    done_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-ordered_at", "-id"], name="invoices_dispatch_recent")]


class DispatchPart(Owned):
    """Some of a dispatch's documents, worked off in one transaction: one file to print, or so many mails.

    `refused` holds, per document that could not go, its number and the reason in words.
    """

    PREFIX = "dpt"

    dispatch = OwnedForeignKey(Dispatch, related_name="parts", db_index=False)
    place = models.IntegerField()
    invoices: Any = models.JSONField()
    done_count = models.IntegerField(default=0)
    refused: Any = models.JSONField(default=list)
    file = OwnedForeignKey(StoredFile, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "dispatch", "place"], name="invoices_dispatch_place")
        ]
