"""Columns of a CSV that no connector knows: what its first rows show, what is proposed, and the mapping that is saved."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tokui.banking.models import BankAccount
from tokui.banking.reading import read_file
from tokui.banking.statements import StatementFile
from tokui.core import clock
from tokui.core.tables import (
    Header,
    Row,
    Sheet,
    TableCode,
    TableRefused,
    column_letters,
    find_header,
    open_table,
    propose,
)

VOCABULARY = {
    "date": [
        "日付",
        "取引日",
        "勘定日",
        "取扱日",
        "お取引日",
        "年月日",
        "入出金日",
        "お取扱日",
        "date",
        "booking date",
    ],
    "value_date": ["起算日", "value date"],
    "money_in": [
        "入金",
        "入金額",
        "入金金額",
        "お預り金額",
        "お預入れ",
        "お預り",
        "お預入",
        "預入金額",
        "受入金額",
        "deposit",
        "credit",
    ],
    "money_out": [
        "出金",
        "出金額",
        "出金金額",
        "お支払金額",
        "お引出し",
        "引出金額",
        "支払金額",
        "withdrawal",
        "debit",
    ],
    "amount": ["金額", "取引金額", "入出金額", "amount"],
    "direction": ["入払区分", "入出金区分", "入出金", "取引区分", "貸借", "dr/cr"],
    "payer": [
        "振込依頼人名",
        "依頼人名",
        "振込人名",
        "お客様名",
        "相手先",
        "名義",
        "お名前",
        "なまえ",
        "payer",
        "remitter",
        "name",
    ],
    "payer_code": ["振込依頼人コード", "依頼人コード", "remitter code"],
    "virtual_account": [
        "振込専用口座",
        "専用口座番号",
        "バーチャル口座",
        "仮想口座番号",
        "入金先口座番号",
        "virtual account",
    ],
    "edi": ["EDI情報", "ＥＤＩ情報", "EDI", "edi"],
    "text": ["摘要", "お取り扱い内容", "取引内容", "内容", "明細", "メモ", "備考", "description", "memo", "details"],
    "balance": ["残高", "差引残高", "差引", "現在高", "取引後残高", "balance"],
    "native_id": ["取引番号", "明細番号", "transaction id", "fitid"],
}
#: The fields to choose columns for, in the order of the form. `text` is saved as the first of `texts`.
ROLES = tuple(VOCABULARY)
SHOWN_ROWS = 8
SHOWN_COLUMNS = 30


@dataclass(frozen=True)
class Sample:
    """The top of a CSV: `headings` by column (empty without a heading), the first rows, and the proposed columns."""

    header: Header | None
    is_plain: bool
    headings: tuple[str, ...]
    rows: Sequence[Row]
    delimiter: str
    proposed: Mapping[str, int]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Column number and what to call it: its letter and its heading."""
        return [
            (str(index), f"{column_letters(index)} {heading}".strip()) for index, heading in enumerate(self.headings)
        ]


def sample_of(content: bytes, name: str) -> Sample:
    """Look at the top of a text table. Raises TableRefused, also for a workbook (UNKNOWN_FORMAT)."""
    table = open_table(io.BytesIO(content), name=name)
    if table.kind != "text":
        raise TableRefused(TableCode.UNKNOWN_FORMAT, sheet=name, found=table.kind)
    sheet = table.sheets[0]
    rows = [row for row in sheet.head(60) if not row.is_blank]
    if not rows:
        raise TableRefused(TableCode.EMPTY, sheet=name)
    header = _header(sheet)
    data = [row for row in rows if header is None or row.number >= header.first_row][:SHOWN_ROWS]
    width = min(SHOWN_COLUMNS, max(len(row.cells) for row in data or rows))
    names = header.names if header else ()
    headings = tuple(names[index] if index < len(names) else "" for index in range(width))
    proposed = {field: one.index for field, one in propose(headings, VOCABULARY).items()}
    return Sample(header, _is_plain(header), headings, data, table.delimiter, proposed)


def _header(sheet: Sheet) -> Header | None:
    try:
        return find_header(sheet, VOCABULARY)
    except TableRefused as refused:
        if refused.code is TableCode.NO_HEADER:
            return None
        raise


def _is_plain(header: Header | None) -> bool:
    """Whether columns can be found again by their headings: one line of them, none of them twice."""
    if header is None:
        return False
    named = [name for name in header.names if name]
    return header.first_row == header.row + 1 and len(set(named)) == len(named)


def mapping_of(
    sample: Sample, chosen: Mapping[str, int], *, in_words: Sequence[str], out_words: Sequence[str]
) -> dict[str, Any]:
    """The chosen columns as the account keeps them: by heading where headings are sure, else by position."""

    def column(index: int) -> str | int:
        heading = sample.headings[index] if index < len(sample.headings) else ""
        return heading if sample.is_plain and heading else index

    mapping: dict[str, Any] = {name: column(index) for name, index in chosen.items() if name not in ("date", "text")}
    mapping["date"] = [column(chosen["date"])]
    if "text" in chosen:
        mapping["texts"] = [column(chosen["text"])]
    mapping["delimiter"] = sample.delimiter
    if not sample.is_plain:
        mapping |= {"has_header": False, "skip_rows": sample.header.first_row - 1 if sample.header else 0}
    if in_words:
        mapping["in_words"] = list(in_words)
    if out_words:
        mapping["out_words"] = list(out_words)
    return mapping


def read_with(mapping: Mapping[str, Any], content: bytes, name: str, account: BankAccount) -> StatementFile:
    """Read and prove a file by columns that are not saved yet. Raises FileRefused."""
    return read_file(content, "csv", name=name, today=clock.today(), mapping={**mapping, "currency": account.currency})
