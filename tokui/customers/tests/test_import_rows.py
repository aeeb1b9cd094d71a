"""A row of a file as values of a customer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokui.core.tables import UNCALCULATED, Row
from tokui.customers.importing.bonds import Point, Relation
from tokui.customers.importing.columns import VOCABULARY
from tokui.customers.importing.rows import CustomerRow, read_row, whole_address


def row_of(**cells: object) -> CustomerRow:
    names = tuple(cells)
    return read_row(Row("名簿", 2, tuple(cells.values())), {name: at for at, name in enumerate(names)}, names)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ({"address": "丸の内1-1", "prefecture": "東京都", "city": "千代田区"}, "東京都千代田区丸の内1-1"),
        ({"address": "千代田区丸の内1-1", "prefecture": "東京都", "city": "千代田区"}, "東京都千代田区丸の内1-1"),
        ({"address": "東京都千代田区丸の内1-1", "prefecture": "東京都", "city": "千代田区"}, "東京都千代田区丸の内1-1"),
        ({"address": "東京都丸の内1-1", "prefecture": "東京都", "city": "千代田区"}, "東京都千代田区丸の内1-1"),
        ({"address": "青葉市みどり町", "street": "3-5", "building": "青葉ビル2F"}, "青葉市みどり町3-5 青葉ビル2F"),
        ({"address": "青葉市みどり町3-5 青葉ビル2F", "street": "3-5", "building": "青葉ビル2F"}, "青葉市みどり町3-5 青葉ビル2F"),
        ({"prefecture": "東京都", "city": "千代田区", "street": "1-1", "building": "101"}, "東京都千代田区1-1 101"),
    ],
)  # fmt: skip
def test_no_part_of_an_address_is_lost(parts, whole):
    assert row_of(**parts).values["address"] == whole


@given(*(st.text(alphabet="東京都青葉市みどり町123-", max_size=8) for _ in range(5)))
def test_every_part_of_an_address_stands_in_the_whole(address, prefecture, city, street, building):
    whole = whole_address(address, prefecture=prefecture, city=city, street=street, building=building)
    assert all(part in whole for part in (prefecture, city, street, building))


def test_a_legal_form_in_its_own_column_becomes_part_of_the_name():
    assert row_of(name="青葉商事", legal_form="株式会社").values["name"] == "株式会社 青葉商事"
    assert row_of(name="青葉商事", legal_form="後株").values["name"] == "青葉商事 株式会社"
    assert row_of(name="㈱青葉商事", legal_form="株式会社").values["name"] == "㈱青葉商事"
    assert row_of(name="山田 太郎", legal_form="個人").values == {"name": "山田 太郎", "kind": "person"}
    assert row_of(name="青葉商事", legal_form="秘密結社").problems[0].reason["code"] == "out_of_range"


def test_a_persons_name_beside_a_companys_is_the_contact_person():
    row = row_of(
        name="株式会社 青葉商事", family_name="山田", given_name="太郎", family_kana="ヤマダ", given_kana="タロウ"
    )
    assert row.values == {"name": "株式会社 青葉商事"}
    assert row.bonds and row.bonds.person == {"name": "山田 太郎", "kana": "ヤマダ タロウ"}
    assert row_of(name="山田太郎", family_name="山田", given_name="太郎").bonds is None


def test_further_contacts_persons_payers_and_relatives_are_read():
    bonds = row_of(
        mobile="090-1234-5678", fax="03-1234-5678", email2="a@example.jp、b@example.jp",
        contact_name="佐藤　花子", contact_kana="さとう はなこ", contact_email="Hanako@Example.jp", contact_title="経理部長",
        guardian="P-1；P-2", parent_company="HQ", payer_names="ｱｵﾊﾞｼﾖｳｼﾞ、サトウ ハナコ", note="先代から",
    ).bonds  # fmt: skip
    assert bonds is not None
    assert bonds.points == [
        Point("phone", "携帯", "+819012345678"),
        Point("phone", "FAX", "+81312345678"),
        Point("mail", "", "a@example.jp"),
        Point("mail", "", "b@example.jp"),
    ]
    assert bonds.person == {
        "name": "佐藤 花子",
        "kana": "サトウ ハナコ",
        "email": "hanako@example.jp",
        "title": "経理部長",
    }
    assert bonds.relations == [
        Relation("guardian", "P-1"),
        Relation("guardian", "P-2"),
        Relation("parent_company", "HQ"),
    ]
    assert bonds.payer_names == ["ｱｵﾊﾞｼﾖｳｼﾞ", "サトウ ハナコ"]
    assert bonds.note == "先代から"


def test_contacts_of_a_nameless_person_are_kept_and_bad_ones_refused():
    named = row_of(contact_department="経理部", contact_phone="03-1234-5678").bonds
    assert named and named.person == {"name": "経理部", "department": "経理部", "phone": "+81312345678"}
    bare = row_of(contact_phone="03-1234-5678").bonds
    assert bare and (bare.person, bare.points) == ({}, [Point("phone", "担当者", "+81312345678")])
    told = [problem.reason["code"] for problem in row_of(mobile="12", payer_names="ア", email2="x@").problems]
    assert told == ["not_a_phone", "not_a_payer_name", "not_a_mail_address"]


def test_a_formula_without_a_result_is_told():
    problem = row_of(name="山田", email=UNCALCULATED).problems[0]
    assert (problem.column, problem.reason["code"]) == ("B email", "formula_without_value")


CELLS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789-+@.、;/アあ東京都株式会社個人前後末\0\n", max_size=30),
    st.integers(-(10**12), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.timedeltas(),
    st.just(UNCALCULATED),
)


@given(st.dictionaries(st.sampled_from([*VOCABULARY, "custom.rank"]), CELLS, max_size=12))
def test_a_row_of_anything_is_read_or_told_and_nothing_else(cells):
    row = row_of(**cells)
    assert all(problem.reason["code"] for problem in row.problems)
    assert not {"family_name", "legal_form", "prefecture"} & set(row.values)
