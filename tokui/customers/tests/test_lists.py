"""The list of customers: what is found, asked for, ordered, shown and done to all of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.rest import Program
from tokui.access.models import User
from tokui.access.permissions import CUSTOMERS_VIEW
from tokui.core import clock
from tokui.core.models import Organization
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
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer, CustomValue, Tagging
from tokui.customers.queries import SEARCH_CAP


@pytest.fixture
def page(client, owner):
    """A browser of the owner who also acts in the tests."""
    client.force_login(User.objects.get(pk=owner.id))
    return client


@pytest.fixture
def program(owner):
    return Program(owner)


def named(page, query: str) -> list[str]:
    """The names on the list, in its order."""
    answer = page.get(f"/customers?{query}")
    assert answer.status_code == 200, answer.content[:300]
    return re.findall(r'class="clip"><a[^>]*>([^<]*)</a>', answer.content.decode())


@pytest.fixture
def crowd(owner):
    """More customers of one name than the page searches."""
    count = SEARCH_CAP + 20
    create_customers([CustomerDraft(f"青葉{n:04d}", kana=f"アオバ{n:04d}") for n in range(count)], by=owner)
    return count


def test_a_search_beyond_the_page_s_limit_is_said_on_the_page(page, crowd):
    assert "1,000" in page.get("/customers?q=青葉").content.decode()


def test_programs_read_a_search_to_its_end(program, crowd):
    seen, cursor = set(), ""
    while True:
        found = program.get("/customers", q="アオバ", limit=200, cursor=cursor).json()
        seen |= {row["id"] for row in found["data"]}
        cursor = found["next_cursor"]
        if not cursor:
            break
    assert len(seen) == crowd


def test_who_may_see_nothing_but_customers_finds_them_all_the_same(owner):
    create_customers([CustomerDraft("青葉一"), CustomerDraft("青葉二"), CustomerDraft("森")], by=owner)
    blind = Program(owner, scopes=[CUSTOMERS_VIEW])
    assert [row["name"] for row in blind.get("/customers", q="青葉").json()["data"]] == ["青葉一", "青葉二"]
    assert len(blind.get("/customers", name="青葉").json()["data"]) == 2


def test_an_exported_search_holds_everybody_it_means(page, crowd):
    answer = page.get("/customers/export?q=青葉&format=csv")
    assert b"".join(answer.streaming_content).count(b"\r\n") == crowd + 1


def test_an_action_on_all_that_match_reaches_everybody(page, crowd):
    sent = {"action": "tag", "tag": "春", "everything": "1", "query": "q=青葉"}
    assert page.post("/customers/bulk", sent).status_code == 302
    assert Tagging.objects.filter(tag__name="春").count() == crowd


def test_a_condition_beside_a_cut_search_still_finds_everybody(page, crowd, owner):
    last = Customer.objects.order_by("-sort_kana")[0]
    change_customer(last, tags=("春",), by=owner)
    assert named(page, "q=青葉&tag=春") == [last.name]


def test_a_search_by_one_letter_or_nothing_that_is_known_is_exported_too(page, owner):
    create_customers([CustomerDraft("青葉", kana="アオバ"), CustomerDraft("森", kana="モリ")], by=owner)
    for typed, rows in {"ア": 1, "無い": 0, "-": 0}.items():
        answer = page.get("/customers/export", {"q": typed, "format": "csv"})
        assert b"".join(answer.streaming_content).count(b"\r\n") == rows + 1, typed


@pytest.mark.parametrize("blank", ["%20", "%E3%80%80", "%09"])
def test_a_condition_of_spaces_is_no_condition(page, owner, blank):
    define_field("memo", label="備考", kind="text", by=owner)
    define_field("fee", label="会費", kind="money", by=owner)
    create_customer(CustomerDraft("甲"), by=owner)
    assert named(page, f"custom.memo={blank}&custom.fee.from={blank}&tag={blank}&code={blank}") == ["甲"]


@pytest.fixture
def known(owner):
    """Three customers who differ in everything that can be asked for."""
    define_field("fee", label="会費", kind="money", by=owner)
    define_field("memo", label="備考", kind="text", by=owner)
    define_field("rank", label="ランク", kind="choice", choices=["A", "B"], by=owner)
    define_field("vip", label="特別", kind="boolean", by=owner)
    define_field("joined", label="入会日", kind="date", by=owner)
    define_field("weight", label="重さ", kind="number", by=owner)
    own = {
        "fee": "-1,500",
        "memo": "山の上の家",
        "rank": "A",
        "vip": "はい",
        "joined": "2026-04-01",
        "weight": "1234.5",
    }
    ids = create_customers(
        [
            CustomerDraft("甲野 太郎", kana="コウノ", address="東京都港区芝1", due_shift="before", custom=own),
            CustomerDraft(
                "株式会社乙田", kana="オツダ", closing_day=20, due_months=2, due_day=10, tax_rounding="up", custom={"fee": "900", "memo": "山"}
            ),
            CustomerDraft("丙山商店", kana="ヘイヤマ", postal_code="100-0001", tags=("卸",), custom={"rank": "B", "vip": "いいえ"}),
        ],
        by=owner,
    )  # fmt: skip
    return [Customer.objects.get(pk=one) for one in ids]


CONDITIONS = {
    "name=乙": ["株式会社乙田"],
    "name=山商": ["丙山商店"],
    "name=田&name=商店": ["株式会社乙田", "丙山商店"],
    "address=港区": ["甲野 太郎"],
    "postal_code=100-0": ["丙山商店"],
    "due_months=2": ["株式会社乙田"],
    "due_day=10": ["株式会社乙田"],
    "due_shift=before": ["甲野 太郎"],
    "tax_rounding=up": ["株式会社乙田"],
    "legal_form=カ": ["株式会社乙田"],
    "closing_day=20&closing_day=25": ["株式会社乙田"],
    "closing_day=none": ["甲野 太郎", "丙山商店"],
    "kind=person&kind=company": ["株式会社乙田", "甲野 太郎", "丙山商店"],
    "active=all&kind=company": ["株式会社乙田"],
    "custom.memo.contains=上の": ["甲野 太郎"],
    "custom.memo.starts=山": ["株式会社乙田", "甲野 太郎"],
    "custom.memo=山": ["株式会社乙田"],
    "custom.rank=A&custom.rank=B": ["甲野 太郎", "丙山商店"],
    "custom.vip=0": ["丙山商店"],
    "custom.fee.to=0": ["甲野 太郎"],
    "custom.joined.from=令和8年4月1日": ["甲野 太郎"],
    "custom.weight=1234.5": ["甲野 太郎"],
    "tag=卸&tag=無い": ["丙山商店"],
}


@pytest.mark.parametrize("query", CONDITIONS)
def test_every_field_can_be_asked_for_and_several_values_mean_either(page, known, query):
    assert named(page, query) == CONDITIONS[query]


@pytest.mark.parametrize("query", CONDITIONS)
def test_programs_ask_the_same_way(program, known, query):
    found = program.client.get(f"/api/v1/customers?{query}")
    assert [row["name"] for row in found.json()["data"]] == CONDITIONS[query]


def test_what_hangs_on_a_customer_can_be_asked_for(page, known, owner):
    first, second, third = known
    add_note(first, "電話した", by=owner)
    attach_file(second, b"%PDF", name="契約.pdf", content_type="application/pdf", by=owner)
    add_contact_point(third, "mail", "sales@example.jp", by=owner)
    add_contact_person(first, "佐々木 健", by=owner)
    add_relationship(first, third, "partner", by=owner)
    learn_payer_name(second, "オツダ ハジメ", by=owner)
    for query, shown in {
        "has=note": {first},
        "has=file": {second},
        "has=file&has=note": {first, second},
        "has=contact_point": {third},
        "has=contact_person": {first},
        "has=relationship": {first, third},
        "has=payer_name": {second},
        "contact=SALES@": {third},
    }.items():
        assert set(named(page, query)) == {one.name for one in shown}, query
    assert page.get("/customers?has=money").status_code == 422


def test_the_days_of_entry_and_change_can_be_asked_for(page, known, owner):
    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    assert len(named(page, f"changed.from={today}&changed.to={today}")) == 3
    assert named(page, f"changed.from={tomorrow}") == []
    assert named(page, f"created.to={today - timedelta(days=1)}") == []


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("custom.fee", ["甲野 太郎", "株式会社乙田", "丙山商店"]),
        ("-custom.fee", ["株式会社乙田", "甲野 太郎", "丙山商店"]),
        ("custom.joined", ["甲野 太郎"]),
        ("-custom.joined", ["甲野 太郎"]),
        ("custom.rank", ["甲野 太郎", "丙山商店", "株式会社乙田"]),
    ],
)
def test_own_fields_order_the_list_and_who_has_none_comes_last(page, program, known, sort, names):
    assert named(page, f"sort={sort}")[: len(names)] == names
    seen, cursor = [], ""
    for _ in range(3):
        found = program.get("/customers", sort=sort, limit=1, cursor=cursor).json()
        seen += [row["name"] for row in found["data"]]
        cursor = found["next_cursor"]
    assert (seen[: len(names)], len(set(seen)), cursor) == (names, 3, None)


def test_values_of_own_fields_are_written_for_people(page, known):
    columns = "&".join(f"column=custom.{key}" for key in ("fee", "vip", "joined", "weight"))
    text = page.get(f"/customers?{columns}").content.decode()
    assert '<data class="money minus" value="-1500">1,500</data>' in text
    assert "2026年4月1日(水)" in text
    assert "1,234.5" in text
    assert ">はい<" in text
    assert "True" not in text
    on_page = page.get(f"/customers/{known[0].public_id}").content.decode()
    assert '<data class="money minus" value="-1500">1,500</data>' in on_page
    assert "2026年4月1日(水)" in on_page


def test_one_number_alone_stands_beside_the_name_on_a_phone(page, known):
    text = page.get("/customers?columns=balance,custom.fee,custom.weight").content.decode()
    assert text.count('<td class="num acct f2">') == 3
    assert text.count('<td class="num p2">') == 6


def test_amounts_in_the_list_are_in_the_organization_s_currency(page, owner):
    Organization.objects.update(currency="USD")
    define_field("fee", label="会費", kind="money", in_list=True, by=owner)
    create_customer(CustomerDraft("甲", custom={"fee": "12.50"}), by=owner)
    assert 'data-c="USD" value="12.50"' in page.get("/customers").content.decode()


def test_every_column_can_be_chosen_at_a_constant_number_of_queries(page, known, owner):
    keys = set(re.findall(r'name="column" value="([^"]+)"', page.get("/customers").content.decode()))
    stored = {"due_months", "due_day", "due_shift", "delivery", "tax_display", "tax_rounding", "legal_form", "bill_to"}
    assert stored | {"terms", "kana", "is_active", "created", "changed", "custom.fee", "custom.vip"} <= keys
    url = "/customers?columns=" + ",".join(sorted(keys))
    page.get(url)

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page.get(url).status_code == 200
        return len(found)

    few = cost()
    create_customers([CustomerDraft(f"会員{n}", custom={"fee": "1"}) for n in range(40)], by=owner)
    assert cost() == few
    assert few <= 55


def test_chips_and_the_dialog_say_what_is_asked(page, known):
    query = "custom.fee.from=1000&custom.rank=A&custom.rank=B&custom.vip=1&kind=person"
    text = page.get(f"/customers?{query}").content.decode()
    assert "会費(から) <b>1000</b>" in text
    assert "ランク <b>A</b>" in text
    assert "特別 <b>はい</b>" in text
    assert "fee.from" not in re.sub(r'(href|value|name|hx-[a-z]+)="[^"]*"', "", text)
    dialog = page.get(f"/customers/conditions?{query}").content.decode()
    assert 'name="custom.fee.from" value="1000"' in dialog
    assert 'name="custom.rank" value="B" checked' in dialog
    assert 'name="kind" value="person" checked' in dialog
    assert 'name="kind" value="company">' in dialog


def test_an_own_field_is_set_on_many_at_once(page, known):
    picks = [row.public_id for row in known[:2]]
    sent = {"action": "field", "field": "rank", "value": "B", "pick": picks}
    assert page.post("/customers/bulk", sent).status_code == 302
    assert set(CustomValue.objects.filter(text="B").values_list("customer_id", flat=True)) == {row.pk for row in known}
    assert page.post("/customers/bulk", sent | {"value": "C"}).status_code == 422
    assert page.post("/customers/bulk", sent | {"field": "none"}).status_code == 422


def test_programs_send_back_the_numbers_that_they_read(program, known):
    path = f"/customers/{known[0].public_id}"
    custom = program.get(path).json()["custom"]
    assert custom["weight"] == 1234.5
    answer = program.patch(path, {"custom": custom})
    assert answer.status_code == 200, answer.content
    assert answer.json()["custom"] == custom


def test_a_saved_view_with_several_values_acts_on_all_that_match(page, known):
    sent = {"action": "tag", "tag": "春", "everything": "1", "query": "custom.rank=A&custom.rank=B&column=code"}
    assert page.post("/customers/bulk", sent).status_code == 302
    assert Tagging.objects.filter(tag__name="春").count() == 2
