"""What people decide about an import: whose file it is, what its columns hold, whose values count."""

from __future__ import annotations

import io
import zipfile

import pytest

from tokui.core.errors import Invalid, NotPermitted, StateChanged
from tokui.core.tables import NewSheet, write_xlsx
from tokui.customers.actions import (
    apply_import,
    change_customer,
    choose_columns,
    choose_sender,
    create_customer,
    create_customers,
    decide_conflicts,
    define_field,
    receive_import,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.exporting import export_customers
from tokui.customers.importing import runs
from tokui.customers.importing.records import opened
from tokui.customers.models import Customer, Import, ImportMapping
from tokui.customers.tests.test_import import applied, brought, checked, counts, undone
from tokui.customers.words import reason_words, table_words

# ---- columns and senders


def test_a_field_defined_later_is_proposed_for_a_known_file(organization, owner):
    text = "屋号,会員区分,備考\n青葉商店,A,話\n"
    checked(brought(text, owner), owner, name="屋号")
    assert brought(text + "\n", owner).mapping == {"name": "屋号"}
    define_field("rank", label="会員区分", kind="text", by=owner)
    assert brought(text + "\n\n", owner).mapping == {"name": "屋号", "custom.rank": "会員区分"}


def test_two_senders_may_mean_different_things_by_the_same_headings(organization, owner):
    text = "名前,番号\n青葉商店,03-1234-5678\n"
    choose_columns(brought(text, owner), {"name": "名前", "phone": "番号"}, by=owner, sender="ひので会計")
    choose_columns(brought(text + "\n", owner), {"name": "名前", "code": "番号"}, by=owner, sender="みなと事務所")
    assert ImportMapping.objects.count() == 2
    hinode = receive_import(f"{text}\n\n".encode(), name="a.csv", by=owner, sender="ひので会計")
    assert (hinode.sender, hinode.mapping) == ("ひので会計", {"name": "名前", "phone": "番号"})
    minato = choose_sender(hinode, "みなと事務所", by=owner)
    assert (minato.sender, minato.mapping) == ("みなと事務所", {"name": "名前", "code": "番号"})


def test_a_senders_new_column_is_proposed_beside_the_known_ones(organization, owner):
    choose_columns(brought("屋号欄,連絡欄\n甲,a\n", owner), {"name": "屋号欄"}, by=owner, sender="ひので会計")
    batch = receive_import("屋号欄,連絡欄,FAX\n甲,a,\n".encode(), name="b.csv", by=owner, sender="ひので会計")
    assert batch.mapping == {"name": "屋号欄", "fax": "FAX"}


def test_the_sender_is_remembered_with_the_headings(organization, owner):
    choose_columns(brought("名前,x\n甲,\n", owner), {"name": "名前"}, by=owner, sender=" ひので会計 ")
    again = brought("名前,x\n乙,\n", owner)
    assert again.sender == "ひので会計"
    choose_columns(again, {"name": "名前"}, by=owner)
    assert ImportMapping.objects.get().sender == "ひので会計"


def test_a_sender_cannot_be_chosen_once_the_file_is_taken_over(organization, owner, viewer):
    batch = brought("名前\n甲\n", owner)
    with pytest.raises(NotPermitted):
        choose_sender(batch, "ひので会計", by=viewer)
    unreadable = receive_import(b"%PDF-1.7", name="x.pdf", by=owner)
    with pytest.raises(StateChanged):
        choose_sender(unreadable, "ひので会計", by=owner)
    applied(checked(batch, owner), owner)
    with pytest.raises(StateChanged):
        choose_sender(batch, "ひので会計", by=owner)


def test_with_another_senders_columns_the_file_is_checked_anew(organization, owner):
    text = "名前,番号\n青葉商店,A-1\n"
    choose_columns(brought(text, owner), {"name": "名前", "code": "番号"}, by=owner, sender="みなと事務所")
    fresh = receive_import(f"{text}\n".encode(), name="b.csv", by=owner, sender="別の会計")
    batch = checked(fresh, owner, name="名前")
    choose_sender(batch, "みなと事務所", by=owner)
    with pytest.raises(StateChanged):
        apply_import(batch, by=owner)
    applied(checked(batch, owner), owner)
    assert Customer.objects.get().code == "A-1"


def test_the_first_values_of_each_column_are_kept_sealed(organization, owner):
    batch = brought("名前,電話,電話\n青葉商店,03-1234-5678,\nみなと商店,03-1234-5678,090-1234-5678\n", owner)
    assert batch.headings == ["名前", "電話", "電話 2"]
    assert opened(batch, batch.samples) == {
        "名前": ["青葉商店", "みなと商店"],
        "電話": ["03-1234-5678"],
        "電話 2": ["090-1234-5678"],
    }
    assert "青葉商店".encode() not in bytes(batch.samples)


# ---- files that say nothing


@pytest.mark.parametrize("text", ["名前,メール\n", "名前,メール\n,\n,\n"])
def test_headings_without_rows_are_refused(organization, owner, text):
    batch = checked(brought(text, owner), owner)
    assert (batch.state, batch.refusal["code"]) == ("refused", "no_rows")
    assert table_words(batch.refusal)
    with pytest.raises(StateChanged):
        apply_import(batch, by=owner)


def test_a_formula_without_its_result_is_told_with_its_place(organization, owner):
    target, source = io.BytesIO(), io.BytesIO()
    write_xlsx(source, [NewSheet("顧客", [("青葉商店", "a@x.jp"), ("みなと商店", "b@x.jp")], ("名前", "メール"))])
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start = content.index(b'<c r="B3"')
                end = content.index(b"</c>", start) + len(b"</c>")
                content = content[:start] + b'<c r="B3"><f>A3&amp;"@x.jp"</f></c>' + content[end:]
            new.writestr(name, content)
    batch = checked(receive_import(target.getvalue(), name="x.xlsx", by=owner), owner)
    row = batch.rows.get()
    assert (counts(batch), row.row, row.column) == ((1, 0, 0, 1, 0), 3, "B メール")
    assert row.reason["code"] == "formula_without_value"
    assert reason_words(row.reason)


def test_refusals_are_in_words_that_people_read(organization, owner):
    text = "Tokui ID,版,名前\n,99999999999999999999999,甲\n,1,乙\x1b\n"
    batch = checked(brought(text, owner), owner)
    told = [reason_words(row.reason) for row in batch.rows.order_by("row")]
    assert "9,223,372,036,854,775,807" in told[0]
    assert "Possible" not in told[0]
    assert "U+001B" in told[1]


# ---- conflicts and changes


def conflicting(owner) -> Import:
    """甲 and 乙 were edited in the file and here, 丙 in the file only."""
    create_customers(
        [CustomerDraft(name, code=code) for name, code in (("甲", "A"), ("乙", "B"), ("丙", "C"))], by=owner
    )
    target = io.BytesIO()
    export_customers(target, by=owner, file_format="csv")
    text = target.getvalue().decode("utf-8-sig")
    for code, name in (("A", "甲"), ("B", "乙"), ("C", "丙")):
        text = text.replace(f"{code},{name},", f"{code},{name}商店,")
    for code in ("A", "B"):
        change_customer(Customer.objects.get(code=code), phone="03-1234-5678", by=owner)
    return checked(brought(text, owner), owner)


def test_a_conflict_shows_the_values_here_and_in_the_file(organization, owner):
    batch = conflicting(owner)
    assert counts(batch) == (0, 1, 0, 0, 2)
    row = batch.rows.filter(outcome="conflict").first()
    assert (opened(batch, row.before), opened(batch, row.after)) == (
        {"name": "甲", "phone": "+81312345678"},
        {"name": "甲商店", "phone": ""},
    )
    changed = batch.rows.get(outcome="changed")
    assert (opened(batch, changed.before), opened(batch, changed.after)) == ({"name": "丙"}, {"name": "丙商店"})
    assert b"\xe7\x94\xb2" not in bytes(row.before)


def test_the_files_values_are_taken_where_a_person_decides_so(organization, owner):
    batch = conflicting(owner)
    first = batch.rows.filter(outcome="conflict").first()
    assert decide_conflicts(batch, "file", rows=[first.pk], by=owner) == 1
    applied(batch, owner)
    assert counts(batch) == (0, 2, 0, 0, 1)
    assert dict(Customer.objects.values_list("code", "name")) == {"A": "甲商店", "B": "乙", "C": "丙商店"}
    assert batch.rows.get(outcome="conflict").decision == ""
    undone(batch, owner)
    assert dict(Customer.objects.values_list("code", "phone"))["A"] == "+81312345678"
    assert dict(Customer.objects.values_list("code", "name")) == {"A": "甲", "B": "乙", "C": "丙"}


def test_all_conflicts_are_decided_at_once_and_ours_stay(organization, owner):
    batch = conflicting(owner)
    assert decide_conflicts(batch, "ours", by=owner) == 2
    applied(batch, owner)
    assert counts(batch) == (0, 1, 0, 0, 2)
    assert set(batch.rows.filter(outcome="conflict").values_list("decision", flat=True)) == {"ours"}
    assert Customer.objects.get(code="A").name == "甲"


def test_a_decision_holds_only_for_the_customer_as_it_was_seen(organization, owner):
    batch = conflicting(owner)
    decide_conflicts(batch, "file", by=owner)
    change_customer(Customer.objects.get(code="A"), email="new@x.jp", by=owner)
    applied(batch, owner)
    assert counts(batch) == (0, 2, 0, 0, 1)
    assert Customer.objects.get(code="A").name == "甲"


def test_decisions_are_for_who_may_import_and_before_the_file_is_taken_over(organization, owner, viewer):
    batch = conflicting(owner)
    with pytest.raises(NotPermitted):
        decide_conflicts(batch, "file", by=viewer)
    with pytest.raises(Invalid):
        decide_conflicts(batch, "theirs", by=owner)
    applied(batch, owner)
    with pytest.raises(StateChanged):
        decide_conflicts(batch, "file", by=owner)


def test_decisions_survive_a_worker_that_was_killed(organization, owner, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    batch = conflicting(owner)
    decide_conflicts(batch, "file", by=owner)
    apply_import(batch, by=owner)
    whole = runs._apply_chunk

    def killed(import_id, at, rows, planner, by):
        if at >= 1:
            raise KeyboardInterrupt
        return whole(import_id, at, rows, planner, by)

    monkeypatch.setattr(runs, "_apply_chunk", killed)
    with pytest.raises(KeyboardInterrupt):
        runs.apply_batches(organization.pk, batch.pk, owner)
    monkeypatch.setattr(runs, "_apply_chunk", whole)
    runs.apply_batches(organization.pk, batch.pk, owner)
    batch.refresh_from_db()
    assert counts(batch) == (0, 3, 0, 0, 0)
    assert set(Customer.objects.values_list("name", flat=True)) == {"甲商店", "乙商店", "丙商店"}


def test_what_only_adds_is_no_conflict(organization, owner):
    row = create_customer(CustomerDraft("甲", code="A"), by=owner)
    target = io.BytesIO()
    export_customers(target, by=owner, file_format="csv")
    change_customer(row, phone="03-1234-5678", by=owner)
    text = f"Tokui ID,版,顧客コード,名前,備考\n{row.public_id},1,A,甲,新しい話\n"
    assert counts(applied(checked(brought(text, owner), owner), owner)) == (0, 1, 0, 0, 0)
    assert row.notes.get().text == "新しい話"
