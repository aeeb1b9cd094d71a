"""Sets of documents: filtered, summed, printed in files and mailed behind the page, after a closing run or at any time."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from tokui.access.tests.world import make_member
from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.core.errors import NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.invoices import dispatching, refused
from tokui.invoices.actions import close_sales, draft_from_sales, settle_invoices
from tokui.invoices.dispatching import dispatch_invoices
from tokui.invoices.models import ClosingRun, Dispatch, Invoice
from tokui.invoices.receipts import issue_receipt
from tokui.invoices.tests.world import DAY, make_customer, sell
from tokui.messaging.models import OutgoingMail


@pytest.fixture(autouse=True)
def _november(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def make_run(paper: int = 2, mail: int = 2) -> ClosingRun:
    for n in range(paper):
        sell(make_customer(f"紙{n}", delivery="paper", postal_code=f"10{9 - n}0001"), 1_000 + 10 * n)
    for n in range(mail):
        sell(make_customer(f"電子{n}", delivery="mail"), 2_000)
    return ClosingRun.objects.get(pk=close_sales(DAY, by=SYSTEM).run_id)


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_page_of_a_run_leads_to_all_its_paper_and_all_its_mail(page):
    sell(make_customer("別の日", closing_day=20, delivery="paper"), on=date(2026, 10, 15))
    close_sales(date(2026, 10, 20), by=SYSTEM)
    run = make_run()
    shown = page.get(f"/closings/{run.public_id}").content.decode()
    assert f"how=print&amp;run={run.public_id}&amp;delivery=paper" in shown
    paper = f"/dispatches/new?how=print&run={run.public_id}&delivery=paper"
    assert page.get(paper).status_code == 200
    page.post(paper, {"order": "postal_code"})
    run_pending()
    dispatch = Dispatch.objects.get()
    assert (dispatch.state, dispatch.document_count, dispatch.done_count) == ("done", 2, 2)
    printed = page.get(f"/dispatches/{dispatch.public_id}/files/1").content
    assert ["1,111" in text_of(printed)[0], "1,100" in text_of(printed)[1]] == [True, True]


def test_all_mail_of_a_run_goes_once_and_what_cannot_go_is_named(page):
    run = make_run(paper=1, mail=3)
    Invoice.objects.get(customer__name="電子1").customer.__class__.objects.filter(name="電子1").update(email="")
    address = f"/dispatches/new?how=mail&run={run.public_id}&delivery=mail&sent=no"
    page.post(address)
    run_pending()
    dispatch = Dispatch.objects.get()
    assert (dispatch.done_count, dispatch.refused_count, OutgoingMail.objects.count()) == (2, 1, 2)
    left = Invoice.objects.get(customer__name="電子1")
    assert left.number in page.get(f"/dispatches/{dispatch.public_id}").content.decode()
    page.post(address)
    run_pending()
    assert OutgoingMail.objects.count() == 2


def test_more_documents_than_a_file_holds_are_printed_in_several_files_and_none_is_left_out(page, monkeypatch):
    monkeypatch.setitem(dispatching.PART_SIZES, Dispatch.How.PRINT, 2)
    monkeypatch.setattr("tokui.invoices.dispatch_views.PRINTED_PER_FILE", 2)
    make_run(paper=5, mail=0)
    chosen = [one.public_id for one in Invoice.objects.all()]
    response = page.post("/invoices/printed", {"chosen": chosen})
    run_pending()
    dispatch = Dispatch.objects.get()
    assert response.headers["Location"] == f"/dispatches/{dispatch.public_id}"
    assert [len(text_of(files.read(part.file))) for part in dispatch.parts.order_by("place")] == [2, 2, 1]


def test_drafts_are_neither_printed_nor_mailed(page):
    draft = draft_from_sales([sell(make_customer())], by=SYSTEM)
    assert page.post("/invoices/printed", {"chosen": [draft.public_id]}).status_code == 302
    with pytest.raises(refused.NothingToDispatch):
        dispatch_invoices(Invoice.objects.all(), how="mail", by=SYSTEM)


def test_who_may_only_look_prints_but_does_not_mail(client, organization):
    member = make_member("viewer")
    viewer = member.actor
    make_run()
    with pytest.raises(NotPermitted):
        dispatch_invoices(Invoice.objects.all(), how="mail", by=viewer)
    assert dispatch_invoices(Invoice.objects.all(), how="print", by=viewer).document_count == 4
    client.force_login(member.user)
    assert client.get("/dispatches/new?how=mail").status_code == 403
    assert client.get("/dispatches/new?how=fax").status_code == 404


def test_work_that_was_cut_off_goes_on_with_the_part_that_is_not_done(organization, monkeypatch):
    monkeypatch.setitem(dispatching.PART_SIZES, Dispatch.How.MAIL, 1)
    from tokui.invoices.dispatch_work import _work_off_part, work_off

    make_run(paper=0, mail=2)
    dispatch = dispatch_invoices(Invoice.objects.all(), how="mail", by=SYSTEM)
    _work_off_part(dispatch.parts.order_by("place")[0].pk, SYSTEM)
    for _again in range(2):
        work_off(organization.pk, dispatch.pk, SYSTEM)
    dispatch.refresh_from_db()
    assert (dispatch.done_count, dispatch.state, OutgoingMail.objects.count()) == (2, "done", 2)


def test_a_double_click_mails_once(organization):
    make_run(paper=0, mail=1)
    _first, second = (dispatch_invoices(Invoice.objects.all(), how="mail", by=SYSTEM) for _click in range(2))
    run_pending()
    second.refresh_from_db()
    assert (OutgoingMail.objects.count(), second.done_count, second.refused_count) == (1, 0, 1)
    assert find_offences() == []


def test_the_list_is_filtered_by_delivery_kind_business_run_and_sending(page):
    run = make_run()
    paper, mail = "紙0", "電子0"
    shown = page.get("/invoices?delivery=paper").content.decode()
    assert (paper in shown, mail in shown) == (True, False)
    assert mail in page.get(f"/invoices?run={run.public_id}&sent=no").content.decode()
    assert mail not in page.get("/invoices?kind=credit_note").content.decode()
    assert mail not in page.get("/invoices?business=biz_00000000000000000000000000").content.decode()


def test_the_sum_of_what_was_found_stands_beside_it(page):
    make_run()
    assert "6,611" in page.get("/invoices/sums").content.decode()
    assert "4,400" in page.get("/invoices/sums?delivery=mail").content.decode()


@pytest.mark.parametrize("path", ["/dispatches", "/receipts", "/delivery-notes"])
def test_lists_of_papers_take_a_constant_number_of_statements(page, path):
    def make_one(name: str) -> None:
        line = sell(make_customer(name), 1_000)
        page.post("/delivery-notes/new", {"chosen": [f"{_public(line)}"]})
        close_sales(DAY, by=SYSTEM)
        invoice = Invoice.objects.get(customer__name=name)
        settle_invoices([(invoice.pk, invoice.total_minor, DAY)], received={invoice.pk: invoice.total_minor}, by=SYSTEM)
        issue_receipt(invoice, by=SYSTEM)
        dispatch_invoices(Invoice.objects.filter(pk=invoice.pk), how="print", by=SYSTEM)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page.get(path).status_code == 200
        return len(captured)

    make_one("甲")
    page.get(path)
    few = statements()
    for name in ("乙", "丙", "丁"):
        make_one(name)
    assert statements() == few


def _public(line) -> str:
    from tokui.core.ids import public_id

    return public_id("sal", line)


def test_receipts_go_into_the_archive_of_the_tax_office(page, organization):
    make_run(paper=1, mail=0)
    invoice = Invoice.objects.get()
    settle_invoices([(invoice.pk, invoice.total_minor, DAY)], received={invoice.pk: invoice.total_minor}, by=SYSTEM)
    receipt = issue_receipt(invoice, by=SYSTEM)

    def names(query: str) -> list[str]:
        content = b"".join(page.get(f"/invoices/export?{query}").streaming_content)
        return zipfile.ZipFile(io.BytesIO(content)).namelist()

    assert any(receipt.number in name for name in names("q=紙0"))
    assert not any(receipt.number in name for name in names("kind=invoice"))
