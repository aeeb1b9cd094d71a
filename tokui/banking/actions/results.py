"""Result lists of payment systems that are not connected (P-20): each paid row is a deposit of a known customer."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import NewDeposit, record_deposits
from tokui.banking.models import Deposit
from tokui.core import clock, inbox
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
from tokui.core.models import Parcel
from tokui.core.refused import ValueRefused
from tokui.core.tables import (
    Header,
    Row,
    Sheet,
    TableCode,
    TableRefused,
    column_letters,
    data_rows,
    find_header,
    open_table,
    propose,
)
from tokui.core.values import parse_amount, parse_day
from tokui.customers.models import Customer

VOCABULARY = {
    "customer": [
        "顧客コード",
        "顧客番号",
        "得意先コード",
        "会員番号",
        "会員ID",
        "顧客ID",
        "customer code",
        "customer id",
    ],
    "amount": ["金額", "請求金額", "決済金額", "入金額", "支払金額", "amount", "total"],
    "day": ["決済日", "入金日", "支払日", "振替日", "取引日", "処理日", "日付", "date", "paid on"],
    "reference": ["請求書番号", "請求番号", "注文番号", "受付番号", "invoice number", "reference", "order id"],
    "external_id": ["決済番号", "取引番号", "取引ID", "決済ID", "オーダーID", "transaction id", "payment id", "id"],
    "result": ["結果", "決済結果", "振替結果", "状態", "ステータス", "status", "result"],
}
LOOKED_AT = 50
NEEDED = ("customer", "amount", "day")
#: What such lists write for money that came. Zengin 口座振替 writes 0 for 振替済.
PAID_WORDS = frozenset(
    {"", "0", "○", "〇", "ok", "済", "成功", "完了", "正常", "決済完了", "決済成功", "決済済", "支払完了", "支払済"}
    | {"振替済", "振替完了", "引落済", "入金済", "入金完了", "売上", "売上確定", "実売上", "収納済"}
    | {"paid", "succeeded", "success", "successful", "captured", "completed", "settled"}
)
#: What they write for money that did not come: words, and the codes of 口座振替 (1 to 9, N and E).
UNPAID_WORDS = frozenset(
    {"ng", "×", "失敗", "不可", "不能", "振替不能", "引落不能", "資金不足", "残高不足", "未払", "未入金", "未収納"}
    | {"決済失敗", "エラー", "取消", "キャンセル", "返金", "期限切れ", "有効期限切れ", "与信ng", "拒否", "否決"}
    | {"1", "2", "3", "4", "8", "9", "n", "e", "×"}
    | {"failed", "failure", "declined", "refused", "unpaid", "canceled", "cancelled", "expired", "refunded", "error"}
)
_REMARK = re.compile(r"[(（].*$")


@dataclass(frozen=True)
class RowRefusal:
    """Why one row cannot be understood; `code` is worded by the page."""

    row: int
    column: str
    value: str
    code: str


@dataclass(frozen=True)
class ResultList:
    """What became of a list: recorded whole, or refused whole with every row that cannot be understood.

    `parcel_id` names the list as it was kept. Rows that failed at the other system are counted, not recorded.
    `headings` are the titles found, for whoever must say which column holds what.
    """

    parcel_id: UUID
    recorded: int = 0
    known: int = 0
    unpaid: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    refused: tuple[RowRefusal, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.refused)


@dataclass(frozen=True)
class Words:
    """The words of a list that say paid and not paid, beside those that everybody knows."""

    paid: frozenset[str] = frozenset()
    unpaid: frozenset[str] = frozenset()

    def says(self, word: str) -> bool | None:
        """Whether the money came; None for a word that nobody has explained. A remark in brackets is left out."""
        plain = _REMARK.sub("", unicodedata.normalize("NFKC", word)).strip().lower()
        if plain in self.paid or (plain in PAID_WORDS and plain not in self.unpaid):
            return True
        return False if plain in self.unpaid or plain in UNPAID_WORDS else None


@transaction.atomic
def import_results(
    content: bytes,
    *,
    source: str,
    name: str,
    by: Actor,
    columns: dict[str, str] | None = None,
    words: Words | None = None,
    currency: str = "JPY",
) -> ResultList:
    """Keep a list, and record its paid rows as deposits: all of them or, when a row cannot be understood, none.

    `source` names the system (it becomes the books' account `gateway:<source>`); `columns` maps customer, amount, day,
    reference, external_id, result to headings and stands above recognition; `words` says what its results mean. A row
    seen before adds nothing; equal rows without a number of their own are told apart by their place. Look at `refused`.
    """
    access.require(by, BANK_IMPORT)
    parcel = inbox.receive(content, source=f"results:{source}", name=name, by=by)
    try:
        with transaction.atomic():
            table = _open(content, name, columns or {})
            done = _record(table, parcel, source, words or Words(), currency, by)
    except TableRefused as refused:
        where = RowRefusal(refused.row or 0, "", str(refused.found or ""), refused.code.value)
        done = ResultList(parcel.pk, refused=(where,))
    except Refusal as refused:
        done = ResultList(parcel.pk, refused=(RowRefusal(0, "", "", refused.code),))
    _keep_outcome(parcel, done)
    return done


def _record(table: _Table, parcel: Parcel, source: str, words: Words, currency: str, by: Actor) -> ResultList:
    columns = {name: where.heading for name, where in table.places.items()}
    found = ResultList(parcel.pk, columns=columns, headings=tuple(name for name in table.header.names if name))
    missing = [name for name in NEEDED if name not in table.places]
    if missing:
        lacking = tuple(RowRefusal(table.header.row, name, "", "column_missing") for name in missing)
        return replace(found, refused=lacking)
    reader = _RowReader(table.places, _customers(table), source[:40], words, currency)
    each = [reader.deposit(row) for row in table.rows]
    refused = tuple(one for one in each if isinstance(one, RowRefusal))
    if refused:
        return replace(found, refused=refused)
    accepted = [one for one in each if isinstance(one, NewDeposit)]
    recorded = record_deposits(accepted, by=by)
    return replace(found, recorded=len(recorded), known=len(accepted) - len(recorded), unpaid=len(each) - len(accepted))


def _keep_outcome(parcel: Parcel, done: ResultList) -> None:
    if done.is_refused and parcel.state == Parcel.State.RECEIVED:
        inbox.refuse(parcel, {"rows": [asdict(one) for one in done.refused]})
    elif not done.is_refused and parcel.state != Parcel.State.UNDERSTOOD:
        inbox.understood(parcel)


@dataclass(frozen=True)
class Place:
    index: int
    heading: str


@dataclass(frozen=True)
class _Table:
    header: Header
    places: dict[str, Place]
    rows: list[Row]


def _open(content: bytes, name: str, columns: dict[str, str]) -> _Table:
    sheet = open_table(io.BytesIO(content), name=name).sheets[0]
    header = _header(sheet)
    return _Table(header, _places(header, columns), [row for row in data_rows(sheet, header) if not row.is_blank])


def _header(sheet: Sheet) -> Header:
    """The row of headings; a list without one has its columns' letters, so that a person can still point at them."""
    try:
        return find_header(sheet, VOCABULARY)
    except TableRefused as refused:
        first = next((row for row in sheet.head(LOOKED_AT) if not row.is_blank), None)
        if refused.code is not TableCode.NO_HEADER or first is None:
            raise
        return Header(first.number, first.number, tuple(column_letters(at) for at in range(len(first.cells))))


def _places(header: Header, columns: dict[str, str]) -> dict[str, Place]:
    found = {name: Place(one.index, one.heading) for name, one in propose(header.names, VOCABULARY).items()}
    for name, heading in columns.items():
        if heading in header.names:
            found[name] = Place(header.names.index(heading), heading)
    return found


def _customers(table: _Table) -> dict[str, Customer]:
    codes = {row.text(table.places["customer"].index) for row in table.rows}
    return {customer.code: customer for customer in Customer.objects.filter(code__in=codes)}


@dataclass
class _RowReader:
    """Rows of one list, one after the other: equal ones are numbered as they come."""

    places: dict[str, Place]
    customers: dict[str, Customer]
    source: str
    words: Words
    currency: str
    seen: Counter[str] = field(default_factory=Counter)

    def deposit(self, row: Row) -> NewDeposit | RowRefusal | None:
        """The deposit of a row, why it cannot be understood, or None for money that did not come."""
        is_paid = self.words.says(self._text(row, "result"))
        if is_paid is None:
            return self._refusal(row, "result", "unknown_result")
        if not is_paid:
            return None
        customer = self.customers.get(self._text(row, "customer"))
        if customer is None:
            return self._refusal(row, "customer", "unknown_customer")
        parsed = self._parsed(row)
        return parsed if isinstance(parsed, RowRefusal) else self._made(row, customer, *parsed)

    def _parsed(self, row: Row) -> tuple[int, date] | RowRefusal:
        values: dict[str, Any] = {}
        for name, parse in (("amount", lambda cell: parse_amount(cell, self.currency).minor), ("day", parse_day)):
            try:
                values[name] = parse(row.cells[self.places[name].index])
            except (ValueRefused, IndexError) as refused:
                return self._refusal(row, name, refused.code.value if isinstance(refused, ValueRefused) else "empty")
        if values["amount"] <= 0 or values["day"] > clock.today():
            return self._refusal(row, "amount" if values["amount"] <= 0 else "day", "out_of_range")
        return values["amount"], values["day"]

    def _made(self, row: Row, customer: Customer, amount: int, on: date) -> NewDeposit:
        reference = self._text(row, "reference")
        own = self._text(row, "external_id") or self._numbered(f"{customer.code}:{on}:{amount}:{reference}"[:110])
        return NewDeposit(
            amount_minor=amount,
            received_on=on,
            method=Deposit.Method.IMPORTED,
            customer=customer,
            payer=customer.kana or customer.name,
            currency=self.currency,
            text=reference,
            source=self.source,
            external_id=own[:120],
        )

    def _numbered(self, own: str) -> str:
        """Equal rows of one list are different payments; the first of them keeps its plain name."""
        self.seen[own] += 1
        return own if self.seen[own] == 1 else f"{own}:{self.seen[own]}"

    def _text(self, row: Row, name: str) -> str:
        return row.text(self.places[name].index) if name in self.places else ""

    def _refusal(self, row: Row, name: str, code: str) -> RowRefusal:
        return RowRefusal(row.number, self.places[name].heading, self._text(row, name)[:80], code)
