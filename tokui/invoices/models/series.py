"""Numbers of documents: gapless per series and period."""

from __future__ import annotations

from django.db import models

from tokui.access.models import Business
from tokui.core.tenancy import Owned, OwnedForeignKey


class NumberSeries(Owned):
    """How the documents of one kind and business are numbered: `INV-{year}-{number}`.

    A pattern with {year} begins anew each calendar year, one with {month} each month. Delivery notes are numbered only
    by a business that was given a series for them.
    """

    PREFIX = "ser"

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        RECEIPT = "receipt"
        DELIVERY = "delivery"

    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    pattern = models.CharField(max_length=30)
    digits = models.SmallIntegerField(default=5)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "business", "kind"], name="invoices_series_once"),
            models.UniqueConstraint(fields=["organization", "pattern"], name="invoices_series_pattern"),
            models.CheckConstraint(condition=models.Q(digits__range=(1, 9)), name="invoices_series_digits"),
        ]


class SeriesCounter(Owned):
    """The last number given out in a series and period; its row is locked by whoever takes numbers."""

    series = OwnedForeignKey(NumberSeries, related_name="counters", db_index=False)
    period = models.IntegerField(default=0)
    last_number = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "series", "period"], name="invoices_counter_once")
        ]
