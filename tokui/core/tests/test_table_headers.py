from collections.abc import Sequence

import pytest

from tokui.core.tables import (
    Cell,
    Confidence,
    TableCode,
    TableFile,
    TableRefused,
    data_rows,
    find_header,
    propose,
)
from tokui.core.tests.making_tables import opened, workbook

VOCABULARY = {
    "name": ["氏名", "名前", "顧客名", "name", "customer name"],
    "kana": ["フリガナ", "カナ", "kana"],
    "phone": ["電話番号", "電話", "TEL", "phone"],
    "mail": ["メールアドレス", "メール", "email", "mail"],
}


def table_of(rows: Sequence[Sequence[Cell]]) -> TableFile:
    return opened(workbook(rows))


def test_headings_are_found_below_titles_and_notes() -> None:
    rows = [
        ["顧客一覧"],
        ["2026年11月2日現在"],
        [],
        ["氏名", "電話番号", "金額"],
        ["山田", "03-1234-5678", 5],
        [],
        ["佐藤", "", 6],
    ]
    sheet = table_of(rows).sheets[0]
    for vocabulary in (None, VOCABULARY):
        header = find_header(sheet, vocabulary)
        assert (header.row, header.first_row, header.names) == (4, 5, ("氏名", "電話番号", "金額"))
        assert [row.number for row in data_rows(sheet, header)] == [5, 7]


def test_merged_headings_of_two_lines_are_one() -> None:
    rows = [["氏名", "連絡先", "", "備考"], ["", "電話", "メール", ""], ["山田", "03-1234-5678", "y@example.jp", "x"]]
    for vocabulary in (None, VOCABULARY):
        header = find_header(table_of(rows).sheets[0], vocabulary)
        assert (header.row, header.first_row, header.names) == (1, 3, ("氏名", "電話", "メール", "備考"))


def test_a_sheet_without_headings_or_rows_is_refused() -> None:
    with pytest.raises(TableRefused) as refused:
        find_header(table_of([["1", "2"], ["3", "4"]]).sheets[0])
    assert (refused.value.code, refused.value.row) == (TableCode.NO_HEADER, 1)
    with pytest.raises(TableRefused) as refused:
        find_header(table_of([]).sheets[0])
    assert refused.value.code is TableCode.EMPTY


def test_columns_are_proposed_from_japanese_and_english_headings() -> None:
    found = propose(["No", "＊お客様の氏名（必須）", "ﾌﾘｶﾞﾅ", "E-Mail", "ＴＥＬ"], VOCABULARY)
    assert {field: (one.column, one.confidence) for field, one in found.items()} == {
        "name": ("B", Confidence.LIKELY),
        "kana": ("C", Confidence.CERTAIN),
        "mail": ("D", Confidence.CERTAIN),
        "phone": ("E", Confidence.CERTAIN),
    }
    assert (found["name"].matched, found["name"].index) == ("氏名", 1)


def test_a_column_serves_one_field_and_the_better_match_wins() -> None:
    found = propose(["顧客名カナ", "顧客名", "電話", "電話番号2"], VOCABULARY)
    assert {field: one.index for field, one in found.items()} == {"kana": 0, "name": 1, "phone": 2}
    assert propose(["xyz", "", "  "], VOCABULARY) == {}
