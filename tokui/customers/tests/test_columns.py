"""Which column holds which field."""

from __future__ import annotations

import pytest

from tokui.core.tables import numbered, place_columns, propose_columns
from tokui.customers.importing.columns import VOCABULARY, SavedColumns, recall_columns, vocabulary


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("お客様名", "name"),
        ("御社名", "name"),
        ("顧客氏名", "name"),
        ("会社名", "name"),
        ("取引先名", "name"),
        ("振込名義", "payer_names"),
        ("振込依頼人名", "payer_names"),
        ("法人格", "legal_form"),
        ("担当者フリガナ", "contact_kana"),
        ("担当者メール", "contact_email"),
        ("担当者電話", "contact_phone"),
        ("保護者コード", "guardian"),
        ("親会社コード", "parent_company"),
        ("ＦＡＸ", "fax"),
    ],
)
def test_usual_headings_are_recognised(heading, field):
    assert propose_columns([heading, "無関係"], VOCABULARY)[field] == heading


def test_further_phones_and_persons_find_a_place_beside_the_first():
    found = propose_columns(["会社名", "氏名", "電話", "携帯", "FAX", "メール", "メール 2"], VOCABULARY)
    assert found == {
        "name": "会社名",
        "contact_name": "氏名",
        "phone": "電話",
        "mobile": "携帯",
        "fax": "FAX",
        "email": "メール",
        "email2": "メール 2",
    }
    assert propose_columns(["氏名", "携帯"], VOCABULARY) == {"name": "氏名", "phone": "携帯"}


def test_equal_headings_are_numbered_so_that_both_can_be_chosen():
    assert numbered(("名前", "電話", "", "電話", "電話 2", "電話", "")) == (
        *("名前", "電話", "", "電話 3", "電話 2", "電話 4", ""),
    )
    found = propose_columns(numbered(["名前", "電話", "電話"]), VOCABULARY)
    assert (found["phone"], found["phone2"]) == ("電話", "電話 2")
    assert place_columns(numbered(["名前", "電話", "電話"]), {"phone": "電話 2"}) == {"phone": 2}


def test_headings_that_differ_in_brackets_only_stay_two():
    headings = ["名前", "電話（自宅）", "電話（携帯）"]
    assert place_columns(headings, {"phone": "電話（携帯）", "phone2": "電話（自宅）"}) == {"phone": 2, "phone2": 1}
    assert place_columns(["＊名前"], {"name": "名前（必須）"}) == {"name": 0}


def test_a_saved_choice_stays_and_what_was_not_there_to_choose_is_proposed():
    saved = SavedColumns({"name": "屋号"}, ["屋号", "会員区分", "備考"], list(VOCABULARY))
    assert recall_columns(saved, ["屋号", "会員区分", "備考"], VOCABULARY) == {"name": "屋号"}
    with_field = vocabulary({"rank": "会員区分"})
    assert recall_columns(saved, ["屋号", "会員区分", "備考"], with_field) == {
        "name": "屋号",
        "custom.rank": "会員区分",
    }
    assert recall_columns(saved, ["屋号", "会員区分", "備考", "TEL"], VOCABULARY) == {"name": "屋号", "phone": "TEL"}


def test_a_saved_choice_of_a_field_that_is_gone_is_dropped():
    saved = SavedColumns({"name": "屋号", "custom.rank": "会員区分"}, ["屋号", "会員区分"], ["name", "custom.rank"])
    assert recall_columns(saved, ["屋号", "会員区分"], VOCABULARY)["name"] == "屋号"
    assert "custom.rank" not in recall_columns(saved, ["屋号", "会員区分"], VOCABULARY)
