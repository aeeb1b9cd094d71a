"""Product lists and prices through the pages and through REST."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.tests.world import make_member
from tokui.catalog.actions import ProductFields, create_product, set_price
from tokui.catalog.models import Price, Product
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.jobs import run_pending

LIST = "商品コード,商品名,税区分,単価\nA1,器,標準,1000\nA2,茶,軽減,864\nA3,皿,謎,1\n"


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def file(text: str = LIST) -> SimpleUploadedFile:
    return SimpleUploadedFile("shohin.csv", text.encode())


def priced(code: str = "A1", unit_minor: int = 10_000) -> Price:
    product = create_product(ProductFields(code, "器"), by=SYSTEM)
    return set_price(product, unit_minor=unit_minor, from_on=date(2026, 1, 1), by=SYSTEM)


def test_a_list_is_looked_at_and_taken_over_on_the_page_and_goes_out_again(page):
    url = str(page.post("/products/import", {"file": file()}).headers["Location"])
    run_pending()
    shown = page.get(url).content.decode()
    assert shown.count('data-row="refused"') == 1
    assert "謎" in shown
    assert not Product.objects.exists()
    page.post(f"{url}/application")
    run_pending()
    assert "皿" not in page.get("/products").content.decode()
    exported = page.get("/products/export?format=csv")
    text = b"".join(exported.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("A1,器,,,標準")
    assert page.get("/products/export?format=pdf").status_code == 422


def test_a_mistyped_price_is_corrected_and_withdrawn_on_its_page(page):
    price = priced()
    url = f"/products/{price.product.public_id}/prices/{price.public_id}"
    assert "10000" in page.get(url).content.decode()
    assert page.post(url, {"price": "x"}).status_code == 422
    page.post(url, {"price": "1,000", "tax_included": "on"})
    price.refresh_from_db()
    assert (price.unit_minor, price.tax_included) == (1_000, True)
    page.post(f"{url}/withdrawal")
    assert not Price.objects.exists()
    assert page.get(url).status_code == 404


def test_who_may_not_edit_the_catalog_neither_brings_a_list_nor_corrects_a_price(client):
    price = priced()
    client.force_login(make_member("viewer").user)
    assert client.get("/products/import").status_code == 403
    assert client.get(f"/products/{price.product.public_id}/prices/{price.public_id}").status_code == 403
    assert client.get("/products/export").status_code == 200


def test_a_program_brings_a_list_of_products(owner):
    program = Program(owner)
    brought = program.send("/product_imports", file()).json()
    path = f"/product_imports/{brought['id']}"
    program.client.put(f"/api/v1{path}/columns", {"columns": brought["columns"]}, "application/json")
    run_pending()
    assert [(row["row"], row["code"]) for row in program.get(f"{path}/rows").json()["data"]] == [
        (4, "unknown_tax_kind")
    ]
    program.post(f"{path}/application")
    run_pending()
    assert program.get(path).json()["new"] == 2
    exported = program.get("/products/export", format="csv")
    assert (exported.status_code, exported["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert program.post(f"{path}/undo").status_code == 404


def test_a_program_corrects_and_withdraws_a_price_and_reads_the_rates_of_tax(owner):
    program, price = Program(owner), priced()
    told = program.patch(f"/prices/{price.public_id}", {"unit_minor": 1_000}).json()
    assert (told["unit_minor"], told["tax_included"], told["from_on"]) == (1_000, False, "2026-01-01")
    assert program.client.delete(f"/api/v1/prices/{price.public_id}").status_code == 204
    assert program.patch(f"/prices/{price.public_id}", {"unit_minor": 1}).status_code == 404
    known = program.get("/tax_rates").json()["data"]
    assert {"kind": "reduced", "rate_bp": 800, "from_on": "2019-10-01", "to_on": None} in known
    with elsewhere():
        theirs = priced("B1")
    refused_alike(lambda key: program.patch(f"/prices/{key}", {"unit_minor": 1}), theirs.public_id)
