"""A flat reader of tags: neither an SGML nor an XML parser is involved, so no entity or nesting can harm."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import Kind, ReadOptions, StatementAccount, StatementFile, StatementLine, prove
from tokui.connectors.amounts import to_minor
from tokui.connectors.bank_csv.text import decoded
from tokui.connectors.intake import refuse_doctype, take
from tokui.connectors.remarks import Remarks
from tokui.connectors.words import kind_in

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]*)\s*/?>([^<]*)")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_CHARSET = re.compile(rb"CHARSET:\s*(\S+)|encoding=[\"']([\w-]+)[\"']", re.IGNORECASE)
_STATEMENTS = ("STMTRS", "CCSTMTRS")
_GROUPS = ("STMTTRN", "BANKACCTFROM", "CCACCTFROM", "LEDGERBAL", "BANKTRANLIST")

KINDS = {
    "INT": Kind.INTEREST,
    "FEE": Kind.FEE,
    "SRVCHG": Kind.FEE,
    "ATM": Kind.CASH,
    "CASH": Kind.CASH,
    "CHECK": Kind.CHEQUE,
    "DIRECTDEBIT": Kind.DIRECT_DEBIT,
    "REPEATPMT": Kind.DIRECT_DEBIT,
    "XFER": Kind.TRANSFER,
    "DIRECTDEP": Kind.TRANSFER,
}
ONCE = frozenset({"TRNAMT", "FITID", "DTPOSTED", "TRNTYPE"})
ACCOUNT_TYPES = {"SAVINGS": "1", "CHECKING": "2"}

Group = dict[str, str]


def read_ofx(stream: BinaryIO, *, options: ReadOptions) -> StatementFile:
    """Read all statements of a file; raises `FileRefused`."""
    content = take(stream, options)
    refuse_doctype(content)
    text = decoded(content, options.encoding or _encoding(content))
    text = "".join(_without_cdata(text))
    start = text.upper().find("<OFX>")
    if start < 0:
        raise FileRefused(Refused.UNKNOWN_HEADER, expected="<OFX>")
    if "</OFX>" not in text.upper()[-200:]:
        raise FileRefused(Refused.TRUNCATED, expected="</OFX>")
    remarks = Remarks()
    accounts = tuple(_accounts(text[start:], remarks, options.max_lines))
    if not accounts:
        raise FileRefused(Refused.UNKNOWN_HEADER, expected="<STMTRS>")
    file = StatementFile("ofx", accounts, tuple(remarks.found))
    prove(file)
    return file


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(content[:2000])
        name = ((declared[1] or declared[2]) if declared else b"").decode("ascii", "replace").lower()
        return "cp1252" if name in ("1252", "windows-1252", "iso-8859-1", "8859-1") else "cp932"
    return "utf-8-sig"


def _without_cdata(text: str) -> Iterator[str]:
    # By find, not by pattern: an unclosed section must not cost the square of the file.
    at = 0
    while (start := text.find(_CDATA, at)) >= 0:
        end = text.find(_CDATA_END, start)
        if end < 0:
            raise FileRefused(Refused.MALFORMED, found=_CDATA, expected=_CDATA_END)
        yield text[at:start]
        yield html.escape(text[start + len(_CDATA) : end])
        at = end + len(_CDATA_END)
    yield text[at:]


def _accounts(text: str, remarks: Remarks, max_lines: int) -> Iterator[StatementAccount]:
    """Walk the tags: a statement opens an account, a group gathers its leaves, its end uses them."""
    account: StatementAccount | None = None
    lines: list[StatementLine] = []
    groups: list[tuple[str, Group]] = []
    count = 0
    for closing, name, value in _tags(text):
        if name in _STATEMENTS and not closing:
            account, lines, groups = StatementAccount(), [], []
        elif name in _STATEMENTS and account is not None:
            yield replace(account, lines=tuple(sorted(lines, key=lambda line: line.booked_on)))
            account = None
        elif account is None:
            if name == "STMTTRN":
                # Rows of something else (an investment account) must not vanish without a word.
                raise FileRefused(Refused.WRONG_ORDER, line=count + 1, found=name, expected="<STMTRS>")
        elif name in _GROUPS and not closing:
            groups.append((name, {}))
        elif name in _GROUPS:
            if not groups or groups[-1][0] != name:
                raise FileRefused(Refused.MALFORMED, line=count, found=f"</{name}>")
            group = groups.pop()[1]
            if name == "STMTTRN":
                count += 1
                if count > max_lines:
                    raise FileRefused(Refused.TOO_MANY_LINES, expected=str(max_lines))
                line = _line(group, count, account.currency, remarks)
                lines += [line] if line else []
            else:
                account = _described(account, name, group, count)
        elif closing:
            continue
        elif name == "CURDEF":
            account = replace(account, currency=value or "JPY")
        elif groups:
            _put(groups[-1][1], name, value, count)
    if account is not None:
        raise FileRefused(Refused.TRUNCATED, line=count, expected="</STMTRS>")


def _put(group: Group, name: str, value: str, count: int) -> None:
    # Two rows run together by a lost end tag must not pass for one.
    if name in group and name in ONCE:
        raise FileRefused(Refused.MALFORMED, line=count + 1, field=name, found=value)
    group.setdefault(name, value)


def _tags(text: str) -> Iterator[tuple[bool, str, str]]:
    for found in _TAG.finditer(text):
        yield bool(found[1]), found[2].upper(), html.unescape(found[3]).strip()


def _line(group: Group, number: int, currency: str, remarks: Remarks) -> StatementLine | None:
    written = group.get("TRNAMT", "")
    signed = to_minor(written.replace(",", "."), currency, line=number, field="TRNAMT")
    if signed == 0:
        remarks.add(DeviationCode.ZERO_ROW, f"entry {number}", written)
        return None
    booked_on = _day(group.get("DTPOSTED", ""), number, "DTPOSTED")
    if booked_on is None:
        raise FileRefused(Refused.MISSING_FIELD, line=number, field="DTPOSTED")
    if not group.get("FITID"):
        raise FileRefused(Refused.MISSING_FIELD, line=number, field="FITID")
    name, memo = group.get("NAME", ""), group.get("MEMO", "")
    cancels = group.get("CORRECTACTION", "").upper() == "DELETE"
    found = KINDS.get(group.get("TRNTYPE", "").upper()) or kind_in(memo) or kind_in(name) or Kind.OTHER
    return StatementLine(
        number=number,
        booked_on=booked_on,
        value_on=_day(group.get("DTAVAIL", ""), number, "DTAVAIL"),
        amount_minor=abs(signed),
        direction="in" if signed > 0 else "out",
        kind=Kind.CORRECTION if cancels else found,
        payer_name=name,
        text=memo,
        native_id=group["FITID"],
        reference=group.get("REFNUM", "") or group.get("CHECKNUM", ""),
        cancels=cancels or found is Kind.CORRECTION,
        raw="".join(f"<{tag}>{value}\n" for tag, value in group.items()),
    )


def _described(account: StatementAccount, name: str, group: Group, number: int) -> StatementAccount:
    if name == "LEDGERBAL":
        written = group.get("BALAMT", "").replace(",", ".")
        return replace(account, closing_minor=to_minor(written, account.currency, field="BALAMT"))
    if name == "BANKTRANLIST":
        return replace(
            account,
            from_on=_day(group.get("DTSTART", ""), number, "DTSTART"),
            to_on=_day(group.get("DTEND", ""), number, "DTEND"),
        )
    return replace(
        account,
        bank_code=group.get("BANKID") or None,
        branch_code=group.get("BRANCHID") or None,
        account_type=ACCOUNT_TYPES.get(group.get("ACCTTYPE", "").upper()),
        account_number=group.get("ACCTID") or None,
    )


def _day(written: str, number: int, field: str) -> date | None:
    """The bank's day: the first eight digits; time and zone do not move it."""
    digits = written[:8]
    if not digits.strip("0"):
        return None
    try:
        if not (digits.isascii() and digits.isdigit()):
            raise ValueError(digits)
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise FileRefused(Refused.INVALID_DATE, line=number, field=field, found=written) from error
