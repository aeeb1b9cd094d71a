"""Creating and changing customers."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotFound, NotPermitted, StateChanged
from tokui.core.ids import uuid7
from tokui.core.models import Event
from tokui.core.vault import decrypt_personal
from tokui.customers.actions import (
    BillToCycle,
    CodeTaken,
    change_customer,
    change_customers,
    create_customer,
    create_customers,
)
from tokui.customers.drafts import CustomerChange, CustomerDraft
from tokui.customers.models import Customer, CustomerKey, SearchEntry, Tagging


def test_a_customer_is_created_with_its_keys_its_search_entry_and_one_event(organization, owner):
    row = create_customer(
        CustomerDraft(
            "㈱ 青葉商事", kana="アオバショウジ", email="Info@Example.JP", phone="03-1234-5678", tags=("VIP",)
        ),
        by=owner,
    )
    assert (row.code, row.kind, row.legal_form) == ("C-00001", "company", "カ")
    assert (row.email, row.phone, row.sort_kana) == ("info@example.jp", "+81312345678", "アオバショウジ")
    assert set(CustomerKey.objects.values_list("kind", "source", "key")) >= {("loose", "kana", "アオバシヨウジ")}
    assert "0312345678" in SearchEntry.objects.get(pk=row.pk).text
    assert Tagging.objects.filter(customer=row, tag__name="VIP").count() == 1
    event = Event.objects.get(type="customers.CustomerCreated")
    assert event.customer_id == row.pk
    assert "青葉" not in json.dumps(event.payload, ensure_ascii=False)


def test_codes_are_numbered_around_those_that_people_gave(organization, owner):
    create_customer(CustomerDraft("先客", code="C-00002"), by=owner)
    ids = create_customers([CustomerDraft("一"), CustomerDraft("二"), CustomerDraft("三", code="X-1")], by=owner)
    codes = dict(Customer.objects.values_list("pk", "code"))
    assert [codes[one] for one in ids] == ["C-00001", "C-00003", "X-1"]


def test_a_set_costs_the_same_statements_as_one(organization, owner):
    def statements(count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            create_customers([CustomerDraft(f"山田 太郎{n}", kana="ヤマダ タロウ") for n in range(count)], by=owner)
        return len(found)

    assert statements(1) == statements(50)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " 　"}),
        ("name", {"name": "山" * 121}),
        ("name", {"name": "a\u202eb"}),
        ("kana", {"kana": "山田"}),
        ("email", {"email": "ohta@"}),
        ("phone", {"phone": "12345"}),
        ("postal_code", {"postal_code": "12-34"}),
        ("corporate_number", {"corporate_number": "4011001098994"}),
        ("registration_number", {"registration_number": "T1011001098993"}),
        ("closing_day", {"closing_day": 32}),
        ("due_months", {"due_months": 13}),
        ("kind", {"kind": "robot"}),
        ("delivery", {"delivery": "pigeon"}),
        ("tags", {"tags": ("x" * 41,)}),
        ("custom.size", {"custom": {"size": "L"}}),
    ],
)
def test_an_invalid_value_is_refused_with_its_field(organization, owner, field, values):
    with pytest.raises(Invalid) as refused:
        create_customer(CustomerDraft(**{"name": "太田 由紀", **values}), by=owner)
    assert refused.value.field == field
    assert refused.value.message
    assert not Customer.objects.exists()


def test_a_code_is_given_once(organization, owner):
    create_customer(CustomerDraft("一", code="A1"), by=owner)
    with pytest.raises(CodeTaken, match="A1"):
        create_customer(CustomerDraft("二", code="A1"), by=owner)
    with pytest.raises(CodeTaken, match="B"):
        create_customers([CustomerDraft("三", code="B"), CustomerDraft("四", code="B")], by=owner)
    assert Customer.objects.count() == 1


def test_who_may_only_look_cannot_create_or_change(organization, owner, viewer):
    row = create_customer(CustomerDraft("一"), by=owner)
    with pytest.raises(NotPermitted):
        create_customer(CustomerDraft("二"), by=viewer)
    with pytest.raises(NotPermitted):
        change_customer(row, name="二", by=viewer)


def test_a_change_remembers_before_and_after_sealed(organization, owner):
    row = create_customer(CustomerDraft("太田 由紀", kana="オオタ ユキ"), by=owner)
    change_customer(row, name="森 由紀", kana="モリ ユキ", closing_day=20, by=owner)
    event = Event.objects.get(type="customers.CustomerChanged")
    assert set(event.payload["fields"]) == {"name", "kana", "closing_day"}
    assert "太田" not in json.dumps(event.payload, ensure_ascii=False)
    told = json.loads(decrypt_personal(row.pk, event.payload["sealed"]))
    assert told["name"] == ["太田 由紀", "森 由紀"]
    assert told["closing_day"] == [None, 20]
    assert row.version == 2
    assert set(CustomerKey.objects.filter(kind="loose").values_list("key", flat=True)) == {"森由紀", "モリユキ"}
    assert "モリユキ" in SearchEntry.objects.get(pk=row.pk).text


def test_a_change_that_changes_nothing_is_no_event(organization, owner):
    row = create_customer(CustomerDraft("太田 由紀", phone="090-1234-5678"), by=owner)
    change_customer(row, phone="０９０ー１２３４ー５６７８", by=owner)
    assert row.version == 1
    assert not Event.objects.filter(type="customers.CustomerChanged").exists()


def test_a_change_of_an_old_version_is_refused(organization, owner):
    row = create_customer(CustomerDraft("太田 由紀"), by=owner)
    change_customer(row, name="森 由紀", version=1, by=owner)
    with pytest.raises(StateChanged):
        change_customer(row, name="林 由紀", version=1, by=owner)
    row.refresh_from_db()
    assert row.name == "森 由紀"


def test_an_unknown_customer_or_reference_is_refused(organization, owner):
    row = create_customer(CustomerDraft("一"), by=owner)
    with pytest.raises(NotFound):
        change_customers([CustomerChange(uuid7(), {"name": "x"})], by=owner)
    for field in ("business_id", "owner_id", "bill_to_id"):
        with pytest.raises(Invalid) as refused:
            change_customer(row, by=owner, **{field: uuid7()})
        assert refused.value.field == field


def test_nobody_ends_up_paying_for_themselves(organization, owner):
    ids = create_customers([CustomerDraft(name) for name in "甲乙丙"], by=owner)
    a, b, c = (Customer.objects.get(pk=one) for one in ids)
    change_customer(a, bill_to_id=b.pk, by=owner)
    change_customer(b, bill_to_id=c.pk, by=owner)
    with pytest.raises(BillToCycle):
        change_customer(c, bill_to_id=a.pk, by=owner)
    with pytest.raises(BillToCycle):
        change_customer(c, bill_to_id=c.pk, by=owner)


def test_the_system_may_change_a_thousand_in_constant_statements(organization):
    ids = create_customers([CustomerDraft(f"会員{n}") for n in range(60)], by=SYSTEM)

    def statements(count: int, day: int) -> int:
        with CaptureQueriesContext(connection) as found:
            change_customers([CustomerChange(one, {"closing_day": day}) for one in ids[:count]], by=SYSTEM)
        return len(found)

    statements(60, 5)  # the persons' keys are made once
    assert statements(1, 10) == statements(60, 20)
