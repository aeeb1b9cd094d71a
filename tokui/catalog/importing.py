"""Lists of products from files: new ones are added, known ones changed where the list says something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import CATALOG_EDIT
from tokui.catalog.actions import ProductFields, product_fields
from tokui.catalog.events import PriceCorrected, PriceSet, ProductChanged, ProductCreated, ProductsImported
from tokui.catalog.models import Price, Product, ProductImport, ProductImportMapping, ProductImportRow
from tokui.catalog.pricing import joined
from tokui.catalog.queries import rates
from tokui.catalog.reading import VOCABULARY, WANTED, read_product
from tokui.catalog.registry import used_prices
from tokui.catalog.tax import TaxRate
from tokui.core import clock, importing
from tokui.core.actors import Actor
from tokui.core.events import emit_many
from tokui.core.importing import Judged, Road, register
from tokui.core.tables import Layout, Problem, ReadRow, Row, reason
from tokui.core.tenancy import require_organization

TEXTS = ("name", "name_en", "unit", "tax_kind", "revenue_account", "channel", "region", "is_active")


@dataclass(slots=True)
class Entry:
    """A row with the product that it means, what of it differs, and the price that it sets or corrects."""

    read: ReadRow
    product: Product | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    price: Price | None = None
    before_minor: int | None = None
    is_new: bool = False


class ProductPlanner:
    """Judges rows of a product list in order; a code that stands in it twice is refused the second time."""

    def __init__(self, held: frozenset[str]) -> None:
        self.held = set(held)
        self.seen: set[str] = set()
        self.today = clock.today()
        self.rates: tuple[TaxRate, ...] = rates()
        self.businesses = {
            "".join(word.split()): row.pk for row in Business.objects.order_by("code") for word in (row.name, row.code)
        }

    def skip(self, rows: Sequence[tuple[Layout, Row]]) -> None:
        reads = (read_product(layout, row, self.today, self.rates) for layout, row in rows)
        self.seen |= {read.values.get("code", "") for read in reads}

    def judge(self, rows: Sequence[tuple[Layout, Row]]) -> Judged:
        reads = [read_product(layout, row, self.today, self.rates) for layout, row in rows]
        codes = {read.values["code"] for read in reads if "code" in read.values}
        products = {row.code: row for row in Product.objects.filter(code__in=codes).order_by("pk").select_for_update()}
        prices = _prices(products.values())
        used = used_prices([price for some in prices.values() for price in some])
        judged = Judged()
        for read in reads:
            entry = self._entry(read, products, prices, used)
            self._settle(judged, entry)
        return judged

    def write(self, judged: Judged, batch: Any, *, by: Actor) -> Counter[str]:
        write_products(judged.work, by=by)
        return judged.counts

    def _entry(
        self,
        read: ReadRow,
        products: Mapping[str, Product],
        prices: Mapping[tuple[UUID, str], list[Price]],
        used: set[UUID],
    ) -> Entry:
        values, entry = read.values, Entry(read)
        code = values.get("code", "")
        if not code and not read.is_refused("code"):
            read.object_to("code", "missing")
        if code and code in self.seen:
            read.object_to("code", "twice_in_file", code)
        self.seen.add(code)
        told = {name: values[name] for name in TEXTS if name in values}
        word = values.get("business")
        if word:
            told["business_id"] = self.businesses.get("".join(word.split()))
            if told["business_id"] is None:
                read.object_to("business", "unknown_business", word)
        entry.product, entry.is_new = products.get(code), code not in products
        if entry.is_new and not told.get("name") and not read.is_refused("name"):
            read.object_to("name", "missing")
        if read.problems:
            return entry
        self._compare(entry, told, code)
        self._price(entry, prices, used)
        return entry

    def _compare(self, entry: Entry, told: dict[str, Any], code: str) -> None:
        if entry.product is None:
            given = replace(ProductFields(code, told["name"]), **told)
            entry.product = Product(organization_id=require_organization(), **asdict(given), created_at=clock.now())
            return
        have = product_fields(entry.product)
        entry.changes = {name: value for name, value in told.items() if have[name] != value}

    def _price(self, entry: Entry, prices: Mapping[tuple[UUID, str], list[Price]], used: set[UUID]) -> None:
        """The price of a row: nothing where it holds already, a correction of that day's, or a new one."""
        values, product = entry.read.values, entry.product
        if "price" not in values or product is None:
            return
        currency = values.get("currency", "JPY")
        held = prices.get((product.pk, currency), [])
        from_on = values.get("from_on") or (self.today if held else date(self.today.year - 1, 1, 1))
        standing = [one for one in held if one.from_on <= from_on and (one.to_on is None or from_on <= one.to_on)]
        included = values.get("tax_included", standing[0].tax_included if standing else False)
        if any((one.unit_minor, one.tax_included) == (values["price"], included) for one in standing):
            return
        same_day = next((one for one in held if one.from_on == from_on), None)
        if same_day is None:
            entry.price = Price(
                organization_id=product.organization_id,
                product=product,
                currency=currency,
                unit_minor=values["price"],
                tax_included=included,
                from_on=from_on,
            )
        elif same_day.pk in used:
            entry.read.object_to("price", "price_used", values["price"])
        else:
            entry.before_minor = same_day.unit_minor
            same_day.unit_minor, same_day.tax_included = values["price"], included
            entry.price = same_day

    def _settle(self, judged: Judged, entry: Entry) -> None:
        if entry.read.problems or entry.product is None:
            judged.refuse(entry.read.row, entry.read.problems)
        elif entry.is_new or entry.changes or entry.price:
            judged.work.append(entry)
            judged.counts["new_count" if entry.is_new else "changed_count"] += 1
        else:
            why = reason("product_known", entry.product.code)
            judged.known.append((entry.read.row, Problem("", entry.product.name[:200], why)))
            judged.counts["known_count"] += 1


