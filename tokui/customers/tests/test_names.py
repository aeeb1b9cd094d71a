"""Spellings of one name as met on statements and in registers; all invented, all of kinds that really occur."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.customers.names import FormPosition, folded, half_width_length, name_key, search_bigrams, search_key

SAME_STRICT = [
    ("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "株式会社ヤマダショウジ"),
    ("ヤマダショウジ（カ", "カ）ヤマダシヨウジ"),
    ("ﾔﾏﾀﾞｼｮｳｼﾞ(ｶ)", "(カ)ヤマダショウジ"),
    ("カブシキガイシヤ ヤマダシヨウジ", "㈱ヤマダショウジ"),
    ("ヤマタ゛ シヨウシ゛", "ヤマダショウジ"),
    ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ　ハナコ"),
    ("やまだ　はなこ", "ヤマダハナコ"),
    ("振込 ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
    ("フリコミ　ヤマダハナコ", "ヤマダ ハナコ"),
    ("お振込 ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
    ("給料振込　ﾔﾏﾀﾞﾊﾅｺ", "ヤマダ ハナコ"),
    ("0000123456 ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
    ("0000123456ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
    ("振込 0012345 ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
    ("ヤマダ ハナコ 0012345", "ヤマダ ハナコ"),
    ("キタノジヤパン（ト", "キタノジャパン合同会社"),
    ("ゴウドウガイシヤキタノ", "ド)キタノ"),
    ("キタノブツサンカブシキガ", "キタノブッサン(カ"),
    ("ｲ)ｼﾔﾀﾞﾝｷﾀﾉｶｲ", "イ)キタノカイ"),
    ("イリヨウホウジンシヤダン キタノカイ", "医療法人社団キタノカイ"),
    ("ｶﾞｸ)ｷﾀﾉｶﾞｸｴﾝ", "学校法人キタノガクエン"),
    ("ﾄｸﾋ)ﾐﾅﾄ", "特定非営利活動法人ミナト"),
    ("ﾐﾅﾄｼﾖｳｶｲ(ｶ)ｵｵｻｶ(ｴｲ", "ミナトショウカイ オオサカ"),
    ("サ－ビス", "ｻｰﾋﾞｽ"),
    ("サ−ビス", "サービス"),
    ("サ—ビス", "サ-ビス"),
    ("ｇｍｏ", "GMO"),
]
SAME_LOOSE = [
    ("ヤマダーシヨウジ", "ヤマダショウジ"),
    ("サビス", "サービス"),
    ("エー・ビー・シー", "エ-ビ-シ-"),
    ("キタノ.ショウカイ", "キタノショウカイ"),
    ("コヅカ ヂロウ", "コズカ ジロウ"),
    ("カヲリ", "カオリ"),
]
DIFFERENT = [
    ("ヤマダ ハナコ", "ヤマダ ハナエ"),
    ("ハシモト", "バシモト"),
    ("109シネマズ", "シネマズ"),
    ("キタノロウクミ", "キタノ"),
    ("GMOキタノ", "ジーエムオーキタノ"),
]


@pytest.mark.parametrize(("left", "right"), SAME_STRICT)
def test_two_spellings_of_one_name_share_the_strict_key(left: str, right: str) -> None:
    assert name_key(left).strict == name_key(right).strict != ""


@pytest.mark.parametrize(("left", "right"), SAME_LOOSE)
def test_marks_that_statements_drop_or_invent_are_out_of_the_loose_key(left: str, right: str) -> None:
    assert name_key(left).loose == name_key(right).loose
    assert name_key(left).strict != name_key(right).strict


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_names_keep_different_keys(left: str, right: str) -> None:
    assert name_key(left).loose != name_key(right).loose


@pytest.mark.parametrize(
    "raw", ["", "カ)", "フリコミ", "振込 ", "0000123456", "株式会社", "(", "ﾞ", "・・・", "リ", "アイ"]
)
def test_a_name_of_nothing_or_two_letters_names_nobody(raw: str) -> None:
    assert not name_key(raw).is_usable


@pytest.mark.parametrize(
    ("raw", "form", "position"),
    [
        ("カ)ヤマダ", "カ", FormPosition.FRONT),
        ("ヤマダ(カ", "カ", FormPosition.END),
        ("ヤマダ(ユ)オオサカ", "ユ", FormPosition.MIDDLE),
        ("ヤマダ(", "", FormPosition.CUT),
        ("ヤマダ タロウ", "", FormPosition.NONE),
        ("一般社団法人ヤマダ", "シヤ", FormPosition.FRONT),
    ],
)
def test_the_legal_form_is_taken_out_and_kept(raw: str, form: str, position: FormPosition) -> None:
    key = name_key(raw)
    assert (key.legal_form, key.form_position) == (form, position)


def test_digits_before_the_name_are_kept_as_a_reference() -> None:
    assert name_key("振込 0000123456 ﾔﾏﾀﾞ").leading_reference == "0000123456"
    assert name_key("振込 0000123456 ﾔﾏﾀﾞ").prefixes == ("振込",)


def test_a_voicing_mark_counts_as_a_letter_of_the_bank_field() -> None:
    assert half_width_length("ヤマダ") == half_width_length("ﾔﾏﾀﾞ") == 4


NAMES = st.text(
    st.sampled_from("ヤマダタロウショジーゃがﾔﾀﾞｯ゛ﾟ-・.()（） 　カユド株式会社振込フリコミ0123AbＺ"), max_size=20
)


@settings(max_examples=200)
@given(NAMES)
def test_the_key_of_a_key_is_itself(raw: str) -> None:
    assert name_key(name_key(raw).strict).strict == name_key(raw).strict


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_any_text_has_a_key(raw: str) -> None:
    key = name_key(raw)
    assert " " not in key.strict
    assert name_key(key.strict).strict == key.strict


@settings(max_examples=100)
@given(st.text(st.sampled_from("アイウエオカキクサシスタチツナニハヒマヤユヨラワンー "), max_size=20))
def test_width_kind_and_size_of_kana_do_not_matter(text: str) -> None:
    import jaconv

    expected = name_key(text).strict
    assert name_key(jaconv.z2h(text)).strict == expected
    assert name_key(jaconv.kata2hira(text)).strict == expected
    assert name_key(text.translate(str.maketrans("アイウエオツヤユヨワ", "ァィゥェォッャュョヮ"))).strict == expected


@pytest.mark.parametrize(
    "texts",
    [
        ("03-1234-5678", "０３（１２３４）５６７８", "0312345678"),
        ("INV-0001", "inv0001", "ＩＮＶ－０００１"),
        ("さーびす", "ｻｰﾋﾞｽ", "サ－ビス"),
        ("山田　太郎", "山田 太郎"),
        ("Taro@Example.JP", "taro@example.jp"),
    ],
)
def test_people_find_a_thing_however_they_type_it(texts: tuple[str, ...]) -> None:
    assert len({search_key(text) for text in texts}) == 1


def test_kanji_stay_as_they_are_and_two_characters_suffice() -> None:
    assert search_key("髙島") == "髙島"
    assert search_bigrams("山田 太郎") == ["山田", "田太", "太郎"]
    assert search_bigrams("ア") == ["ア"]
    assert search_bigrams("") == []


@settings(max_examples=100)
@given(st.text(max_size=30))
def test_a_search_key_is_its_own_search_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@settings(max_examples=100)
@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
