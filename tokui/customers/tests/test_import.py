"""Files of customers: proposed, checked, applied, undone."""

from __future__ import annotations

import io
from datetime import date

import pytest

from tokui.core import jobs
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted, StateChanged
from tokui.core.models import Event
from tokui.core.tables import NewSheet, write_xlsx
from tokui.customers.actions import (
    ImportRefused,
    add_note,
    apply_import,
    change_customer,
    choose_columns,
    create_customer,
    define_field,
    import_file,
    receive_import,
    undo_import,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.importing import runs
from tokui.customers.models import Customer, CustomValue, Import, ImportMapping, ImportRow, Note, Tagging
from tokui.customers.words import reason_words, table_words


def brought(text: str, owner, *, name: str = "customers.csv", encoding: str = "utf-8") -> Import:
    return receive_import(text.encode(encoding), name=name, by=owner)


def checked(batch: Import, owner, **mapping: str) -> Import:
    choose_columns(batch, mapping or batch.mapping, by=owner)
    jobs.run_pending()
    batch.refresh_from_db()
    return batch


def applied(batch: Import, owner) -> Import:
    apply_import(batch, by=owner)
    jobs.run_pending()
    batch.refresh_from_db()
    return batch


def undone(batch: Import, owner) -> Import:
    undo_import(batch, by=owner)
    jobs.run_pending()
    batch.refresh_from_db()
    return batch


def counts(batch: Import) -> tuple[int, ...]:
    return (batch.new_count, batch.changed_count, batch.unchanged_count, batch.refused_count, batch.conflict_count)


SHEET = """得意先コード,会社名,フリガナ,TEL,メールアドレス,支払条件,タグ,備考
T-01,株式会社 青葉商事,アオバショウジ,03-1234-5678,info@example.jp,月末締め翌月末払い,卸、重要,先代から
T-02,ひより道具店,ﾋﾖﾘﾄﾞｳｸﾞﾃﾝ,090-1234-5678,hiyori@example.com,20日締め翌月10日払い,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_sheet_in_any_usual_encoding_is_proposed_checked_and_applied(organization, owner, encoding):
    batch = brought(SHEET, owner, encoding=encoding)
    assert batch.mapping["name"] == "会社名"
    assert counts(checked(batch, owner)) == (2, 0, 0, 0, 0)
    assert not Customer.objects.exists()
    assert counts(applied(batch, owner)) == (2, 0, 0, 0, 0)
    first = Customer.objects.get(code="T-01")
    assert (first.name, first.kana, first.kind) == ("株式会社 青葉商事", "アオバショウジ", "company")
    assert (first.closing_day, first.due_months, first.due_day, first.phone) == (31, 1, 31, "+81312345678")
    second = Customer.objects.get(code="T-02")
    assert (second.kana, second.closing_day, second.due_day) == ("ヒヨリドウグテン", 20, 10)
    assert set(Tagging.objects.filter(customer=first).values_list("tag__name", flat=True)) == {"卸", "重要"}
    assert Note.objects.get().text == "先代から"
    assert Event.objects.filter(type="customers.ImportApplied").count() == 1


def test_all_sheets_of_a_workbook_come_in_and_numbers_keep_their_zeros(organization, owner):
    target = io.BytesIO()
    write_xlsx(
        target,
        [
            NewSheet("本店", [("山田 太郎", 9012345678, date(2026, 4, 1))], ("氏名", "電話", "入会日")),
            NewSheet("支店", [("R8.4.2", "鈴木 花子", "０９０ー１１１１ー２２２２")], ("入会日", "氏名", "電話")),
            NewSheet("メモ", [("これは表ではありません",)]),
        ],
    )
    define_field("joined", label="入会日", kind="date", by=owner)
    batch = receive_import(target.getvalue(), name="会員.xlsx", by=owner)
    assert batch.mapping["custom.joined"] == "入会日"
    assert counts(checked(batch, owner)) == (2, 0, 0, 0, 0)
    applied(batch, owner)
    assert dict(Customer.objects.values_list("name", "phone")) == {
        "山田 太郎": "+819012345678",
        "鈴木 花子": "+819011112222",
    }
    assert set(CustomValue.objects.values_list("day", flat=True)) == {date(2026, 4, 1), date(2026, 4, 2)}


def test_every_refused_row_is_named_with_place_value_and_reason(organization, owner):
    text = "顧客コード,名前,メール,締め日,請求先\nA,山田,bad@,99,\nB,,,,\nC,林,,,NOBODY\nD,森,,,\nD,森二,,,\n"
    batch = checked(brought(text, owner), owner)
    assert counts(batch) == (1, 0, 0, 4, 0)
    told = {(row.row, row.column, row.value, row.reason["code"]) for row in batch.rows.all()}
    assert told == {
        (2, "C メール", "bad@", "not_a_mail_address"),
        (2, "D 締め日", "99", "out_of_range"),
        (3, "", "", "empty"),
        (4, "bill_to", "NOBODY", "unknown_bill_to"),
        (6, "code", "D", "twice_in_file"),
    }
    assert all(reason_words(row.reason) for row in batch.rows.all())
    applied(batch, owner)
    assert list(Customer.objects.values_list("code", flat=True)) == ["D"]
    assert counts(batch) == (1, 0, 0, 4, 0)


def test_the_same_rows_again_change_nothing_and_other_rows_say_what_they_change(organization, owner):
    applied(checked(brought(SHEET, owner), owner), owner)
    again = checked(brought(SHEET.replace("hiyori@", "shop@") + "\n", owner), owner)
    assert counts(again) == (0, 1, 1, 0, 0)
    applied(again, owner)
    assert Customer.objects.get(code="T-02").email == "shop@example.com"
    assert Customer.objects.count() == 2


def test_an_empty_cell_of_a_strangers_file_leaves_the_value(organization, owner):
    applied(checked(brought(SHEET, owner), owner), owner)
    applied(checked(brought("得意先コード,会社名,TEL\nT-01,株式会社 青葉商事,\n", owner), owner), owner)
    assert Customer.objects.get(code="T-01").phone == "+81312345678"


def test_without_codes_a_row_is_known_by_name_and_mail_address_or_phone(organization, owner):
    text = "名前,メール\n山田 太郎,taro@example.jp\n"
    applied(checked(brought(text, owner), owner), owner)
    assert counts(checked(brought("名前,メール,電話\n山田太郎,taro@example.jp,090-1234-5678\n", owner), owner)) == (
        0,
        1,
        0,
        0,
        0,
    )
    assert counts(checked(brought("名前,メール,電話\n山田 次郎,taro@example.jp,\n", owner), owner)) == (1, 0, 0, 0, 0)


def test_one_file_twice_is_one_import_and_started_twice_has_one_effect(organization, owner):
    first, second = brought(SHEET, owner), brought(SHEET, owner, name="copy.csv")
    assert first.pk == second.pk
    checked(first, owner)
    apply_import(first, by=owner)
    apply_import(second, by=owner)
    jobs.run_pending()
    first.refresh_from_db()
    runs.apply_batches(organization.pk, first.pk, SYSTEM)
    assert Customer.objects.count() == 2
    assert Event.objects.filter(type="customers.CustomerCreated").count() == 2


def test_a_killed_import_goes_on_where_it_stood(organization, owner, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 2)
    text = "顧客コード,名前\n" + "".join(f"K{n},会員{n}\n" for n in range(7)) + "K0,二度目\n"
    batch = checked(brought(text, owner), owner)
    apply_import(batch, by=owner)
    whole = runs._apply_chunk

    def killed(import_id, at, rows, planner, by):
        if at >= 4:
            raise KeyboardInterrupt
        return whole(import_id, at, rows, planner, by)

    monkeypatch.setattr(runs, "_apply_chunk", killed)
    with pytest.raises(KeyboardInterrupt):
        runs.apply_batches(organization.pk, batch.pk, owner)
    assert (Customer.objects.count(), Import.objects.get().cursor) == (4, 4)
    monkeypatch.setattr(runs, "_apply_chunk", whole)
    jobs.run_pending()
    batch.refresh_from_db()
    assert (batch.state, batch.cursor, *counts(batch)) == ("applied", 8, 7, 0, 0, 1, 0)
    assert Customer.objects.count() == 7


def test_a_payer_may_stand_in_the_same_file(organization, owner):
    text = "顧客コード,名前,請求先\nCHILD,太田 湊,PARENT\nPARENT,太田 由紀,\nX,甲,Y\nY,乙,X\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert Customer.objects.get(code="CHILD").bill_to.code == "PARENT"
    assert {row.reason["code"] for row in batch.rows.all()} == {"bill_to_cycle"}
    assert Customer.objects.filter(code__in=["X", "Y"], bill_to=None).count() >= 1


def test_an_import_is_undone_but_for_what_was_touched(organization, owner):
    create_customer(CustomerDraft("旧 太郎", code="OLD", tags=("前",)), by=owner)
    create_customer(CustomerDraft("旧 次郎", code="OLD2"), by=owner)
    text = "顧客コード,名前,タグ\nOLD,新 太郎,後\nOLD2,新 次郎,\nN1,甲,\nN2,乙,\nN3,丙,\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert counts(batch) == (3, 2, 0, 0, 0)
    change_customer(Customer.objects.get(code="OLD2"), kana="シン", by=owner)
    add_note(Customer.objects.get(code="N2"), "電話あり", by=owner)
    create_customer(CustomerDraft("子", bill_to_id=Customer.objects.get(code="N3").pk), by=owner)
    undone(batch, owner)
    assert (batch.state, batch.reverted_count, batch.kept_count) == ("undone", 2, 3)
    old = Customer.objects.get(code="OLD")
    assert (old.name, list(old.taggings.values_list("tag__name", flat=True))) == ("旧 太郎", ["前"])
    assert Customer.objects.get(code="OLD2").name == "新 次郎"
    assert set(Customer.objects.filter(created_in=batch).values_list("code", flat=True)) == {"N2", "N3"}
    kept = ImportRow.objects.filter(batch=batch, outcome="kept")
    assert {row.reason["found"] for row in kept} == {"新 次郎", "乙", "丙"}
    assert Event.objects.filter(type="customers.CustomerRemoved").count() == 1


def test_an_undone_file_can_be_imported_again(organization, owner):
    batch = applied(checked(brought(SHEET, owner), owner), owner)
    undone(batch, owner)
    assert not Customer.objects.exists()
    again = applied(checked(brought(SHEET, owner), owner), owner)
    assert again.pk != batch.pk
    assert Customer.objects.count() == 2


def test_the_columns_of_a_sender_are_remembered(organization, owner):
    text = "ナマエ欄,連絡\n山田,090-1234-5678\n"
    batch = checked(brought(text, owner), owner, name="ナマエ欄", phone="連絡")
    assert ImportMapping.objects.get().columns == {"name": "ナマエ欄", "phone": "連絡"}
    assert brought(text.replace("山田", "林"), owner).mapping == {"name": "ナマエ欄", "phone": "連絡"}
    assert counts(batch) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "unknown_format"),
        ("名前,メール\n山\x00田,a@example.jp\n".encode(), "nul"),
        ('名前,メール\n"山田,a@example.jp\n'.encode(), "broken_quotes"),
        (("名前,メール\n" + "山" * 200_000 + ",a@example.jp\n").encode(), "cell_too_long"),
        ((",".join(f"列{n}" for n in range(3000)) + "\n").encode(), "too_many_columns"),
        (b"PK\x03\x04 not a workbook at all", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_place_and_reason(organization, owner, content, code):
    batch = receive_import(content, name="x.csv", by=owner)
    if batch.state != "refused":
        checked(batch, owner, name="名前")
    assert (batch.state, batch.refusal["code"]) == ("refused", code)
    assert table_words(batch.refusal)
    assert not Customer.objects.exists()
    with pytest.raises(StateChanged):
        apply_import(batch, by=owner)


def test_a_file_that_breaks_off_late_applies_nothing(organization, owner):
    text = "名前\n" + "山田\n" * 6000 + '"破れ\n'
    batch = checked(brought(text, owner), owner, name="名前")
    assert batch.state == "refused"
    assert not Customer.objects.exists()


def test_columns_that_do_not_exist_are_refused(organization, owner):
    batch = brought(SHEET, owner)
    for mapping in (
        {"name": "無い列"},
        {"salary": "会社名"},
        {"email": "メールアドレス"},
        {"name": "会社名", "kana": "会社名"},
    ):
        with pytest.raises(Invalid):
            choose_columns(batch, mapping, by=owner)


def test_who_may_not_import_is_refused(organization, owner, viewer):
    with pytest.raises(NotPermitted):
        brought(SHEET, viewer)
    batch = brought(SHEET, owner)
    for verb in (apply_import, undo_import):
        with pytest.raises(NotPermitted):
            verb(batch, by=viewer)


def test_a_file_is_imported_by_one_call(organization, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(SHEET, encoding="utf-8")
    assert counts(import_file(path)) == (2, 0, 0, 0, 0)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"%PDF-1.4")
    with pytest.raises(ImportRefused):
        import_file(broken)
