import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.ledger.journals import (
    MONEYFORWARD_COLUMNS,
    YAYOI_COLUMNS,
    Books,
    JournalLine,
    JournalRefused,
    Layout,
    TaxClass,
    export_journal,
    freee_columns,
)

SALE = JournalLine(
    entry_no=12,
    on=date(2026, 10, 31),
    debit_account="売掛金",
    debit_sub="北斗企画",
    debit_minor=110_000,
    credit_account="売上高",
    credit_minor=110_000,
    credit_tax_class=TaxClass.SALES_10,
    credit_tax_minor=10_000,
    memo="INV-2610-0142",
)
TEA = replace(
    SALE, debit_minor=1_080, credit_minor=1_080, credit_tax_class=TaxClass.SALES_REDUCED_8, credit_tax_minor=80
)


def rows_of(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def test_yayoi_gets_25_columns_in_cp932_without_a_header() -> None:
    file = export_journal([SALE], Layout.YAYOI)
    assert file.content == (
        "2000,12,,2026/10/31,売掛金,北斗企画,,対象外,110000,,売上高,,,課税売上込10%,110000,,INV-2610-0142,,,0,,,0,0,no\r\n"
    ).encode("cp932")
    assert (file.encoding, len(YAYOI_COLUMNS)) == ("cp932", 25)
    assert len(rows_of(file.content, "cp932")[0]) == 25


def test_yayoi_marks_first_middle_and_last_line_of_one_entry() -> None:
    rows = rows_of(export_journal([SALE, TEA, TEA, replace(SALE, entry_no=13)], Layout.YAYOI).content, "cp932")
    assert [(row[0], row[1], row[19]) for row in rows] == [
        ("2110", "12", "3"),
        ("2100", "12", "3"),
        ("2101", "12", "3"),
        ("2000", "13", "0"),
    ]
    assert rows[1][13] == "課税売上込軽減8%"


def test_books_without_tax_state_the_tax_within() -> None:
    (row,) = rows_of(export_journal([SALE], Layout.YAYOI, books=Books.TAX_EXCLUDED).content, "cp932")
    assert (row[13], row[14], row[15]) == ("課税売上内10%", "110000", "10000")


def test_freee_gets_its_title_row_and_no_tax_column_where_tax_is_included() -> None:
    file = export_journal([SALE], Layout.FREEE)
    header = (
        "[表題行],日付,伝票番号,決算整理仕訳,"
        "借方勘定科目,借方科目コード,借方補助科目,借方取引先,借方取引先コード,借方部門,借方品目,借方メモタグ,"
        "借方セグメント1,借方セグメント2,借方セグメント3,借方金額,借方税区分,"
        "貸方勘定科目,貸方科目コード,貸方補助科目,貸方取引先,貸方取引先コード,貸方部門,貸方品目,貸方メモタグ,"
        "貸方セグメント1,貸方セグメント2,貸方セグメント3,貸方金額,貸方税区分,摘要\r\n"
    )
    row = (
        "[明細行],2026/10/31,12,,売掛金,,,北斗企画,,,,,,,,110000,対象外,"
        "売上高,,,,,,,,,,,110000,課税売上10%,INV-2610-0142\r\n"
    )
    assert file.content == (header + row).encode()


def test_freee_states_the_tax_where_books_leave_it_out() -> None:
    header, row = rows_of(export_journal([SALE], Layout.FREEE, books=Books.TAX_EXCLUDED).content, "utf-8")
    assert header == freee_columns(Books.TAX_EXCLUDED)
    assert len(header) == len(row) == 33
    named = dict(zip(header, row, strict=True))
    assert (named["貸方金額"], named["貸方税額"], named["借方税額"]) == ("110000", "10000", "0")


def test_moneyforward_gets_27_columns_under_its_own_header() -> None:
    file = export_journal([replace(SALE, tags=("塾", "10月"))], Layout.MONEYFORWARD)
    header = (
        "取引No,取引日,借方勘定科目,借方補助科目,借方部門,借方取引先,借方税区分,借方インボイス,借方金額(円),借方税額,"
        "貸方勘定科目,貸方補助科目,貸方部門,貸方取引先,貸方税区分,貸方インボイス,貸方金額(円),貸方税額,"
        "摘要,仕訳メモ,タグ,MF仕訳タイプ,決算整理仕訳,作成日時,作成者,最終更新日時,最終更新者\r\n"
    )
    row = (
        "12,2026/10/31,売掛金,北斗企画,,,対象外,,110000,,"
        "売上高,,,,課税売上 10%,,110000,,INV-2610-0142,,塾|10月,,,,,,\r\n"
    )
    assert file.content == (header + row).encode()
    assert len(MONEYFORWARD_COLUMNS) == 27


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("tax_class", TaxClass)
def test_every_tax_class_has_a_word_in_every_layout(layout: Layout, tax_class: TaxClass) -> None:
    file = export_journal([replace(SALE, credit_tax_class=tax_class)], layout)
    text = file.content.decode(file.encoding)
    assert "{how}" not in text
    assert tax_class.value not in text


def test_other_tax_classes_are_written_as_they_stand() -> None:
    rows = rows_of(export_journal([replace(SALE, credit_tax_class="課税売上込四10%")], Layout.YAYOI).content, "cp932")
    assert rows[0][13] == "課税売上込四10%"


def test_bank_charges_carry_the_mark_of_a_qualified_invoice() -> None:
    fee = JournalLine(
        1,
        date(2026, 11, 20),
        "支払手数料",
        660,
        "売掛金",
        660,
        debit_tax_class=TaxClass.PURCHASE_10,
    )
    assert rows_of(export_journal([fee], Layout.YAYOI).content, "cp932")[0][7] == "課対仕入込10%適格"
    assert rows_of(export_journal([fee], Layout.MONEYFORWARD).content, "utf-8")[1][6:8] == ["課税仕入 10%", "適格"]


@pytest.mark.parametrize("layout", Layout)
def test_a_negative_amount_changes_sides(layout: Layout) -> None:
    turned = replace(SALE, debit_minor=-110_000, credit_minor=-110_000, credit_tax_minor=-10_000)
    by_hand = replace(
        SALE,
        debit_account="売上高",
        debit_sub="",
        debit_tax_class=TaxClass.SALES_10,
        debit_tax_minor=10_000,
        credit_account="売掛金",
        credit_sub="北斗企画",
        credit_tax_class=TaxClass.OUT_OF_SCOPE,
        credit_tax_minor=0,
    )
    for books in Books:
        assert export_journal([turned], layout, books=books) == export_journal([by_hand], layout, books=books)


def test_one_debit_with_two_credits_leaves_the_second_debit_blank() -> None:
    lines = [
        replace(SALE, credit_minor=100_000),
        replace(TEA, debit_account="", debit_sub="", debit_minor=0, credit_minor=10_000),
    ]
    rows = rows_of(export_journal(lines, Layout.YAYOI).content, "cp932")
    assert rows[1][4:10] == ["", "", "", "", "0", ""]
    assert rows_of(export_journal(lines, Layout.MONEYFORWARD).content, "utf-8")[2][2:10] == [""] * 8


def test_a_line_of_zero_is_left_out() -> None:
    assert export_journal([replace(SALE, debit_minor=0, credit_minor=0)], Layout.YAYOI).content == b""


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("scattered", [SALE, replace(SALE, entry_no=13), SALE]),
        ("two_days", [SALE, replace(SALE, on=date(2026, 11, 1))]),
        ("unbalanced", [replace(SALE, credit_minor=1)]),
        ("no_account", [replace(SALE, debit_account="")]),
        ("mixed_signs", [replace(SALE, debit_minor=-1)]),
        ("too_long", [replace(SALE, debit_sub="あ" * 13)]),
        ("unwritable", [replace(SALE, debit_sub="ﷺ商店")]),
    ],
)
def test_what_cannot_be_written_truly_is_refused_whole(code: str, lines: list[JournalLine]) -> None:
    with pytest.raises(JournalRefused) as refused:
        export_journal(lines, Layout.YAYOI)
    assert refused.value.code == code
    assert refused.value.entry_no == 12


