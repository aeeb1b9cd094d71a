"""Customers leave as a file and come back through the import."""

from __future__ import annotations

import io

import pytest
from django.utils import translation

from tokui.core import jobs
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.models import Event
from tokui.core.tables import open_table
from tokui.customers.actions import change_customer, create_customers, define_field, receive_import
from tokui.customers.drafts import CustomerDraft
from tokui.customers.exporting import export_customers, export_file
from tokui.customers.models import Customer, CustomValue, Tagging
from tokui.customers.tests.test_import import applied, checked, counts


def world(owner):
    define_field("joined", label="入会日", kind="date", by=owner)
    define_field("fee", label="会費", kind="money", by=owner)
    ids = create_customers(
        [
            CustomerDraft(
                "太田 由紀", code="P", kana="オオタ ユキ", phone="090-1234-5678", tags=("生徒",), closing_day=20
            ),
            CustomerDraft("=cmd()", code="F", custom={"joined": "令和8年4月1日", "fee": "1,100"}),
            CustomerDraft("森 千尋", code="M", postal_code="100-0001", kind="school", is_active=False),
        ],
        by=owner,
    )
    change_customer(Customer.objects.get(pk=ids[2]), bill_to_id=ids[0], by=owner)


def exported(owner, file_format: str) -> bytes:
    target = io.BytesIO()
    assert export_customers(target, by=owner, file_format=file_format) == 3
    return target.getvalue()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_went_out_comes_back_unchanged(organization, owner, file_format, language):
    world(owner)
    with translation.override(language):
        content = exported(owner, file_format)
    batch = checked(receive_import(content, name=f"x.{file_format}", by=owner), owner)
    assert [row.reason for row in batch.rows.all()] == []
    assert counts(batch) == (0, 0, 3, 0, 0)


def test_an_edited_export_is_merged_by_id_and_emptied_cells_empty_their_field(organization, owner):
    world(owner)
    text = exported(owner, "csv").decode("utf-8-sig")
    edited = (
        text.replace("オオタ ユキ", "").replace("生徒", "卒業生").replace("1100", "2200").replace(",P,", ",P-2,", 1)
    )
    batch = applied(checked(receive_import(edited.encode(), name="x.csv", by=owner), owner), owner)
    assert counts(batch)[:2] == (0, 2)
    row = Customer.objects.get(code="P-2")
    assert row.kana == ""
    assert list(Tagging.objects.filter(customer=row).values_list("tag__name", flat=True)) == ["卒業生"]
    assert CustomValue.objects.get(field__key="fee").number == 2200


def test_a_row_changed_here_since_the_export_is_a_conflict_and_stays(organization, owner):
    world(owner)
    text = exported(owner, "csv").decode("utf-8-sig")
    change_customer(Customer.objects.get(code="P"), phone="03-1234-5678", by=owner)
    batch = applied(
        checked(receive_import(text.replace("オオタ", "オータ").encode(), name="x.csv", by=owner), owner), owner
    )
    assert counts(batch) == (0, 0, 2, 0, 1)
    told = batch.rows.get()
    assert (told.outcome, told.reason) == (
        "conflict",
        {"code": "changed_since_export", "found": "1", "expected": "2"},
    )
    assert Customer.objects.get(code="P").kana == "オオタ ユキ"


def test_text_that_looks_like_a_formula_leaves_as_text(organization, owner):
    world(owner)
    assert b",'=cmd()" in exported(owner, "csv")
    sheet = open_table(io.BytesIO(exported(owner, "xlsx"))).sheets[0]
    assert "=cmd()" in {row.text(3) for row in sheet.rows()}


def test_an_export_is_remembered_and_not_for_everyone(organization, owner, viewer, tmp_path):
    world(owner)
    assert export_file(tmp_path / "customers.xlsx") == 3
    assert Event.objects.get(type="customers.CustomersExported").payload == {"count": 3, "format": "xlsx"}
    with pytest.raises(NotPermitted):
        export_customers(io.BytesIO(), by=viewer)
    with pytest.raises(Invalid):
        export_customers(io.BytesIO(), by=owner, file_format="pdf")
    jobs.run_pending()
