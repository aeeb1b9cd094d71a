"""Records to accounts: header, data, trailer, again for each account, then the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import (
    Kind,
    ReadOptions,
    StatementAccount,
    StatementFile,
    StatementLine,
    Totals,
    prove,
)
from tokui.connectors.remarks import Remarks
from tokui.connectors.words import kind_in
from tokui.connectors.zengin.layouts import NOTICE_A, NOTICE_B, STATEMENT, Layout
from tokui.connectors.zengin.records import RecordReader, split_records

HEADER, DATA, TRAILER, END = "1", "2", "8", "9"
MAY_FOLLOW = {"": HEADER, HEADER: DATA + TRAILER, DATA: DATA + TRAILER, TRAILER: HEADER + END, END: ""}

# 取引区分 of 種別 03. 14 振替 is a debit by somebody else's order when money leaves.
KINDS = {
    "10": Kind.CASH,
    "11": Kind.TRANSFER,
    "12": Kind.CHEQUE,
    "13": Kind.CHEQUE,
    "14": Kind.DIRECT_DEBIT,
    "15": Kind.OTHER,
    "18": Kind.OTHER,
    "19": Kind.CORRECTION,
}
CANCELLED = "1"
MINUS = "2"


@dataclass(slots=True)
class Batch:
    """One account while its records come in."""

    account: StatementAccount
    lines: list[StatementLine] = field(default_factory=list)
    records: int = 1

    def closed(self, **trailer: object) -> StatementAccount:
        return replace(self.account, lines=tuple(self.lines), **trailer)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between 種別 01 and 03: how a header, a data and a trailer record are understood."""

    code: str
    layout: Layout
    open: Callable[[RecordReader, date], StatementAccount]
    line: Callable[[RecordReader, date], StatementLine]
    close: Callable[[Batch, RecordReader], StatementAccount]


