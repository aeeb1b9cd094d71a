"""The pages of an import: columns with samples, changes before and after, conflicts, refused rows as a file."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.models import User
from tokui.access.tests.world import make_member
from tokui.core import jobs
from tokui.core.ids import uuid7
from tokui.core.tables import NewSheet, open_table, write_xlsx
from tokui.customers.actions import create_customer, define_field, receive_import
from tokui.customers.drafts import CustomerDraft
from tokui.customers.importing.returning import write_refused
from tokui.customers.models import Customer, Import
from tokui.customers.tests.test_import import applied, brought, checked, counts, undone
from tokui.customers.tests.test_import_choices import conflicting


@pytest.fixture
def page(client, owner):
    """A browser of the owner who also acts in the tests."""
    client.force_login(User.objects.get(pk=owner.id))
    return client


def url_of(batch: Import) -> str:
    return f"/imports/{batch.public_id}"


def text_of(page, url: str) -> str:
    response = page.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_each_column_is_shown_with_its_first_values_and_what_it_holds(page, owner):
    define_field("rank", label="会員区分", kind="text", by=owner)
    upload = SimpleUploadedFile(
        "名簿.csv", "氏名,電話,電話,会員区分,謎\n太田 由紀,03-1234-5678,090-1234-5678,金,x\n".encode()
    )
    url = page.post("/imports", {"file": upload, "sender": "ひので会計"})["Location"]
    text = text_of(page, url)
    assert "03-1234-5678" in text
    assert 'value="ひので会計"' in text
    for field in ("name", "phone", "phone2", "custom.rank"):
        assert f'<option value="{field}" selected>' in text
    told = {"field.0": "name", "field.1": "phone", "field.2": "mobile", "field.3": "custom.rank", "field.4": ""}
    assert page.post(f"{url}/columns", told | {"sender": "ひので会計"}).status_code == 302
    jobs.run_pending()
    assert Import.objects.get().new_count == 1
    assert Import.objects.get().mapping["mobile"] == "電話 2"


def test_one_field_cannot_be_chosen_for_two_columns(page, owner):
    batch = brought("氏名,名前2\n太田,由紀\n", owner)
    answer = page.post(f"{url_of(batch)}/columns", {"field.0": "name", "field.1": "name"})
    assert answer.status_code == 422
    assert "氏名" in answer.content.decode()


def test_another_senders_columns_are_taken_on_request(page, owner):
    text = "名前,番号\n青葉商店,{}\n"
    first = brought(text.format("A-1"), owner)
    page.post(f"{url_of(first)}/columns", {"field.0": "name", "field.1": "code", "sender": "みなと事務所"})
    jobs.run_pending()
    second = receive_import(text.format("A-2").encode(), name="b.csv", by=owner, sender="新しい差出元")
    assert "みなと事務所" in text_of(page, url_of(second))
    assert page.post(f"{url_of(second)}/sender", {"sender": "みなと事務所"}).status_code == 302
    second.refresh_from_db()
    assert second.mapping == {"name": "名前", "code": "番号"}


def test_changes_are_shown_before_and_after_and_paged(page, owner):
    define_field("fee", label="会費", kind="money", by=owner)
    create_customer(CustomerDraft("甲商店", code="A", phone="03-1234-5678", custom={"fee": "1,100"}), by=owner)
    batch = checked(
        brought("顧客コード,名前,電話,会費,備考,送付方法\nA,甲商店,03-8765-4321,2200,話,郵送\n", owner), owner
    )
    text = text_of(page, url_of(batch))
    for shown in (
        "<del>0312345678</del>",
        "<ins>0387654321</ins>",
        "<del>1100</del>",
        "<ins>2200</ins>",
        "<ins>話</ins>",
    ):
        assert shown in text
    assert "郵送" in text
    applied(batch, owner)
    assert "<ins>0387654321</ins>" in text_of(page, f"{url_of(batch)}?show=changed")
    undone(batch, owner)
    assert "<ins>0387654321</ins>" in text_of(page, f"{url_of(batch)}?show=changed")


def test_a_long_list_of_changes_goes_on_and_costs_the_same(page, owner):
    rows = "".join(f"L{n},会員{n},{{}}\n" for n in range(130))
    applied(checked(brought("顧客コード,名前,フリガナ\n" + rows.replace("{}", ""), owner), owner), owner)
    batch = checked(brought("顧客コード,名前,フリガナ\n" + rows.replace("{}", "カイイン"), owner), owner)
    with CaptureQueriesContext(connection) as many:
        text = text_of(page, url_of(batch))
    assert text.count("<ins>カイイン</ins>") == 100
    after = text.split('class="load-more"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert text_of(page, url_of(batch) + after).count("<ins>カイイン</ins>") == 30
    one = checked(brought("顧客コード,名前,フリガナ\nL1,会員1,カイイン\n", owner), owner)
    with CaptureQueriesContext(connection) as few:
        text_of(page, url_of(one))
    assert len(few) == len(many)
    assert len(many) <= 40


def test_a_conflict_is_decided_on_its_row(page, owner):
    batch = conflicting(owner)
    text = text_of(page, f"{url_of(batch)}?show=conflict")
    assert "<del>甲</del>" in text
    assert "<ins>甲商店</ins>" in text
    row = batch.rows.filter(outcome="conflict").first()
    told = {"row": str(row.pk), "decision": "file"}
    answer = page.post(f"{url_of(batch)}/decisions", told, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().strip().startswith("<tr")
    assert 'value="file" aria-pressed="true"' in answer.content.decode()
    assert page.post(f"{url_of(batch)}/decisions", {"decision": "file"}).status_code == 302
    assert set(batch.rows.filter(outcome="conflict").values_list("decision", flat=True)) == {"file"}
    for wrong in (str(uuid7()), "nonsense"):
        assert page.post(f"{url_of(batch)}/decisions", {"row": wrong, "decision": "file"}).status_code == 404
    applied(batch, owner)
    assert Customer.objects.get(code="A").name == "甲商店"
    assert page.post(f"{url_of(batch)}/decisions", {"decision": "ours"}).status_code == 409


REFUSED = "顧客コード,名前,メール,締め日\nA,山田,bad@,99\nB,林,h@x.jp,20\nC,,,\n"


def test_refused_rows_leave_as_a_file_and_come_back_mended(page, owner):
    batch = checked(brought(REFUSED, owner), owner)
    assert counts(batch) == (1, 0, 0, 2, 0)
    answer = page.get(f"{url_of(batch)}/refused")
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "顧客コード,名前,メール,締め日,取り込めない理由"
    assert lines[1].startswith("A,山田,bad@,99,")
    assert "C メール" in lines[1]
    assert "D 締め日" in lines[1]
    assert len(lines) == 3
    mended = brought(text.replace("bad@", "good@x.jp").replace("99", "末"), owner)
    assert mended.headings == ["顧客コード", "名前", "メール", "締め日"]
    assert counts(checked(mended, owner)) == (1, 0, 0, 1, 0)


def test_refused_rows_of_a_workbook_keep_their_sheets(organization, owner):
    source, target = io.BytesIO(), io.BytesIO()
    sheets = [
        NewSheet("本店", [("山田", "x@"), ("林", "h@x.jp")], ("名前", "メール")),
        NewSheet("支店", [("森", "m@x.jp")], ("名前", "メール")),
        NewSheet("分室", [(7, ""), ("岡", "o@")], ("名前", "メール")),
    ]
    write_xlsx(source, sheets)
    batch = checked(receive_import(source.getvalue(), name="x.xlsx", by=owner), owner)
    assert write_refused(batch, target) == "xlsx"
    table = open_table(io.BytesIO(target.getvalue()))
    assert [sheet.name for sheet in table.sheets] == ["本店", "分室"]
    assert [row.text(0) for row in table.sheet("分室").rows()] == ["名前", "岡"]


def test_who_may_not_import_sees_none_of_it(client, organization, owner):
    batch = checked(brought(REFUSED, owner), owner)
    client.force_login(make_member("viewer").user)
    assert client.get(url_of(batch)).status_code == 403
    assert client.get(f"{url_of(batch)}/refused").status_code == 403
    for place in ("sender", "decisions", "columns"):
        assert client.post(f"{url_of(batch)}/{place}", {"decision": "file"}).status_code == 403
