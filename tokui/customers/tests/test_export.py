"""Customers leave as a file and come back through the import."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tokui.core import jobs
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.ids import uuid7
from tokui.core.models import Event
from tokui.core.tables import open_table
from tokui.customers.actions import (
    add_contact_person,
    add_contact_point,
    add_note,
    add_relationship,
    change_customer,
    create_customer,
    create_customers,
    define_field,
    learn_payer_name,
    receive_import,
    revoke_payer_name,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.exporting import FIELDS, export_customers, export_file
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


def bound_world(owner):
    world(owner)
    company = create_customer(
        CustomerDraft("株式会社 青葉商事", code="A", email="a@x.jp", phone="+1 212 555 0111"), by=owner
    )
    for kind, label, value in [
        ("phone", "携帯", "090-1111-1111"),
        ("phone", "FAX", "03-1111-1112"),
        ("phone", "夜間", "03-1111-1113"),
        ("phone", "", "+1 212 555 0100"),
        ("mail", "経理", "b@x.jp"),
        ("mail", "", "c@x.jp"),
    ]:
        add_contact_point(company, kind, value, by=owner, label=label)
    add_contact_person(company, "佐藤 花子", by=owner, kana="サトウ ハナコ", department="経理部", phone="03-1111-1114")
    add_contact_person(company, "鈴木 一郎", by=owner, title="部長", email="i@x.jp")
    learn_payer_name(company, "ｱｵﾊﾞｼﾖｳｼﾞ", by=owner)
    learn_payer_name(company, "サトウ ハナコ", by=owner, bank_account_id=uuid7())
    learn_payer_name(company, "サトウ ハナコ", by=owner)
    revoke_payer_name(learn_payer_name(company, "ワスレタ ナマエ", by=owner), by=owner)
    add_note(company, "先の話", by=owner)
    add_note(company, "=後の話\n二行目", by=owner)
    add_relationship(Customer.objects.get(code="P"), company, "parent_company", by=owner)
    add_relationship(Customer.objects.get(code="P"), Customer.objects.get(code="M"), "guardian", by=owner)
    add_relationship(Customer.objects.get(code="F"), Customer.objects.get(code="M"), "guardian", by=owner)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_hangs_on_customers_goes_out_and_comes_back_unchanged(organization, owner, file_format, language):
    bound_world(owner)
    target = io.BytesIO()
    with translation.override(language):
        assert export_customers(target, by=owner, file_format=file_format) == 4
    batch = checked(receive_import(target.getvalue(), name=f"x.{file_format}", by=owner), owner)
    assert set(FIELDS) <= set(batch.mapping)
    assert [row.reason for row in batch.rows.all()] == []
    assert counts(batch) == (0, 0, 4, 0, 0)


def test_an_export_names_contacts_payers_and_relatives(organization, owner):
    bound_world(owner)
    target = io.BytesIO()
    export_customers(target, by=owner, file_format="csv")
    rows = list(csv.DictReader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
    company, child = rows[3], rows[2]
    assert company["電話番号2"] == "0311111113、+12125550100"
    assert (company["携帯電話"], company["FAX番号"]) == ("09011111111", "0311111112")
    assert company["メールアドレス2"] == "b@x.jp、c@x.jp"
    assert (company["担当者名"], company["担当者部署"], company["担当者役職"]) == ("佐藤 花子", "経理部", "")
    assert company["振込名義"] == "ｱｵﾊﾞｼﾖｳｼﾞ、サトウ ハナコ"
    assert (company["親会社コード"], child["保護者コード"]) == ("P", "P、F")
    assert company["備考"] == "'=後の話\n二行目"


def test_an_export_costs_the_same_number_of_queries_for_few_and_many(organization, owner):
    used = []
    for count in (2, 40):
        drafts = [CustomerDraft(f"会員{count}-{n}") for n in range(count)]
        for key in create_customers(drafts, by=owner):
            add_note(Customer.objects.get(pk=key), "話", by=owner)
        with CaptureQueriesContext(connection) as caught:
            export_customers(io.BytesIO(), by=owner, file_format="csv")
        used.append(len(caught))
    assert used[0] == used[1]
