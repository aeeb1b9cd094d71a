"""Sales found by their dimensions and summed by them, month by month."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.rest import Program
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.invoices.actions import close_sales, credit_invoice
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.openings import NewOpening, bring_openings
from tokui.invoices.sale_queries import NONE, report_sales
from tokui.invoices.tests.world import DAY, business, make_customer, make_product, sell

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(date(2026, 11, 20))):
        yield


@pytest.fixture
def sold():
    """A bowl in the shop in September, two on the web in October, and a repair that is no product."""
    customer, bowl = make_customer(), make_product("A1", channel="店舗", region="東京")
    sell(customer, 1_000, SEPTEMBER, product_id=bowl.pk)
    sell(customer, 1_100, OCTOBER, product_id=bowl.pk, channel="通販", tax_included=True)
    sell(customer, 3_000, OCTOBER, product_id=bowl.pk, channel="通販", region="大阪")
    sell(customer, 500, NOVEMBER, description="修理")
    return customer, bowl


def amounts(shown: str) -> list[int]:
    """The amounts of the lines in the list's table."""
    rows = shown.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in shown else ""
    return [int(part.split('"')[0]) for part in rows.split('class="money" value="')[1:]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("product=A1", [3_000, 1_100, 1_000]),
        ("product=none", [500]),
        ("product=nobody", []),
        ("channel=通販", [3_000, 1_100]),
        ("channel=none", [500]),
        ("region=大阪", [3_000]),
        ("from=2026-10-01&to=2026-10-31", [3_000, 1_100]),
        ("channel=通販&region=東京", [1_100]),
        ("currency=USD", []),
    ],
)
def test_the_list_shows_the_sales_of_a_product_channel_region_or_time(page, sold, asked, found):
    assert amounts(page.get(f"/sales?{asked}").content.decode()) == found


def test_a_program_filters_sale_lines_by_the_same_dimensions(owner, sold):
    program = Program(owner)

    def found(**asked: str) -> list[int]:
        return [one["amount_minor"] for one in program.get("/sale_lines", **asked).json()["data"]]

    assert found(product=sold[1].public_id) == [3_000, 1_100, 1_000]
    assert found(product="none") == [500]
    assert found(channel="通販", region="東京") == [1_100]
    assert found(business=business().public_id, sold_from="2026-10-01", sold_to="2026-10-31") == [3_000, 1_100]
    assert program.get("/sale_lines", product="nonsense").status_code == 422


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("channel", {"通販": {OCTOBER: 4_000}, "店舗": {SEPTEMBER: 1_000}, NONE: {NOVEMBER: 500}}),
        ("region", {"大阪": {OCTOBER: 3_000}, "東京": {SEPTEMBER: 1_000, OCTOBER: 1_000}, NONE: {NOVEMBER: 500}}),
    ],
)
def test_sales_are_summed_without_tax_by_dimension_and_month(sold, dimension, expected):
    (report,) = report_sales(dimension, (SEPTEMBER, OCTOBER, NOVEMBER))
    assert {row.key: row.months for row in report.rows} == expected
    assert [report.total_minor(month) for month in report.months] == [1_000, 4_000, 500]
    totals = [row.total_minor for row in report.rows]
    assert totals == sorted(totals, reverse=True)


def test_products_and_businesses_are_summed_under_their_names(sold):
    (report,) = report_sales("product", (SEPTEMBER, OCTOBER, NOVEMBER))
    assert [(row.label, row.total_minor) for row in report.rows] == [("器 飯碗", 5_000), ("", 500)]
    (report,) = report_sales("business", (SEPTEMBER, OCTOBER, NOVEMBER))
    assert [(row.label, row.total_minor) for row in report.rows] == [(business().name, 5_500)]


def test_credit_notes_lower_sales_currencies_stay_apart_and_old_receivables_are_no_sales(sold):
    customer, _bowl = sold
    sell(customer, 1_250, OCTOBER, currency="USD")
    bring_openings([NewOpening(customer.pk, "OLD-1", OCTOBER, DAY, 9_999)], by=SYSTEM)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get(kind="invoice", currency="JPY")
    credit_invoice(invoice, reason="返品", by=SYSTEM)
    yen, dollars = report_sales("region", (SEPTEMBER, OCTOBER, NOVEMBER))
    assert (yen.currency, sum(row.total_minor for row in yen.rows)) == ("JPY", 500)
    assert (dollars.currency, [row.total_minor for row in dollars.rows]) == ("USD", [1_250])


def test_every_sum_of_the_report_leads_to_its_lines(page, sold):
    shown = page.get("/sales/report?by=channel&from=2026-09&to=2026-11").content.decode()
    link = shown.split("通販")[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert amounts(page.get(link).content.decode()) == [3_000, 1_100]
    assert page.get("/sales/report").status_code == 200
    assert page.get("/sales/report?by=weather").status_code == 422
    assert page.get("/sales/report?from=2000-01&to=nonsense").status_code == 200


def test_list_and_report_take_a_constant_number_of_statements(page, sold):
    def statements(path: str) -> int:
        page.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert page.get(path).status_code == 200
        return len(captured)

    paths = ("/sales?channel=通販", "/sales/report?by=product")
    few = [statements(path) for path in paths]
    for n in range(30):
        product = make_product(f"B{n}", channel="通販")
        sell(sold[0], 100 + n, OCTOBER, product_id=product.pk)
    assert [statements(path) for path in paths] == few


def test_changing_a_sale_on_the_page_keeps_its_currency_amount_and_dimensions(page):
    key = sell(make_customer(), 1_250, currency="USD", amount_minor=1_200, channel="通販", region="大阪", unit="個")
    line = SaleLine.objects.get(pk=key)
    told = {"customer": line.customer.code, "sold_on": "2026-10-08", "description": "急須 白釉", "quantity": "1"}
    told |= {"unit_minor": "1250", "unit": "個", "channel": "通販", "region": ""}
    assert page.post(f"/sales/{line.public_id}", told).status_code == 302
    line.refresh_from_db()
    assert (line.description, line.currency, line.amount_minor) == ("急須 白釉", "USD", 1_200)
    assert (line.channel, line.region, line.unit) == ("通販", "", "個")
