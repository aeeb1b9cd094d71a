"""The pages: who may see them, what they show, and a constant number of statements on lists."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.rest import Program, elsewhere
from tokui.access.permissions import CUSTOMERS_VIEW
from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.ids import public_id
from tokui.core.jobs import run_pending
from tokui.customers.queries import search
from tokui.invoices.actions import close_sales, settle_invoices
from tokui.invoices.links import close_links, make_link
from tokui.invoices.models import BusinessTerms, Invoice, SaleImport, SaleLine
from tokui.invoices.statements import accounts_of, movement_word, statement_content
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


def line(place: int, **fields: str) -> dict[str, str]:
    told = {"sold_on": "2026-11-01", "quantity": "1", **fields}
    return {f"line{place}-{name}": value for name, value in told.items()}


def test_an_invoice_is_written_issued_sent_and_voided_on_its_page(page):
    customer, _product = make_customer(), make_product()
    told = {"customer": customer.code, **line(1, product="A1", quantity="2")}
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
    close_links(invoice, by=SYSTEM)
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
    invoice = make_invoices()[0]
    assert page.get(f"/statements/{invoice.customer.public_id}").content.startswith(b"%PDF")
    noted = page.post(f"/invoices/{invoice.public_id}/delivery-note", follow=True)
    assert noted.content.startswith(b"%PDF")
    (account,) = accounts_of(invoice.customer)
    content = statement_content(account, date(2026, 10, 1), date(2026, 11, 2))
    assert [(entry.charged_minor, entry.balance_minor) for entry in content.entries] == [(1_100, 1_100)]
    assert content.closing_minor == 1_100
    assert page.get("/statements/cus_00000000000000000000000000").status_code == 404


def test_an_invoice_is_written_with_several_lines_and_a_wrong_one_is_told_at_its_field(page):
    customer, _product = make_customer(), make_product()
    first, second = line(1, product="A1", quantity="2"), line(2, description="送料", unit_minor="650")
    wrong = page.post("/invoices/new", {"customer": customer.name, **first, **line(2, description="送料")})
    assert wrong.status_code == 422
    assert 'id="id_line2-unit_minor_error"' in wrong.content.decode()
    assert not Invoice.objects.exists()
    page.post("/invoices/new", {"customer": customer.name, **first, **second})
    assert (Invoice.objects.get().net_minor, Invoice.objects.get().lines.count()) == (2_650, 2)


def test_adding_a_line_keeps_what_was_typed_and_saves_nothing(page):
    told = {"customer": "C-1", **line(1, description="送料"), "add": "1"}
    shown = page.post("/invoices/new", told, headers={"HX-Request": "true"}).content.decode()
    assert shown.lstrip().startswith('<div id="new-lines"')
    assert "送料" in shown
    assert 'name="line2-quantity"' in shown
    told = {**told, **line(2, description="器"), "remove": "1"}
    del told["add"]
    left = page.post("/invoices/new", told).content.decode()
    assert "送料" not in left
    assert "器" in left
    assert not Invoice.objects.exists()


def test_a_part_of_one_line_is_credited_on_the_page_and_never_more_than_the_line(page):
    customer = make_customer()
    keys = [sell(customer, 1_000), sell(customer, 500)]
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    name = f"amount-{public_id('sal', keys[0])}"
    beyond = page.post(f"/invoices/{invoice.public_id}/credit", {name: "1001", "reason": "返品"})
    assert beyond.status_code == 422
    assert not Invoice.objects.filter(kind="credit_note").exists()
    page.post(f"/invoices/{invoice.public_id}/credit", {name: "300", "reason": "返品"})
    assert Invoice.objects.get(kind="credit_note").net_minor == -300


BANK = {
    "bank1-bank_name": "みどり銀行",
    "bank1-branch_name": "青葉支店",
    "bank1-account_type": "普通",
    "bank1-account_number": "１２３４５６７",
    "bank1-holder": "カ)アオバ",
}


def test_terms_are_printed_on_what_is_issued_from_then_on(page):
    assert page.post("/settings/invoice-terms", {**BANK, "payment_note": "手数料はご負担ください"}).status_code == 302
    invoice = make_invoices()[0]
    shown = page.get(f"/invoices/{invoice.public_id}").content.decode()
    assert "みどり銀行 青葉支店 普通 1234567" in shown
    assert "手数料はご負担ください" in shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bank1-account_number": "12"}, "bank1-account_number"),
        ({"bank1-holder": ""}, "bank1-holder"),
        ({"bank1-bank_code": "あ"}, "bank1-bank_code"),
        ({"mail_text": "Dear {nobody}"}, "mail_text"),
    ],
)
def test_terms_that_cannot_be_printed_are_refused_at_their_field(page, wrong, field):
    response = page.post("/settings/invoice-terms", {**BANK, **wrong})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not BusinessTerms.objects.exists()


def test_terms_are_the_owners(client, organization):
    client.force_login(make_member("accountant").user)
    assert client.get("/settings/invoice-terms").status_code == 403


def upload(page, path: str, text: str) -> str:
    """Where the browser is led after the file; the page of the preview."""
    file = SimpleUploadedFile("表.csv", text.encode())
    url = str(page.post(path, {"file": file}).headers["Location"])
    run_pending()
    return url


def take_over(page, url: str) -> None:
    page.post(f"{url}/application")
    run_pending()


def test_opening_receivables_are_previewed_with_their_refused_rows_and_brought_once(page):
    customer = make_customer(due_months=1, due_day=31)  # 31 October is a Saturday
    text = (
        "得意先コード,請求書番号,請求日,支払期限,残高\n"
        f'{customer.code},OLD-1,2026/9/30,2026/10/31,"12,000"\n'
        f"{customer.code},OLD-2,2026/9/30,,500\n"
        "nobody,OLD-3,2026/9/30,,500\n"
        f"{customer.code},OLD-4,2026/9/30,,0\n"
    )
    url = upload(page, "/invoices/openings", text)
    shown = page.get(url).content.decode()
    assert "nobody" in shown
    assert shown.count('data-row="refused"') == 2
    assert not Invoice.objects.exists()
    take_over(page, url)
    take_over(page, url)
    found = [(one.number, one.total_minor, one.due_on, one.kind) for one in Invoice.objects.order_by("number")]
    assert found == [
        ("OLD-1", 12_000, date(2026, 10, 31), "opening"),
        ("OLD-2", 500, date(2026, 11, 2), "opening"),
    ]
    again = page.get(upload(page, "/invoices/openings", text + "\n")).content.decode()
    assert SaleImport.objects.latest("pk").known_count == 2
    assert again.count('data-row="refused"') == 2


def test_a_number_that_stands_twice_or_belongs_to_another_document_is_not_brought(page):
    invoice = make_invoices()[0]
    code = invoice.customer.code
    rows = "".join(f"{code},{number},2026/9/30,500\n" for number in (invoice.number, "OLD-1", "OLD-1"))
    page.get(upload(page, "/invoices/openings", "得意先コード,請求書番号,請求日,残高\n" + rows))
    batch = SaleImport.objects.get()
    assert (batch.new_count, batch.refused_count) == (0, 3)


def test_only_who_may_issue_brings_receivables(client, organization):
    client.force_login(make_member("viewer").user)
    assert client.get("/invoices/openings").status_code == 403


def test_a_wrongly_guessed_column_is_corrected_and_the_choice_is_remembered(page):
    customer = make_customer()
    text = f"得意先コード,日付,品名,備考甲\n{customer.code},2026/10/8,急須,5400\n"
    url = upload(page, "/sales/import", text)
    assert 'name="column.amount"' in page.get(url).content.decode()
    told = {"column.customer_code": "得意先コード", "column.sold_on": "日付", "column.description": "品名"}
    missing = page.post(f"{url}/columns", told)
    assert missing.status_code == 422
    assert 'id="error-amount"' in missing.content.decode()
    page.post(f"{url}/columns", {**told, "column.amount": "備考甲"})
    run_pending()
    take_over(page, url)
    assert SaleLine.objects.get().amount_minor == 5_400
    assert page.post(f"{url}/columns", {**told, "column.amount": "備考甲"}).status_code == 409
    upload(page, "/sales/import", text.replace("5400", "5500"))
    assert SaleImport.objects.latest("pk").state == "ready"


def test_a_statement_never_shows_a_name_out_of_the_books_code():
    assert movement_word("payment") == "ご入金"
    assert all(ord(letter) > 127 for kind in ("new_way", "anything") for letter in movement_word(kind))


def test_the_history_of_a_document_says_who_did_what(page):
    from tokui.invoices.actions import credit_invoice
    from tokui.invoices.receipts import issue_receipt

    invoice = make_invoices()[0]
    settle_invoices([(invoice.pk, 1_100, DAY)], received={invoice.pk: 1_100}, by=SYSTEM)
    receipt = issue_receipt(Invoice.objects.get(pk=invoice.pk), by=SYSTEM)
    note = credit_invoice(Invoice.objects.get(pk=invoice.pk), reason="返品", by=SYSTEM)
    settle_invoices([(invoice.pk, -1_100, DAY)], received={invoice.pk: -1_100}, by=SYSTEM)
    shown = page.get(f"/invoices/{invoice.public_id}").content.decode()
    history = shown[shown.index('class="timeline"') :]
    assert history.count(SYSTEM.name) >= 4
    assert f"{note.number}" in history
    assert f"領収書 {receipt.number} を取り消しました" in history


def test_the_file_for_the_tax_office_is_worded(page):
    make_invoices()
    answer = page.get("/invoices/export")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        index = archive.read("index.csv").decode("utf-8-sig")
    assert "請求書" in index
    assert ",発行," in index
    assert "issued" not in index


def test_a_customer_is_found_by_the_number_of_an_invoice_or_its_beginning(page):
    invoices = make_invoices(2)
    make_customer("誰でもない")
    first = invoices[0]
    for typed in (first.number, first.number.lower(), str(first.number).translate({ord("-"): "－"})):
        text = page.get("/customers", {"q": typed}).content.decode()
        assert first.customer.name in text, typed
        assert invoices[1].customer.name not in text
    both = page.get("/customers", {"q": first.number[:-1]}).content.decode()
    assert all(one.customer.name in both for one in invoices)
    assert "誰でもない" not in both
    program = Program(SYSTEM)
    assert [row["name"] for row in program.get("/customers", q=first.number).json()["data"]] == [first.customer.name]
    assert len(program.get("/customers", q=first.number[:-1], limit=1).json()["data"]) == 1


def test_the_number_of_an_invoice_finds_nobody_for_those_who_may_not_see_invoices(page):
    first = make_invoices(1)[0]
    blind = Program(SYSTEM, scopes=[CUSTOMERS_VIEW])
    assert blind.get("/customers", q=first.number).json()["data"] == []
    with elsewhere():
        assert not search(first.number, by=SYSTEM).ids
