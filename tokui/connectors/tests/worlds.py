"""Hypothesis worlds for statement files: accounts and lines that every strict writer accepts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from tokui.banking.statements import Kind, StatementAccount, StatementFile, StatementLine
from tokui.connectors.zengin.characters import ALLOWED
from tokui.connectors.zengin.layouts import FieldClass

TODAY = date(2026, 11, 22)
DAYS = st.dates(TODAY - timedelta(days=390), TODAY)


def texts(kind: FieldClass, size: int) -> st.SearchStrategy[str]:
    return st.text(sorted(ALLOWED[kind]), max_size=size).map(lambda text: text.rstrip())


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=size, max_size=size).filter(lambda text: text.strip("0") != "")


@st.composite
def lines(draw: st.DrawFn, *, notice: bool, most: int = 9_999_999_999) -> StatementLine:
    cancels = draw(st.booleans())
    direction = ("out" if cancels else "in") if notice else draw(st.sampled_from(["in", "out"]))
    plain = Kind.TRANSFER if notice else draw(st.sampled_from([Kind.TRANSFER, Kind.CASH, Kind.CHEQUE]))
    return StatementLine(
        number=0,
        booked_on=draw(DAYS),
        value_on=draw(st.none() | DAYS),
        amount_minor=draw(st.integers(1, most)),
        direction=direction,  # type: ignore[arg-type]
        kind=Kind.CORRECTION if cancels else plain,
        cancels=cancels,
        payer_name=draw(texts(FieldClass.NAME, 48)),
        payer_code=draw(st.just("") | digits(10)),
        bank_name=draw(texts(FieldClass.BANK, 15)),
        branch_name=draw(texts(FieldClass.BANK, 15)),
        edi=draw(texts(FieldClass.EDI, 20)),
        text="" if notice else draw(texts(FieldClass.EDI, 20)),
        reference=draw(digits(6)) if notice else draw(digits(8)),
    )


@st.composite
def accounts(draw: st.DrawFn, *, notice: bool, most: int = 9_999_999_999) -> StatementAccount:
    return StatementAccount(
        bank_code=draw(digits(4)),
        branch_code=draw(digits(3)),
        account_type=draw(st.sampled_from("124")),
        account_number=draw(digits(7)),
        holder=draw(texts(FieldClass.NAME, 40)),
        bank_name=draw(texts(FieldClass.BANK, 15)),
        branch_name=draw(texts(FieldClass.BANK, 15)),
        from_on=TODAY - timedelta(days=395),
        to_on=TODAY,
        opening_minor=None if notice else draw(st.integers(-(10**10), 10**12)),
        lines=tuple(draw(st.lists(lines(notice=notice, most=most), max_size=6))),
    )


def without_traces(account: StatementAccount) -> StatementAccount:
    """An account without what only a file knows: places, raw rows, trailers."""
    stripped = tuple(replace(line, number=0, raw=b"") for line in account.lines)
    return replace(account, lines=stripped, totals=None, closing_minor=None)


def codes(file: StatementFile) -> set[str]:
    return {deviation.code for deviation in file.deviations}
