"""Relationships, contacts, payers' names, notes, own fields, and what must never be false."""

from __future__ import annotations

import pytest

from tokui.core.errors import Invalid, NotPermitted
from tokui.core.ids import uuid7
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.customers.actions import (
    AlreadyRelated,
    KeyTaken,
    NotAName,
    RelationshipCycle,
    add_contact_person,
    add_contact_point,
    add_note,
    add_relationship,
    address_documents,
    attach_file,
    change_customer,
    change_field,
    create_customer,
    create_customers,
    define_field,
    end_relationship,
    learn_payer_name,
    remove_contact_person,
    revoke_payer_name,
    save_view,
    tag_customers,
    untag_customers,
)
from tokui.customers.drafts import CustomerDraft
from tokui.customers.events import CustomerCreated
from tokui.customers.models import ContactPerson, Customer, CustomerKey, CustomValue, PayerName, SearchEntry
from tokui.customers.queries import hierarchy_of, search
from tokui.customers.timeline import TELLERS


def customers(owner, *names: str) -> list[Customer]:
    ids = create_customers([CustomerDraft(name) for name in names], by=owner)
    rows = Customer.objects.in_bulk(ids)
    return [rows[one] for one in ids]


def test_a_relationship_stands_on_both_timelines_and_once(organization, owner):
    guardian, child = customers(owner, "太田 由紀", "太田 湊")
    row = add_relationship(guardian, child, "guardian", by=owner)
    told = Event.objects.filter(type="customers.RelationshipAdded")
    assert {event.customer_id for event in told} == {guardian.pk, child.pk}
    with pytest.raises(AlreadyRelated):
        add_relationship(guardian, child, "guardian", by=owner)
    end_relationship(row, by=owner)
    add_relationship(guardian, child, "guardian", by=owner)


@pytest.mark.parametrize("kind", ["parent_company", "pays_for", "guardian"])
def test_nobody_stands_above_themselves(organization, owner, kind):
    a, b, c = customers(owner, "甲", "乙", "丙")
    add_relationship(a, b, kind, by=owner)
    add_relationship(b, c, kind, by=owner)
    with pytest.raises(RelationshipCycle):
        add_relationship(c, a, kind, by=owner)
    with pytest.raises(RelationshipCycle):
        add_relationship(a, a, kind, by=owner)


def test_who_pays_for_another_is_billed_until_that_ends(organization, owner):
    payer, child = customers(owner, "太田 由紀", "太田 湊")
    row = add_relationship(payer, child, "pays_for", by=owner)
    child.refresh_from_db()
    assert child.payer_id == payer.pk
    end_relationship(row, by=owner)
    child.refresh_from_db()
    assert child.payer_id == child.pk


def test_a_group_of_companies_is_shown_from_the_top(organization, owner):
    top, left, right, leaf = customers(owner, "本社", "東支社", "西支社", "東営業所")
    for upper, lower in ((top, left), (top, right), (left, leaf)):
        add_relationship(upper, lower, "parent_company", by=owner)
    assert {(one.name, one.depth) for one in hierarchy_of(leaf)} == {
        ("本社", 0),
        ("東支社", 1),
        ("西支社", 1),
        ("東営業所", 2),
    }
    assert hierarchy_of(customers(owner, "独立")[0]) == []


def test_a_payers_name_is_learned_once_forgotten_and_learned_again(organization, owner, accountant):
    (row,) = customers(owner, "太田 由紀")
    account = uuid7()
    first = learn_payer_name(row, "ｵｵﾀ ﾕｳｼﾞ", bank_account_id=account, by=accountant)
    assert learn_payer_name(row, "オオタ　ユウジ", bank_account_id=account, by=accountant).pk == first.pk
    assert learn_payer_name(row, "ｵｵﾀ ﾕｳｼﾞ", by=accountant).pk != first.pk
    assert (first.loose_key, first.confirmed_by) == ("オオタユウジ", accountant.name)
    revoke_payer_name(first, by=accountant)
    revoke_payer_name(first, by=accountant)
    assert Event.objects.filter(type="customers.PayerNameRevoked").count() == 1
    assert learn_payer_name(row, "ｵｵﾀ ﾕｳｼﾞ", bank_account_id=account, by=accountant).pk != first.pk
    assert PayerName.objects.filter(revoked_at=None).count() == 2
    with pytest.raises(NotAName):
        learn_payer_name(row, "カ)", by=accountant)


def test_learning_a_payers_name_needs_the_right_to_allocate(organization, owner, viewer):
    (row,) = customers(owner, "甲野")
    with pytest.raises(NotPermitted):
        learn_payer_name(row, "オオタ ユキ", by=viewer)


def test_a_contact_person_is_found_by_search_and_by_the_matcher_until_removed(organization, owner):
    (row,) = customers(owner, "青葉商事")
    person = add_contact_person(row, "佐々木 健", kana="ささき けん", email="Ken@example.jp", by=owner)
    assert (person.kana, person.email) == ("ササキ ケン", "ken@example.jp")
    assert CustomerKey.objects.filter(customer=row, source="person", key="ササキケン", kind="loose").exists()
    assert search("ササキ").ids == (row.pk,)
    change_customer(row, name="青葉産業", by=owner)
    assert search("ササキ").ids == (row.pk,)
    remove_contact_person(person, by=owner)
    assert search("ササキ").ids == ()
    assert not CustomerKey.objects.filter(source="person").exists()


