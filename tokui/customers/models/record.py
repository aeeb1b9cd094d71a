"""The customer itself, and what it is found by."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from tokui.access.models import Business, User
from tokui.core.tenancy import Owned, OwnedForeignKey
from tokui.customers.models.imports import Import


class Customer(Owned):
    """A person or an organization that we sell to; `bill_to` pays, the customer itself when it is null.

    `closing_day` 31 is the month end, null means that each sale is invoiced singly. `withholds` says that they keep
    income tax back from what they pay (源泉徴収). `version` counts changes, so that
    an edited export can be told from a stale one.
    """

    PREFIX = "cus"

    class Kind(models.TextChoices):
        PERSON = "person"
        COMPANY = "company"
        SCHOOL = "school"
        GOVERNMENT = "government"
        NONPROFIT = "nonprofit"

    class Shift(models.TextChoices):
        BEFORE = "before"
        AFTER = "after"
        NONE = "none"

    class Delivery(models.TextChoices):
        MAIL = "mail"
        PAPER = "paper"
        NONE = "none"

    class TaxDisplay(models.TextChoices):
        EXCLUDED = "excluded"
        INCLUDED = "included"

    class Rounding(models.TextChoices):
        DOWN = "down"
        UP = "up"
        HALF_UP = "half_up"

    class Honorific(models.TextChoices):
        USUAL = "usual"
        ONCHU = "onchu"
        SAMA = "sama"
        NONE = "none"

    class Language(models.TextChoices):
        JA = "ja"
        EN = "en"

    code = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    kana = models.CharField(max_length=120, default="", blank=True)
    sort_kana = models.CharField(max_length=120)
    legal_form = models.CharField(max_length=10, default="", blank=True)
    corporate_number = models.CharField(max_length=13, default="", blank=True)
    registration_number = models.CharField(max_length=14, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    postal_code = models.CharField(max_length=8, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    business = OwnedForeignKey(Business, null=True, blank=True, related_name="+", db_index=False)
    owner = models.ForeignKey(User, models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False)
    bill_to = OwnedForeignKey("self", null=True, blank=True, related_name="billed_customers", db_index=False)
    closing_day = models.SmallIntegerField(null=True, blank=True)
    due_months = models.SmallIntegerField(default=1)
    due_day = models.SmallIntegerField(default=31)
    due_shift = models.CharField(max_length=6, choices=Shift.choices, default=Shift.AFTER)
    delivery = models.CharField(max_length=5, choices=Delivery.choices, default=Delivery.MAIL)
    tax_display = models.CharField(max_length=8, choices=TaxDisplay.choices, default=TaxDisplay.EXCLUDED)
    tax_rounding = models.CharField(max_length=7, choices=Rounding.choices, default=Rounding.DOWN)
    honorific = models.CharField(max_length=5, choices=Honorific.choices, default=Honorific.USUAL)
    document_language = models.CharField(max_length=2, choices=Language.choices, default=Language.JA)
    withholds = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    created_in = OwnedForeignKey(Import, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="customers_customer_code"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="customers_customer_named"),
            models.CheckConstraint(
                condition=Q(closing_day=None) | Q(closing_day__range=(1, 31)), name="customers_customer_closing"
            ),
            models.CheckConstraint(
                condition=Q(due_months__range=(0, 12), due_day__range=(1, 31)), name="customers_customer_due"
            ),
            models.CheckConstraint(condition=~Q(bill_to=F("id")), name="customers_customer_not_own_payer"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["person", "company", "school", "government", "nonprofit"],
                    due_shift__in=["before", "after", "none"],
                    delivery__in=["mail", "paper", "none"],
                    tax_display__in=["excluded", "included"],
                    tax_rounding__in=["down", "up", "half_up"],
                ),
                name="customers_customer_choices",
            ),
            models.CheckConstraint(
                condition=Q(honorific__in=["usual", "onchu", "sama", "none"], document_language__in=["ja", "en"]),
                name="customers_customer_addressed",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "sort_kana", "id"], name="customers_by_kana"),
            models.Index(fields=["organization", "business", "sort_kana", "id"], name="customers_by_business"),
            models.Index(
                fields=["organization", "owner", "sort_kana", "id"],
                condition=Q(owner__isnull=False),
                name="customers_by_owner",
            ),
            models.Index(fields=["organization", "email"], condition=~Q(email=""), name="customers_by_email"),
            models.Index(fields=["organization", "phone"], condition=~Q(phone=""), name="customers_by_phone"),
            models.Index(
                fields=["organization", "bill_to"], condition=Q(bill_to__isnull=False), name="customers_by_bill_to"
            ),
            models.Index(
                fields=["organization", "created_in", "id"],
                condition=Q(created_in__isnull=False),
                name="customers_by_import",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        return self.kind == self.Kind.PERSON

    @property
    def payer_id(self) -> Any:
        """Whose receivable an invoice of this customer is."""
        return self.bill_to_id or self.pk


class SearchEntry(Owned):
    """What a customer is found by: the text as people type it and its bigrams. The key is the customer's own.

    Read only through the definer function `customers_search`: under row security the array operators use no index.
    """

    text = models.TextField()
    grams: Any = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["organization", "grams"], name="customers_search_grams")]


class CustomerKey(Owned):
    """A key under which a payer's name on a bank statement finds this customer; derived from names and kana."""

    class Kind(models.TextChoices):
        STRICT = "strict"
        LOOSE = "loose"

    class Source(models.TextChoices):
        NAME = "name"
        KANA = "kana"
        PERSON = "person"

    customer = OwnedForeignKey(Customer, related_name="keys", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    source = models.CharField(max_length=6, choices=Source.choices)
    key = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "key", "kind", "customer"], name="customers_key_lookup"),
            models.Index(fields=["organization", "customer"], name="customers_key_customer"),
        ]


class CodeSeries(Owned):
    """The next number of the customer codes that we give out ourselves (C-00418); its row is locked while we count."""

    prefix = models.CharField(max_length=10)
    next_number = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "prefix"], name="customers_series_prefix")]
