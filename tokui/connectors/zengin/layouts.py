"""The record layouts of 種別 01 (振込入金通知, forms A and B) and 03 (入出金取引明細), 200 bytes each, as data.

Source: 全銀協「適用業務およびレコード・フォーマット」(令和元年12月), offsets agreed by two independent transcriptions.
A field is (name, length, class): DIGITS are right-aligned and zero-filled, the others left-aligned and space-filled
in the characters of 付録1.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

RECORD_BYTES = 200


class FieldClass(StrEnum):
    """What a field may hold (付録1, 注1-3)."""

    DIGITS = "digits"
    BANK = "店舗名"
    NAME = "口座名等"
    EDI = "EDI情報"
    FILLER = "filler"


@dataclass(frozen=True)
class Field:
    """One field: `start` counts bytes from 0."""

    name: str
    start: int
    length: int
    kind: FieldClass

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True)
class Record:
    """One record type, whose fields fill its 200 bytes without a hole."""

    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


@dataclass(frozen=True)
class Layout:
    """The four record types of one 種別."""

    type_code: str
    header: Record
    data: Record
    trailer: Record
    end: Record


def record(*parts: tuple[str, int, FieldClass]) -> Record:
    """Lay fields side by side; refuse a layout that does not make 200 bytes."""
    fields: list[Field] = []
    start = 0
    for name, length, kind in parts:
        fields.append(Field(name, start, length, kind))
        start += length
    if start != RECORD_BYTES:
        raise ValueError(f"a record of {start} bytes")
    return Record(tuple(fields))


DIGITS, BANK, NAME, EDI, FILLER = (
    FieldClass.DIGITS,
    FieldClass.BANK,
    FieldClass.NAME,
    FieldClass.EDI,
    FieldClass.FILLER,
)

NOTICE_A_HEADER = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("type_code", 2, DIGITS),  # 種別コード
    ("code_kubun", 1, DIGITS),  # コード区分
    ("created_on", 6, DIGITS),  # 作成日
    ("from_on", 6, DIGITS),  # 勘定日(自)
    ("to_on", 6, DIGITS),  # 勘定日(至)
    ("bank", 4, DIGITS),  # 銀行コード
    ("bank_name", 15, BANK),  # 銀行名
    ("branch", 3, DIGITS),  # 支店コード
    ("branch_name", 15, BANK),  # 支店名
    ("account_type", 1, DIGITS),  # 預金種目
    ("account_number", 7, DIGITS),  # 口座番号
    ("account_name", 40, NAME),  # 口座名
    ("filler", 93, FILLER),  # ダミー
)

NOTICE_A_DATA = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("inquiry_no", 6, DIGITS),  # 照会番号
    ("booked_on", 6, DIGITS),  # 勘定日
    ("value_on", 6, DIGITS),  # 起算日
    ("amount", 10, DIGITS),  # 金額
    ("of_which_cheques", 10, DIGITS),  # うち他店券金額
    ("remitter_code", 10, DIGITS),  # 振込依頼人コード
    ("remitter_name", 48, NAME),  # 振込依頼人名
    ("origin_bank_name", 15, BANK),  # 仕向銀行名
    ("origin_branch_name", 15, BANK),  # 仕向店名
    ("cancel", 1, DIGITS),  # 取消区分
    ("edi", 20, EDI),  # EDI情報
    ("filler", 52, FILLER),  # ダミー
)

NOTICE_A_TRAILER = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("total_count", 6, DIGITS),  # 振込合計件数
    ("total_amount", 12, DIGITS),  # 振込合計金額
    ("cancel_count", 6, DIGITS),  # 取消合計件数
    ("cancel_amount", 12, DIGITS),  # 取消合計金額
    ("filler", 163, FILLER),  # ダミー
)

NOTICE_A_END = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("filler", 199, FILLER),  # ダミー
)

NOTICE_B_DATA = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("inquiry_no", 6, DIGITS),  # 照会番号
    ("booked_on", 6, DIGITS),  # 勘定日
    ("value_on", 6, DIGITS),  # 起算日
    ("amount", 10, DIGITS),  # 金額(1)
    ("of_which_cheques", 10, DIGITS),  # うち他店券金額(1)
    ("remitter_code", 10, DIGITS),  # 振込依頼人コード
    ("remitter_name", 48, NAME),  # 振込依頼人名
    ("origin_bank_name", 15, BANK),  # 仕向銀行名
    ("origin_branch_name", 15, BANK),  # 仕向店名
    ("cancel", 1, DIGITS),  # 取消区分
    ("amount2", 12, DIGITS),  # 金額(2)
    ("cheques2", 12, DIGITS),  # うち他店券金額(2)
    ("edi", 20, EDI),  # EDI情報
    ("filler", 28, FILLER),  # ダミー
)

STATEMENT_HEADER = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("type_code", 2, DIGITS),  # 種別コード
    ("code_kubun", 1, DIGITS),  # コード区分
    ("created_on", 6, DIGITS),  # 作成日
    ("from_on", 6, DIGITS),  # 勘定日(自)
    ("to_on", 6, DIGITS),  # 勘定日(至)
    ("bank", 4, DIGITS),  # 銀行コード
    ("bank_name", 15, BANK),  # 銀行名
    ("branch", 3, DIGITS),  # 支店コード
    ("branch_name", 15, BANK),  # 支店名
    ("filler0", 3, DIGITS),  # ダミー
    ("account_type", 1, DIGITS),  # 預金種目
    ("account_number", 10, DIGITS),  # 口座番号
    ("account_name", 40, NAME),  # 口座名
    ("sign", 1, DIGITS),  # 貸越区分
    ("passbook", 1, DIGITS),  # 通帳・証書区分
    ("opening_balance", 14, DIGITS),  # 取引前残高
    ("filler", 71, FILLER),  # ダミー
)

STATEMENT_DATA = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("inquiry_no", 8, DIGITS),  # 照会番号
    ("booked_on", 6, DIGITS),  # 勘定日
    ("value_on", 6, DIGITS),  # 預入・払出日
    ("in_out", 1, DIGITS),  # 入払区分
    ("kind", 2, DIGITS),  # 取引区分
    ("amount", 12, DIGITS),  # 取引金額
    ("of_which_cheques", 12, DIGITS),  # うち他店券金額
    ("presented", 6, DIGITS),  # 交換呈示日
    ("dishonoured", 6, DIGITS),  # 不渡返還日
    ("bill_kind", 1, DIGITS),  # 手形・小切手区分
    ("bill_no", 7, DIGITS),  # 手形・小切手番号
    ("branch", 3, DIGITS),  # 僚店番号
    ("remitter_code", 10, DIGITS),  # 振込依頼人コード
    ("remitter_name", 48, NAME),  # 振込依頼人名または契約者番号
    ("origin_bank_name", 15, BANK),  # 仕向銀行名
    ("origin_branch_name", 15, BANK),  # 仕向店名
    ("summary", 20, EDI),  # 摘要内容
    ("edi", 20, EDI),  # EDI情報
    ("filler", 1, FILLER),  # ダミー
)

STATEMENT_TRAILER = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("in_count", 6, DIGITS),  # 入金件数
    ("in_amount", 13, DIGITS),  # 入金額合計
    ("out_count", 6, DIGITS),  # 出金件数
    ("out_amount", 13, DIGITS),  # 出金額合計
    ("sign", 1, DIGITS),  # 貸越区分
    ("closing_balance", 14, DIGITS),  # 取引後残高
    ("data_count", 7, DIGITS),  # データ・レコード件数
    ("filler", 139, FILLER),  # ダミー
)

STATEMENT_END = record(
    ("record_type", 1, DIGITS),  # データ区分
    ("record_count", 10, DIGITS),  # レコード総件数
    ("account_count", 5, DIGITS),  # 口座数
    ("filler", 184, FILLER),  # ダミー
)

NOTICE_A = Layout("01", NOTICE_A_HEADER, NOTICE_A_DATA, NOTICE_A_TRAILER, NOTICE_A_END)
NOTICE_B = Layout("01", NOTICE_A_HEADER, NOTICE_B_DATA, NOTICE_A_TRAILER, NOTICE_A_END)
STATEMENT = Layout("03", STATEMENT_HEADER, STATEMENT_DATA, STATEMENT_TRAILER, STATEMENT_END)