def _prices(products: Any) -> dict[tuple[UUID, str], list[Price]]:
    found: dict[tuple[UUID, str], list[Price]] = {}
    for price in Price.objects.filter(product__in=list(products)).order_by("from_on"):
        found.setdefault((price.product_id, price.currency), []).append(price)
    return found


def write_products(entries: Sequence[Entry], *, by: Actor) -> None:
    """Add and change a set of products and their prices in a constant number of statements."""
    new = [entry.product for entry in entries if entry.is_new and entry.product]
    changed = [(entry.product, entry.changes) for entry in entries if entry.changes and entry.product]
    Product.objects.bulk_create(new)
    for product, changes in changed:
        for name, value in changes.items():
            setattr(product, name, value)
    names = sorted({name for _product, changes in changed for name in changes})
    if names:
        Product.objects.bulk_update([product for product, _changes in changed], names)
    _announce([ProductCreated(product.pk, product.code) for product in new], new, by)
    told = [ProductChanged(product.pk, tuple(sorted(changes))) for product, changes in changed]
    _announce(told, [product for product, _changes in changed], by)
    _write_prices(entries, by)


def _write_prices(entries: Sequence[Entry], by: Actor) -> None:
    corrected = [entry for entry in entries if entry.price and entry.before_minor is not None]
    fresh = [entry for entry in entries if entry.price and entry.before_minor is None]
    Price.objects.bulk_create([entry.price for entry in fresh if entry.price])
    if corrected:
        Price.objects.bulk_update([entry.price for entry in corrected if entry.price], ["unit_minor", "tax_included"])
    series = _prices({entry.product for entry in fresh if entry.product})
    moved = [price for prices in series.values() for price in joined(prices)]
    if moved:
        Price.objects.bulk_update(moved, ["to_on"])
    _announce([_set(entry.price) for entry in fresh if entry.price], [one.product for one in fresh], by)
    _announce([_corrected(entry) for entry in corrected], [one.product for one in corrected], by)


def _set(price: Price) -> PriceSet:
    return PriceSet(price.product_id, price.currency, price.unit_minor, price.tax_included, price.from_on)


def _corrected(entry: Entry) -> PriceCorrected:
    price = entry.price
    assert price is not None and entry.before_minor is not None
    before, after = entry.before_minor, price.unit_minor
    return PriceCorrected(price.product_id, price.currency, before, after, price.tax_included, price.from_on)


def _announce(facts: Sequence[Any], products: Sequence[Any], by: Actor) -> None:
    emit_many(facts, about=[product.pk for product in products], about_type="catalog.product", by=by)


PRODUCTS = register(
    Road(
        name="products",
        source="products",
        imports=ProductImport,
        rows=ProductImportRow,
        mappings=ProductImportMapping,
        vocabulary=VOCABULARY,
        wanted=WANTED,
        planner=ProductPlanner,
        applied=lambda batch: ProductsImported(batch.pk, batch.new_count, batch.changed_count, batch.refused_count),
    )
)


@transaction.atomic
def receive_products(content: bytes, *, name: str, by: Actor) -> ProductImport:
    """Bring a list of products. While it is under way, the same file again is the same import."""
    access.require(by, CATALOG_EDIT)
    return importing.receive(PRODUCTS, content, name=name, by=by)  # type: ignore[no-any-return]


@transaction.atomic
def check_products(batch: ProductImport, *, by: Actor) -> ProductImport:
    """Check a list with its proposed columns, in the background."""
    access.require(by, CATALOG_EDIT)
    return importing.check(PRODUCTS, batch)  # type: ignore[no-any-return]


@transaction.atomic
def choose_product_columns(batch: ProductImport, mapping: Mapping[str, str], *, by: Actor) -> ProductImport:
    """Say which column holds what; kept for the next such list. The check begins, in the background."""
    access.require(by, CATALOG_EDIT)
    return importing.choose(PRODUCTS, batch, mapping)  # type: ignore[no-any-return]


@transaction.atomic
def apply_products(batch: ProductImport, *, by: Actor) -> ProductImport:
    """Add and change the products of a checked list, in the background. What was sold keeps its price."""
    access.require(by, CATALOG_EDIT)
    return importing.begin(PRODUCTS, batch, by=by)  # type: ignore[no-any-return]
