"""Journal files (仕訳データ) for 弥生会計, freee and マネーフォワード クラウド会計. Pure: lines in, bytes out.

Layouts, words of tax classes and limits were taken from
- 弥生会計: 仕訳データの項目と記述形式 (support.yayoi-kk.co.jp, page_id=18545) and 税区分 (page_id=1430, 18111):
  25 columns, no header row, CP932; flag 2000 for one line, 2110 / 2100 / 2101 for the first, middle, last of several;
  names of accounts up to 24, the summary up to 64 half-width characters.
- freee会計: その他の会計ソフトから仕訳データを移行する (support.freee.co.jp, articles 204847430, 202847920): the header
  begins with [表題行], each row with [明細行]; lines of one entry have the same 伝票番号.
- マネーフォワード: 「仕訳帳」をインポートする (biz.moneyforward.com, import-books/ib01): 27 columns under a required
  header; lines of one entry have the same 取引No.
Each was compared with two or more independent public programs that write these files.

Amounts are whole yen with tax included; `*_tax_minor` is the tax within. Books kept with tax included (税込経理) leave
the tax to the accounting program; books without tax (税抜経理) state it. A negative amount changes sides, because none
of the three takes a minus; a line of zero is left out.

Characters that CP932 lacks (弥生 only): `CP932_TWINS` are written as their twin; any other is 〓 in a summary, and is
refused in the name of an account or sub-account, which must match the name in the accounting program exactly.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

GETA = "〓"
CP932_TWINS = str.maketrans(
    {
        "〜": "～",
        "−": "－",
        "—": "―",
        "–": "-",
        "‖": "∥",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
        "¥": "￥",
        "\u00a0": " ",
        "𠮷": "吉",
        "⽥": "田",
    }
)


class Layout(StrEnum):
    YAYOI = "yayoi"
    FREEE = "freee"
    MONEYFORWARD = "moneyforward"


class Books(StrEnum):
    """How the books treat consumption tax."""

    TAX_INCLUDED = "tax_included"
    """税込経理"""
    TAX_EXCLUDED = "tax_excluded"
    """税抜経理"""


class TaxClass(StrEnum):
    """The tax classes (税区分) that sales and their settlement need; any other is given in the program's own words."""

    OUT_OF_SCOPE = "out_of_scope"
    SALES_10 = "sales_10"
    SALES_REDUCED_8 = "sales_reduced_8"
    SALES_8 = "sales_8"
    SALES_EXEMPT = "sales_exempt"
    SALES_EXPORT = "sales_export"
    RETURN_10 = "return_10"
    RETURN_REDUCED_8 = "return_reduced_8"
    BAD_DEBT_10 = "bad_debt_10"
    """課税売上の貸倒れ (消費税法39条): the tax of what became unrecoverable is deducted"""
    BAD_DEBT_REDUCED_8 = "bad_debt_reduced_8"
    PURCHASE_10 = "purchase_10"
    """課税仕入: bank charges that we bear, from a registered issuer"""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of an entry: yen with tax included on both sides; an empty account leaves that side of the row blank.

    Lines with one `entry_no` follow each other and make up one entry. A tax class is a `TaxClass`, or text that is
    written as it stands.
    """

    entry_no: int
    on: date
    debit_account: str
    debit_minor: int
    credit_account: str
    credit_minor: int
    debit_sub: str = ""
    credit_sub: str = ""
    debit_tax_class: TaxClass | str = TaxClass.OUT_OF_SCOPE
    credit_tax_class: TaxClass | str = TaxClass.OUT_OF_SCOPE
    debit_tax_minor: int = 0
    credit_tax_minor: int = 0
    memo: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalFile:
    content: bytes
    encoding: str
    media_type: str
    extension: str
    replaced: tuple[str, ...]
    """Characters of summaries that were written as 〓, for a warning beside the download."""


class JournalRefused(ValueError):
    """The lines cannot be written as this file.

    `code` is one of `scattered` (lines of one entry do not follow each other), `two_days`, `unbalanced`, `no_account`,
    `mixed_signs`, `unwritable` (a character CP932 lacks, in a name) and `too_long` (a name the program would cut).
    """

    def __init__(self, code: str, entry_no: int, text: str = "") -> None:
        super().__init__(f"Entry {entry_no}: {code} {text}".rstrip())
        self.code = code
        self.entry_no = entry_no
        self.text = text


YAYOI_COLUMNS = (
    *("識別フラグ", "伝票No.", "決算", "取引日付"),
    *("借方勘定科目", "借方補助科目", "借方部門", "借方税区分", "借方金額", "借方税金額"),
    *("貸方勘定科目", "貸方補助科目", "貸方部門", "貸方税区分", "貸方金額", "貸方税金額"),
    *("摘要", "番号", "期日", "タイプ", "生成元", "仕訳メモ", "付箋1", "付箋2", "調整"),
)
"""For people: the file itself has no header row, its first row would be read as data."""

MONEYFORWARD_COLUMNS = (
    *("取引No", "取引日"),
    *(
        "借方勘定科目",
        "借方補助科目",
        "借方部門",
        "借方取引先",
        "借方税区分",
        "借方インボイス",
        "借方金額(円)",
        "借方税額",
    ),
    *(
        "貸方勘定科目",
        "貸方補助科目",
        "貸方部門",
        "貸方取引先",
        "貸方税区分",
        "貸方インボイス",
        "貸方金額(円)",
        "貸方税額",
    ),
    *("摘要", "仕訳メモ", "タグ", "MF仕訳タイプ", "決算整理仕訳", "作成日時", "作成者", "最終更新日時", "最終更新者"),
)

_FREEE_SIDE = (
    *("勘定科目", "科目コード", "補助科目", "取引先", "取引先コード", "部門", "品目", "メモタグ"),
    *("セグメント1", "セグメント2", "セグメント3", "金額", "税区分"),
)

YAYOI_NAME_WIDTH = 24
YAYOI_MEMO_WIDTH = 64

_YAYOI_WORDS = {
    TaxClass.OUT_OF_SCOPE: "対象外",
    TaxClass.SALES_10: "課税売上{how}10%",
    TaxClass.SALES_REDUCED_8: "課税売上{how}軽減8%",
    TaxClass.SALES_8: "課税売上{how}8%",
    TaxClass.SALES_EXEMPT: "非課売上",
    TaxClass.SALES_EXPORT: "輸出売上",
    TaxClass.RETURN_10: "課税売返{how}10%",
    TaxClass.RETURN_REDUCED_8: "課税売返{how}軽減8%",
    TaxClass.BAD_DEBT_10: "課税売倒{how}10%",
    TaxClass.BAD_DEBT_REDUCED_8: "課税売倒{how}軽減8%",
    TaxClass.PURCHASE_10: "課対仕入{how}10%適格",
}
_FREEE_WORDS = {
    TaxClass.OUT_OF_SCOPE: "対象外",
    TaxClass.SALES_10: "課税売上10%",
    TaxClass.SALES_REDUCED_8: "課税売上8%（軽）",
    TaxClass.SALES_8: "課税売上8%",
    TaxClass.SALES_EXEMPT: "非課売上",
    TaxClass.SALES_EXPORT: "輸出売上",
    TaxClass.RETURN_10: "課税売返10%",
    TaxClass.RETURN_REDUCED_8: "課税売返8%（軽）",
    TaxClass.BAD_DEBT_10: "課税売倒10%",
    TaxClass.BAD_DEBT_REDUCED_8: "課税売倒8%（軽）",
    TaxClass.PURCHASE_10: "課対仕入10%",
}
_MONEYFORWARD_WORDS = {
    TaxClass.OUT_OF_SCOPE: "対象外",
    TaxClass.SALES_10: "課税売上 10%",
    TaxClass.SALES_REDUCED_8: "課税売上 (軽)8%",
    TaxClass.SALES_8: "課税売上 8%",
    TaxClass.SALES_EXEMPT: "非課税売上",
    TaxClass.SALES_EXPORT: "輸出売上 0%",
    TaxClass.RETURN_10: "課税売上-返還等 10%",
    TaxClass.RETURN_REDUCED_8: "課税売上-返還等 (軽)8%",
    TaxClass.BAD_DEBT_10: "課税売上-貸倒 10%",
    TaxClass.BAD_DEBT_REDUCED_8: "課税売上-貸倒 (軽)8%",
    TaxClass.PURCHASE_10: "課税仕入 10%",
}


def export_journal(lines: Iterable[JournalLine], layout: Layout, *, books: Books = Books.TAX_INCLUDED) -> JournalFile:
    """The file of one export. Raises `JournalRefused`; nothing is written in part.

    Text that looks like a formula stays as it is: the reader is an accounting program, where an added apostrophe would
    become part of a name.
    """
    entries = list(_entries(lines))
    replaced: tuple[str, ...] = ()
    if layout is Layout.YAYOI:
        replaced = tuple(dict.fromkeys(each for entry in entries for line in entry for each in _lacking(line.memo)))
        rows = [row for entry in entries for row in _yayoi_rows(entry, books)]
        return JournalFile(_csv(rows, "cp932"), "cp932", "text/csv; charset=Shift_JIS", "csv", replaced)
    if layout is Layout.FREEE:
        rows = [freee_columns(books), *(_freee_row(line, books) for entry in entries for line in entry)]
    else:
        rows = [list(MONEYFORWARD_COLUMNS), *(_moneyforward_row(line, books) for entry in entries for line in entry)]
    return JournalFile(_csv(rows, "utf-8"), "utf-8", "text/csv; charset=UTF-8", "csv", replaced)


def freee_columns(books: Books) -> list[str]:
    """freee reads an empty 税額 as a tax of zero, so books with tax included have no such column at all."""
    side = _FREEE_SIDE + (("税額",) if books is Books.TAX_EXCLUDED else ())
    debit, credit = [f"借方{name}" for name in side], [f"貸方{name}" for name in side]
    return ["[表題行]", "日付", "伝票番号", "決算整理仕訳", *debit, *credit, "摘要"]


def _entries(lines: Iterable[JournalLine]) -> Iterator[list[JournalLine]]:
    seen: set[int] = set()
    written = (_positive(line) for line in lines if line.debit_minor or line.credit_minor)
    for entry_no, group in groupby(written, key=lambda line: line.entry_no):
        entry = list(group)
        if entry_no in seen:
            raise JournalRefused("scattered", entry_no)
        seen.add(entry_no)
        if len({line.on for line in entry}) > 1:
            raise JournalRefused("two_days", entry_no)
        if sum(line.debit_minor for line in entry) != sum(line.credit_minor for line in entry):
            raise JournalRefused("unbalanced", entry_no)
        yield entry


def _positive(line: JournalLine) -> JournalLine:
    for account, amount in ((line.debit_account, line.debit_minor), (line.credit_account, line.credit_minor)):
        if bool(account) != bool(amount):
            raise JournalRefused("no_account", line.entry_no, account)
    if line.debit_minor >= 0 and line.credit_minor >= 0:
        return line
    if line.debit_minor > 0 or line.credit_minor > 0:
        raise JournalRefused("mixed_signs", line.entry_no)
    return replace(
        line,
        debit_account=line.credit_account,
        debit_sub=line.credit_sub,
        debit_tax_class=line.credit_tax_class,
        debit_minor=-line.credit_minor,
        debit_tax_minor=-line.credit_tax_minor,
        credit_account=line.debit_account,
        credit_sub=line.debit_sub,
        credit_tax_class=line.debit_tax_class,
        credit_minor=-line.debit_minor,
        credit_tax_minor=-line.debit_tax_minor,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    account: str
    sub: str
    tax_class: TaxClass | str
    amount: int
    tax: int


def _sides(line: JournalLine) -> tuple[_Side, _Side]:
    return (
        _Side(line.debit_account, line.debit_sub, line.debit_tax_class, line.debit_minor, line.debit_tax_minor),
        _Side(line.credit_account, line.credit_sub, line.credit_tax_class, line.credit_minor, line.credit_tax_minor),
    )


def _yayoi_rows(entry: list[JournalLine], books: Books) -> Iterator[list[str]]:
    last = len(entry) - 1
    for place, line in enumerate(entry):
        flag = "2000" if last == 0 else "2110" if place == 0 else "2101" if place == last else "2100"
        number = str(line.entry_no) if 0 < line.entry_no <= 999_999 else ""
        memo = _shorten(_in_cp932(_one_line(line.memo)), YAYOI_MEMO_WIDTH)
        tags = _in_cp932(" ".join(line.tags))
        debit, credit = (_yayoi_side(side, line.entry_no, books) for side in _sides(line))
        kind = "0" if last == 0 else "3"
        yield [flag, number, "", _day(line.on), *debit, *credit, memo, "", "", kind, "", tags, "0", "0", "no"]


def _yayoi_side(side: _Side, entry_no: int, books: Books) -> list[str]:
    if not side.account:
        return ["", "", "", "", "0", ""]
    how = "込" if books is Books.TAX_INCLUDED else "内"
    tax_class = _word(side.tax_class, _YAYOI_WORDS).replace("{how}", how)
    names = [_yayoi_name(name, entry_no) for name in (side.account, side.sub)]
    return [*names, "", tax_class, str(side.amount), _tax(side, books)]


def _yayoi_name(name: str, entry_no: int) -> str:
    written = _one_line(name).translate(CP932_TWINS)
    if _lacking(written):
        raise JournalRefused("unwritable", entry_no, name)
    if len(written.encode("cp932")) > YAYOI_NAME_WIDTH:
        raise JournalRefused("too_long", entry_no, name)
    return written


def fitting_name(name: str, layout: Layout) -> str:
    """As much of a name as a program takes, for names that are filled in from our records and not from its own."""
    if layout is not Layout.YAYOI:
        return _one_line(name)
    return _shorten(_in_cp932(_one_line(name)), YAYOI_NAME_WIDTH)


def _freee_row(line: JournalLine, books: Books) -> list[str]:
    """freee has no sub-accounts; a customer's sub-account is its 取引先."""
    cells = ["[明細行]", _day(line.on), str(line.entry_no), ""]
    for side in _sides(line):
        filled = bool(side.account)
        tags = ",".join(line.tags) if filled else ""
        amount = str(side.amount) if filled else ""
        tax_class = _word(side.tax_class, _FREEE_WORDS) if filled else ""
        cells += [side.account, "", "", side.sub if filled else "", "", "", "", tags, "", "", "", amount, tax_class]
        if books is Books.TAX_EXCLUDED:
            cells.append(_tax(side, books) if filled else "")
    return [*cells, _one_line(line.memo)]


