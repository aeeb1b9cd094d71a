"""Result lists of payment systems that are not connected (P-20): each paid row is a deposit of a known customer."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import NewDeposit, record_deposits
from tokui.banking.models import Deposit
from tokui.banking.refused import ResultListRefused
from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.models import Parcel
from tokui.core.refused import ValueRefused
from tokui.core.tables import Header, Row, Sheet, TableRefused, data_rows, find_header, open_table, propose
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
NEEDED = ("customer", "amount", "day")
#: What such lists write for money that came. Zengin 口座振替 writes 0 for 振替済.
PAID_WORDS = {
    "",
    "0",
    "ok",
    "済",
    "成功",
    "完了",
    "決済完了",
    "振替済",
    "入金済",
    "支払済",
    "paid",
    "succeeded",
    "success",
    "captured",
}


@dataclass(frozen=True)
class RowRefusal:
    """Why one row cannot be understood; `code` is worded by the page."""

    row: int
    column: str
    value: str
    code: str


@dataclass(frozen=True)
class ResultList:
    """What became of a list. Rows that failed at the other system are counted, not recorded."""

    recorded: int
    known: int
    unpaid: int
    columns: dict[str, str]


@transaction.atomic
def import_results(
    content: bytes, *, source: str, name: str, by: Actor, columns: dict[str, str] | None = None, currency: str = "JPY"
) -> ResultList:
    """Record the paid rows of a list as deposits, all of them or, when a row cannot be understood, none.

    `source` names the system (it becomes the books' account `gateway:<source>`); `columns` maps customer, amount, day,
    reference, external_id, result to headings and stands above recognition. A row seen before adds nothing.
    Raises ResultListRefused with `fields["rows"]`.
    """
    access.require(by, BANK_IMPORT)
    parcel = inbox.receive(content, source=f"results:{source}", name=name, by=by)
    places, rows = _open(content, name, columns or {})
    customers = _customers(rows, places)
    accepted, refused, unpaid = [], [], 0
    for row in rows:
        made = _deposit(row, places, customers, source, currency)
        if made is None:
            unpaid += 1
        elif isinstance(made, RowRefusal):
            refused.append(made)
        else:
            accepted.append(made)
    if refused:
        raise ResultListRefused(count=len(refused), rows=refused[:100])
    recorded = record_deposits(accepted, by=by)
    if parcel.state == Parcel.State.RECEIVED:
        states.move(parcel, to=Parcel.State.UNDERSTOOD)
    return ResultList(
        len(recorded), len(accepted) - len(recorded), unpaid, {field: where.heading for field, where in places.items()}
    )


@dataclass(frozen=True)
class Place:
    index: int
    heading: str


def _open(content: bytes, name: str, columns: dict[str, str]) -> tuple[dict[str, Place], list[Row]]:
    try:
        sheet = open_table(io.BytesIO(content), name=name).sheets[0]
        header = find_header(sheet, VOCABULARY)
        return _places(header, columns), list(_filled(sheet, header))
    except TableRefused as refused:
        where = RowRefusal(refused.row or 0, "", str(refused.found or ""), refused.code.value)
        raise ResultListRefused(count=1, rows=[where]) from refused


def _filled(sheet: Sheet, header: Header) -> Iterator[Row]:
    return (row for row in data_rows(sheet, header) if not row.is_blank)


def _places(header: Header, columns: dict[str, str]) -> dict[str, Place]:
    found = {field: Place(one.index, one.heading) for field, one in propose(header.names, VOCABULARY).items()}
    for field, heading in columns.items():
        if heading in header.names:
            found[field] = Place(header.names.index(heading), heading)
    missing = [field for field in NEEDED if field not in found]
    if missing:
        raise ResultListRefused(
            count=1, rows=[RowRefusal(header.row, field, "", "column_missing") for field in missing]
        )
    return found


def _customers(rows: Sequence[Row], places: dict[str, Place]) -> dict[str, Customer]:
    codes = {row.text(places["customer"].index) for row in rows}
    return {customer.code: customer for customer in Customer.objects.filter(code__in=codes)}


def _deposit(
    row: Row, places: dict[str, Place], customers: dict[str, Customer], source: str, currency: str
) -> NewDeposit | RowRefusal | None:
    def text(field: str) -> str:
        return row.text(places[field].index) if field in places else ""

    def refusal(field: str, code: str) -> RowRefusal:
        return RowRefusal(row.number, places[field].heading, text(field)[:80], code)

    if text("result").lower() not in PAID_WORDS:
        return None
    customer = customers.get(text("customer"))
    if customer is None:
        return refusal("customer", "unknown_customer")
    parsed: dict[str, Any] = {}
    for field, parse in (("amount", lambda cell: parse_amount(cell, currency).minor), ("day", parse_day)):
        try:
            parsed[field] = parse(row.cells[places[field].index])
        except (ValueRefused, IndexError) as refused:
            return refusal(field, refused.code.value if isinstance(refused, ValueRefused) else "empty")
    if parsed["amount"] <= 0 or parsed["day"] > clock.today():
        return refusal("amount" if parsed["amount"] <= 0 else "day", "out_of_range")
    own = text("external_id") or f"{text('customer')}:{parsed['day']}:{parsed['amount']}:{text('reference')}"
    return NewDeposit(
        amount_minor=parsed["amount"],
        received_on=parsed["day"],
        method=Deposit.Method.IMPORTED,
        customer=customer,
        payer=customer.kana or customer.name,
        currency=currency,
        text=text("reference"),
        source=source[:40],
        external_id=own[:120],
    )
