"""REST: products and their prices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_VIEW
from tokui.catalog.actions import ProductFields, change_product, create_product, product_fields, set_price
from tokui.catalog.models import Price, Product
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.ui.paging import InvalidCursor, page_of

products = Router(tags=["products"])

Kind = Literal["standard", "reduced", "exempt", "out_of_scope", "export"]
LARGEST = 90_000_000_000_000
TEXT = r"^[^\x00-\x1f]*$"


class ProductIn(Schema):
    model_config = {"extra": "forbid"}

    code: str = Field(min_length=1, max_length=30, pattern=TEXT)
    name: str = Field(min_length=1, max_length=120, pattern=TEXT)
    name_en: str = Field("", max_length=120, pattern=TEXT)
    unit: str = Field("", max_length=10, pattern=TEXT)
    revenue_account: str = Field("sales", max_length=30, pattern=r"^[a-z0-9_-]+$")
    tax_kind: Kind = "standard"
    business: str | None = Field(None, max_length=40)
    channel: str = Field("", max_length=30, pattern=TEXT)
    region: str = Field("", max_length=30, pattern=TEXT)
    is_active: bool = True


class ProductOut(Schema):
    id: str
    code: str
    name: str
    name_en: str
    unit: str
    revenue_account: str
    tax_kind: Kind
    business: str | None
    channel: str
    region: str
    is_active: bool


class ProductPage(Schema):
    data: list[ProductOut]
    next_cursor: str | None


class PriceIn(Schema):
    model_config = {"extra": "forbid"}

    unit_minor: Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
    from_on: date
    currency: str = Field("JPY", min_length=3, max_length=3)
    tax_included: bool = False


class PriceOut(Schema):
    id: str
    unit_minor: int
    currency: str
    tax_included: bool
    from_on: date
    to_on: date | None


class PriceList(Schema):
    data: list[PriceOut]
    next_cursor: str | None = None


@products.get("", response=ProductPage, summary="Products by code")
def list_products(
    request: HttpRequest,
    code: Annotated[str, Query(max_length=30)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    rows = Product.objects.all()
    if code:
        if "\x00" in code:
            raise Invalid(field="code", reason=_("Control characters are not allowed."))
        rows = rows.filter(code=code)
    try:
        page = page_of(rows, order=("code", "id"), after=cursor, size=limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not one of ours.")) from trouble
    return {"data": [_product(row) for row in page.rows], "next_cursor": page.next_cursor or None}


@products.post("", response={201: ProductOut}, summary="Add a product")
def create(request: HttpRequest, given: ProductIn) -> Status:
    return Status(201, _product(create_product(_fields(given), by=_by(request))))


@products.get("/{key}", response=ProductOut, summary="One product")
def get_product(request: HttpRequest, key: str) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    return _product(_product_of(key))


@products.put("/{key}", response=ProductOut, summary="Change a product")
def change(request: HttpRequest, key: str, given: ProductIn) -> dict[str, Any]:
    return _product(change_product(_product_of(key), _fields(given), by=_by(request)))


@products.get("/{key}/prices", response=PriceList, summary="A product's prices, newest first")
def list_prices(request: HttpRequest, key: str) -> dict[str, Any]:
    access.require(_by(request), INVOICES_VIEW)
    return {"data": [_price(row) for row in Price.objects.filter(product=_product_of(key)).order_by("-from_on")]}


@products.post("/{key}/prices", response={201: PriceOut}, summary="Let a price hold from a day")
def add_price(request: HttpRequest, key: str, given: PriceIn) -> Status:
    return Status(201, _price(set_price(_product_of(key), **given.dict(), by=_by(request))))


def _by(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _fields(given: ProductIn) -> ProductFields:
    told = given.dict(exclude={"business"})
    return ProductFields(**told, business_id=_business(given.business))


def _business(text: str | None) -> Any:
    if not text:
        return None
    try:
        key = parse_public_id(text, "biz")
    except ValueError as trouble:
        raise Invalid(field="business", reason=_("This is not an id of that kind.")) from trouble
    if not Business.objects.filter(pk=key).exists():
        raise Invalid(field="business", reason=_("There is no such business."))
    return key


def _product_of(text: str) -> Product:
    try:
        found = Product.objects.filter(pk=parse_public_id(text, "prd")).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def _product(row: Product) -> dict[str, Any]:
    told = product_fields(row)
    business = told.pop("business_id")
    return {**told, "id": row.public_id, "business": public_id("biz", business) if business else None}


def _price(row: Price) -> dict[str, Any]:
    same = ("unit_minor", "currency", "tax_included", "from_on", "to_on")
    return {"id": row.public_id, **{name: getattr(row, name) for name in same}}
