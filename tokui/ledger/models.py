"""The books: entries and postings that nobody can change, months that are closed, and what other programs call them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey


class Entry(Owned):
    """One fact in the books. Append-only; a correction is an entry that `reverses` it, at most once.

    The ledger knows no customers: `customer_id` and `source_id` are plain keys that higher rooms understand.
    """

    PREFIX = "ent"

    on = models.DateField()
    kind = models.CharField(max_length=30)
    source_type = models.CharField(max_length=40)
    source_id = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    memo = models.CharField(max_length=200, default="", blank=True)
    reverses: Any = OwnedForeignKey("self", null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "reverses"],
                name="ledger_entry_reversed_once",
                condition=models.Q(reverses__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["organization", "on", "id"], name="ledger_entry_day"),
            models.Index(fields=["organization", "source_id"], name="ledger_entry_source"),
        ]


class Posting(Owned):
    """An amount that moves from one account to another: one row, so it cannot be out of balance.

    `place` counts the postings of the installation; the daily balances remember up to which place they go.
    """

    PREFIX = "pst"

    entry = OwnedForeignKey(Entry, related_name="postings", db_index=False)
    place = models.BigIntegerField(editable=False)
    on = models.DateField()
    debit = models.CharField(max_length=80)
    credit = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_posting_positive"),
            models.CheckConstraint(condition=~models.Q(debit=models.F("credit")), name="ledger_posting_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["organization", "entry"], name="ledger_posting_entry"),
            models.Index(fields=["organization", "debit", "on"], name="ledger_posting_debit"),
            models.Index(fields=["organization", "credit", "on"], name="ledger_posting_credit"),
            models.Index(fields=["organization", "place"], name="ledger_posting_place"),
        ]


class DailyTotal(Owned):
    """What one account took and gave on one day, up to the place in `Horizon`. A projection; it can be dropped."""

    account = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    on = models.DateField()
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "currency", "on"], name="ledger_dailytotal_account_day"
            )
        ]
        indexes = [models.Index(fields=["organization", "on"], name="ledger_dailytotal_day")]


class Horizon(Owned):
    """The last posting whose amount the daily totals hold."""

    place = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="ledger_horizon_one")]


class ClosedMonth(Owned):
    """A month in which nothing may be posted any more (月次締め), until someone opens it again with a reason."""

    month = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=120)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.CharField(max_length=120, default="", blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "month"],
                name="ledger_closedmonth_once",
                condition=models.Q(reopened_at__isnull=True),
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="ledger_closedmonth_first_day"),
        ]


class AccountMapping(Owned):
    """What the accounting program calls the accounts that fit a pattern: 勘定科目, 補助科目, 税区分.

    `*` in the pattern stands for one part between colons; a longer, plainer pattern wins.
    """

    PREFIX = "map"

    pattern = models.CharField(max_length=80)
    account = models.CharField(max_length=40)
    sub_account = models.CharField(max_length=40, default="", blank=True)
    tax_class = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "pattern"], name="ledger_accountmapping_pattern")
        ]


class JournalExport(Owned):
    """A journal file that was handed to an accounting program, with what it held."""

    PREFIX = "jex"

    layout = models.CharField(max_length=12)
    from_on = models.DateField()
    to_on = models.DateField()
    entry_count = models.IntegerField()
    file = OwnedForeignKey(StoredFile, related_name="+", db_index=False)
    replaced = ArrayField(models.CharField(max_length=8), default=list)
    exported_at = models.DateTimeField()
    exported_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["organization", "-exported_at"], name="ledger_export_recent")]


class ExportMark(Owned):
    """An entry that a program already has: the next export in this layout leaves it out."""

    layout = models.CharField(max_length=12)
    entry = OwnedForeignKey(Entry, related_name="+", db_index=False)
    export = OwnedForeignKey(JournalExport, related_name="marks")
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "layout", "entry"], name="ledger_exportmark_once")
        ]
