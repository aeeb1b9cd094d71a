"""REST of what hangs on customers, and of what their list shares."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_VIEW
from tokui.banking.tests.world import make_account
from tokui.core.actors import SYSTEM
from tokui.core.ids import public_id
from tokui.core.tables import open_table
from tokui.customers.actions import add_note, add_relationship, create_customer, create_customers, save_view
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer, CustomField, PayerName, Tagging


@pytest.fixture
def program(owner):
    return Program(owner)


@pytest.fixture
def aoba(owner):
    return create_customer(CustomerDraft("青葉商事", code="AOBA", tags=("卸",)), by=owner)


def remove(program: Program, path: str):
    return program.client.delete(f"/api/v1{path}")


PARTS = {
    "contact-points": (
        {"kind": "phone", "value": "03-1234-5678", "label": "倉庫"},
        {"kind": "phone", "value": "+81312345678", "label": "倉庫"},
        {"kind": "phone", "value": "12"},
    ),
    "contact-persons": (
        {"name": "佐々木 健", "department": "経理", "email": "K@example.jp"},
        {"name": "佐々木 健", "department": "経理", "email": "K@example.jp"},
        {"name": "佐々木", "email": "x@"},
    ),
    "payer-names": ({"name": "アオバ ハジメ"}, {"name": "アオバ ハジメ", "account": None}, {"name": "ア"}),
    "notes": ({"text": "電話した"}, {"text": "電話した", "written_by": "tests"}, {"text": ""}),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_added_listed_and_removed(program, aoba, part):
    body, shown, bad = PARTS[part]
    path = f"/customers/{aoba.public_id}/{part}"
    made = program.post(path, body, key="once")
    assert made.status_code == 201, made.content
    if part != "contact-persons":
        assert shown.items() <= made.json().items()
    assert program.post(path, body, key="once").json() == made.json()
    assert program.get(path).json() == {"data": [made.json()], "next_cursor": None}
    assert program.post(path, bad).status_code == 422
    assert program.post(path, body | {"nonsense": 1}).status_code == 422
    assert remove(program, f"{path}/{made.json()['id']}").status_code == 204
    assert program.get(path).json()["data"] == []
    if part != "payer-names":
        assert remove(program, f"{path}/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize("part", [*PARTS, "files", "tags", "hierarchy"])
def test_parts_of_nobody_and_of_another_organization_s_customer_are_not_found(program, part):
    with elsewhere():
        foreign = create_customer(CustomerDraft("よそ"), by=SYSTEM).public_id
    assert refused_alike(lambda key: program.get(f"/customers/{key}/{part}"), foreign).status_code == 404


def test_a_program_without_leave_changes_nothing(owner, aoba):
    weak = Program(owner, scopes=[CUSTOMERS_VIEW])
    for part, (body, _shown, _bad) in PARTS.items():
        path = f"/customers/{aoba.public_id}/{part}"
        assert weak.get(path).status_code == 200
        assert weak.post(path, body).status_code == 403
    assert Program(owner, scopes=[CUSTOMERS_EDIT]).get(f"/customers/{aoba.public_id}/notes").status_code == 403


def test_lists_of_parts_go_on_by_cursor_in_constant_queries(program, aoba, owner, django_assert_max_num_queries):
    for n in range(7):
        add_note(aoba, f"メモ{n}", by=owner)
    seen, cursor = [], ""
    while True:
        with django_assert_max_num_queries(20):
            found = program.get(f"/customers/{aoba.public_id}/notes", limit=3, cursor=cursor).json()
        seen += [row["text"] for row in found["data"]]
        cursor = found["next_cursor"]
        if not cursor:
            break
    assert seen == [f"メモ{n}" for n in reversed(range(7))]


def test_a_payer_name_belongs_to_an_account_and_history_is_kept(program, aoba):
    account = make_account()
    path = f"/customers/{aoba.public_id}/payer-names"
    made = program.post(path, {"name": "アオバ ハジメ", "account": account.public_id}).json()
    assert made["account"] == account.public_id
    assert PayerName.objects.get().bank_account_id == account.pk
    assert program.post(path, {"name": "アオバ ツギオ", "account": "acc_x"}).status_code == 404
    assert remove(program, f"{path}/{made['id']}").status_code == 204
    assert program.get(path).json()["data"] == []
    old = program.get(path, revoked="true").json()["data"]
    assert [(one["name"], one["revoked_by"]) for one in old] == [("アオバ ハジメ", "tests")]


def test_a_file_is_attached_downloaded_and_taken_off(program, aoba):
    path = f"/customers/{aoba.public_id}/files"
    made = program.send(path, SimpleUploadedFile("契約書.pdf", b"%PDF")).json()
    assert (made["name"], made["size_bytes"]) == ("契約書.pdf", 4)
    answer = program.get(f"{path}/{made['id']}")
    assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("application/octet-stream", b"%PDF")
    assert program.get(path).json()["data"] == [made]
    assert remove(program, f"{path}/{made['id']}").status_code == 204
    assert program.get(f"{path}/{made['id']}").status_code == 404
    assert program.send(path, SimpleUploadedFile("leer", b"")).status_code == 422


def test_tags_are_put_on_and_taken_off(program, aoba):
    path = f"/customers/{aoba.public_id}/tags"
    tags = program.post(path, {"tags": ["重要", "卸"]}).json()
    assert [one["name"] for one in tags] == ["卸", "重要"]
    assert program.get("/tags").json()["data"] == tags
    assert remove(program, f"{path}/{tags[0]['id']}").status_code == 204
    assert [one["name"] for one in program.get(path).json()] == ["重要"]
    assert remove(program, f"{path}/{tags[0]['id']}").status_code == 404
    assert program.post(path, {"tags": []}).status_code == 422


def test_a_group_of_companies_is_told_from_the_top(program, aoba, owner):
    top, below = (create_customer(CustomerDraft(name), by=owner) for name in ("持株", "子会社"))
    add_relationship(top, aoba, "parent_company", by=owner)
    add_relationship(aoba, below, "parent_company", by=owner)
    told = program.get(f"/customers/{aoba.public_id}/hierarchy").json()
    assert (told["parents"], told["children"]) == ([top.public_id], [below.public_id])
    assert [(one["name"], one["depth"]) for one in told["group"]] == [("持株", 0), ("青葉商事", 1), ("子会社", 2)]


def test_own_fields_are_defined_and_changed(program, owner):
    body = {"key": "rank", "label": "ランク", "kind": "choice", "choices": ["A", "B"]}
    made = program.post("/customer-fields", body).json()
    assert (made["choices"], made["is_active"], made["in_list"]) == (["A", "B"], True, False)
    assert program.post("/customer-fields", body).status_code == 409
    path = f"/customer-fields/{made['id']}"
    changed = program.patch(path, {"choices": ["A", "B", "C"], "in_list": True}).json()
    assert (changed["choices"], changed["in_list"], changed["label"]) == (["A", "B", "C"], True, "ランク")
    assert program.patch(path, {"choices": ["A"]}).status_code == 422
    assert program.patch(path, {"kind": "text"}).status_code == 422
    plain = program.post("/customer-fields", {"key": "memo", "label": "備考", "kind": "text"}).json()
    assert program.patch(f"/customer-fields/{plain['id']}", {"choices": ["A"]}).status_code == 422
    assert [one["key"] for one in program.get("/customer-fields").json()["data"]] == ["rank", "memo"]
    weak = Program(owner, scopes=[CUSTOMERS_VIEW, CUSTOMERS_EDIT])
    assert weak.post("/customer-fields", body | {"key": "x"}).status_code == 403
    assert CustomField.objects.count() == 2


def test_saved_views_are_listed_saved_and_removed(program, owner):
    made = program.post("/customer-views", {"name": "卸", "query": "tag=卸&sort=code"}).json()
    save_view("私の", "kind=person", by=owner, is_shared=False)
    assert program.get("/customer-views").json()["data"] == [made]
    assert program.post("/customer-views", {"name": "変", "query": "nonsense=1"}).status_code == 422
    assert program.post("/customer-views", {"name": "私", "query": "", "shared": False}).status_code == 422
    assert remove(program, f"/customer-views/{made['id']}").status_code == 204
    assert remove(program, f"/customer-views/{made['id']}").status_code == 404


def test_many_are_changed_at_once_by_id_or_by_query(program, owner):
    program.post("/customer-fields", {"key": "fee", "label": "会費", "kind": "money"})
    ids = create_customers([CustomerDraft(f"会員{n}", tags=("旧",)) for n in range(3)], by=owner)
    keys = [public_id("cus", one) for one in ids]
    body = {"customers": keys[:2], "add_tags": ["春"], "remove_tags": ["旧"], "owner": public_id("usr", owner.id)}
    assert program.post("/customers/changes", body | {"custom": {"fee": 1100}}).json() == {"customers": 2}
    assert Tagging.objects.filter(tag__name="春").count() == 2
    assert Tagging.objects.filter(tag__name="旧").count() == 1
    told = program.get(f"/customers/{keys[0]}").json()
    assert (told["owner"], told["custom"]) == (public_id("usr", owner.id), {"fee": 1100})
    assert program.post("/customers/changes", {"query": "tag=春", "owner": None}).json() == {"customers": 2}
    assert not Customer.objects.filter(owner__isnull=False).exists()
    for bad in ({}, body | {"query": ""}, {"customers": keys, "custom": {"none": 1}}, {"query": "x=1"}):
        assert program.post("/customers/changes", bad).status_code == 422, bad
    assert program.post("/customers/changes", {"customers": ["cus_x"]}).status_code == 404


def test_nothing_changes_when_one_of_many_is_refused(program, owner):
    ids = create_customers([CustomerDraft("甲"), CustomerDraft("乙")], by=owner)
    keys = [public_id("cus", one) for one in ids]
    stranger = public_id("cus", owner.id)
    assert program.post("/customers/changes", {"customers": [*keys, stranger], "add_tags": ["春"]}).status_code == 404
    assert not Tagging.objects.exists()


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_customers_leave_as_a_file(program, owner, file_format):
    create_customers([CustomerDraft("甲", tags=("卸",)), CustomerDraft("乙")], by=owner)
    answer = program.get("/customers/export", format=file_format, tag="卸")
    content = b"".join(answer.streaming_content)
    rows = list(open_table(io.BytesIO(content), name=f"x.{file_format}").sheets[0].rows())
    assert len(rows) == 2
    assert program.get("/customers/export", format="pdf").status_code == 422
    weak = Program(owner, scopes=[CUSTOMERS_VIEW])
    assert weak.get("/customers/export").status_code == 403


def test_imports_are_listed_newest_first(program):
    for name in ("a.csv", "b.csv"):
        program.send("/imports", SimpleUploadedFile(name, f"氏名,電話\n{name},090-1234-5678\n".encode()))
    found = program.get("/imports", limit=1).json()
    assert [row["name"] for row in found["data"]] == ["b.csv"]
    more = program.get("/imports", limit=1, cursor=found["next_cursor"]).json()
    assert ([row["name"] for row in more["data"]], more["next_cursor"]) == (["a.csv"], None)


def test_errors_are_told_in_the_caller_s_language(owner):
    program = Program(owner)
    answer = program.client.get("/api/v1/customers?limit=0", headers={"Accept-Language": "ja"})
    assert answer["Content-Language"] == "ja"
    assert answer.json()["detail"] == "正しくない項目があります。"
    assert program.get("/customers", limit=0).json()["detail"] == "Some fields are not right."