def read_zengin(dialect: Dialect, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
    """Read and prove a whole file of one 種別; raises `FileRefused` and then nothing of it counts."""
    content = stream.read(options.max_bytes + 1)
    if len(content) > options.max_bytes:
        raise FileRefused(Refused.TOO_LARGE, expected=str(options.max_bytes))
    remarks = Remarks()
    records = split_records(content, remarks, max_records=options.max_lines)
    accounts = tuple(_accounts(dialect, records, today, remarks))
    file = StatementFile(dialect.code, accounts, tuple(remarks.found))
    prove(file)
    return file


def _accounts(dialect: Dialect, records: list[bytes], today: date, remarks: Remarks) -> Iterator[StatementAccount]:
    last, closed = "", 0
    batch: Batch | None = None
    for number, raw in enumerate(records, start=1):
        record_type = _record_type(raw, number, after=last)
        last = record_type
        if record_type == HEADER:
            header = RecordReader(number, raw, dialect.layout.header, remarks)
            _check_header(header, dialect)
            batch = Batch(dialect.open(header, today))
        elif record_type == END:
            _check_end(RecordReader(number, raw, dialect.layout.end, remarks), len(records), closed, remarks)
        elif batch is None:
            raise FileRefused(Refused.WRONG_ORDER, line=number, found=record_type, expected=HEADER)
        elif record_type == DATA:
            batch.lines.append(_line(dialect, batch.account, number, raw, today, remarks))
        else:
            yield dialect.close(batch, RecordReader(number, raw, dialect.layout.trailer, remarks))
            closed += 1
    if last not in (TRAILER, END):
        raise FileRefused(Refused.TRUNCATED, line=len(records), found=last, expected=TRAILER)
    if last == TRAILER:
        remarks.add(DeviationCode.MISSING_END, "end of file")


def _record_type(raw: bytes, number: int, *, after: str) -> str:
    record_type = raw[:1].decode("ascii", "replace")
    if after == END:
        raise FileRefused(Refused.AFTER_END, line=number, found=raw[:20].decode("cp932", "replace"))
    if record_type not in MAY_FOLLOW or record_type == "" or record_type not in MAY_FOLLOW[after]:
        raise FileRefused(Refused.WRONG_ORDER, line=number, found=record_type, expected="/".join(MAY_FOLLOW[after]))
    return record_type


def _check_header(header: RecordReader, dialect: Dialect) -> None:
    type_code = header.digits("type_code")
    if type_code != dialect.layout.type_code:
        raise header.refuse(Refused.WRONG_TYPE, "type_code", dialect.layout.type_code)
    # A blank コード区分 is met at banks that do not import the field.
    if header.choice("code_kubun", "01", blank="0") == "1":
        raise header.refuse(Refused.EBCDIC, "code_kubun", "0")


def _check_end(end: RecordReader, records: int, accounts: int, remarks: Remarks) -> None:
    if "record_count" not in end.layout.by_name:
        return
    counted, declared = end.number_of("record_count"), end.number_of("account_count")
    # Whether the end, headers and trailers count themselves differs between banks; each account is proved anyway.
    if counted and counted not in (records, records - 1, records - 1 - 2 * accounts):
        remarks.add(DeviationCode.END_COUNT, f"line {end.number}, record_count", str(counted), str(records))
    if declared and declared != accounts:
        remarks.add(DeviationCode.END_COUNT, f"line {end.number}, account_count", str(declared), str(accounts))


def _line(
    dialect: Dialect, account: StatementAccount, number: int, raw: bytes, today: date, remarks: Remarks
) -> StatementLine:
    line = dialect.line(RecordReader(number, raw, dialect.layout.data, remarks), today)
    early = account.from_on is not None and line.booked_on < account.from_on
    late = account.to_on is not None and line.booked_on > account.to_on
    if early or late:
        remarks.add(DeviationCode.OUTSIDE_PERIOD, f"line {number}, booked_on", line.booked_on.isoformat())
    return line


def _open_notice(header: RecordReader, today: date) -> StatementAccount:
    return StatementAccount(
        bank_code=header.digits("bank") or None,
        branch_code=header.digits("branch") or None,
        account_type=header.digits("account_type") or None,
        account_number=_account_number(header.digits("account_number")),
        holder=header.text("account_name"),
        bank_name=header.text("bank_name"),
        branch_name=header.text("branch_name"),
        from_on=header.day("from_on", today),
        to_on=header.day("to_on", today),
    )


def _notice_line(record: RecordReader, today: date) -> StatementLine:
    if _is_form_b(record.raw):
        record.layout = NOTICE_B.data
    amount = record.required("amount")
    if record.layout is NOTICE_B.data and amount == 0:
        amount = record.number_of("amount2") or 0
    cancels = record.choice("cancel", "01", blank="0") == CANCELLED
    return StatementLine(
        number=record.number,
        booked_on=_booked_on(record, today),
        value_on=record.day("value_on", today),
        amount_minor=_positive(record, amount),
        direction="out" if cancels else "in",
        kind=Kind.CORRECTION if cancels else Kind.TRANSFER,
        payer_name=record.text("remitter_name"),
        payer_code=_code(record.digits("remitter_code")),
        bank_name=record.text("origin_bank_name"),
        branch_name=record.text("origin_branch_name"),
        edi=record.text("edi"),
        reference=record.digits("inquiry_no"),
        cancels=cancels,
        raw=record.raw,
    )


def _is_form_b(raw: bytes) -> bool:
    # Form B has 金額(2) and its cheques, 24 digits, where form A has EDI and filler; a bank may leave them blank.
    seconds, edi = raw[128:152], raw[152:172]
    return seconds.isdigit() or (not seconds.strip(b" ") and bool(edi.strip(b" ")))


def _close_notice(batch: Batch, trailer: RecordReader) -> StatementAccount:
    return batch.closed(
        totals=Totals(
            in_count=trailer.required("total_count"),
            in_minor=trailer.required("total_amount"),
            out_count=trailer.number_of("cancel_count"),
            out_minor=trailer.number_of("cancel_amount"),
        )
    )


def _open_statement(header: RecordReader, today: date) -> StatementAccount:
    account = _open_notice(header, today)
    return replace(account, opening_minor=_signed(header, "opening_balance"))


def _statement_line(record: RecordReader, today: date) -> StatementLine:
    code = record.digits("kind")
    if code not in KINDS:
        raise record.refuse(Refused.UNKNOWN_CODE, "kind", "/".join(KINDS))
    text, kind = record.text("summary"), KINDS[code]
    incoming = record.choice("in_out", "12", blank="") == "1"
    if kind in (Kind.OTHER, Kind.DIRECT_DEBIT):
        kind = kind_in(text) or (Kind.TRANSFER if incoming and kind is Kind.DIRECT_DEBIT else kind)
    return StatementLine(
        number=record.number,
        booked_on=_booked_on(record, today),
        value_on=record.day("value_on", today),
        amount_minor=_positive(record, record.required("amount")),
        direction="in" if incoming else "out",
        kind=kind,
        payer_name=record.text("remitter_name"),
        payer_code=_code(record.digits("remitter_code")),
        bank_name=record.text("origin_bank_name"),
        branch_name=record.text("origin_branch_name"),
        text=text,
        edi=record.text("edi"),
        reference=record.digits("inquiry_no"),
        cancels=kind is Kind.CORRECTION,
        raw=record.raw,
    )


def _close_statement(batch: Batch, trailer: RecordReader) -> StatementAccount:
    count = trailer.number_of("data_count")
    if count is not None and count != len(batch.lines):
        raise FileRefused(
            Refused.COUNT_DIFFERS,
            line=trailer.number,
            field="data_count",
            found=str(len(batch.lines)),
            expected=str(count),
        )
    return batch.closed(
        closing_minor=_signed(trailer, "closing_balance"),
        totals=Totals(
            in_count=trailer.required("in_count"),
            in_minor=trailer.required("in_amount"),
            out_count=trailer.required("out_count"),
            out_minor=trailer.required("out_amount"),
        ),
    )


def _signed(record: RecordReader, name: str) -> int:
    amount = record.required(name)
    return -amount if record.choice("sign", "12", blank="1") == MINUS else amount


def _booked_on(record: RecordReader, today: date) -> date:
    day = record.day("booked_on", today)
    if day is None:
        raise record.refuse(Refused.MISSING_FIELD, "booked_on")
    return day


def _positive(record: RecordReader, amount: int) -> int:
    if amount <= 0:
        raise record.refuse(Refused.NOT_POSITIVE, "amount")
    return amount


def _account_number(digits: str) -> str | None:
    # 種別 03 writes ten digits; Japanese accounts have seven.
    return (digits[3:] if len(digits) == 10 and digits.startswith("000") else digits) or None


def _code(digits: str) -> str:
    return digits if digits.strip("0") else ""


ZENGIN_01 = Dialect("zengin-01", NOTICE_A, _open_notice, _notice_line, _close_notice)
ZENGIN_03 = Dialect("zengin-03", STATEMENT, _open_statement, _statement_line, _close_statement)
