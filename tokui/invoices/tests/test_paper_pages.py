"""Receipts, delivery notes and links on their pages, and drafts that are changed there."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import NotPermitted
from tokui.core.ids import public_id
from tokui.core.models import Event
from tokui.invoices import refused
from tokui.invoices.actions import (
    InvoiceTerms,
    NewSale,
    change_draft,
    close_sales,
    draft_from_sales,
    draft_invoice,
    settle_invoices,
)
from tokui.invoices.delivering import issue_delivery_note
from tokui.invoices.handing_out import hand_out_receipt
from tokui.invoices.issuers import change_terms
from tokui.invoices.links import close_link, close_links, make_link, open_link
from tokui.invoices.models import DeliveryNote, Invoice, PublicLink, Receipt, SaleLine
from tokui.invoices.numbering import change_series
from tokui.invoices.receipts import issue_receipt
from tokui.invoices.tests.world import DAY, business, make_customer, make_product, sell


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def make_paid(amount: int = 100_000, **fields) -> Invoice:
    customer = make_customer(**fields)
    sell(customer, amount)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get(customer=customer)
    settle_invoices([(invoice.pk, invoice.total_minor, DAY)], received={invoice.pk: invoice.total_minor}, by=SYSTEM)
    invoice.refresh_from_db()
    return invoice


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_receipt_is_written_for_a_part_by_card_and_to_another_name(page):
    invoice = make_paid()
    url = f"/invoices/{invoice.public_id}/receipt"
    assert page.get(url).status_code == 200
    told = {"amount": "60,000", "received_on": "2026-11-01", "method": "クレジットカード", "on_paper": "on"}
    assert page.post(url, {**told, "addressee": "株式会社 別名"}).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.amount_minor, receipt.received_on, receipt.stamp_duty_minor) == (60_000, date(2026, 11, 1), 0)
    printed = text_of(page.post(f"/receipts/{receipt.public_id}/copy").content)
    assert "別名" in printed
    assert "クレジットカード" in printed
    beyond = page.post(url, told)
    assert beyond.status_code == 422
    assert Receipt.objects.count() == 1
    assert page.post(url, {**told, "amount": "x"}).status_code == 422


def test_a_receipt_on_paper_paid_in_cash_needs_a_stamp(page):
    invoice = make_paid()
    told = {"amount": "110000", "received_on": "2026-11-01", "method": "現金", "on_paper": "on"}
    page.post(f"/invoices/{invoice.public_id}/receipt", told)
    assert Receipt.objects.get().stamp_duty_minor == 200


def test_the_original_of_a_receipt_leaves_once_and_every_further_one_is_marked(page):
    receipt = issue_receipt(make_paid(), by=SYSTEM)
    first, second = (text_of(page.post(f"/receipts/{receipt.public_id}/copy").content) for _time in range(2))
    assert ("再 発 行" in first, "再 発 行" in second) == (False, True)
    receipt.refresh_from_db()
    assert receipt.reissued_count == 1
    with pytest.raises(refused.ReceiptAlreadyHandedOut):
        hand_out_receipt(receipt, by=SYSTEM)


def test_a_cancelled_receipt_is_shown_as_such_and_not_given_away(page):
    invoice = make_paid()
    receipt = issue_receipt(invoice, by=SYSTEM)
    back = -invoice.total_minor
    settle_invoices([(invoice.pk, back, DAY)], received={invoice.pk: back}, by=SYSTEM)
    assert page.post(f"/receipts/{receipt.public_id}/copy").status_code == 409
    shown = page.get("/receipts").content.decode()
    assert "取消" in shown
    assert f"/receipts/{receipt.public_id}/copy" not in shown


def test_a_receipt_is_found_by_day_amount_name_and_number(page):
    receipt = issue_receipt(make_paid(), by=SYSTEM)
    for query in ("from=2026-11-02&to=2026-11-02", "least=110000&q=北斗", f"q={receipt.number}", "most=110000"):
        assert receipt.number in page.get(f"/receipts?{query}").content.decode()
    for query in ("to=2026-11-01", "least=110001", "q=南洋"):
        assert receipt.number not in page.get(f"/receipts?{query}").content.decode()


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"snapshot": {}}, {"number": "X"}, {"handed_out_at": None}])
def test_what_a_receipt_says_never_changes(organization, change):
    receipt = issue_receipt(make_paid(), by=SYSTEM)
    hand_out_receipt(receipt, by=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).delete()


def test_sales_are_delivered_before_they_are_invoiced_and_the_file_stays(page):
    customer = make_customer()
    keys = [public_id("sal", sell(customer, amount)) for amount in (1_000, 500)]
    answer = page.post("/delivery-notes/new", {"chosen": keys}, follow=True)
    note = DeliveryNote.objects.get()
    assert (note.number, note.total_minor, note.issued_on) == (None, 1_650, date(2026, 10, 8))
    page.post(f"/sales/{keys[0]}/deletion")
    assert page.get(f"/delivery-notes/{note.public_id}").content == answer.content
    assert customer.name in page.get("/delivery-notes").content.decode()
    assert not Invoice.objects.exists()


def test_a_business_with_a_series_for_delivery_notes_numbers_them(organization, owner):
    change_series(business().pk, "delivery", pattern="DN-{yy}{month}-{number}", digits=3, by=owner)
    customer = make_customer()
    numbers = [issue_delivery_note([sell(customer)], by=owner).number for _time in range(2)]
    assert numbers == ["DN-2610-001", "DN-2610-002"]


def test_a_delivery_note_is_for_one_customer_or_those_for_whom_one_pays(organization, viewer):
    one, other = make_customer("甲"), make_customer("乙")
    with pytest.raises(refused.CustomersMixed):
        issue_delivery_note([sell(one), sell(other)], by=SYSTEM)
    pupils = [make_customer(name, bill_to_id=one.pk) for name in ("子1", "子2")]
    assert issue_delivery_note([sell(pupil) for pupil in pupils], by=SYSTEM).customer == one
    with pytest.raises(NotPermitted):
        issue_delivery_note([sell(one)], by=viewer)


def test_a_link_ends_after_the_days_of_its_business_or_when_it_is_closed(organization, viewer):
    change_terms(business(), link_days=30, by=SYSTEM)
    invoice = make_paid()
    secret, other = make_link(invoice), make_link(invoice)
    with clock.at(clock.at_day(date(2026, 11, 2) + timedelta(days=30))):
        assert open_link(secret) == invoice
    with clock.at(clock.at_day(date(2026, 11, 2) + timedelta(days=31))), pytest.raises(refused.LinkExpired):
        open_link(secret)
    with pytest.raises(NotPermitted):
        close_links(invoice, by=viewer)
    close_link(PublicLink.objects.order_by("created_at", "id")[0], by=SYSTEM)
    with pytest.raises(refused.LinkExpired):
        open_link(secret)
    assert open_link(other) == invoice
    assert Event.objects.filter(type="invoices.LinksClosed").count() == 1


def test_links_are_shown_and_closed_on_the_page_of_the_invoice(page):
    invoice = make_paid()
    secret = make_link(invoice)
    link = PublicLink.objects.get()
    url = f"/invoices/{invoice.public_id}"
    assert f"/links/{link.public_id}/closure" in page.get(url).content.decode()
    page.post(f"/links/{link.public_id}/closure")
    assert page.get(f"/i/{secret}").status_code == 404
    assert f"/links/{link.public_id}/closure" not in page.get(url).content.decode()
    make_link(invoice)
    page.post(f"{url}/links/closure")
    assert not PublicLink.objects.filter(revoked_at=None).exists()


def test_chosen_sales_become_one_draft(page):
    customer = make_customer()
    keys = [public_id("sal", sell(customer, amount)) for amount in (1_000, 500)]
    page.post("/invoices/from-sales", {"chosen": keys})
    assert Invoice.objects.get().net_minor == 1_500
    assert page.post("/invoices/from-sales", {"chosen": keys}).status_code == 409
    assert page.post("/invoices/from-sales", {}).status_code == 302


def typed(place: int, **fields: str) -> dict[str, str]:
    told = {"sold_on": "2026-11-01", "quantity": "1", **fields}
    return {f"line{place}-{name}": value for name, value in told.items()}


def test_a_draft_is_changed_on_its_page_and_keeps_what_the_form_does_not_show(page):
    customer = make_customer()
    sale = NewSale(customer.pk, DAY, "監修料", quantity_milli=3_000, amount_minor=10_000, channel="shop", unit="式")
    draft = draft_invoice(customer.pk, [sale], terms=InvoiceTerms(remarks="至急"), by=SYSTEM)
    line = SaleLine.objects.get()
    url = f"/invoices/{draft.public_id}/edit"
    shown = page.get(url).content.decode()
    assert "至急" in shown
    same = typed(1, line=line.public_id, sold_on="2026-10-31", description="監修", quantity="3", unit_minor="10000")
    told = {"issued_on": "2026-11-05", "due_on": "2026-11-30", "subject": "11月分", **same}
    assert page.post(url, {**told, **typed(2, description="送料", unit_minor="500")}).status_code == 302
    draft.refresh_from_db()
    first = SaleLine.objects.get(description="監修")
    assert (draft.net_minor, draft.subject, draft.due_on, draft.remarks) == (10_500, "11月分", date(2026, 11, 30), "")
    assert (first.amount_minor, first.channel, first.unit) == (10_000, "shop", "式")
    assert page.post(url, {"issued_on": "2026-11-05"}).status_code == 422
    assert SaleLine.objects.filter(invoice=draft).count() == 2


def test_recorded_sales_stay_on_a_draft_until_they_are_unticked(page):
    customer = make_customer()
    one, other = sell(customer, 1_000), sell(customer, 500)
    draft = draft_from_sales([one, other], by=SYSTEM)
    url = f"/invoices/{draft.public_id}/edit"
    page.post(url, {"recorded": [public_id("sal", one)], **typed(1, description="送料", unit_minor="50")})
    draft.refresh_from_db()
    assert draft.net_minor == 1_050
    assert SaleLine.objects.get(pk=other).invoice_id is None


def test_only_waiting_sales_of_the_payer_join_a_draft(organization):
    customer = make_customer()
    draft = draft_from_sales([sell(customer)], by=SYSTEM)
    held = SaleLine.objects.get().pk
    joining = sell(customer, 700)
    assert change_draft(draft, line_ids=[held, joining], by=SYSTEM).net_minor == 1_700
    with pytest.raises(refused.CustomersMixed):
        change_draft(draft, line_ids=[sell(make_customer("他"))], by=SYSTEM)
    with pytest.raises(refused.InvoiceEmpty):
        change_draft(draft, line_ids=[], by=SYSTEM)


def test_an_issued_invoice_is_not_changed_on_the_page_of_drafts(page):
    assert page.get(f"/invoices/{make_paid().public_id}/edit").status_code == 409


def test_remarks_are_written_on_a_new_invoice(page):
    make_product()
    told = {"customer": make_customer().code, "remarks": "納期 11月末", **typed(1, product="A1")}
    page.post("/invoices/new", told)
    assert Invoice.objects.get().remarks == "納期 11月末"


def test_characters_that_cannot_be_printed_are_told_before_issuing(page):
    customer = make_customer()
    draft = draft_invoice(customer.pk, [NewSale(customer.pk, DAY, "皿 \U0001f600", unit_minor=1)], by=SYSTEM)
    assert "〓" in page.get(f"/invoices/{draft.public_id}").content.decode()
    plain = draft_invoice(customer.pk, [NewSale(customer.pk, DAY, "皿", unit_minor=1)], by=SYSTEM)
    assert "〓" not in page.get(f"/invoices/{plain.public_id}").content.decode()


def test_voiding_may_leave_the_sales_uninvoiced(page):
    first, second = (draft_from_sales([sell(make_customer(name))], by=SYSTEM) for name in ("甲", "乙"))
    for draft, told in ((first, {}), (second, {"drops_sales": "on"})):
        page.post(f"/invoices/{draft.public_id}/issue")
        page.post(f"/invoices/{draft.public_id}/void", {"reason": "誤り", **told})
    waiting = SaleLine.objects.filter(invoice=None)
    assert [line.customer_id for line in waiting] == [first.customer_id]


def test_a_sale_changed_into_a_closed_period_says_where_it_goes(page):
    customer = make_customer()
    sell(customer)
    close_sales(DAY, by=SYSTEM)
    line = public_id("sal", sell(customer, on=date(2026, 11, 1)))
    told = {"customer": customer.code, "sold_on": "2026-10-09", "description": "皿", "quantity": "1", "unit_minor": "9"}
    said = page.post(f"/sales/{line}", told, follow=True).content.decode()
    assert "2026-11-30" in said


def test_a_viewer_reads_papers_and_writes_none(client, organization):
    client.force_login(make_member("viewer").user)
    assert client.get("/receipts").status_code == 200
    assert client.get("/delivery-notes").status_code == 200
    assert client.post("/delivery-notes/new", {"chosen": []}).status_code == 403
    assert client.get(f"/invoices/{make_paid().public_id}/receipt").status_code == 403
