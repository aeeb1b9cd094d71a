"""The pages of customers."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.models import User
from tokui.access.tests.world import make_member
from tokui.core import jobs
from tokui.core.ids import public_id, uuid7
from tokui.customers.actions import (
    add_contact_person,
    add_contact_point,
    add_note,
    add_relationship,
    attach_file,
    change_customer,
    create_customer,
    create_customers,
    define_field,
    learn_payer_name,
    tag_customers,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer, CustomValue, Import, SavedView, Tagging


@pytest.fixture
def page(client, owner):
    """A browser of the owner who also acts in the tests."""
    client.force_login(User.objects.get(pk=owner.id))
    return client


def many(owner, count: int) -> list:
    return create_customers(
        [CustomerDraft(f"会員{n:03d}", kana=f"カイイン{n:03d}", tags=("会員",)) for n in range(count)], by=owner
    )


def queries(page, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        response = page.get(url)
    assert response.status_code == 200, response.content[:500]
    return len(found)


def test_the_list_costs_the_same_queries_however_many_rows(page, owner):
    many(owner, 3)
    queries(page, "/customers")  # what rooms keep from their first visit
    few = queries(page, "/customers")
    many(owner, 60)
    assert queries(page, "/customers") == few
    assert few <= 40


def test_the_list_goes_on_by_cursor_without_gap_or_repetition(page, owner):
    many(owner, 120)
    url, seen = "/customers", []
    while url:
        text = page.get(url).content.decode()
        seen += re.findall(r"<a href=\"/customers/(cus_\w+)\"", text)
        found = re.search(r"hx-get=\"(\?[^\"]*after=[^\"]+)\"", text)
        url = "/customers" + found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize(
    "typed", ["太田", "おおた", "ｵｵﾀ", "オオ", "ohta@ex", "090-1234", "0901234", "C-000", "太田 090"]
)
def test_a_customer_is_found_as_people_type(page, owner, typed):
    create_customer(
        CustomerDraft("太田 由紀", kana="オオタ ユキ", email="ohta@example.jp", phone="090-1234-5678"), by=owner
    )
    create_customer(CustomerDraft("森 千尋", kana="モリ チヒロ", code="M1"), by=owner)
    text = page.get("/customers", {"q": typed}).content.decode()
    assert "太田 由紀" in text
    assert "森 千尋" not in text


def test_a_customer_is_found_by_further_contacts_too(page, owner):
    row = create_customer(CustomerDraft("青葉商事"), by=owner)
    add_contact_point(row, "phone", "03-1234-5678", by=owner)
    add_contact_person(row, "佐々木 健", kana="ササキ ケン", by=owner)
    change_customer(row, code="AOBA", by=owner)
    for typed in ("0312345678", "佐々木", "ササキ", "aoba"):
        assert "青葉商事" in page.get("/customers", {"q": typed}).content.decode(), typed


def test_conditions_narrow_the_list(page, owner):
    define_field("fee", label="会費", kind="money", by=owner)
    one = create_customer(CustomerDraft("甲", tags=("重要",), closing_day=20, custom={"fee": "1,100"}), by=owner)
    create_customer(CustomerDraft("株式会社乙", custom={"fee": "500"}), by=owner)
    change_customer(create_customer(CustomerDraft("丙"), by=owner), is_active=False, by=owner)
    for query, shown in {
        "tag=重要": "甲",
        "kind=person": "甲",
        "closing_day=20": "甲",
        "custom.fee.from=1000": "甲",
        "custom.fee=500": "乙",
        f"code={one.code}": "甲",
        "active=no": "丙",
    }.items():
        text = page.get(f"/customers?{query}").content.decode()
        assert set(re.findall(r"class=\"clip\"><a[^>]*>(?:株式会社)?(.)</a>", text)) == {shown}, query


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1", "sort=salary", "after=xyz", "kind=robot", "closing_day=x", "owner=usr_x", "custom.none=1", "created.from=2027-02-30",
        "phone=1", "active=maybe",
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_is_refused_not_a_crash(page, query):
    assert page.get(f"/customers?{query}").status_code == 422


def test_odd_characters_in_a_search_do_no_harm(page, owner):
    many(owner, 2)
    for typed in ("%", "'", "\\", "_", "名" * 500, "あ", " "):
        assert page.get("/customers", {"q": typed}).status_code == 200


def test_the_page_of_a_customer_shows_what_is_known_and_what_happened(page, owner):
    row = create_customer(
        CustomerDraft("太田 由紀", kana="オオタ ユキ", phone="090-1234-5678", closing_day=31), by=owner
    )
    child = create_customer(CustomerDraft("太田 湊"), by=owner)
    add_relationship(row, child, "pays_for", by=owner)
    add_note(row, "分割で了承済み", by=owner)
    learn_payer_name(row, "オオタ ユウジ", by=owner)
    tag_customers([row.pk], ["保護者"], by=owner)
    change_customer(row, name="森 由紀", by=owner)
    attach_file(row, b"%PDF", name="契約書.pdf", content_type="application/pdf", by=owner)
    text = page.get(f"/customers/{row.public_id}").content.decode()
    for shown in (
        "森 由紀",
        "太田 由紀 → 森 由紀",
        "分割で了承済み",
        "オオタ ユウジ",
        "月末締め翌月末払い",
        "太田 湊",
        "保護者",
        "契約書.pdf",
    ):
        assert shown in text, shown
    talk = page.get(f"/customers/{row.public_id}?show=talk").content.decode()
    assert "分割で了承済み" in talk
    assert "太田 由紀 → 森 由紀" not in talk
    attachment = re.search(r"/customers/cus_\w+/files/att_\w+", text)[0]
    answer = page.get(attachment)
    assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("application/octet-stream", b"%PDF")
    assert "attachment" in answer["Content-Disposition"]


def test_a_long_history_costs_constant_queries_and_goes_on(page, owner):
    row = create_customer(CustomerDraft("太田 由紀"), by=owner)
    for n in range(5):
        add_note(row, f"メモ{n}", by=owner)
    queries(page, f"/customers/{row.public_id}")  # what rooms keep from their first visit
    few = queries(page, f"/customers/{row.public_id}")
    for n in range(60):
        add_note(row, f"つづき{n}", by=owner)
    assert queries(page, f"/customers/{row.public_id}") == few
    assert few <= 45
    text = page.get(f"/customers/{row.public_id}").content.decode()
    more = re.search(r"hx-get=\"(/customers/\S+after=[^\"]+)\"", text)[1].replace("&amp;", "&")
    assert page.get(more).content.decode().count("つづき") == 30


def test_an_unknown_id_and_a_strangers_id_are_not_found_alike(page):
    for key in (public_id("cus", uuid7()), "cus_nonsense", "inv_" + "0" * 26):
        assert page.get(f"/customers/{key}").status_code == 404


def test_a_customer_is_entered_and_changed_on_a_form(page, owner):
    define_field("rank", label="ランク", kind="choice", choices=["A", "B"], by=owner)
    form = {"name": "㈱青葉", "kind": "company", "due_months": "1", "due_day": "31", "due_shift": "after", "delivery": "mail",
            "tax_display": "excluded", "tax_rounding": "down", "honorific": "usual", "document_language": "ja",
            "is_active": "on", "tags": "卸、重要", "custom.rank": "A"}  # fmt: skip
    assert page.get("/customers/new").status_code == 200
    refused = page.post("/customers/new", form | {"email": "bad@", "corporate_number": "123"})
    assert refused.status_code == 422
    assert "bad@" in refused.content.decode()
    assert page.post("/customers/new", form).status_code == 302
    row = Customer.objects.get()
    assert set(Tagging.objects.values_list("tag__name", flat=True)) == {"卸", "重要"}
    assert CustomValue.objects.get().text == "A"
    url = f"/customers/{row.public_id}/edit"
    assert "卸, 重要" in page.get(url).content.decode()
    assert page.post(url, form | {"code": row.code, "name": "青葉商事", "version": "1"}).status_code == 302
    assert page.post(url, form | {"code": row.code, "name": "他人", "version": "1"}).status_code == 422
    assert Customer.objects.get().name == "青葉商事"
    assert page.post(url, form | {"code": row.code, "bill_to": "NOBODY"}).status_code == 422


def test_many_are_tagged_assigned_and_exported_at_once(page, owner):
    ids = many(owner, 3)
    picks = [public_id("cus", one) for one in ids[:2]]
    assert page.post("/customers/bulk", {"action": "tag", "tag": "春", "pick": picks}).status_code == 302
    assert Tagging.objects.filter(tag__name="春").count() == 2
    member = public_id("usr", owner.id)
    assert (
        page.post(
            "/customers/bulk", {"action": "owner", "owner": member, "everything": "1", "query": "tag=春"}
        ).status_code
        == 302
    )
    assert Customer.objects.filter(owner_id=owner.id).count() == 2
    answer = page.post("/customers/bulk", {"action": "export", "format": "csv", "pick": picks})
    assert b"".join(answer.streaming_content).count(b"\r\n") == 3
    for bad in (
        {"action": "burn", "pick": picks},
        {"action": "tag", "tag": "x"},
        {"action": "tag", "tag": "", "pick": picks},
    ):
        assert page.post("/customers/bulk", bad).status_code == 422


def test_a_view_is_kept_and_removed(page, owner):
    many(owner, 1)
    assert page.post("/customers/views", {"name": "会員", "query": "tag=会員", "shared": "1"}).status_code == 302
    view = SavedView.objects.get()
    assert "会員" in page.get("/customers").content.decode()
    assert page.post(f"/customers/views/{view.public_id}/removal").status_code == 302
    assert not SavedView.objects.exists()


def test_a_file_goes_through_the_wizard_and_back(page, owner):
    upload = SimpleUploadedFile("名簿.csv", "氏名,電話\n太田 由紀,090-1234-5678\n森,1\n".encode("cp932"))
    answer = page.post("/imports", {"file": upload})
    url = answer["Location"]
    assert "氏名" in page.get(url).content.decode()
    assert page.post(f"{url}/columns", {"field.0": "name", "field.1": "phone"}).status_code == 302
    jobs.run_pending()
    text = page.get(url).content.decode()
    assert "電話番号ではありません" in text
    assert page.post(f"{url}/application").status_code == 302
    jobs.run_pending()
    assert Customer.objects.get().name == "太田 由紀"
    assert "太田 由紀" in page.get(f"/customers?import={Import.objects.get().public_id}").content.decode()
    assert page.post(f"{url}/undo").status_code == 302
    jobs.run_pending()
    assert not Customer.objects.exists()
    assert page.get("/imports").status_code == 200
    assert page.post("/imports", {}).status_code == 422


def test_own_fields_are_defined_on_their_page(page, owner):
    form = {"label": "会費", "key": "fee", "kind": "money", "choices": "", "in_list": "on"}
    assert page.post("/settings/customer-fields", form).status_code == 302
    assert page.post("/settings/customer-fields", form).status_code == 422
    assert page.post("/settings/customer-fields", form | {"key": "Bad Key"}).status_code == 422
    create_customer(CustomerDraft("甲", custom={"fee": "1,100"}), by=owner)
    text = page.get("/customers").content.decode()
    assert "会費" in text
    assert "1100" in text


def test_who_may_only_look_sees_no_tools_and_is_refused(client, organization, owner):
    client.force_login(make_member("viewer").user)
    row = create_customer(CustomerDraft("甲"), by=owner)
    text = client.get("/customers").content.decode()
    assert "/customers/new" not in text
    assert client.get(f"/customers/{row.public_id}").status_code == 200
    assert client.get("/customers/new").status_code == 403
    assert client.get("/customers/export").status_code == 403
    assert client.get("/imports").status_code == 403
    assert client.post(f"/customers/{row.public_id}/notes", {"text": "x"}).status_code == 403
    assert client.get("/settings/customer-fields").status_code == 403


def test_strangers_are_led_to_sign_in(client, db):
    assert client.get("/customers").status_code == 302
