"""What the database itself refuses, and one document read five ways."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.invoices.actions import close_sales, draft_from_sales
from tokui.invoices.models import Invoice, Receipt, SaleLine, SeriesCounter
from tokui.invoices.papers import pdf_of
from tokui.invoices.tests.world import DAY, make_customer, sell


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def issued() -> Invoice:
    customer = make_customer()
    sell(customer, 1_234_567)
    sell(customer, 98_765, tax_kind="reduced")
    close_sales(DAY, by=SYSTEM)
    return Invoice.objects.get()


def refused(change) -> bool:
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


def test_an_issued_document_gains_no_line_and_loses_none(organization):
    invoice = issued()
    waiting = sell(invoice.customer, 1_000)
    line = invoice.lines.first()
    assert refused(lambda: SaleLine.objects.filter(pk=waiting).update(invoice=invoice))
    assert refused(lambda: SaleLine.objects.filter(pk=line.pk).update(invoice=None))
    copied = {field.attname: getattr(line, field.attname) for field in SaleLine._meta.concrete_fields}
    assert refused(lambda: SaleLine(**{**copied, "id": None}).save(force_insert=True))
    draft = draft_from_sales([waiting], by=SYSTEM)
    assert draft.lines.count() == 1
    assert find_offences() == []


def test_the_way_of_issuing_is_closed_behind_it(organization):
    issued()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tokui.issuing', true)")
        assert cursor.fetchone()[0] in ("", None)


def test_the_file_of_an_issued_document_is_not_exchanged(organization):
    invoice = issued()
    kept = pdf_of(invoice)
    other = files.store(b"another", name="other.pdf", content_type="application/pdf")
    assert refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(document=other))
    assert refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(document=None))
    assert Invoice.objects.get(pk=invoice.pk).document_id == kept.pk


def test_page_rest_pdf_and_csv_say_the_same_numbers(page):
    invoice = issued()
    shown = page.get(f"/invoices/{invoice.public_id}").content.decode()
    told = page.get(f"/api/v1/invoices/{invoice.public_id}").json()
    printed = "".join(
        one.extract_text()
        for one in PdfReader(io.BytesIO(page.get(f"/invoices/{invoice.public_id}/pdf").content)).pages
    )
    answer = page.get("/invoices/export")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        (row,) = list(csv.reader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))[1:]
    rates = sum(tax["net_minor"] + tax["tax_minor"] for tax in told["taxes"])
    assert (told["net_minor"], told["tax_minor"], told["total_minor"], rates) == (
        1_333_332,
        131_357,
        1_464_689,
        1_464_689,
    )
    assert row[3:6] == ["1333332", "131357", "1464689"]
    for figure in ("1,333,332", "131,357", "1,464,689", "123,456", "7,901"):
        assert figure in shown
        assert figure in printed


def test_the_receipts_of_a_series_have_no_gap(organization):
    from tokui.invoices.actions import settle_invoices
    from tokui.invoices.receipts import issue_receipt

    invoice = issued()
    for amount in (400, 600):
        settle_invoices([(invoice.pk, amount, DAY)], received={invoice.pk: amount}, by=SYSTEM)
        issue_receipt(Invoice.objects.get(pk=invoice.pk), by=SYSTEM)
    assert list(Receipt.objects.order_by("number").values_list("sequence", flat=True)) == [1, 2]
    gaps = "numbers-are-without-gaps"
    assert gaps not in {one.invariant.name for one in find_offences()}
    SeriesCounter.objects.filter(series=Receipt.objects.first().series_id).update(last_number=3)
    assert gaps in {one.invariant.name for one in find_offences()}