def test_characters_cp932_lacks_become_their_twin_or_a_geta_and_are_reported() -> None:
    file = export_journal([replace(SALE, debit_sub="𠮷野〜髙﨑", memo="月謝−10月 😀")], Layout.YAYOI)
    (row,) = rows_of(file.content, "cp932")
    assert (row[5], row[16]) == ("吉野～髙﨑", "月謝－10月 〓")
    assert file.replaced == ("😀",)
    assert export_journal([replace(SALE, debit_sub="😀")], Layout.FREEE).replaced == ()


def test_a_long_summary_is_cut_at_64_half_widths_never_within_a_character() -> None:
    (row,) = rows_of(export_journal([replace(SALE, memo="a" + "摘" * 40)], Layout.YAYOI).content, "cp932")
    assert row[16] == "a" + "摘" * 31


def test_commas_quotes_and_line_breaks_stay_in_their_cell() -> None:
    line = replace(SALE, memo='10月分,"会費"\r\nあおば')
    for layout in Layout:
        file = export_journal([line], layout)
        assert '10月分,"会費" あおば' in rows_of(file.content, file.encoding)[-1]


@settings(max_examples=100)
@given(st.text(max_size=80), st.sampled_from(Layout))
def test_no_summary_breaks_the_file(memo: str, layout: Layout) -> None:
    file = export_journal([replace(SALE, memo=memo)], layout)
    rows = rows_of(file.content, file.encoding)
    assert len(rows) == (1 if layout is Layout.YAYOI else 2)
    assert len({len(row) for row in rows}) == 1
