"""The catalog's pages and its REST answers."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.actions import create_api_key
from tokui.access.models import User
from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW
from tokui.access.tests.world import make_member
from tokui.catalog.actions import ProductFields, create_product, set_price
from tokui.catalog.models import Price, Product, TaxRate
from tokui.catalog.queries import price_on
from tokui.catalog.words import percent

VALUES = {"code": "M-01", "name": "月会費", "tax_kind": "standard", "revenue_account": "sales"}


@pytest.fixture
def page(client, owner):
    client.force_login(User.objects.get(pk=owner.id))
    return client


def product(owner, code: str = "M-01", name: str = "月会費", **values) -> Product:
    return create_product(ProductFields(code, name, **values), by=owner)


def queries(page, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert page.get(url).status_code == 200
    return len(found)


def test_a_product_is_added_and_shown_in_the_list(page):
    answer = page.post("/products/new", VALUES)
    row = Product.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/products/{row.public_id}")
    text = page.get("/products").content.decode()
    assert "月会費" in text
    assert "未設定" in text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": ""}, "code"),
        ({"name": " "}, "name"),
        ({"revenue_account": "売上"}, "revenue_account"),
        ({"tax_kind": "gold"}, "tax_kind"),
        ({"business_id": "nonsense"}, "business_id"),
    ],
)
def test_bad_input_is_refused_at_its_field(page, changed, field):
    answer = page.post("/products/new", VALUES | changed)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Product.objects.exists()


def test_a_code_that_is_taken_is_refused_at_its_field(page, owner):
    product(owner)
    answer = page.post("/products/new", VALUES)
    assert answer.status_code == 422
    assert 'id="id_code_error"' in answer.content.decode()


def test_a_new_price_ends_the_one_before_it(page, owner):
    row = product(owner)
    for day, price in (("2026-04-01", "¥8,800"), ("2026-12-01", "9900")):
        answer = page.post(f"/products/{row.public_id}/prices", {"from_on": day, "currency": "JPY", "price": price})
        assert answer.status_code == 302, answer.content.decode()
    first, second = Price.objects.order_by("from_on")
    assert (first.unit_minor, first.to_on, second.unit_minor, second.to_on) == (8800, date(2026, 11, 30), 9900, None)
    assert "2026年11月30日" in page.get(f"/products/{row.public_id}").content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"price": "abc"}, "price"), ({"price": "10.5"}, "price"), ({"from_on": "x"}, "from_on"), ({"currency": "ZZZ"}, "currency")],
)  # fmt: skip
def test_a_bad_price_is_refused_at_its_field(page, owner, changed, field):
    row = product(owner)
    given = {"from_on": "2026-04-01", "currency": "JPY", "price": "100"} | changed
    answer = page.post(f"/products/{row.public_id}/prices", given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Price.objects.exists()


def test_a_second_price_from_the_same_day_is_refused(page, owner):
    row = product(owner)
    set_price(row, unit_minor=100, from_on=date(2026, 4, 1), by=owner)
    given = {"from_on": "2026-04-01", "currency": "JPY", "price": "200"}
    answer = page.post(f"/products/{row.public_id}/prices", given)
    assert answer.status_code == 422
    assert 'id="id_from_on_error"' in answer.content.decode()


def test_an_archived_product_leaves_the_list_and_comes_back(page, owner):
    row = product(owner)
    page.post(f"/products/{row.public_id}/activity", {"active": "no"})
    assert "月会費" not in re.sub(r"toast.*", "", page.get("/products").content.decode().split('id="products"')[1])
    assert "月会費" in page.get("/products?active=no").content.decode()
    page.post(f"/products/{row.public_id}/activity", {"active": "yes"})
    row.refresh_from_db()
    assert row.is_active


def test_changing_a_product_on_its_page_does_not_unarchive_it(page, owner):
    row = product(owner, is_active=False)
    assert page.post(f"/products/{row.public_id}", VALUES | {"name": "年会費"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.is_active) == ("年会費", False)


def test_the_list_searches_and_narrows(page, owner):
    product(owner, "A", "米 5kg", tax_kind="reduced")
    product(owner, "B", "茶", name_en="Green tea")
    assert "米 5kg" not in page.get("/products?q=green").content.decode()
    assert "茶" in page.get("/products?q=green").content.decode()
    for typed in ("%", "'", "名" * 300):
        assert page.get("/products", {"q": typed}).status_code == 200


@pytest.mark.parametrize("query", ["active=maybe", "after=xyz"])
def test_a_condition_that_cannot_be_read_is_refused(page, query):
    assert page.get(f"/products?{query}").status_code == 422


def test_the_list_costs_the_same_queries_however_many_rows(page, owner):
    product(owner, "A0", "x")
    few = queries(page, "/products")
    for number in range(30):
        set_price(product(owner, f"P{number}", "x"), unit_minor=100, from_on=date(2026, 4, 1), by=owner)
    assert queries(page, "/products") == few
    assert few <= 25


def test_the_list_goes_on_by_cursor(page, owner):
    for number in range(60):
        product(owner, f"P{number:02d}", f"品{number}")
    text = page.get("/products").content.decode()
    url = re.search(r"hx-get=\"(\?[^\"]*after=[^\"]+)\"", text)[1].replace("&amp;", "&")
    rest = page.get("/products" + url).content.decode()
    keys = re.findall(r"/products/(prd_\w+)\"", text) + re.findall(r"/products/(prd_\w+)\"", rest)
    assert len(keys) == len(set(keys)) == 60


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("sales", 403), ("accountant", 302)])
def test_only_those_who_keep_the_catalog_change_it(client, organization, role, status):
    client.force_login(make_member(role).user)
    assert client.get("/products").status_code == 200
    assert client.post("/products/new", VALUES).status_code == status
    assert Product.objects.exists() == (status == 302)


def test_a_viewer_sees_a_product_but_cannot_change_it(client, owner):
    row = product(owner)
    client.force_login(make_member("viewer").user)
    text = client.get(f"/products/{row.public_id}").content.decode()
    assert "月会費" in text
    assert "<form" not in text.split('id="main"')[1].split("</main>")[0]
    assert client.post(f"/products/{row.public_id}", VALUES | {"name": "x"}).status_code == 403
    assert client.post(f"/products/{row.public_id}/prices", {}).status_code == 403


def test_strangers_are_led_to_sign_in(client, organization):
    assert client.get("/products")["Location"].startswith("/sign-in")


def test_an_unknown_product_is_not_found(page):
    assert page.get("/products/prd_nonsense").status_code == 404


def test_a_change_of_law_is_a_row(page, client):
    assert page.get("/settings/tax-rates").status_code == 200
    given = {"kind": "standard", "rate": "12", "from_on": "2030-04-01"}
    assert page.post("/settings/tax-rates", given).status_code == 302
    assert TaxRate.objects.get().rate_bp == 1200
    assert "12%" in page.get("/settings/tax-rates").content.decode()
    answer = page.post("/settings/tax-rates", given | {"from_on": "2010-01-01"})
    assert answer.status_code == 422
    assert 'id="id_from_on_error"' in answer.content.decode()


def test_only_owners_record_a_rate(client, organization):
    client.force_login(make_member("accountant").user)
    given = {"kind": "standard", "rate": "12", "from_on": "2030-04-01"}
    assert client.post("/settings/tax-rates", given).status_code == 403
    assert not TaxRate.objects.exists()


@pytest.mark.parametrize(("rate", "text"), [(1000, "10%"), (625, "6.25%"), (1050, "10.5%"), (605, "6.05%"), (0, "0%")])
def test_a_rate_is_written_in_percent(rate, text):
    assert percent(rate) == text


@pytest.fixture
def call(client, owner):
    key = create_api_key("test", scopes=[INVOICES_VIEW, CATALOG_EDIT], by=owner)

    def send(method: str, path: str, body: object = None):
        options = {"headers": {"authorization": f"Bearer {key.secret}"}}
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


def test_a_program_adds_reads_changes_and_prices_a_product(call):
    made = call("post", "/products", {"code": "M-01", "name": "月会費"})
    assert made.status_code == 201, made.content
    path = f"/products/{made.json()['id']}"
    price = call("post", f"{path}/prices", {"unit_minor": 11000, "from_on": "2026-01-01", "tax_included": True})
    assert (price.status_code, price.json()["to_on"]) == (201, None)
    assert call("get", path).json()["price"]["unit_minor"] == 11000
    assert call("get", f"{path}/prices").json()["data"] == [price.json()]
    changed = call("patch", path, {"name": "年会費", "is_active": False}).json()
    assert (changed["name"], changed["code"], changed["is_active"]) == ("年会費", "M-01", False)
    assert call("get", "/products").json() == {"data": [], "next_cursor": None}
    assert price_on(Product.objects.get().pk, date(2026, 5, 1)).unit_minor == 11000


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "code"),
        ({"code": "x", "name": ""}, "name"),
        ({"code": "x", "name": "x", "tax_kind": "gold"}, "tax_kind"),
        ({"code": "x", "name": "x", "business": "cus_x"}, "business"),
        ({"code": "x", "name": "x", "price": 5}, "price"),
        ({"code": "x", "name": "x", "revenue_account": "売上"}, "revenue_account"),
    ],
)
def test_a_program_is_told_the_field_that_is_wrong(call, body, field):
    answer = call("post", "/products", body)
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.json()["errors"]] or field in answer.content.decode()


def test_programs_page_through_products(call, owner):
    for number in range(5):
        product(owner, f"P{number}", "x")
    first = call("get", "/products?limit=3").json()
    second = call("get", f"/products?limit=3&cursor={first['next_cursor']}").json()
    assert [one["code"] for one in first["data"] + second["data"]] == [f"P{n}" for n in range(5)]
    assert second["next_cursor"] is None
    assert call("get", "/products?cursor=xyz").status_code == 422


def test_a_key_without_the_permission_changes_nothing(client, owner):
    key = create_api_key("reader", scopes=[INVOICES_VIEW], by=owner)
    answer = client.post(
        "/api/v1/products",
        data=json.dumps({"code": "x", "name": "x"}),
        content_type="application/json",
        headers={"authorization": f"Bearer {key.secret}"},
    )
    assert answer.status_code == 403
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "path", ["/products?q=%00", "/products?business=biz_x", "/products/prd_x", "/products/prd_x/prices"]
)
def test_nonsense_from_a_program_is_refused_not_a_crash(call, path):
    assert call("get", path).status_code in (200, 404, 422)
    assert call("post", "/products", {"code": "x\0", "name": "a\0b"}).status_code in (400, 422)
