"""Entries are read and forgotten one by one, so that memory does not grow with the tree of a large file."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from lxml import etree

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import ReadOptions, StatementAccount, StatementFile, StatementLine, Totals, prove
from tokui.connectors.amounts import to_minor
from tokui.connectors.camt.entries import Entry, child, lines_of, text_at
from tokui.connectors.intake import refuse_doctype, take
from tokui.connectors.remarks import Remarks

REPORTS = ("Stmt", "Ntfctn", "Rpt")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"
MAX_MARKS = 8_000_000  # 100,000 entries have 5 million; a tree of nothing but tiny elements would fill the memory


class Report:
    """One statement or notification while its entries come in."""

    def __init__(self) -> None:
        self.lines: list[StatementLine] = []
        self.entries = 0
        self.unbooked = False
        self.split = False
        self.currency: str | None = None


def read_camt(code: str, wanted: str, stream: BinaryIO, *, options: ReadOptions) -> StatementFile:
    """Read and prove all reports of the wanted kind ("Stmt" or "Ntfctn"); raises `FileRefused`."""
    content = take(stream, options)
    refuse_doctype(content)
    if content.count(b"<") > MAX_MARKS:
        raise FileRefused(Refused.TOO_LARGE, field="<", expected=str(MAX_MARKS))
    remarks = Remarks()
    try:
        accounts = tuple(_reports(content, wanted, remarks, options))
    except (etree.XMLSyntaxError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise FileRefused(Refused.MALFORMED, line=line, found=str(error)) from error
    if not accounts:
        raise FileRefused(Refused.UNKNOWN_HEADER, expected=wanted)
    file = StatementFile(code, accounts, tuple(remarks.found))
    prove(file)
    return file


def _reports(content: bytes, wanted: str, remarks: Remarks, options: ReadOptions) -> Iterator[StatementAccount]:
    events = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=[f"{{*}}{name}" for name in ("Ntry", *REPORTS)],
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    report, number = Report(), 0
    for _, element in events:
        name = _local(element)
        if name == "Ntry":
            number += 1
            _take_entry(report, element, number, remarks)
            element.clear()
            if number > options.max_lines or len(report.lines) > options.max_lines:
                raise FileRefused(Refused.TOO_MANY_LINES, expected=str(options.max_lines))
        elif name == wanted:
            yield _account(report, element, number)
            report = Report()
            element.clear()
        elif (parent := element.getparent()) is not None and _local(parent).startswith("BkToCstmr"):
            raise FileRefused(Refused.WRONG_TYPE, found=name, expected=wanted)
    if report.entries or events.root is None or events.root.getroottree().docinfo.doctype:
        raise FileRefused(Refused.MALFORMED, line=number, found="Ntry", expected=wanted)


def _local(element: etree._Element) -> str:
    # Not etree.QName: it raises on a namespace that holds a brace.
    return str(element.tag).rpartition("}")[2]


def _take_entry(report: Report, element: etree._Element, number: int, remarks: Remarks) -> None:
    report.entries += 1
    status = text_at(element, "Sts", "Cd") or text_at(element, "Sts", "Prtry") or text_at(element, "Sts") or BOOKED
    if status != BOOKED:
        report.unbooked = True
        remarks.add(DeviationCode.NOT_BOOKED, f"entry {number}", status)
        return
    entry = Entry.of(element, number)
    if report.currency not in (None, entry.currency):
        raise FileRefused(
            Refused.CURRENCY_MIXED, line=number, field="Amt", found=entry.currency, expected=report.currency
        )
    report.currency = entry.currency
    if entry.amount_minor == 0:
        remarks.add(DeviationCode.ZERO_ROW, f"entry {number}")
        return
    lines = list(lines_of(entry, remarks))
    report.split = report.split or len(lines) > 1
    report.lines += lines


def _account(report: Report, element: etree._Element, number: int) -> StatementAccount:
    account = _identified(element)
    currency = text_at(element, "Acct", "Ccy") or report.currency or "JPY"
    if report.currency not in (None, currency):
        raise FileRefused(Refused.CURRENCY_MIXED, line=number, field="Ccy", found=report.currency, expected=currency)
    return replace(
        account,
        currency=currency,
        from_on=_period(element, "Fr"),
        to_on=_period(element, "To"),
        opening_minor=_balance(element, OPENING, currency),
        closing_minor=_balance(element, CLOSING, currency),
        lines=tuple(_through(line, account) for line in sorted(report.lines, key=lambda line: line.booked_on)),
        totals=_totals(report, element, currency),
    )


def _through(line: StatementLine, account: StatementAccount) -> StatementLine:
    """Money on the account's own number came through no virtual one."""
    return replace(line, virtual_account="") if line.virtual_account == account.account_number else line


