"""What documents need beside amounts: the sender's terms, the sender as issued, receipts, links for customers."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.access.models import Business
from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models import Customer


class BusinessTerms(Owned):
    """What a business prints on its invoices and how it sends them.

    `banks` is a list of `documents.BankDetails` as plain values; `link_days` is how long a mailed link opens the
    document, 0 for ever.
    """

    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    banks: Any = models.JSONField(default=list)
    payment_note = models.CharField(max_length=300, default="", blank=True)
    remarks = models.CharField(max_length=500, default="", blank=True)
    carries_balance = models.BooleanField(default=False)
    uses_credits = models.BooleanField(default=False)
    mail_subject = models.CharField(max_length=120, default="", blank=True)
    mail_text = models.TextField(default="", blank=True)
    link_days = models.PositiveSmallIntegerField(default=365)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "business"], name="invoices_terms_once")]


class IssuerVersion(Owned):
    """The sender as it stood on documents: name, registration number, address, bank accounts, logo and seal."""

    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    fingerprint = models.BinaryField(max_length=32)
    content: Any = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "fingerprint"], name="invoices_issuer_once")]


class PublicLink(Owned):
    """A link by which a customer reads one invoice without signing in; only the secret's hash is kept.

    It opens through `valid_until`, or for ever without one, unless somebody closed it before.
    """

    PREFIX = "lnk"

    invoice = OwnedForeignKey("invoices.Invoice", related_name="links", db_index=False)
    hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened_count = models.IntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "hash"], name="invoices_link_hash")]
        indexes = [models.Index(fields=["organization", "invoice"], name="invoices_link_invoice")]


class Receipt(Owned):
    """A receipt (領収書). A second copy carries the mark 再発行; the number stays.

    When the money is taken back, the receipt is cancelled (取消) and stays in its series.
    """

    PREFIX = "rct"

    number = models.CharField(max_length=40)
    series = OwnedForeignKey("invoices.NumberSeries", related_name="+", db_index=False)
    series_period = models.IntegerField()
    sequence = models.IntegerField()
    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    customer = OwnedForeignKey(Customer, related_name="+", db_index=False)
    invoice = OwnedForeignKey("invoices.Invoice", null=True, related_name="receipts", db_index=False)
    issuer = OwnedForeignKey(IssuerVersion, related_name="+", db_index=False)
    issued_on = models.DateField()
    received_on = models.DateField()
    currency = models.CharField(max_length=3, default="JPY")
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    purpose = models.CharField(max_length=80, default="", blank=True)
    method = models.CharField(max_length=40, default="", blank=True)
    on_paper = models.BooleanField(default=False)
    stamp_duty_minor = models.BigIntegerField(default=0)
    snapshot: Any = models.JSONField(default=dict)
    handed_out_at = models.DateTimeField(null=True)
    reissued_count = models.SmallIntegerField(default=0)
    document = OwnedForeignKey(StoredFile, null=True, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=120, default="", blank=True)
    cancelled_because = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="invoices_receipt_number"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="invoices_receipt_positive"),
        ]
        indexes = [
            models.Index(fields=["organization", "invoice"], name="invoices_receipt_invoice"),
            models.Index(fields=["organization", "-issued_on", "-id"], name="invoices_receipt_recent"),
        ]


class DeliveryNote(Owned):
    """A delivery note (納品書) as it was handed out, with its file. What is later invoiced may differ. Append-only.

    `sales` are the keys of the lines it names; `invoice` is their document where they were invoiced already.
    """

    PREFIX = "dln"

    number = models.CharField(max_length=40, null=True)
    series = OwnedForeignKey("invoices.NumberSeries", null=True, related_name="+", db_index=False)
    series_period = models.IntegerField(null=True)
    sequence = models.IntegerField(null=True)
    business = OwnedForeignKey(Business, related_name="+", db_index=False)
    customer = OwnedForeignKey(Customer, related_name="+", db_index=False)
    invoice = OwnedForeignKey("invoices.Invoice", null=True, related_name="+", db_index=False)
    issued_on = models.DateField()
    currency = models.CharField(max_length=3, default="JPY")
    total_minor = models.BigIntegerField()
    sales: Any = models.JSONField()
    document = OwnedForeignKey(StoredFile, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"],
                condition=models.Q(number__isnull=False),
                name="invoices_delivery_number",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-issued_on", "-id"], name="invoices_delivery_recent"),
            models.Index(
                fields=["organization", "invoice"],
                condition=models.Q(invoice__isnull=False),
                name="invoices_delivery_invoice",
            ),
        ]


class FormerName(Owned):
    """A name that documents were issued to before the customer was called otherwise, so that it is still found.

    `key` is the name as it is compared: without width, case and spaces.
    """

    customer = OwnedForeignKey(Customer, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "customer", "name"], name="invoices_formername_once")
        ]
