"""The pages: who may see them, what they show, and a constant number of statements on lists."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.invoices.actions import close_sales, settle_invoices
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.sending import make_link, revoke_links
from tokui.invoices.tests.world import DAY, make_customer, make_product, sell


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def make_invoices(count: int = 1) -> list[Invoice]:
    for n in range(count):
        sell(make_customer(f"得意先{n:03}"), 1_000 + n)
    close_sales(DAY, by=SYSTEM)
    return list(Invoice.objects.order_by("number"))


@pytest.mark.parametrize("path", ["/invoices", "/sales", "/closings", "/invoices/new", "/sales/new", "/sales/import"])
def test_pages_lead_strangers_to_sign_in_and_answer_an_owner_empty_and_full(client, page, path):
    assert page.get(path).status_code == 200
    make_invoices(2)
    assert page.get(path).status_code == 200
    page.logout()
    assert page.get(path).status_code == 302


def test_a_viewer_sees_invoices_but_neither_closing_nor_recording(client, organization):
    client.force_login(make_member("viewer").user)
    assert client.get("/invoices").status_code == 200
    assert client.get("/closings").status_code == 403
    assert client.get("/sales/new").status_code == 403


def test_the_list_of_invoices_takes_a_constant_number_of_statements(page):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page.get("/invoices").status_code == 200
        return len(captured)

    make_invoices(1)
    page.get("/invoices")
    few = statements()
    for n in range(30):
        sell(make_customer(f"追加{n}"), on=DAY)
    close_sales(DAY, by=SYSTEM)
    assert statements() == few


def test_the_list_filters_by_state_amount_and_name(page):
    first, second = make_invoices(2)
    settle_invoices([(first.pk, first.total_minor, DAY)], by=SYSTEM)
    paid = page.get("/invoices?state=paid").content.decode()
    assert first.number in paid
    assert second.number not in paid
    assert second.number in page.get(f"/invoices?least={second.total_minor}&q=得意先").content.decode()
    assert page.get("/invoices?least=abc").status_code == 422


def test_the_page_of_an_invoice_shows_the_numbers_of_its_pdf(page):
    invoice = make_invoices()[0]
    shown = page.get(f"/invoices/{invoice.public_id}").content.decode()
    assert "¥1,100" in shown
    assert invoice.number in shown
    assert page.get(f"/invoices/{invoice.public_id}/pdf").content.startswith(b"%PDF")
    assert page.get("/invoices/inv_00000000000000000000000000").status_code == 404
    assert page.get("/invoices/nonsense").status_code == 404


def test_an_invoice_is_written_issued_sent_and_voided_on_its_page(page):
    customer, _product = make_customer(), make_product()
    told = {"customer": customer.code, "sold_on": "2026-11-01", "product": "A1", "quantity": "2"}
    response = page.post("/invoices/new", told)
    invoice = Invoice.objects.get()
    url = f"/invoices/{invoice.public_id}"
    assert response.headers["Location"] == url
    page.post(f"{url}/issue")
    page.post(f"{url}/sending")
    page.post(f"{url}/void", {"reason": "誤り"})
    invoice.refresh_from_db()
    assert (invoice.net_minor, invoice.state, invoice.sent_at is not None) == (2_000, "void", True)
    assert page.get(url).status_code == 200


def test_a_wrong_customer_code_is_told_at_its_field(page):
    response = page.post("/sales/new", {"customer": "nobody", "sold_on": "2026-11-01", "quantity": "1"})
    assert response.status_code == 422
    assert not SaleLine.objects.exists()


def test_a_day_is_previewed_and_closed_on_the_page(page):
    sell(make_customer())
    assert "10月31日" in page.get("/closings?on=2026-10-31").content.decode()
    page.post("/closings/run", {"on": "2026-10-31"})
    assert Invoice.objects.count() == 1


def test_the_mailed_link_opens_one_document_without_signing_in(client, organization):
    invoice = make_invoices()[0]
    secret = make_link(invoice)
    response = client.get(f"/i/{secret}")
    assert response.status_code == 200
    assert invoice.number in response.content.decode()
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert client.get(f"/i/{secret}/pdf").content.startswith(b"%PDF")
    assert client.get("/i/i_wrong").status_code == 404
    revoke_links(invoice)
    assert client.get(f"/i/{secret}").status_code == 404


def test_the_archive_for_the_tax_office_holds_every_pdf_and_an_index(organization):
    from tokui.invoices.exporting import zip_stream

    invoices = make_invoices(3)
    content = b"".join(zip_stream([one.pk for one in invoices], organization.pk))
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = archive.namelist()
    assert len(names) == 4
    index = archive.read("index.csv").decode("utf-8-sig")
    assert all(invoice.number in index for invoice in invoices)
    assert archive.testzip() is None


def test_chosen_invoices_are_printed_in_one_pdf(page):
    chosen = [invoice.public_id for invoice in make_invoices(2)]
    assert page.post("/invoices/printed", {"chosen": chosen}).content.startswith(b"%PDF")


def test_a_statement_and_a_delivery_note_are_set_from_the_books_and_the_sales(page):
    from tokui.access.models import Business
    from tokui.invoices.papers import statement_content

    invoice = make_invoices()[0]
    for path in (f"/statements/{invoice.customer.public_id}", f"/invoices/{invoice.public_id}/delivery-note"):
        assert page.get(path).content.startswith(b"%PDF")
    content = statement_content(invoice.customer, Business.objects.first(), date(2026, 10, 1), date(2026, 11, 2))
    assert [(entry.charged_minor, entry.balance_minor) for entry in content.entries] == [(1_100, 1_100)]
    assert content.closing_minor == 1_100
    assert page.get("/statements/cus_00000000000000000000000000").status_code == 404