def _identified(element: etree._Element) -> StatementAccount:
    bank = child(element, "Acct", "Svcr", "FinInstnId")
    branch = text_at(element, "Acct", "Svcr", "BrnchId", "Id")
    number = text_at(element, "Acct", "Id", "IBAN") or text_at(element, "Acct", "Id", "Othr", "Id")
    return StatementAccount(
        bank_code=text_at(bank, "ClrSysMmbId", "MmbId") or text_at(bank, "BICFI") or text_at(bank, "BIC") or None,
        branch_code=branch or None,
        account_type=text_at(element, "Acct", "Tp", "Prtry") or None,
        account_number=number or None,
        holder=text_at(element, "Acct", "Ownr", "Nm") or text_at(element, "Acct", "Nm"),
        bank_name=text_at(bank, "Nm"),
    )


def _period(element: etree._Element, end: str) -> date | None:
    written = text_at(element, "FrToDt", f"{end}DtTm") or text_at(element, "FrToDt", f"{end}Dt")
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError as error:
        raise FileRefused(Refused.INVALID_DATE, field=f"{end}DtTm", found=written) from error


def _balance(element: etree._Element, wanted: tuple[str, ...], currency: str) -> int | None:
    for balance in element.iterchildren("{*}Bal"):
        if text_at(balance, "Tp", "CdOrPrtry", "Cd") not in wanted:
            continue
        amount = child(balance, "Amt")
        found = amount.get("Ccy", currency) if amount is not None else currency
        if found != currency:
            raise FileRefused(Refused.CURRENCY_MIXED, field="Bal", found=found, expected=currency)
        minor = to_minor(text_at(balance, "Amt"), currency, field="Bal")
        return -minor if text_at(balance, "CdtDbtInd") == "DBIT" else minor
    return None


def _totals(report: Report, element: etree._Element, currency: str) -> Totals | None:
    summary = child(element, "TxsSummry")
    # Banks differ on whether announced entries count, so the summary proves only files without them.
    if summary is None or report.unbooked:
        return None
    counted = text_at(summary, "TtlNtries", "NbOfNtries")
    if counted and counted != str(report.entries):
        raise FileRefused(Refused.COUNT_DIFFERS, field="TtlNtries", found=str(report.entries), expected=counted)
    incoming, outgoing = text_at(summary, "TtlCdtNtries", "Sum"), text_at(summary, "TtlDbtNtries", "Sum")
    ins, outs = text_at(summary, "TtlCdtNtries", "NbOfNtries"), text_at(summary, "TtlDbtNtries", "NbOfNtries")
    countable = not report.split
    return Totals(
        in_minor=to_minor(incoming, currency, field="TtlCdtNtries") if incoming else None,
        out_minor=to_minor(outgoing, currency, field="TtlDbtNtries") if outgoing else None,
        in_count=to_minor(ins, "JPY", field="TtlCdtNtries") if ins and countable else None,
        out_count=to_minor(outs, "JPY", field="TtlDbtNtries") if outs and countable else None,
    )
