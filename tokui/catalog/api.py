"""REST: products and their dated prices. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW
from tokui.catalog import importing
from tokui.catalog.actions import (
    ProductFields,
    change_product,
    correct_price,
    create_product,
    product_fields,
    set_price,
    withdraw_price,
)
from tokui.catalog.exporting import products_file
from tokui.catalog.models import Price, Product
from tokui.catalog.queries import prices_on, rates, search_products
from tokui.catalog.words import reason_words
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.core.refused import ValueRefused
from tokui.core.tables import MEDIA_TYPES
from tokui.ui.paging import InvalidCursor, page_of
from tokui.ui.rest import LARGEST_MINOR, Currency, Day, Given, Paging, find
from tokui.ui.rest_imports import ImportDoors, import_router

router = Router(tags=["catalog"])

TaxKind = Literal["standard", "reduced", "exempt", "out_of_scope", "export"]


class ProductIn(Given):
    """A product to add."""

    model_config = {"extra": "forbid"}

    code: str = Field(max_length=30, examples=["M-01"])
    name: str = Field(max_length=120, examples=["月会費"])
    name_en: str = Field("", max_length=120)
    unit: str = Field("", max_length=10)
    revenue_account: str = Field("sales", max_length=30, description="The part behind `revenue:` in the books")
    tax_kind: TaxKind = "standard"
    business: str | None = Field(None, max_length=40, description="biz_…; null for none")
    channel: str = Field("", max_length=30)
    region: str = Field("", max_length=30)
    is_active: bool = True


class ProductChangeIn(Given):
    """Fields to change; what is left out stays as it is. `is_active: false` archives."""

    model_config = {"extra": "forbid"}

    code: str = Field("", max_length=30)
    name: str = Field("", max_length=120)
    name_en: str = Field("", max_length=120)
    unit: str = Field("", max_length=10)
    revenue_account: str = Field("", max_length=30)
    tax_kind: TaxKind = "standard"
    business: str | None = Field(None, max_length=40)
    channel: str = Field("", max_length=30)
    region: str = Field("", max_length=30)
    is_active: bool = True


class PriceIn(Given):
    """A price that holds from a day. The price of before ends on the day before."""

    model_config = {"extra": "forbid"}

    unit_minor: int = Field(
        strict=True, ge=-LARGEST_MINOR, le=LARGEST_MINOR, description="Per unit, in minor units", examples=[11000]
    )
    from_on: Day
    currency: Currency = "JPY"
    tax_included: bool = False


class PriceOut(Schema):
    id: str
    unit_minor: int
    from_on: date
    currency: str
    tax_included: bool
    product: str
    to_on: date | None = Field(description="The last day; null until further notice")


class PriceChangeIn(Given):
    """What was mistyped; the days stay."""

    model_config = {"extra": "forbid"}

    unit_minor: int = Field(0, strict=True, ge=-LARGEST_MINOR, le=LARGEST_MINOR, description="In minor units")
    tax_included: bool = False


class TaxRateOut(Schema):
    """A rate in parts of 10,000 (10 % is 1000), both days included; `to_on` null means until further notice."""

    kind: TaxKind
    rate_bp: int
    from_on: date
    to_on: date | None


class TaxRateList(Schema):
    data: list[TaxRateOut]


class ProductOut(Schema):
    id: str
    code: str
    name: str
    name_en: str
    unit: str
    revenue_account: str
    tax_kind: TaxKind
    business: str | None
    channel: str
    region: str
    is_active: bool
    price: PriceOut | None = Field(description="The price in yen that holds today")
    created_at: datetime


class ProductList(Schema):
    data: list[ProductOut]
    next_cursor: str | None


class PriceList(Schema):
    data: list[PriceOut]
    next_cursor: str | None


class ProductFilters(Paging):
    """Conditions of the list; the same as on the page."""

    q: str = Field("", max_length=200, description="Words in the code or the name")
    business: str = Field("", max_length=40)
    active: Literal["yes", "no", "all"] = "yes"


@router.get("/products", response=ProductList, summary="List products")
def list_products(request: HttpRequest, filters: Query[ProductFilters]) -> dict[str, Any]:
    access.require(_actor(request), INVOICES_VIEW)
    rows = search_products(filters.q)
    if filters.active != "all":
        rows = rows.filter(is_active=filters.active == "yes")
    if filters.business:
        rows = rows.filter(business_id=_key(filters.business, Business.PREFIX, "business"))
    page = _page(rows, ("code",), filters)
    return {"data": _told(list(page.rows)), "next_cursor": page.next_cursor or None}


@router.post("/products", response={201: ProductOut}, summary="Add a product")
def add_product(request: HttpRequest, product: ProductIn) -> Status[Any]:
    row = create_product(ProductFields(**_values(product.dict())), by=_actor(request))
    return Status(201, _told([row])[0])


@router.get(
    "/products/export",
    summary="All products as a file that an import reads back",
    openapi_extra={"responses": {200: {"content": {key: {} for key in MEDIA_TYPES.values()}}}},
)
def get_products_file(request: HttpRequest, format: Literal["xlsx", "csv"] = "xlsx") -> FileResponse:
    return products_file(format, by=_actor(request))


@router.get("/products/{product_id}", response=ProductOut, summary="One product")
def get_product(request: HttpRequest, product_id: str) -> dict[str, Any]:
    access.require(_actor(request), INVOICES_VIEW)
    return _told([_product(product_id)])[0]


@router.patch("/products/{product_id}", response=ProductOut, summary="Change or archive a product")
def patch_product(request: HttpRequest, product_id: str, product: ProductChangeIn) -> dict[str, Any]:
    row = _product(product_id)
    given = product_fields(row) | _values(product.dict(exclude_unset=True))
    return _told([change_product(row, ProductFields(**given), by=_actor(request))])[0]


@router.get("/products/{product_id}/prices", response=PriceList, summary="A product's prices from day to day")
def list_prices(request: HttpRequest, product_id: str, paging: Query[Paging]) -> dict[str, Any]:
    access.require(_actor(request), INVOICES_VIEW)
    page = _page(Price.objects.filter(product=_product(product_id)), ("currency", "from_on"), paging)
    return {"data": [_price(row) for row in page.rows], "next_cursor": page.next_cursor or None}


@router.post("/products/{product_id}/prices", response={201: PriceOut}, summary="Let a price hold from a day")
def add_price(request: HttpRequest, product_id: str, price: PriceIn) -> Status[Any]:
    return Status(201, _price(set_price(_product(product_id), by=_actor(request), **price.dict())))


@router.patch("/prices/{price_id}", response=PriceOut, summary="Correct a price at which nothing was sold")
def patch_price(request: HttpRequest, price_id: str, given: PriceChangeIn) -> dict[str, Any]:
    row = find(Price.objects.select_related("product"), price_id)
    wanted: dict[str, Any] = {"unit_minor": row.unit_minor, "tax_included": row.tax_included} | given.dict(
        exclude_unset=True
    )
    return _price(correct_price(row, by=_actor(request), **wanted))


@router.delete("/prices/{price_id}", response={204: None}, summary="Withdraw a price at which nothing was sold")
def delete_price(request: HttpRequest, price_id: str) -> Status[None]:
    withdraw_price(find(Price.objects.select_related("product"), price_id), by=_actor(request))
    return Status(204, None)


@router.get("/tax_rates", response=TaxRateList, summary="Rates of consumption tax with their days")
def list_tax_rates(request: HttpRequest) -> dict[str, Any]:
    access.require(_actor(request), INVOICES_VIEW)
    names = {"rate": "rate_bp", "kind": "kind", "from_on": "from_on", "to_on": "to_on"}
    known = sorted(rates(), key=lambda rate: (rate.kind, rate.from_on))
    return {"data": [{told: getattr(rate, name) for name, told in names.items()} for rate in known]}


router.add_router(
    "/product_imports",
    import_router(
        ImportDoors(
            road=importing.PRODUCTS,
            what="products",
            may_look=lambda by: access.require(by, CATALOG_EDIT),
            reason_words=reason_words,
            receive=importing.receive_products,
            choose=importing.choose_product_columns,
            apply=importing.apply_products,
        )
    ),
)


def _actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _product(key: str) -> Product:
    try:
        row = Product.objects.filter(pk=parse_public_id(key, Product.PREFIX)).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if row is None:
        raise NotFound
    return row


def _key(text: str, prefix: str, field: str) -> UUID:
    try:
        return parse_public_id(text, prefix)
    except ValueRefused as refused:
        raise Invalid(field=field, reason=_("This is not an id of that kind.")) from refused


def _page(rows: Any, order: tuple[str, ...], paging: ProductFilters | Paging) -> Any:
    try:
        return page_of(rows, order=order, after=paging.cursor, size=paging.limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not valid.")) from trouble


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What a program sent as the verbs take it: ids as keys."""
    values = {name: value for name, value in given.items() if name != "business"}
    if "business" in given:
        key = given["business"]
        values["business_id"] = _key(key, Business.PREFIX, "business") if key else None
    return values


def _told(rows: list[Product]) -> list[dict[str, Any]]:
    """Products with the price of today, in one query for all."""
    prices = prices_on([row.pk for row in rows], clock.today())
    plain = ("code", "name", "name_en", "unit", "revenue_account", "tax_kind", "channel", "region", "is_active")
    return [
        {
            **{name: getattr(row, name) for name in (*plain, "created_at")},
            "id": row.public_id,
            "business": public_id(Business.PREFIX, row.business_id) if row.business_id else None,
            "price": _price(prices[row.pk]) if row.pk in prices else None,
        }
        for row in rows
    ]


def _price(row: Price) -> dict[str, Any]:
    names = ("currency", "unit_minor", "tax_included", "from_on", "to_on")
    product = public_id(Product.PREFIX, row.product_id)
    return {"id": row.public_id, "product": product, **{name: getattr(row, name) for name in names}}
