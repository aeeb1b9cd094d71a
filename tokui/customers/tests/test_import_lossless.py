"""What a row says is taken over or told; nothing is lost in silence."""

from __future__ import annotations

import pytest

from tokui.access.tests.world import make_member
from tokui.core.errors import Invalid
from tokui.core.models import Event
from tokui.customers.actions import (
    add_contact_person,
    add_note,
    choose_columns,
    create_customer,
    learn_payer_name,
)
from tokui.customers.actions.bonds import add_contact_point, remove_contact_person
from tokui.customers.drafts import CustomerDraft
from tokui.customers.importing import runs
from tokui.customers.models import (
    ContactPerson,
    ContactPoint,
    Customer,
    CustomerKey,
    Note,
    PayerName,
    Relationship,
    SearchEntry,
)
from tokui.customers.tests.test_import import applied, brought, checked, counts, undone


def told(batch) -> set[tuple[int, str]]:
    return {(row.row, row.reason["code"]) for row in batch.rows.filter(outcome="refused")}


# ---- who pays


def test_a_row_whose_payer_is_refused_is_refused_too(organization, owner):
    text = "顧客コード,名前,メール,請求先\nP1,支払 一郎,bad@,\nP2,支払 二郎,,P1\nP3,支払 三郎,,P2\nP4,支払 四郎,,\n"
    batch = checked(brought(text, owner), owner)
    wanted = {(2, "not_a_mail_address"), (3, "unknown_bill_to"), (4, "unknown_bill_to")}
    assert (counts(batch), told(batch)) == ((1, 0, 0, 3, 0), wanted)
    applied(batch, owner)
    assert (counts(batch), told(batch)) == ((1, 0, 0, 3, 0), wanted)
    assert list(Customer.objects.values_list("code", flat=True)) == ["P4"]


def test_a_child_before_its_refused_payer_is_refused_too(organization, owner):
    text = "顧客コード,名前,メール,請求先\nC1,子 一郎,,P1\nC2,子 二郎,,C1\nP1,親,bad@,\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert told(batch) == {(2, "unknown_bill_to"), (3, "unknown_bill_to"), (4, "not_a_mail_address")}
    assert not Customer.objects.exists()


