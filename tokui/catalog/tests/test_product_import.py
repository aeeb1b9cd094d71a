"""Lists of products: added, changed, refused with reasons, and unchanged when our own export comes back."""

from __future__ import annotations

import io
from datetime import date

import pytest

from tokui.access.models import Business
from tokui.catalog.actions import ProductFields, create_product, set_price
from tokui.catalog.exporting import export_products
from tokui.catalog.importing import apply_products, check_products, receive_products
from tokui.catalog.models import Price, Product, ProductImport
from tokui.catalog.queries import price_on
from tokui.catalog.words import reason_words
from tokui.core import clock
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.core.models import Event


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def checked(content: str | bytes, by, name: str = "shohin.csv") -> ProductImport:
    given = content.encode() if isinstance(content, str) else content
    batch = check_products(receive_products(given, name=name, by=by), by=by)
    run_pending()
    batch.refresh_from_db()
    return batch


def applied(content: str | bytes, by, name: str = "shohin.csv") -> ProductImport:
    batch = apply_products(checked(content, by, name), by=by)
    run_pending()
    batch.refresh_from_db()
    return batch


def counts(batch: ProductImport) -> tuple[int, ...]:
    return (batch.new_count, batch.changed_count, batch.known_count, batch.refused_count)


LIST = """商品コード,商品名,単位,税区分,売上科目,単価,税込,適用開始日
A1,器 飯碗,個,標準,sales,"1,000",いいえ,2026-04-01
A2,ほうじ茶,袋,8%,tea,864,はい,2026-04-01
A3,家賃,月,非課税,rent,"50,000",,
"""


def test_a_list_adds_products_with_unit_tax_account_and_dated_price(owner):
    assert counts(checked(LIST, owner)) == (3, 0, 0, 0)
    assert not Product.objects.exists()
    batch = applied(LIST, owner)
    assert (batch.state, *counts(batch)) == ("applied", 3, 0, 0, 0)
    found = {row.code: (row.name, row.unit, row.tax_kind, row.revenue_account) for row in Product.objects.all()}
    assert found["A2"] == ("ほうじ茶", "袋", "reduced", "tea")
    assert [price_on(row.pk, date(2026, 11, 2)).unit_minor for row in Product.objects.order_by("code")] == [
        1_000,
        864,
        50_000,
    ]
    assert price_on(Product.objects.get(code="A3").pk, date(2025, 12, 1)), "without a day, sales of last year find it"
    assert Event.objects.filter(type="catalog.ProductCreated").count() == 3
    assert counts(checked(LIST, owner)) == (0, 0, 3, 0)


def test_a_known_code_is_changed_and_a_new_price_holds_from_its_day(owner):
    applied(LIST, owner)
    text = LIST.replace("器 飯碗", "器 大飯碗").replace('"1,000",いいえ,2026-04-01', '"1,100",いいえ,2026-12-01')
    assert counts(applied(text, owner)) == (0, 1, 2, 0)
    product = Product.objects.get(code="A1")
    assert product.name == "器 大飯碗"
    assert [price_on(product.pk, day).unit_minor for day in (date(2026, 11, 30), date(2026, 12, 1))] == [1_000, 1_100]
    corrected = text.replace('"1,100"', '"1,150"')
    assert counts(applied(corrected, owner)) == (0, 1, 2, 0)
    assert price_on(product.pk, date(2027, 1, 1)).unit_minor == 1_150
    told = ("catalog.ProductChanged", "catalog.PriceSet", "catalog.PriceCorrected")
    assert [Event.objects.filter(type=kind).count() for kind in told] == [1, 4, 1]
    assert find_offences() == []


def test_every_refused_row_says_where_and_why(owner):
    text = (
        "商品コード,商品名,税区分,事業,売上科目,単価,通貨\n"
        "B1,,3%,どこか,売上,abc,JPY\nB2,皿,10%,,,1.5,ZZZ\n,盆,,,,,\nB3,箸,,,,,\nB3,箸,,,,,\n"
    )
    batch = applied(text, owner)
    assert counts(batch) == (1, 0, 0, 4)
    assert [(row.row, row.column, row.reason["code"]) for row in batch.rows.order_by("pk")] == [
        (2, "F 単価", "not_a_number"),
        (2, "E 売上科目", "account_form"),
        (2, "C 税区分", "unknown_tax_kind"),
        (2, "D 事業", "unknown_business"),
        (2, "B 商品名", "missing"),
        (3, "G 通貨", "unknown_currency"),
        (4, "A 商品コード", "missing"),
        (6, "A 商品コード", "twice_in_file"),
    ]
    assert all(reason_words(row.reason) != row.reason["code"] for row in batch.rows.all())


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_our_own_export_comes_back_unchanged(owner, form):
    applied(LIST, owner)
    business = Business.objects.get()
    product = create_product(ProductFields("U1", "Tea, green", channel="web", region="北海道"), by=owner)
    set_price(product, unit_minor=1_250, from_on=date(2026, 1, 1), currency="USD", tax_included=True, by=owner)
    create_product(ProductFields("Z9", "=1+1", is_active=False, business_id=business.pk), by=owner)
    target = io.BytesIO()
    assert export_products(target, by=owner, file_format=form) == 5
    assert counts(checked(target.getvalue(), owner, f"products.{form}")) == (0, 0, 5, 0)
    assert Event.objects.filter(type="catalog.ProductsExported").count() == 1


def test_only_who_edits_the_catalog_brings_a_list(viewer, owner):
    with pytest.raises(NotPermitted):
        receive_products(LIST.encode(), name="a.csv", by=viewer)
    batch = checked(LIST, owner)
    with pytest.raises(NotPermitted):
        apply_products(batch, by=viewer)
    with pytest.raises(Invalid):
        export_products(io.BytesIO(), by=owner, file_format="pdf")
    assert not Price.objects.exists()
