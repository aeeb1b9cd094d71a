"""A reader of our own: general libraries skip what they do not know and merge the statements of a file,
while here every line must be understood or the file is refused, by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import Kind, ReadOptions, StatementAccount, StatementFile, StatementLine, prove
from tokui.connectors.amounts import to_minor
from tokui.connectors.bank_csv.text import decoded
from tokui.connectors.intake import take
from tokui.connectors.mt940.details import payer_and_text
from tokui.connectors.remarks import Remarks
from tokui.connectors.words import kind_in

_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)", re.ASCII | re.DOTALL)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d.]*,?\d*)\s*", re.ASCII)
# :61: value day, entry day, mark, third letter of the currency, amount, type, our reference, theirs, more.
_MOVEMENT = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R[CD]|E[CD]|[CD])[A-Z]?(?P<amount>\d+(,\d*)?)"
    r"(?P<type>[A-Z][A-Z0-9]{3})?(?P<ours>[^\n]*?)(//(?P<theirs>[^\n]*))?(\n(?P<more>.*))?",
    re.ASCII | re.DOTALL,
)
_TEXT_BLOCK = "{4:"

KINDS = {
    "TRF": Kind.TRANSFER,
    "CHG": Kind.FEE,
    "COM": Kind.FEE,
    "INT": Kind.INTEREST,
    "CHK": Kind.CHEQUE,
    "DDT": Kind.DIRECT_DEBIT,
    "CSH": Kind.CASH,
}
IGNORED = ("13", "13D", "21", "28", "28C", "34F", "64", "65", "90C", "90D")


@dataclass(slots=True)
class Statement:
    """One message while its fields come in."""

    account: StatementAccount = field(default_factory=StatementAccount)
    lines: list[StatementLine] = field(default_factory=list)
    opened: bool = False
    closed: bool = False


def read_mt940(stream: BinaryIO, *, options: ReadOptions) -> StatementFile:
    """Read and prove all statements of a file; raises `FileRefused`."""
    content = take(stream, options)
    text = decoded(content, options.encoding or _encoding(content))
    remarks = Remarks()
    accounts = tuple(_accounts(text, remarks, options.max_lines))
    if not accounts:
        raise FileRefused(Refused.UNKNOWN_HEADER, expected=":20:")
    file = StatementFile("mt940", accounts, tuple(remarks.found))
    prove(file)
    return file


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _accounts(text: str, remarks: Remarks, max_lines: int) -> Iterator[StatementAccount]:
    statement: Statement | None = None
    count = 0
    for number, tag, value in _fields(text):
        if tag == "20":
            if statement is not None:
                yield _finished(statement, number)
            statement = Statement()
        elif statement is None:
            raise FileRefused(Refused.WRONG_ORDER, line=number, found=f":{tag}:", expected=":20:")
        else:
            count += tag == "61"
            if count > max_lines:
                raise FileRefused(Refused.TOO_MANY_LINES, line=number, expected=str(max_lines))
            _take(statement, number, tag, value, remarks)
    if statement is not None:
        yield _finished(statement, len(text.splitlines()))


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """Fields with the line at which they begin; a line that begins with no tag continues the one above."""
    current: tuple[int, str, list[str]] | None = None
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        line = raw.partition(_TEXT_BLOCK)[2] if raw.startswith("{") and _TEXT_BLOCK in raw else raw
        tag = _TAG.fullmatch(line)
        if tag or line.strip() in ("-", "-}", "") or line.startswith("-}"):
            if current is not None:
                yield current[0], current[1], "\n".join(current[2])
            current = (number, tag[1], [tag[2]]) if tag else None
        elif current is not None:
            current[2].append(line)
        elif not raw.startswith("{"):
            raise FileRefused(Refused.MALFORMED, line=number, found=line, expected=":20:")
    if current is not None:
        yield current[0], current[1], "\n".join(current[2])


def _take(statement: Statement, number: int, tag: str, value: str, remarks: Remarks) -> None:
    if tag == "25":
        bank, _, account = value.strip().rpartition("/")
        statement.account = replace(statement.account, bank_code=bank or None, account_number=account or None)
    elif tag in ("60F", "60M"):
        currency, day, balance = _balance(value, number, tag)
        statement.account = replace(statement.account, currency=currency, from_on=day, opening_minor=balance)
        statement.opened = True
    elif tag in ("62F", "62M"):
        currency, day, balance = _balance(value, number, tag)
        if currency != statement.account.currency:
            raise FileRefused(Refused.CURRENCY_MIXED, line=number, found=currency, expected=statement.account.currency)
        statement.account = replace(statement.account, to_on=day, closing_minor=balance)
        statement.closed = True
    elif tag == "61":
        if not statement.opened or statement.closed:
            raise FileRefused(Refused.WRONG_ORDER, line=number, found=":61:", expected=":60F:")
        line = _movement(value, number, statement.account.currency, remarks)
        statement.lines += [line] if line else []
    elif tag == "86":
        if statement.lines and not statement.closed:
            statement.lines[-1] = _with_details(statement.lines[-1], value)
    elif tag not in IGNORED:
        raise FileRefused(Refused.UNKNOWN_CODE, line=number, field="tag", found=f":{tag}:")


def _movement(value: str, number: int, currency: str, remarks: Remarks) -> StatementLine | None:
    parts = _MOVEMENT.fullmatch(value)
    if parts is None:
        raise FileRefused(Refused.MALFORMED, line=number, field=":61:", found=value)
    mark, code = parts["mark"], (parts["type"] or "    ")[1:]
    if mark in ("EC", "ED"):
        remarks.add(DeviationCode.NOT_BOOKED, f"line {number}", mark)
        return None
    minor = to_minor(parts["amount"].replace(",", "."), currency, line=number, field=":61:")
    if minor == 0:
        remarks.add(DeviationCode.ZERO_ROW, f"line {number}", value)
        return None
    value_on = _day(parts["value"], number)
    reverses = mark in ("RC", "RD")
    return StatementLine(
        number=number,
        booked_on=_entry_day(parts["entry"], value_on, number),
        value_on=value_on,
        amount_minor=minor,
        direction="in" if mark in ("C", "RD") else "out",
        kind=Kind.CORRECTION if reverses else KINDS.get(code, Kind.OTHER),
        text=(parts["more"] or "").strip(),
        edi=_reference(parts["ours"]),
        reference=_reference(parts["theirs"]),
        cancels=reverses,
        raw=f":61:{value}",
    )


def _with_details(line: StatementLine, value: str) -> StatementLine:
    payer, text = payer_and_text(value)
    text = " ".join(filter(None, (line.text, text)))
    kind = line.kind if line.kind is not Kind.OTHER else kind_in(text) or Kind.OTHER
    return replace(
        line,
        payer_name=payer,
        text=text,
        kind=kind,
        cancels=line.cancels or kind is Kind.CORRECTION,
        raw=f"{line.raw!s}\n:86:{value}",
    )


def _finished(statement: Statement, number: int) -> StatementAccount:
    if not statement.opened or not statement.closed:
        missing = ":62F:" if statement.opened else ":60F:"
        raise FileRefused(Refused.TRUNCATED, line=number, expected=missing)
    lines = sorted(statement.lines, key=lambda line: line.booked_on)
    return replace(statement.account, lines=tuple(lines))


def _balance(value: str, number: int, tag: str) -> tuple[str, date, int]:
    parts = _BALANCE.fullmatch(value)
    if parts is None:
        raise FileRefused(Refused.MALFORMED, line=number, field=f":{tag}:", found=value)
    minor = to_minor(parts[4].replace(",", "."), parts[3], line=number, field=f":{tag}:")
    return parts[3], _day(parts[2], number), -minor if parts[1] == "D" else minor


def _day(digits: str, number: int) -> date:
    year = int(digits[:2])
    try:
        return date((2000 if year < 80 else 1900) + year, int(digits[2:4]), int(digits[4:]))
    except ValueError as error:
        raise FileRefused(Refused.INVALID_DATE, line=number, field=":61:", found=digits) from error


def _entry_day(digits: str | None, value_on: date, number: int) -> date:
    """The entry day has no year: it is the one nearest to the value day."""
    if not digits:
        return value_on
    found: list[date] = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            found.append(date(year, int(digits[:2]), int(digits[2:])))
        except ValueError:
            continue
    if not found:
        raise FileRefused(Refused.INVALID_DATE, line=number, field=":61:", found=digits)
    return min(found, key=lambda day: abs((day - value_on).days))


def _reference(written: str | None) -> str:
    found = (written or "").strip()
    return "" if found.upper() in ("NONREF", "NOTPROVIDED") else found