def _moneyforward_row(line: JournalLine, books: Books) -> list[str]:
    cells = [str(line.entry_no), _day(line.on)]
    for side in _sides(line):
        if side.account:
            tax_class = _word(side.tax_class, _MONEYFORWARD_WORDS)
            invoice = "適格" if side.tax_class is TaxClass.PURCHASE_10 else ""
            cells += [side.account, side.sub, "", "", tax_class, invoice, str(side.amount), _tax(side, books)]
        else:
            cells += [""] * 8
    return [*cells, _one_line(line.memo), "", "|".join(line.tags), "", "", "", "", "", ""]


def _tax(side: _Side, books: Books) -> str:
    return str(side.tax) if books is Books.TAX_EXCLUDED else ""


def _word(tax_class: TaxClass | str, words: dict[TaxClass, str]) -> str:
    return words[tax_class] if isinstance(tax_class, TaxClass) else tax_class


def _day(day: date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _in_cp932(text: str) -> str:
    return "".join(GETA if _lacking(each) else each for each in text.translate(CP932_TWINS))


def _lacking(text: str) -> list[str]:
    """The characters that CP932 cannot hold, even by their twins."""
    lacking = []
    for character in text.translate(CP932_TWINS):
        try:
            character.encode("cp932")
        except UnicodeEncodeError:
            lacking.append(character)
    return lacking


def _shorten(text: str, width: int) -> str:
    """As much as fits a width in half-width characters, never half a character."""
    return text.encode("cp932")[:width].decode("cp932", errors="ignore")


def _csv(rows: Iterable[list[str]], encoding: str) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode(encoding, errors="strict" if encoding == "cp932" else "replace")