@pytest.mark.parametrize(
    ("kind", "value"), [("mail", "x@"), ("phone", "1"), ("robot", "x"), ("social", " "), ("postal", "\x01")]
)
def test_a_contact_that_is_none_is_refused(organization, owner, kind, value):
    (row,) = customers(owner, "甲")
    with pytest.raises(Invalid):
        add_contact_point(row, kind, value, by=owner)


def test_the_same_contact_twice_is_one(organization, owner):
    (row,) = customers(owner, "甲")
    assert (
        add_contact_point(row, "phone", "03-1234-5678", by=owner).pk
        == add_contact_point(row, "phone", "0312345678", by=owner).pk
    )


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001, "a\x00b"])
def test_an_empty_or_endless_note_is_refused(organization, owner, text):
    (row,) = customers(owner, "甲")
    with pytest.raises(Invalid):
        add_note(row, text, by=owner)


def test_an_empty_file_is_refused_and_the_same_file_is_kept_once(organization, owner):
    (row,) = customers(owner, "甲")
    with pytest.raises(Invalid):
        attach_file(row, b"", name="x", content_type="text/plain", by=owner)
    for _n in range(2):
        attach_file(row, b"x", name="x.txt", content_type="text/plain", by=owner)
    assert row.attachments.count() == 1


def test_tags_are_put_on_once_and_taken_off(organization, owner):
    rows = customers(owner, "甲", "乙")
    ids = [row.pk for row in rows]
    assert tag_customers(ids, ["春", "夏"], by=owner) == 4
    assert tag_customers(ids, ["春"], by=owner) == 0
    assert untag_customers(ids, ["春"], by=owner) == 2
    assert Event.objects.filter(type="customers.CustomersTagged").count() == 6


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", "あ", ("あ", None)),
        ("number", "1,234.5", (None, 12_345_000)),
        ("money", "▲500", (None, -500)),
        ("money", "(500)", (None, -500)),
        ("boolean", "はい", (None, 1)),
        ("choice", "ａ", ("A", None)),
    ],
)
def test_own_fields_keep_typed_values(organization, owner, kind, typed, stored):
    define_field("own", label="項目", kind=kind, choices=["A", "B"] if kind == "choice" else [], by=owner)
    create_customer(CustomerDraft("甲", custom={"own": typed}), by=owner)
    value = CustomValue.objects.get()
    assert (value.text, value.number) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("number", "x"), ("money", "1.5"), ("date", "2027-02-30"), ("choice", "C"), ("boolean", "maybe")],
)
def test_a_value_that_does_not_fit_its_field_is_refused(organization, owner, kind, typed):
    define_field("own", label="項目", kind=kind, choices=["A"] if kind == "choice" else [], by=owner)
    with pytest.raises(Invalid) as refused:
        create_customer(CustomerDraft("甲", custom={"own": typed}), by=owner)
    assert refused.value.field == "custom.own"


def test_a_field_keeps_its_key_and_its_choices(organization, owner, accountant):
    field = define_field("rank", label="ランク", kind="choice", choices=["A"], by=owner)
    with pytest.raises(KeyTaken):
        define_field("rank", label="二", kind="text", by=owner)
    with pytest.raises(Invalid):
        change_field(field, choices=["B"], by=owner)
    change_field(field, choices=["A", "B"], by=owner)
    with pytest.raises(NotPermitted):
        define_field("x", label="x", kind="text", by=accountant)


def test_a_shared_view_needs_the_right_to_edit(organization, owner, viewer):
    with pytest.raises(NotPermitted):
        save_view("私の", "tag=x", by=viewer)
    assert save_view("私の", "tag=x", is_shared=False, by=viewer).owner_id == viewer.id


def test_every_event_of_a_customer_is_told():
    from tokui.core.events import EVENTS

    own = {
        name for name, cls in EVENTS.items() if name.startswith("customers.") and "customer_id" in cls.__annotations__
    }
    assert own <= set(TELLERS)


def test_nothing_that_must_never_be_false_is_false_and_a_lost_entry_is_found(organization, owner):
    a, b = customers(owner, "甲", "乙")
    add_relationship(a, b, "pays_for", by=owner)
    assert [one.invariant.name for one in find_offences()] == []
    SearchEntry.objects.filter(pk=a.pk).delete()
    assert [one.invariant.name for one in find_offences()] == ["customers-are-searchable"]
    assert CustomerCreated(a.pk).import_id is None


def test_documents_are_addressed_to_one_person_at_a_time(organization, owner, viewer):
    (row,) = customers(owner, "株式会社 北斗")
    first = add_contact_person(row, "佐々木 健", takes_documents=True, by=owner)
    second = add_contact_person(row, "林 花", by=owner)
    address_documents(second, by=owner)
    taking = ContactPerson.objects.filter(takes_documents=True)
    assert list(taking) == [second]
    assert first.pk != second.pk
    with pytest.raises(NotPermitted):
        address_documents(first, by=viewer)
