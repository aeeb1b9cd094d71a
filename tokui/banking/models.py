"""What arrived: bank accounts, their statements, the immutable lines, and the deposits made of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from tokui.core.models import Parcel
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models import Customer


class BankAccount(Owned):
    """An account of ours at a bank. Money on it stands in the books under `bank:<code>`."""

    PREFIX = "acc"

    class DateBasis(models.TextChoices):
        BOOKED = "booked"  # 勘定日
        VALUE = "value"  # 起算日

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    bank_code = models.CharField(max_length=4, default="", blank=True)
    bank_name = models.CharField(max_length=60, default="", blank=True)
    branch_code = models.CharField(max_length=3, default="", blank=True)
    branch_name = models.CharField(max_length=60, default="", blank=True)
    account_type = models.CharField(max_length=1, default="1", blank=True)  # Zengin: 1 普通, 2 当座, 4 貯蓄, 9 その他
    number = models.CharField(max_length=10, default="", blank=True)
    holder = models.CharField(max_length=120, default="", blank=True)
    currency = models.CharField(max_length=3, default="JPY")
    #: The one format whose lines make deposits; "" until the first file decides it. Others only add details.
    authoritative_format = models.CharField(max_length=30, default="", blank=True)
    date_basis = models.CharField(max_length=6, choices=DateBasis.choices, default=DateBasis.BOOKED)
    #: Columns of a CSV that no connector knows, as `statements.ColumnMapping` spells them.
    mapping: Any = models.JSONField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="banking_account_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_account(self) -> str:
        return f"bank:{self.code}"


class Statement(Owned):
    """One bank file for one account: stored first, then read whole or refused whole."""

    PREFIX = "stm"

    class State(models.TextChoices):
        RECEIVED = "received"
        READ = "read"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"  # put on the wrong account: nothing of it counts any more

    class Proof(models.TextChoices):
        BALANCES = "balances"
        TOTALS = "totals"
        NONE = "none"

    MOVES = {
        (State.RECEIVED, State.READ),
        (State.RECEIVED, State.REFUSED),
        (State.REFUSED, State.RECEIVED),
        (State.READ, State.TAKEN_BACK),
        (State.READ, State.RECEIVED),  # what it shared with a file that was taken back counts as its own now
    }

    account = OwnedForeignKey(BankAccount, related_name="statements", db_index=False)
    parcel = OwnedForeignKey(Parcel, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    asked_format = models.CharField(max_length=30, default="auto")
    format = models.CharField(max_length=30, default="", blank=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    line_count = models.IntegerField(default=0)
    added_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    deposit_count = models.IntegerField(default=0)
    cancelled_count = models.IntegerField(default=0)
    enriched_count = models.IntegerField(default=0)
    #: Rows of an enriching format that have no counterpart yet, or cancellations that found nothing to cancel.
    unpaired_count = models.IntegerField(default=0)
    #: The last day covered before this file, when the balances do not continue from there.
    gap_from_on = models.DateField(null=True)
    gap_minor = models.BigIntegerField(null=True)
    deviations: Any = models.JSONField(default=list)
    refusal: Any = models.JSONField(null=True)
    #: What showed that no row is missing: balances, the counts and totals of a trailer, or nothing; "" until it is read.
    proof = models.CharField(max_length=8, choices=Proof.choices, default="", blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=120, default="", blank=True)
    taken_back_reason = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "parcel"],
                condition=~Q(state="taken_back"),
                name="banking_statement_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "account", "-to_on"], name="banking_statement_days")]


class StatementLine(Owned):
    """One row of the bank, as the bank wrote it. Append-only; twins differ by their occurrence."""

    PREFIX = "lin"

    account = OwnedForeignKey(BankAccount, related_name="lines", db_index=False)
    statement = OwnedForeignKey(Statement, related_name="lines", db_index=False)
    fingerprint = models.BinaryField(max_length=32)
    occurrence = models.IntegerField()
    number = models.IntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    direction = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    payer_raw = models.TextField(default="")
    payer_code = models.CharField(max_length=40, default="")
    bank_name = models.CharField(max_length=60, default="")
    branch_name = models.CharField(max_length=60, default="")
    text = models.TextField(default="")
    edi = models.CharField(max_length=200, default="")
    native_id = models.CharField(max_length=80, default="")
    reference = models.CharField(max_length=80, default="")
    #: The number to which the payer sent, where the file says it and it is not the account's own (振込専用口座).
    virtual_account = models.CharField(max_length=34, default="")
    balance_minor = models.BigIntegerField(null=True)
    cancels = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "fingerprint", "occurrence"], name="banking_line_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="banking_line_positive"),
            models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="banking_line_direction"),
        ]
        indexes = [
            models.Index(fields=["organization", "account", "-booked_on", "-id"], name="banking_line_days"),
            models.Index(
                fields=["organization", "account", "-booked_on"], condition=Q(cancels=True), name="banking_line_cancels"
            ),
        ]


class SetAside(Owned):
    """A person said that a cancelling line of the bank takes back none of our deposits. It is not asked about again."""

    line = OwnedForeignKey(StatementLine, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "line"], name="banking_setaside_once")]


class VirtualAccount(Owned):
    """A number of the bank's behind which our main account stands (振込専用口座): who pays into it is known by it."""

    PREFIX = "vac"

    class State(models.TextChoices):
        FREE = "free"
        ASSIGNED = "assigned"
        RESTING = "resting"  # given back: whoever still pays into it means somebody who is gone
        CLOSED = "closed"

    MOVES = {
        (State.FREE, State.ASSIGNED),
        (State.ASSIGNED, State.RESTING),
        (State.RESTING, State.FREE),
        (State.FREE, State.CLOSED),
        (State.ASSIGNED, State.CLOSED),
        (State.RESTING, State.CLOSED),
    }

    account = OwnedForeignKey(BankAccount, related_name="virtual_accounts", db_index=False)
    #: How files and the deposits name it: bank, branch and number joined by hyphens, or an IBAN alone.
    code = models.CharField(max_length=34)
    bank_code = models.CharField(max_length=4, default="", blank=True)
    branch_code = models.CharField(max_length=3, default="", blank=True)
    number = models.CharField(max_length=34)
    state = models.CharField(max_length=8, choices=State.choices, default=State.FREE)
    customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)
    #: The one invoice that is paid into it, by its number; "" where it is the customer's for all of them.
    invoice_number = models.CharField(max_length=40, default="", blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    #: Whoever had it before may still pay into it.
    former_customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="banking_virtual_code"),
            models.CheckConstraint(
                condition=Q(state="assigned", customer__isnull=False)
                | (~Q(state="assigned") & Q(customer__isnull=True)),
                name="banking_virtual_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "account", "code"], name="banking_virtual_account"),
            models.Index(fields=["organization", "number"], name="banking_virtual_number"),
            models.Index(
                fields=["organization", "customer"],
                condition=Q(customer__isnull=False),
                name="banking_virtual_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Deposit(Owned):
    """Money that arrived, by whatever way. `applied_minor` of it is used; only `apply_deposits` writes that."""

    PREFIX = "dep"

    class State(models.TextChoices):
        OPEN = "open"
        SETTLED = "settled"
        CANCELLED = "cancelled"

    class Method(models.TextChoices):
        TRANSFER = "transfer"
        CASH = "cash"
        OFFSET = "offset"  # 相殺
        NOTE = "note"  # 手形
        DENSAI = "densai"  # でんさい
        OTHER = "other"
        IMPORTED = "imported"  # a result list of a payment system that is not connected (P-20)

    account = OwnedForeignKey(BankAccount, null=True, related_name="deposits", db_index=False)
    line = OwnedForeignKey(StatementLine, null=True, related_name="+", db_index=False)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.TRANSFER)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    received_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    applied_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="JPY")
    payer_raw = models.TextField(default="")
    strict_key = models.CharField(max_length=120, default="")
    loose_key = models.CharField(max_length=120, default="")
    remitter_code = models.CharField(max_length=40, default="")
    virtual_account = models.CharField(max_length=34, default="")
    #: Why nothing may be posted for it without a person: a code of `words.HOLDS`, or "".
    hold = models.CharField(max_length=30, default="", blank=True)
    bank_name = models.CharField(max_length=60, default="")
    branch_name = models.CharField(max_length=60, default="")
    text = models.TextField(default="")
    edi = models.CharField(max_length=200, default="")
    customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)
    #: Which list of which system a method `imported` comes from, and its own id there: the same row counts once.
    source = models.CharField(max_length=40, default="")
    external_id = models.CharField(max_length=120, default="")
    debit_account = models.CharField(max_length=80)
    entry_id = models.UUIDField(null=True)
    cancelled_on = models.DateField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by_line = OwnedForeignKey(StatementLine, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "line"], name="banking_deposit_line_once"),
            models.UniqueConstraint(
                fields=["organization", "source", "external_id"],
                condition=~Q(external_id=""),
                name="banking_deposit_source_once",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="banking_deposit_positive"),
            models.CheckConstraint(
                condition=Q(applied_minor__gte=0, applied_minor__lte=F("amount_minor")), name="banking_deposit_applied"
            ),
            models.CheckConstraint(
                condition=Q(state="open", applied_minor__lt=F("amount_minor"))
                | Q(state="settled", applied_minor=F("amount_minor"))
                | Q(state="cancelled", applied_minor=0),
                name="banking_deposit_state",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "-received_on", "-id"], name="banking_deposit_state_day"),
            models.Index(fields=["organization", "-received_on", "-id"], name="banking_deposit_day"),
            models.Index(fields=["organization", "loose_key"], name="banking_deposit_loose"),
            models.Index(
                fields=["organization", "customer", "-received_on"],
                condition=Q(customer__isnull=False),
                name="banking_deposit_customer",
            ),
            models.Index(fields=["organization", "account", "received_on"], name="banking_deposit_account"),
            models.Index(
                fields=["organization", "cancelled_by_line"],
                condition=Q(cancelled_by_line__isnull=False),
                name="banking_deposit_cancelled",
            ),
        ]

    @property
    def left_minor(self) -> int:
        """What is not used yet."""
        return 0 if self.state == self.State.CANCELLED else self.amount_minor - self.applied_minor

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def counts_on(self, day: date) -> bool:
        return self.received_on <= day and (self.cancelled_on is None or self.cancelled_on > day)