def test_a_payer_refused_in_an_earlier_batch_is_known_to_be_missing(organization, owner, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    text = "顧客コード,名前,メール,請求先\nP1,親,bad@,\nC1,子,,P1\nP2,別の親,,\nC2,別の子,,P2\n"
    batch = checked(brought(text, owner), owner)
    assert told(batch) == {(2, "not_a_mail_address"), (3, "unknown_bill_to")}
    applied(batch, owner)
    assert told(batch) == {(2, "not_a_mail_address"), (3, "unknown_bill_to")}
    assert Customer.objects.get(code="C2").bill_to.code == "P2"


def test_a_customer_that_exists_may_be_billed_to_one_that_comes(organization, owner):
    create_customer(CustomerDraft("子", code="C"), by=owner)
    batch = applied(checked(brought("顧客コード,名前,請求先\nC,子,P\nP,親,\n", owner), owner), owner)
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert Customer.objects.get(code="C").bill_to.code == "P"
    undone(batch, owner)
    assert Customer.objects.get(code="C").bill_to is None
    assert not Customer.objects.filter(code="P").exists()


def test_a_payer_that_gets_its_code_in_this_file_is_found(organization, owner):
    parent = create_customer(CustomerDraft("親", code="OLD"), by=owner)
    text = f"Tokui ID,顧客コード,名前,請求先\n{parent.public_id},NEW,親,\n,C,子,NEW\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert Customer.objects.get(code="C").bill_to_id == parent.pk


def test_a_customers_own_code_as_payer_means_itself(organization, owner):
    text = "顧客コード,名前,請求先\nA,甲,A\n"
    assert counts(applied(checked(brought(text, owner), owner), owner)) == (1, 0, 0, 0, 0)
    assert Customer.objects.get().bill_to is None
    again = checked(brought(text.replace("甲", "甲 "), owner), owner)
    assert counts(again) == (0, 0, 1, 0, 0)


# ---- addresses and notes


def test_prefecture_and_building_in_columns_of_their_own_are_kept(organization, owner):
    text = "名前,都道府県,住所,建物名\n青葉 太郎,神奈川県,横浜市青葉区1-1,青葉ビル3F\n"
    applied(checked(brought(text, owner), owner), owner)
    assert Customer.objects.get().address == "神奈川県横浜市青葉区1-1 青葉ビル3F"


def test_a_note_for_a_customer_that_exists_is_added_once(organization, owner):
    row = create_customer(CustomerDraft("青葉 太郎", code="A"), by=owner)
    add_note(row, "前からの話", by=owner)
    text = "顧客コード,名前,備考\nA,青葉 太郎,配達は午前\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert counts(batch) == (0, 1, 0, 0, 0)
    assert set(Note.objects.values_list("text", flat=True)) == {"前からの話", "配達は午前"}
    assert Event.objects.filter(type="customers.NoteAdded", customer_id=row.pk).count() == 2
    assert counts(checked(brought(text + "\n", owner), owner)) == (0, 0, 1, 0, 0)
    undone(batch, owner)
    assert list(Note.objects.values_list("text", flat=True)) == ["前からの話"]


# ---- twins


def test_people_without_a_code_who_stand_twice_are_told(organization, owner):
    text = (
        "名前,メール,電話\n"
        + "佐藤 花子,hanako@x.jp,\n" * 2
        + "佐藤花子,HANAKO@x.jp,090-1234-5678\n佐藤 花子,other@x.jp,\n"
    )
    batch = checked(brought(text, owner), owner)
    assert (counts(batch), told(batch)) == ((2, 0, 0, 2, 0), {(3, "twice_in_file"), (4, "twice_in_file")})
    assert counts(applied(batch, owner)) == (2, 0, 0, 2, 0)
    assert Customer.objects.count() == 2


def test_twins_in_two_batches_are_told_by_check_and_apply_alike(organization, owner, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    batch = checked(brought("名前,メール\n佐藤 花子,h@x.jp\n佐藤 花子,h@x.jp\n", owner), owner)
    assert counts(batch) == (1, 0, 0, 1, 0)
    assert counts(applied(batch, owner)) == (1, 0, 0, 1, 0)


def test_a_row_without_code_is_no_second_row_of_one_with_code(organization, owner):
    text = "顧客コード,名前,メール\nA,佐藤 花子,h@x.jp\n,佐藤 花子,h@x.jp\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert (counts(batch), told(batch)) == ((1, 0, 0, 1, 0), {(3, "twice_in_file")})


def test_one_customer_by_id_and_by_code_is_told(organization, owner):
    row = create_customer(CustomerDraft("佐藤 花子", code="A"), by=owner)
    text = f"Tokui ID,顧客コード,名前,電話\n{row.public_id},,佐藤 花子,090-1234-5678\n,A,佐藤 花子,090-8765-4321\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert told(batch) == {(3, "twice_in_file")}
    assert Customer.objects.get().phone == "+819012345678"


def test_a_row_without_code_is_recognised_by_name_and_contact(organization, owner):
    create_customer(CustomerDraft("佐藤 花子", code="A", email="h@x.jp", phone="090-1234-5678"), by=owner)
    text = "名前,メール,電話,携帯\nサトウ,h@x.jp,,\n佐藤　花子,H@x.jp,,\n"
    assert counts(checked(brought(text, owner), owner)) == (1, 0, 1, 0, 0)
    text = "名前,電話,携帯\n佐藤 花子,,090-1234-5678\n"
    assert counts(checked(brought(text, owner), owner)) == (0, 0, 1, 0, 0)


# ---- what hangs on a customer

BONDS = (
    "顧客コード,名前,電話,携帯,FAX,メール,メール,担当者名,担当者フリガナ,担当者メール,担当者電話,振込名義,親会社コード,備考\n"
    "HQ,青葉ホールディングス,,,,,,,,,,,,\n"
    "A,青葉商事,03-1111-1111,090-1111-1111,03-1111-1112,a@x.jp,b@x.jp,佐藤 花子,サトウ ハナコ,h@x.jp,03-1111-1113,"
    "ｱｵﾊﾞｼﾖｳｼﾞ、サトウ ハナコ,HQ,先代から\n"
)


def test_contacts_persons_payers_and_relatives_come_in(organization, owner):
    batch = applied(checked(brought(BONDS, owner), owner), owner)
    assert counts(batch) == (2, 0, 0, 0, 0)
    row = Customer.objects.get(code="A")
    assert (row.phone, row.email) == ("+81311111111", "a@x.jp")
    assert set(row.contact_points.values_list("kind", "label", "value")) == {
        ("phone", "携帯", "+819011111111"),
        ("phone", "FAX", "+81311111112"),
        ("mail", "", "b@x.jp"),
    }
    person = row.contact_persons.get()
    assert (person.name, person.kana, person.email, person.phone) == (
        *("佐藤 花子", "サトウ ハナコ", "h@x.jp", "+81311111113"),
    )
    assert set(row.payer_names.values_list("raw", flat=True)) == {"ｱｵﾊﾞｼﾖｳｼﾞ", "サトウ ハナコ"}
    relation = Relationship.objects.get()
    assert (relation.from_customer.code, relation.to_customer.code, relation.kind) == ("HQ", "A", "parent_company")
    assert CustomerKey.objects.filter(customer=row, source="person").exists()
    assert "b@x.jp" in SearchEntry.objects.get(pk=row.pk).text
    assert Event.objects.filter(type="customers.ContactAdded", customer_id=row.pk).count() == 4


def test_the_same_bonds_again_change_nothing(organization, owner):
    applied(checked(brought(BONDS, owner), owner), owner)
    assert counts(checked(brought(BONDS + "\n", owner), owner)) == (0, 0, 2, 0, 0)


def test_undoing_takes_a_new_customers_bonds_with_it(organization, owner):
    batch = undone(applied(checked(brought(BONDS, owner), owner), owner), owner)
    assert (batch.reverted_count, batch.kept_count) == (2, 0)
    for model in (Customer, ContactPoint, ContactPerson, PayerName, Relationship, Note):
        assert not model.objects.exists(), model


def test_undoing_takes_bonds_off_a_customer_that_existed_and_keeps_the_rest(organization, owner):
    create_customer(CustomerDraft("青葉ホールディングス", code="HQ"), by=owner)
    row = create_customer(CustomerDraft("青葉商事", code="A", phone="03-1111-1111", email="a@x.jp"), by=owner)
    add_contact_person(row, "佐藤 花子", by=owner, email="old@x.jp")
    add_contact_point(row, "phone", "03-9999-9999", by=owner)
    learn_payer_name(row, "アオバ シヨウジ", by=owner)
    batch = applied(checked(brought(BONDS, owner), owner), owner)
    assert counts(batch) == (0, 1, 1, 0, 0)
    assert ContactPerson.objects.get().email == "h@x.jp"
    assert row.contact_points.count() == 4
    assert row.payer_names.count() == 2
    undone(batch, owner)
    assert (batch.reverted_count, batch.kept_count) == (1, 0)
    person = ContactPerson.objects.get()
    assert (person.email, person.kana) == ("old@x.jp", "")
    assert list(row.contact_points.values_list("value", flat=True)) == ["+81399999999"]
    assert list(row.payer_names.filter(revoked_at=None).values_list("raw", flat=True)) == ["アオバ シヨウジ"]
    assert not Relationship.objects.exists()
    assert not Note.objects.exists()


def test_a_person_who_was_touched_since_stays_as_it_is(organization, owner):
    row = create_customer(CustomerDraft("青葉商事", code="A"), by=owner)
    text = "顧客コード,名前,担当者名,担当者メール\nA,青葉商事,佐藤 花子,{mail}\n"
    batch = applied(checked(brought(text.format(mail="h@x.jp"), owner), owner), owner)
    applied(checked(brought(text.format(mail="new@x.jp"), owner), owner), owner)
    undone(batch, owner)
    assert row.contact_persons.get().email == "new@x.jp"
    remove_contact_person(row.contact_persons.get(), by=owner)


def test_a_guardian_is_recorded_and_an_unknown_one_refuses_the_row(organization, owner):
    text = (
        "顧客コード,名前,保護者コード\nG1,保護者 一,\nG2,保護者 二,\nK1,生徒,G1、G2\nK2,別の生徒,NOBODY\nK3,自分,K3\n"
    )
    batch = applied(checked(brought(text, owner), owner), owner)
    assert told(batch) == {(5, "unknown_bill_to"), (6, "relative_cycle")}
    guardians = Relationship.objects.filter(to_customer__code="K1", kind="guardian")
    assert set(guardians.values_list("from_customer__code", flat=True)) == {"G1", "G2"}


def test_a_circle_of_relatives_is_told_not_made(organization, owner):
    text = "顧客コード,名前,親会社コード\nX,甲社,Y\nY,乙社,X\nZ,丙社,X\n"
    batch = applied(checked(brought(text, owner), owner), owner)
    assert {row.reason["code"] for row in batch.rows.all()} == {"relative_cycle"}
    assert Relationship.objects.filter(to_customer__code="Z", from_customer__code="X").exists()
    assert Relationship.objects.count() == 2


def test_bonds_cost_a_constant_number_of_statements(organization, owner, django_assert_max_num_queries, monkeypatch):
    def sheet(count: int) -> str:
        head = "顧客コード,名前,携帯,担当者名,振込名義,備考\n"
        rows = (f"B{count}-{n},会員{n},090-1111-{n:04d},佐藤 花子{n},フリコミ ジン{n},話{n}\n" for n in range(count))
        return head + "".join(rows)

    few, many = (checked(brought(sheet(count), owner), owner) for count in (3, 60))
    used = []
    for batch in (few, many):
        with django_assert_max_num_queries(150) as caught:
            applied(batch, owner)
        used.append(len(caught))
    assert used[0] == used[1]
    assert counts(many) == (60, 0, 0, 0, 0)


# ---- who may


def test_who_may_not_reconcile_brings_no_payers_names(organization, owner):
    marketer = make_member("marketer").actor
    batch = brought("名前,振込名義\n青葉 太郎,アオバ タロウ\n", marketer)
    assert batch.mapping == {"name": "名前"}
    with pytest.raises(Invalid):
        choose_columns(batch, {"name": "名前", "payer_names": "振込名義"}, by=marketer)
    assert counts(checked(batch, marketer)) == (1, 0, 0, 0, 0)
