"""What we sell: products, their dated prices, and tax rates that an organization adds to the law's."""

from __future__ import annotations

from django.db import models

from tokui.access.models import Business
from tokui.core.importing.models import TableImport, TableImportRow, TableMapping
from tokui.core.tenancy import Owned, OwnedForeignKey


class TaxKind(models.TextChoices):
    """The stored form of `catalog.tax.TaxKind`."""

    STANDARD = "standard"
    REDUCED = "reduced"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"
    EXPORT = "export"


class Product(Owned):
    """A thing or a service with a code. `revenue_account` is the account behind `revenue:` in the books."""

    PREFIX = "prd"

    code = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, default="", blank=True)
    unit = models.CharField(max_length=10, default="", blank=True)
    revenue_account = models.CharField(max_length=30, default="sales")
    tax_kind = models.CharField(max_length=12, choices=TaxKind.choices, default=TaxKind.STANDARD)
    business = OwnedForeignKey(Business, null=True, blank=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=30, default="", blank=True)
    region = models.CharField(max_length=30, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="catalog_product_code"),
            models.CheckConstraint(
                condition=models.Q(revenue_account__regex=r"^[a-z0-9_-]+$"), name="catalog_product_account"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Price(Owned):
    """What one unit costs from one day to another, both included; `to_on` null means until further notice."""

    PREFIX = "prc"

    product = OwnedForeignKey(Product, related_name="prices", db_index=False)
    currency = models.CharField(max_length=3, default="JPY")
    unit_minor = models.BigIntegerField()
    tax_included = models.BooleanField(default=False)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "product", "currency", "from_on"], name="catalog_price_from_once"
            ),
            models.CheckConstraint(
                condition=models.Q(to_on=None) | models.Q(to_on__gte=models.F("from_on")), name="catalog_price_days"
            ),
        ]


class TaxRate(Owned):
    """A rate of consumption tax that is newer than this release: a change of law is a row, not an update."""

    kind = models.CharField(max_length=12, choices=TaxKind.choices)
    rate_bp = models.IntegerField()
    from_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "from_on"], name="catalog_taxrate_once"),
            models.CheckConstraint(condition=models.Q(rate_bp__range=(0, 10_000)), name="catalog_taxrate_range"),
        ]


class ProductImportMapping(TableMapping):
    """How the columns of product lists with the same headings lie."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "signature"], name="catalog_mapping_once")
        ]


class ProductImport(TableImport):
    """One list of products on its way in."""

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="catalog_import_recent"),
            models.Index(fields=["organization", "parcel"], name="catalog_import_parcel"),
        ]


class ProductImportRow(TableImportRow):
    """A row of a product list that must be told."""

    batch = OwnedForeignKey(ProductImport, related_name="rows", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "batch", "id"], name="catalog_import_rows")]
