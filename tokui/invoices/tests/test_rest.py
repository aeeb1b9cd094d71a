"""REST of products, sales and invoices: the same verbs, public ids, refusals as problems."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client

from tokui.access.actions import create_api_key
from tokui.access.permissions import ALL
from tokui.core import clock
from tokui.invoices.models import Invoice
from tokui.invoices.tests.world import make_customer


@pytest.fixture
def rest(organization, owner):
    client = Client(headers={"Authorization": f"Bearer {create_api_key('tests', scopes=ALL, by=owner).secret}"})

    def call(method: str, path: str, body: object = None):
        sent = json.dumps(body) if body is not None else ""
        return client.generic(method, f"/api/v1{path}", sent, content_type="application/json")

    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield call


def test_from_product_to_issued_credited_and_voided_invoice(rest):
    customer = make_customer()
    product = rest("POST", "/products", {"code": "A1", "name": "器"}).json()
    rest("POST", f"/products/{product['id']}/prices", {"unit_minor": 1000, "from_on": "2026-01-01"})
    sale = {"customer": customer.public_id, "sold_on": "2026-10-08", "product": product["id"], "external_id": "x"}
    first = rest("POST", "/sale_lines", {"sales": [sale]})
    assert (first.status_code, len(first.json()["ids"])) == (201, 1)
    assert rest("POST", "/sale_lines", {"sales": [sale]}).json()["known_count"] == 1
    assert rest("POST", "/closing_runs", {"on": "2026-10-31"}).json()["invoice_count"] == 1
    listed = rest("GET", "/invoices?state=open").json()["data"]
    assert [(one["number"], one["total_minor"]) for one in listed] == [("INV-2610-0001", 1100)]
    detail = rest("GET", f"/invoices/{listed[0]['id']}").json()
    assert detail["taxes"] == [
        {"tax_kind": "standard", "rate_bp": 1000, "net_minor": 1000, "tax_minor": 100, "tax_included": False}
    ]
    line = detail["lines"][0]["id"]
    told = {"reason": "値引", "lines": [{"line": line, "amount_minor": 100}]}
    note = rest("POST", f"/invoices/{detail['id']}/credit_notes", told).json()
    assert (note["total_minor"], note["corrects"]) == (-110, detail["id"])
    made = rest(
        "POST", "/invoices", {"customer": customer.public_id, "sales": [{**sale, "external_id": None}], "issue": True}
    )
    assert made.json()["state"] == "issued"
    voided = rest("POST", f"/invoices/{made.json()['id']}/void", {"reason": "誤り"})
    assert voided.json()["total_minor"] == -1100


def test_pages_follow_each_other_by_cursor(rest):
    customer = make_customer()
    many = [
        {"customer": customer.public_id, "sold_on": f"2026-10-{n:02}", "description": "x", "unit_minor": n}
        for n in range(1, 6)
    ]
    rest("POST", "/sale_lines", {"sales": many})
    seen, cursor = [], ""
    while cursor is not None:
        page = rest("GET", f"/sale_lines?limit=2&cursor={cursor}").json()
        seen += [one["unit_minor"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sale_lines", {"sales": [{"customer": "nonsense", "sold_on": "2026-10-08", "unit_minor": 1}]}, 422),
        ("/sale_lines", {"sales": [{"customer": "cus_" + "0" * 26, "sold_on": "2026-10-08", "unit_minor": 1}]}, 422),
        ("/sale_lines", {"sales": []}, 422),
        ("/invoices", {"sales": []}, 422),
        ("/invoices/inv_" + "0" * 26 + "/issue", {}, 404),
        ("/closing_runs", {"on": "2027-01-31"}, 409),
        ("/products", {"code": "A", "name": "x", "tax_kind": "none"}, 422),
    ],
)
def test_what_cannot_be_is_a_problem_and_changes_nothing(rest, path, body, status):
    answer = rest("POST", path, body)
    assert answer.status_code == status, answer.content
    assert not Invoice.objects.exists()
    assert json.loads(answer.content)
