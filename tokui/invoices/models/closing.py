"""Closing runs (締め請求) and what they could not close."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.access.models import Business
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models import Customer


class ClosingRun(Owned):
    """One run over a closing day. Running again adds nothing twice; the counts say what this run did."""

    PREFIX = "run"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    MOVES = {(State.RUNNING, State.DONE)}

    closing_on = models.DateField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    after_customer = models.UUIDField(null=True)
    invoice_count = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    late_count = models.IntegerField(default=0)
    problem_count = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-started_at"], name="invoices_run_recent")]


class ClosingProblem(Owned):
    """A payer whose lines could not be closed, and why. The lines wait; the next run tries again."""

    PREFIX = "prb"

    customer = OwnedForeignKey(Customer, related_name="+", db_index=False)
    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    closing_on = models.DateField()
    code = models.CharField(max_length=40)
    fields: Any = models.JSONField(default=dict)
    line_count = models.IntegerField()
    amount_minor = models.BigIntegerField()
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "customer", "business", "currency"],
                condition=models.Q(resolved_at=None),
                name="invoices_problem_open_once",
            )
        ]
