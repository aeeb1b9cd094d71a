"""Which money paid what: allocations, suggestions, decisions, policy, and the projection of each customer's standing."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tokui.banking.models import Deposit
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice


def default_fees() -> list[int]:
    """The transfer fees of Japanese banks in 2026, in yen."""
    return [110, 145, 220, 330, 440, 550, 660, 880]


class PaymentPolicy(Owned):
    """What an organization chooses about matching and standing; one row, made on first use.

    Amounts in yen (minor units of the organization's currency).
    """

    class FeeBearer(models.TextChoices):
        US = "us"  # the difference is our expense (支払手数料)
        PAYER = "payer"  # the difference stays open on the invoice and is collected with it

    fee_tolerances: Any = ArrayField(models.IntegerField(), default=default_fees)
    fee_bearer = models.CharField(max_length=5, choices=FeeBearer.choices, default=FeeBearer.US)
    certain_threshold = models.SmallIntegerField(default=75)
    likely_threshold = models.SmallIntegerField(default=50)
    posts_certain = models.BooleanField(default=True)
    oldest_first_settles_ties = models.BooleanField(default=False)
    learns_names = models.BooleanField(default=True)
    grace_days = models.SmallIntegerField(default=0)
    write_off_limit_minor = models.BigIntegerField(default=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="payments_policy_one"),
            models.CheckConstraint(
                condition=Q(grace_days__range=(0, 60), certain_threshold__range=(50, 99), write_off_limit_minor__gte=0)
                & Q(likely_threshold__gte=20, likely_threshold__lt=F("certain_threshold")),
                name="payments_policy_sane",
            ),
        ]

    @property
    def claims_fees(self) -> bool:
        return self.fee_bearer == self.FeeBearer.PAYER


class Allocation(Owned):
    """An amount of a deposit (or a difference, or an advance) that settles an invoice, or is held for a customer.

    `on` is the day it counts, `recorded_at` the moment we learned it; a release sets its own pair and never deletes.
    Rows of one `decision` were made together and are released together.
    """

    PREFIX = "alc"

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        FEE = "fee"  # the bank's fee that the payer took off
        DISCOUNT = "discount"  # 値引
        WRITE_OFF = "write_off"  # 貸倒
        WITHHOLDING = "withholding"  # 源泉徴収
        ADVANCE = "advance"  # 前受金
        REFUND = "refund"  # sent back

    #: Kinds that take from the deposit; the others close a difference.
    FROM_DEPOSIT = (Kind.PAYMENT, Kind.ADVANCE, Kind.REFUND)
    GIVEN_UP = (Kind.FEE, Kind.DISCOUNT, Kind.WRITE_OFF)

    decision = models.UUIDField()
    deposit = OwnedForeignKey(Deposit, null=True, related_name="allocations", db_index=False)
    invoice = OwnedForeignKey(Invoice, null=True, related_name="allocations", db_index=False)
    #: Null only of money that was sent back to somebody who is no customer.
    customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)
    #: The advance that this payment or refund uses up, when it does not come straight from the deposit.
    from_advance = OwnedForeignKey("self", null=True, related_name="uses", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.PAYMENT)
    amount_minor = models.BigIntegerField()
    #: Of an advance: how much of it paid invoices or was sent back since.
    used_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="JPY")
    on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=120)
    is_automatic = models.BooleanField(default=False)
    grade = models.CharField(max_length=8, default="", blank=True)
    reasons: Any = models.JSONField(default=list)
    memo = models.CharField(max_length=200, default="", blank=True)
    debit_account = models.CharField(max_length=80)
    credit_account = models.CharField(max_length=80)
    entry_id = models.UUIDField()
    released_on = models.DateField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_allocation_positive"),
            models.CheckConstraint(
                condition=Q(used_minor__gte=0, used_minor__lte=F("amount_minor")), name="payments_allocation_used"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advance", "refund"], invoice=None)
                | (~Q(kind__in=["advance", "refund"]) & Q(invoice__isnull=False)),
                name="payments_allocation_target",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(kind="refund", from_advance=None),
                name="payments_allocation_whose",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_on=None)
                | Q(released_at__isnull=False, released_on__isnull=False),
                name="payments_allocation_released",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "deposit"], name="payments_alc_deposit"),
            models.Index(fields=["organization", "invoice", "on"], name="payments_alc_invoice"),
            models.Index(fields=["organization", "customer", "-on", "-id"], name="payments_alc_customer"),
            models.Index(fields=["organization", "decision"], name="payments_alc_decision"),
            models.Index(fields=["organization", "-recorded_at", "-id"], name="payments_alc_recent"),
            models.Index(
                fields=["organization", "from_advance"],
                condition=Q(from_advance__isnull=False),
                name="payments_alc_advance",
            ),
            models.Index(
                fields=["organization", "customer"],
                condition=Q(kind="advance", released_at=None),
                name="payments_alc_held",
            ),
        ]

    @property
    def is_live(self) -> bool:
        return self.released_at is None

    @property
    def unused_minor(self) -> int:
        """Of an advance: what is still there for the next invoice."""
        return 0 if self.released_at else self.amount_minor - self.used_minor


class Suggestion(Owned):
    """A way to use a deposit that the matcher would not post by itself, with its reasons as facts."""

    PREFIX = "sug"

    deposit = OwnedForeignKey(Deposit, related_name="suggestions", db_index=False)
    rank = models.SmallIntegerField()
    customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)
    grade = models.CharField(max_length=8)
    score = models.SmallIntegerField()
    reasons: Any = models.JSONField(default=list)
    #: [[invoice id, amount_minor], …]
    allocations: Any = models.JSONField(default=list)
    #: [[invoice id, amount_minor], …]: what of these amounts is the tax that the payer withheld.
    withheld: Any = models.JSONField(default=list)
    fee_minor = models.BigIntegerField(default=0)
    over_minor = models.BigIntegerField(default=0)
    short_minor = models.BigIntegerField(default=0)
    rivals = models.IntegerField(default=0)
    suggested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "deposit", "rank"], name="payments_suggestion_rank")
        ]

    @property
    def leading_reason(self) -> str:
        return str(self.reasons[0]["code"]) if self.reasons else ""


class Decision(Owned):
    """What became of a deposit's best proposal: posted by itself, confirmed, changed, declined; and undone when so.

    The matcher's scorecard counts these rows. `id` is the `decision` of the allocations made.
    """

    class Outcome(models.TextChoices):
        AUTOMATIC = "automatic"
        CONFIRMED = "confirmed"
        CHANGED = "changed"
        BY_HAND = "by_hand"  # nothing was proposed
        DECLINED = "declined"

    deposit = OwnedForeignKey(Deposit, related_name="decisions", db_index=False)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    grade = models.CharField(max_length=8, default="", blank=True)
    score = models.SmallIntegerField(default=0)
    #: The code of the first reason of what was proposed.
    reason = models.CharField(max_length=40, default="", blank=True)
    #: Names and signs learned by this decision, so that undoing unlearns them.
    learned: Any = models.JSONField(default=list)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "deposit"], name="payments_decision_deposit"),
            models.Index(fields=["organization", "-at"], name="payments_decision_at"),
        ]


class Declined(Owned):
    """A person said that this deposit does not pay this invoice. It is never proposed again."""

    deposit = OwnedForeignKey(Deposit, related_name="+", db_index=False)
    invoice = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "deposit", "invoice"], name="payments_declined_once")
        ]


class PayerSign(Owned):
    """A number by which a customer's transfers are known: the bank's remitter code, or a virtual account of ours."""

    PREFIX = "sgn"

    class Kind(models.TextChoices):
        REMITTER_CODE = "remitter_code"
        VIRTUAL_ACCOUNT = "virtual_account"

    kind = models.CharField(max_length=15, choices=Kind.choices)
    value = models.CharField(max_length=40)
    customer = OwnedForeignKey(Customer, related_name="+", db_index=False)
    confirmed_by = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=120, default="", blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "value", "customer"],
                condition=Q(revoked_at=None),
                name="payments_sign_once",
            )
        ]
        indexes = [models.Index(fields=["organization", "customer"], name="payments_sign_customer")]


class InvoiceKey(Owned):
    """How an issued invoice's number may be quoted in a transfer: its digits, or the whole number when it has few."""

    invoice = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key", "invoice"], name="payments_invoicekey_once")
        ]


