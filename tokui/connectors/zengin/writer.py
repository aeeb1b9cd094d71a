"""Strict writer: byte-exact 200-byte files, and a refusal by place for anything the standard does not allow."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import Kind, StatementAccount, StatementLine
from tokui.connectors.zengin.characters import ALLOWED, encode_char
from tokui.connectors.zengin.layouts import NOTICE_A, NOTICE_B, STATEMENT, Field, FieldClass, Record

LineEnd = Literal["crlf", "none"]
Value = str | int | date | None

_ENDS: dict[LineEnd, bytes] = {"crlf": b"\r\n", "none": b""}
_REIWA_1, _REIWA_FROM, _HEISEI_1 = 2019, date(2019, 5, 1), 1989
_FORM_A_MAX = 9_999_999_999

KIND_CODES = {
    Kind.CASH: "10",
    Kind.TRANSFER: "11",
    Kind.CHEQUE: "12",
    Kind.DIRECT_DEBIT: "14",
    Kind.OTHER: "18",
    Kind.FEE: "18",
    Kind.INTEREST: "18",
    Kind.CORRECTION: "19",
}


def write_01(
    accounts: Sequence[StatementAccount],
    *,
    created_on: date,
    line_end: LineEnd = "crlf",
    form: Literal["A", "B"] | None = None,
) -> bytes:
    """A 振込入金通知 (種別 01) of one batch per account, in JPY.

    Form B is taken for accounts with an amount of more than ten digits, unless `form` decides. Lines that go out
    must be cancellations (取消区分 1). Raises `FileRefused`: DISALLOWED_CHARACTER, TOO_LONG, NUMBER_TOO_LARGE, …
    """
    records: list[bytes] = []
    for account in accounts:
        large = any(line.amount_minor > _FORM_A_MAX for line in account.lines)
        layout = NOTICE_B if (form or ("B" if large else "A")) == "B" else NOTICE_A
        records.append(_header(layout.header, "01", account, created_on, len(records) + 1))
        for at, line in enumerate(account.lines, start=1):
            records.append(_notice(layout.data, line, at, len(records) + 1, wide=layout is NOTICE_B and large))
        ins = [line.amount_minor for line in account.lines if not line.cancels]
        outs = [line.amount_minor for line in account.lines if line.cancels]
        trailer = {"total_count": len(ins), "total_amount": sum(ins)}
        trailer |= {"cancel_count": len(outs), "cancel_amount": sum(outs)}
        records.append(_record(layout.trailer, "8", trailer, len(records) + 1))
    records.append(_record(NOTICE_A.end, "9", {}, len(records) + 1))
    return _joined(records, line_end)


def write_03(accounts: Sequence[StatementAccount], *, created_on: date, line_end: LineEnd = "crlf") -> bytes:
    """A 入出金取引明細 (種別 03) of one batch per account, in JPY, with balances before and after.

    `opening_minor` is required; the closing balance is computed from it and the lines.
    """
    records: list[bytes] = []
    for account in accounts:
        opening = account.opening_minor
        if opening is None:
            raise FileRefused(Refused.MISSING_FIELD, line=len(records) + 1, field="opening_balance")
        records.append(_header(STATEMENT.header, "03", account, created_on, len(records) + 1))
        for at, line in enumerate(account.lines, start=1):
            records.append(_statement(line, at, len(records) + 1))
        records.append(_record(STATEMENT.trailer, "8", _statement_trailer(account, opening), len(records) + 1))
    end = {"record_count": len(records) + 1, "account_count": len(accounts)}
    records.append(_record(STATEMENT.end, "9", end, len(records) + 1))
    return _joined(records, line_end)


def _header(layout: Record, type_code: str, account: StatementAccount, created_on: date, number: int) -> bytes:
    values: dict[str, Value] = {
        "type_code": type_code,
        "code_kubun": 0,
        "created_on": created_on,
        "from_on": account.from_on,
        "to_on": account.to_on,
        "bank": account.bank_code,
        "bank_name": account.bank_name,
        "branch": account.branch_code,
        "branch_name": account.branch_name,
        "account_type": account.account_type,
        "account_number": account.account_number,
        "account_name": account.holder,
    }
    if account.currency != "JPY":
        raise FileRefused(Refused.CURRENCY_MIXED, line=number, found=account.currency, expected="JPY")
    if "opening_balance" in layout.by_name:
        opening = account.opening_minor or 0
        values |= {"sign": _sign(opening), "passbook": 1, "opening_balance": abs(opening)}
    return _record(layout, "1", values, number)


def _notice(layout: Record, line: StatementLine, at: int, number: int, *, wide: bool) -> bytes:
    if (line.direction == "out") != line.cancels:
        raise FileRefused(Refused.UNKNOWN_CODE, line=number, field="cancel", found=line.direction)
    values = _common(line, at) | {"cancel": int(line.cancels)}
    if wide:
        values |= {"amount": 0, "amount2": line.amount_minor}
    return _record(layout, "2", values, number)


def _statement(line: StatementLine, at: int, number: int) -> bytes:
    code = "13" if line.kind is Kind.CHEQUE and line.direction == "out" else KIND_CODES[line.kind]
    values = _common(line, at) | {
        "in_out": 1 if line.direction == "in" else 2,
        "kind": "19" if line.cancels else code,
        "summary": line.text,
    }
    return _record(STATEMENT.data, "2", values, number)


def _common(line: StatementLine, at: int) -> dict[str, Value]:
    return {
        "inquiry_no": line.reference or at,
        "booked_on": line.booked_on,
        "value_on": line.value_on,
        "amount": line.amount_minor,
        "remitter_code": line.payer_code,
        "remitter_name": line.payer_name,
        "origin_bank_name": line.bank_name,
        "origin_branch_name": line.branch_name,
        "edi": line.edi,
    }


def _statement_trailer(account: StatementAccount, opening: int) -> dict[str, Value]:
    ins = [line.amount_minor for line in account.lines if line.direction == "in"]
    outs = [line.amount_minor for line in account.lines if line.direction == "out"]
    closing = opening + sum(ins) - sum(outs)
    return {
        "in_count": len(ins),
        "in_amount": sum(ins),
        "out_count": len(outs),
        "out_amount": sum(outs),
        "sign": _sign(closing),
        "closing_balance": abs(closing),
        "data_count": len(account.lines),
    }


def _sign(balance: int) -> int:
    return 2 if balance < 0 else 1


def _record(layout: Record, record_type: str, values: dict[str, Value] | dict[str, int], number: int) -> bytes:
    values = {**values, "record_type": record_type}
    return b"".join(_field(field, values.get(field.name), number) for field in layout.fields)


def _field(field: Field, value: Value, number: int) -> bytes:
    if field.kind is FieldClass.DIGITS:
        return _digits(field, value, number)
    text = str(value or "")
    if len(text) > field.length:
        raise FileRefused(
            Refused.TOO_LONG, line=number, field=field.name, found=str(len(text)), expected=str(field.length)
        )
    return bytes(_byte(field, char, at, number) for at, char in enumerate(text, start=1)).ljust(field.length)


def _digits(field: Field, value: Value, number: int) -> bytes:
    text = _yymmdd(value, field, number) if isinstance(value, date) else str(value or 0)
    if not (text.isascii() and text.isdigit()):
        raise FileRefused(Refused.NOT_A_NUMBER, line=number, field=field.name, found=text)
    if len(text) > field.length:
        raise FileRefused(
            Refused.NUMBER_TOO_LARGE, line=number, field=field.name, found=text, expected=str(field.length)
        )
    return text.zfill(field.length).encode("ascii")


def _yymmdd(day: date, field: Field, number: int) -> str:
    year = day.year - (_REIWA_1 if day >= _REIWA_FROM else _HEISEI_1) + 1
    if year < 1:
        raise FileRefused(Refused.INVALID_DATE, line=number, field=field.name, found=day.isoformat())
    return f"{year:02}{day:%m%d}"


def _byte(field: Field, char: str, at: int, number: int) -> int:
    byte = encode_char(char)
    # The yen sign is the backslash's place in JIS X 0201.
    if byte is None or ("\\" if char == "¥" else char) not in ALLOWED[field.kind]:
        raise FileRefused(
            Refused.DISALLOWED_CHARACTER,
            line=number,
            field=field.name,
            found=char,
            expected=field.kind.value,
            column=at,
        )
    return byte


def _joined(records: Sequence[bytes], line_end: LineEnd) -> bytes:
    return b"".join(_ended(records, _ENDS[line_end]))


def _ended(records: Sequence[bytes], end: bytes) -> Iterator[bytes]:
    for record in records:
        yield record
        yield end
