"""Sale lines and the documents that collect them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse

from tokui.access.models import Business
from tokui.catalog.models import Product, TaxKind
from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models import Customer
from tokui.invoices.models.closing import ClosingRun
from tokui.invoices.models.imports import SaleImport
from tokui.invoices.models.papers import IssuerVersion
from tokui.invoices.models.series import NumberSeries


class Rounding(models.TextChoices):
    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


class Invoice(Owned):
    """An invoice, a credit note (amounts below zero) or a receivable brought from the old system.

    Issued, it is numbered and never changes again, which a trigger holds: a correction is another document.
    What is still open is `total_minor - settled_minor`, and its sum per customer is their receivable in the books.
    `issued_on` of a draft is the day on which it is meant to be issued.
    """

    PREFIX = "inv"

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        OPENING = "opening"

    class State(models.TextChoices):
        DRAFT = "draft"
        ISSUED = "issued"
        VOID = "void"

    MOVES = {(State.DRAFT, State.ISSUED), (State.ISSUED, State.VOID)}

    number = models.CharField(max_length=40, null=True)
    series = OwnedForeignKey(NumberSeries, null=True, related_name="+", db_index=False)
    series_period = models.IntegerField(null=True)
    sequence = models.IntegerField(null=True)
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.INVOICE)
    state: Any = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    customer = OwnedForeignKey(Customer, related_name="invoices", db_index=False)
    issued_on = models.DateField()
    closing_on = models.DateField(null=True)
    period_from = models.DateField(null=True)
    closing_run = OwnedForeignKey(ClosingRun, null=True, related_name="invoices", db_index=False)
    due_on = models.DateField()
    currency = models.CharField(max_length=3, default="JPY")
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    withholding_minor = models.BigIntegerField(default=0)
    settled_minor = models.BigIntegerField(default=0)
    #: The part of `settled_minor` that came as money: what receipts may be written for.
    received_minor = models.BigIntegerField(default=0, db_default=0)
    paid_on = models.DateField(null=True)
    tax_rounding = models.CharField(max_length=7, choices=Rounding.choices, default=Rounding.DOWN)
    delivery = models.CharField(max_length=5, choices=Customer.Delivery.choices, default=Customer.Delivery.MAIL)
    subject = models.CharField(max_length=120, default="", blank=True)
    remarks = models.CharField(max_length=500, default="", blank=True)
    withholds = models.BooleanField(default=False)
    corrects: Any = OwnedForeignKey("self", null=True, related_name="corrections", db_index=False)
    issuer = OwnedForeignKey(IssuerVersion, null=True, related_name="+", db_index=False)
    snapshot: Any = models.JSONField(null=True)
    document = OwnedForeignKey(StoredFile, null=True, related_name="+", db_index=False)
    entry_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, default="", blank=True)
    #: The number read from its end, so that its last digits are found by index.
    number_reversed = models.GeneratedField(
        expression=Reverse("number"), output_field=models.CharField(max_length=40), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], condition=Q(number__isnull=False), name="invoices_invoice_number"
            ),
            models.UniqueConstraint(
                fields=["organization", "customer", "business", "currency", "closing_on"],
                condition=Q(closing_on__isnull=False) & ~Q(state="void"),
                name="invoices_invoice_closed_once",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True) | (~Q(state="draft") & Q(number__isnull=False)),
                name="invoices_invoice_numbered",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")), name="invoices_invoice_total"
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, settled_minor__gte=0, settled_minor__lte=F("total_minor"))
                | Q(
                    kind="credit_note",
                    total_minor__lt=0,
                    settled_minor__lte=0,
                    settled_minor__gte=F("total_minor"),
                )
                | Q(state="draft", settled_minor=0),
                name="invoices_invoice_settled",
            ),
            models.CheckConstraint(
                condition=Q(received_minor=0)
                | Q(received_minor__gt=0, received_minor__lte=F("settled_minor"), kind__in=["invoice", "opening"]),
                name="invoices_invoice_received",
            ),
            models.CheckConstraint(
                condition=Q(withholding_minor=0) | Q(currency="JPY"), name="invoices_invoice_withheld_in_yen"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "issued_on", "id"], name="invoices_by_day"),
            models.Index(fields=["organization", "customer", "issued_on", "id"], name="invoices_by_customer"),
            models.Index(fields=["organization", "total_minor", "issued_on"], name="invoices_by_amount"),
            models.Index(fields=["organization", "number_reversed"], name="invoices_by_number_end"),
            models.Index(
                fields=["organization", "customer", "due_on"],
                condition=Q(state="issued") & ~Q(settled_minor=F("total_minor")),
                name="invoices_open",
            ),
            models.Index(
                fields=["organization", "closing_run", "issued_on", "id"],
                condition=Q(closing_run__isnull=False),
                name="invoices_by_run",
            ),
            models.Index(
                fields=["organization", "corrects"], condition=Q(corrects__isnull=False), name="invoices_corrections"
            ),
        ]

    def __str__(self) -> str:
        return self.number or ""

    @property
    def open_minor(self) -> int:
        """What is still owed; below zero for a credit note that is not used up."""
        return self.total_minor - self.settled_minor

    @property
    def payable_minor(self) -> int:
        """What the document asks for: the total less the income tax withheld and the credits used on it, and with the
        balance that it carries forward."""
        said = self.snapshot or {}
        carried = said.get("carried_previous", 0) - said.get("carried_received", 0) + said.get("carried_adjusted", 0)
        return self.total_minor - self.withholding_minor - int(said.get("credited", 0)) + int(carried)


class SaleLine(Owned):
    """Something sold: it waits for the closing day or a single invoice, and once issued never changes.

    `amount_minor` is with or without tax as `tax_included` says; quantities are thousandths, rates parts of 10,000.
    """

    PREFIX = "sal"

    customer = OwnedForeignKey(Customer, related_name="sale_lines", db_index=False)
    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    product = OwnedForeignKey(Product, null=True, related_name="+", db_index=False)
    sold_on = models.DateField()
    description = models.CharField(max_length=200)
    quantity_milli = models.BigIntegerField(default=1000)
    unit = models.CharField(max_length=10, default="", blank=True)
    unit_minor = models.BigIntegerField()
    tax_included = models.BooleanField(default=False)
    tax_kind = models.CharField(max_length=12, choices=TaxKind.choices)
    rate_bp = models.IntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="JPY")
    revenue_account = models.CharField(max_length=30, default="sales")
    channel = models.CharField(max_length=30, default="", blank=True)
    region = models.CharField(max_length=30, default="", blank=True)
    invoice = OwnedForeignKey(Invoice, null=True, related_name="lines", db_index=False)
    source = models.CharField(max_length=30, default="screen")
    external_id = models.CharField(max_length=120, null=True)
    #: The file that brought it, so that the whole file can be taken back.
    created_in = OwnedForeignKey(SaleImport, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "external_id"],
                condition=Q(external_id__isnull=False),
                name="invoices_saleline_external",
            ),
            models.CheckConstraint(condition=Q(rate_bp__range=(0, 10_000)), name="invoices_saleline_rate"),
            models.CheckConstraint(
                condition=Q(amount_minor__range=(-90_000_000_000_000, 90_000_000_000_000)),
                name="invoices_saleline_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "customer", "sold_on"],
                condition=Q(invoice__isnull=True),
                name="invoices_saleline_open",
            ),
            models.Index(
                fields=["organization", "invoice"], condition=Q(invoice__isnull=False), name="invoices_saleline_invoice"
            ),
            models.Index(fields=["organization", "sold_on", "id"], name="invoices_saleline_day"),
            models.Index(
                fields=["organization", "product", "sold_on"],
                condition=Q(product__isnull=False),
                name="invoices_saleline_product",
            ),
            models.Index(
                fields=["organization", "created_in", "id"],
                condition=Q(created_in__isnull=False),
                name="invoices_saleline_import",
            ),
        ]


class InvoiceTax(Owned):
    """The sum and the tax of one kind and rate on one document, rounded once (インボイス)."""

    invoice = OwnedForeignKey(Invoice, related_name="taxes", db_index=False)
    tax_kind = models.CharField(max_length=12, choices=TaxKind.choices)
    rate_bp = models.IntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    tax_included = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice", "tax_kind", "rate_bp"], name="invoices_invoicetax_once"
            )
        ]


class CreditApplication(Owned):
    """How much of a credit note settles an invoice; below zero where that was undone. Append-only."""

    credit_note = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    invoice = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "invoice"], name="invoices_application_invoice"),
            models.Index(fields=["organization", "credit_note"], name="invoices_application_note"),
        ]


class CreditRefund(Owned):
    """What of a credit note was paid out to the customer, from which account of the books. Append-only."""

    credit_note = OwnedForeignKey(Invoice, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    on = models.DateField()
    account = models.CharField(max_length=80)
    entry_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="invoices_creditrefund_positive")]
        indexes = [models.Index(fields=["organization", "credit_note"], name="invoices_creditrefund_note")]