class Approval(Owned):
    """Something given up above the limit, waiting for someone who may approve it.

    `asked_by_id` is the person who asked, also where a program of theirs did. `is_own` marks what the only person who may
    approve decided about their own request.
    """

    PREFIX = "apr"

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"

    MOVES = {(State.WAITING, State.APPROVED), (State.WAITING, State.REFUSED)}

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    invoice = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    kind = models.CharField(max_length=11, choices=Allocation.Kind.choices)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=120)
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    is_own = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice"], condition=Q(state="waiting"), name="payments_approval_waiting"
            )
        ]
        indexes = [models.Index(fields=["organization", "state", "-asked_at"], name="payments_approval_state")]


class ReturnToDo(Owned):
    """Money that was paid twice or by mistake: to be sent back, or kept as advance."""

    PREFIX = "ret"

    class State(models.TextChoices):
        OPEN = "open"
        REFUNDED = "refunded"
        KEPT = "kept"
        DROPPED = "dropped"

    MOVES = {(State.OPEN, State.REFUNDED), (State.OPEN, State.KEPT), (State.OPEN, State.DROPPED)}

    class Why(models.TextChoices):
        PAID_TWICE = "paid_twice"
        MISTAKE = "mistake"

    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    why = models.CharField(max_length=10, choices=Why.choices)
    deposit = OwnedForeignKey(Deposit, related_name="+", db_index=False)
    customer = OwnedForeignKey(Customer, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=200, default="", blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    done_by = models.CharField(max_length=120, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "deposit"], condition=Q(state="open"), name="payments_return_open"
            )
        ]
        indexes = [models.Index(fields=["organization", "state", "-asked_at"], name="payments_return_state")]


class CustomerStanding(Owned):
    """Where each customer stands today: a projection that can be dropped and rebuilt from invoices and allocations.

    Amounts are in the organization's currency. `next_change_on` is never later than the day on which time alone
    changes the state; days overdue are counted from `oldest_due_on` when read.
    """

    customer = OwnedForeignKey(Customer, related_name="standings", db_index=False)
    state = models.CharField(max_length=11)
    open_minor = models.BigIntegerField(default=0)
    overdue_minor = models.BigIntegerField(default=0)
    advance_minor = models.BigIntegerField(default=0)
    oldest_due_on = models.DateField(null=True)
    last_paid_on = models.DateField(null=True)
    next_change_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "customer"], name="payments_standing_once")]
        indexes = [
            models.Index(fields=["organization", "state", "-open_minor", "-customer"], name="payments_standing_state"),
            models.Index(fields=["organization", "-open_minor", "-customer"], name="payments_standing_open"),
            models.Index(fields=["organization", "-overdue_minor", "-customer"], name="payments_standing_overdue"),
            models.Index(
                fields=["organization", "next_change_on"],
                condition=Q(next_change_on__isnull=False),
                name="payments_standing_next",
            ),
        ]
