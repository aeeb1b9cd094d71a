"""Days that programs and people give: inside the calendar of business, and due no earlier than issued."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rest import Program
from tokui.core import clock
from tokui.invoices.actions import InvoiceTerms, NewOpening, NewSale, bring_openings, draft_invoice, record_sales
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.recording import SaleRefused
from tokui.invoices.refused import DayOutOfRange, DueBeforeIssue
from tokui.invoices.tests.world import make_customer

FAR = ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31")


@pytest.fixture
def program(owner):
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield Program(owner)


def a_sale(customer) -> dict[str, object]:
    return {"customer": customer.public_id, "sold_on": "2026-11-01", "description": "皿", "unit_minor": 100}


def fields(answer) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [one["field"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("far", FAR)
def test_an_invoice_is_neither_issued_nor_due_outside_of_the_calendar(program, far):
    customer = make_customer()
    sale = a_sale(customer)
    body = {"customer": customer.public_id, "sales": [sale], "issue": True}
    assert fields(program.post("/invoices", body | {"issued_on": far})) == ["issued_on"]
    assert fields(program.post("/invoices", body | {"due_on": far})) == ["due_on"]
    assert fields(program.post("/invoices", body | {"sales": [sale | {"sold_on": far}]})) == ["sales.0.sold_on"]
    assert fields(program.post("/closing_runs", {"on": far})) == ["on"]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("far", FAR)
def test_a_sale_is_not_recorded_outside_of_the_calendar(program, far):
    sale = {"customer": make_customer().public_id, "sold_on": far, "description": "皿", "unit_minor": 100}
    assert fields(program.post("/sale_lines", {"sales": [sale]})) == ["sales.0.sold_on"]
    assert not SaleLine.objects.exists()


def test_a_draft_is_not_moved_outside_of_the_calendar_nor_due_before_its_issue(program):
    customer = make_customer()
    draft = program.post("/invoices", {"customer": customer.public_id, "sales": [a_sale(customer)]}).json()
    path = f"/invoices/{draft['id']}"
    assert fields(program.patch(path, {"issued_on": "9999-12-31"})) == ["issued_on"]
    assert fields(program.patch(path, {"issued_on": "2026-11-02", "due_on": "2026-11-01"})) == ["due_on"]
    assert program.patch(path, {"issued_on": "2026-11-02", "due_on": "2026-11-02"}).status_code == 200


def test_what_is_due_before_it_is_issued_is_refused_with_its_code(program):
    customer = make_customer()
    days = {"issued_on": "2026-11-02", "due_on": "2026-11-01"}
    answer = program.post("/invoices", {"customer": customer.public_id, "sales": [a_sale(customer)], **days})
    assert (answer.json()["code"], fields(answer)) == ("due_before_issue", ["due_on"])


def test_the_verbs_refuse_the_same_from_any_door(owner):
    customer, far = make_customer(), date(9999, 12, 31)
    sales = [NewSale(customer.pk, date(2026, 11, 1), "皿", unit_minor=100)]
    with pytest.raises(DayOutOfRange):
        draft_invoice(customer.pk, sales, terms=InvoiceTerms(issued_on=far), by=owner)
    with pytest.raises(DueBeforeIssue):
        draft_invoice(customer.pk, sales, terms=InvoiceTerms(date(2026, 11, 2), date(2026, 11, 1)), by=owner)
    with pytest.raises(DayOutOfRange):
        bring_openings([NewOpening(customer.pk, "OLD-1", date(2026, 11, 2), far, 800)], by=owner)
    with pytest.raises(SaleRefused) as refused:
        record_sales([NewSale(customer.pk, far, "皿", unit_minor=100)], by=owner)
    assert (refused.value.field, refused.value.why) == ("sold_on", "day_out_of_range")


def test_a_page_asks_again_for_a_day_outside_of_the_calendar(page):
    told = {"customer": make_customer().public_id, "issued_on": "9999-12-31"}
    assert page.post("/invoices/new", told).status_code == 422


def test_a_control_character_is_named_by_the_field_that_holds_it(program):
    sale = a_sale(make_customer()) | {"description": "皿\u0007"}
    assert fields(program.post("/sale_lines", {"sales": [sale]})) == ["sales.0.description"]
