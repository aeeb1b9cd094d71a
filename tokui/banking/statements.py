"""What every bank file is read into, whatever its format: frozen facts, and the proof that they add up.

Amounts are integers in the minor unit of the account's currency (yen for JPY, cents for USD).
Days are the bank's own days, without a time zone. No words for people are made here: a refusal and a
deviation carry a code and facts, and the page words them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO, Literal, Protocol

from tokui.banking.refusals import FileRefused, Refused

MAX_BYTES = 64 * 1024 * 1024  # 100,000 Zengin records are 20 MB; no bank sends more in one file
MAX_LINES = 500_000

Direction = Literal["in", "out"]
Column = str | int


class Kind(StrEnum):
    """How the money moved, as far as the file says."""

    TRANSFER = "transfer"
    CASH = "cash"
    CHEQUE = "cheque"
    DIRECT_DEBIT = "direct_debit"
    FEE = "fee"
    INTEREST = "interest"
    OTHER = "other"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One row of a statement, as the bank wrote it.

    `number` is the place in the file (record or text line, from 1). `amount_minor` is always positive;
    `direction` says which way. `payer_name` is the file's own spelling: never normalised, never translated.
    `native_id` is set only where the bank promises that it names this row for ever; `reference` is any other
    number of the bank's (a Zengin 照会番号), which may be used again and so identifies nothing. `virtual_account` is
    the number paid into where the file says it and it is not the account's own (振込専用口座).
    """

    number: int
    booked_on: date
    amount_minor: int
    direction: Direction
    kind: Kind = Kind.OTHER
    value_on: date | None = None
    payer_name: str = ""
    payer_code: str = ""
    bank_name: str = ""
    branch_name: str = ""
    text: str = ""
    edi: str = ""
    native_id: str | None = None
    reference: str = ""
    virtual_account: str = ""
    balance_minor: int | None = None
    cancels: bool = False
    raw: bytes | str = b""

    @property
    def signed_minor(self) -> int:
        return self.amount_minor if self.direction == "in" else -self.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts and sums that the file itself declares (a trailer). None: the file does not say."""

    in_count: int | None = None
    in_minor: int | None = None
    out_count: int | None = None
    out_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAccount:
    """One account in a file, with its lines from the oldest to the newest.

    `account_type` is the Zengin digit (1 普通, 2 当座, 4 貯蓄, 9 その他). `account_number` has 7 digits for
    Japanese accounts even where a format writes 10, so that all formats of one account agree.
    """

    bank_code: str | None = None
    branch_code: str | None = None
    account_type: str | None = None
    account_number: str | None = None
    holder: str = ""
    currency: str = "JPY"
    from_on: date | None = None
    to_on: date | None = None
    opening_minor: int | None = None
    closing_minor: int | None = None
    lines: tuple[StatementLine, ...] = ()
    bank_name: str = ""
    branch_name: str = ""
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something the file does against its format, that could be read without doubt all the same.

    `code` is one of `DeviationCode`, `where` the place ("line 3, remitter_name"), `found` the text as it stood,
    `meaning` how it was understood (plain data, not a sentence).
    """

    code: str
    where: str
    found: str
    meaning: str


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A whole bank file, understood. Nothing of it may be stored before `prove` has passed it."""

    format: str
    accounts: tuple[StatementAccount, ...]
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Where a CSV keeps what: columns by header text or by position from 0. Saved once per sender.

    Either `amount` (signed, or unsigned beside `direction`) or `money_in` and `money_out`. `date` is one column,
    or three for year, month and day. `date_format` is "auto" or a strptime pattern. `header_row` None means that
    the file has no header and all columns are positions; otherwise it is searched from `skip_rows` on.
    """

    date: tuple[Column, ...]
    value_date: Column | None = None
    amount: Column | None = None
    money_in: Column | None = None
    money_out: Column | None = None
    direction: Column | None = None
    in_words: tuple[str, ...] = ("入金", "入", "預入", "受入", "1", "+", "C", "CR", "CRDT")
    out_words: tuple[str, ...] = ("出金", "出", "払出", "引出", "支払", "2", "-", "D", "DR", "DBIT")
    payer: Column | None = None
    payer_code: Column | None = None
    texts: tuple[Column, ...] = ()
    balance: Column | None = None
    native_id: Column | None = None
    bank_name: Column | None = None
    branch_name: Column | None = None
    edi: Column | None = None
    reference: Column | None = None
    virtual_account: Column | None = None
    account: Column | None = None
    date_format: str = "auto"
    has_header: bool = True
    skip_rows: int = 0
    encoding: str | None = None
    delimiter: str = ","
    currency: str = "JPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a person may decide about the reading of one file."""

    mapping: ColumnMapping | None = None
    encoding: str | None = None
    max_bytes: int = MAX_BYTES
    max_lines: int = MAX_LINES


class StatementFormat(Protocol):
    """A translator from one bank format. It never decides, writes or renders; it raises only `FileRefused`.

    `sniff` answers from the first 64 KB how sure it is (0 to 1) that the file is its own. `read` takes `today`,
    the business date, because several formats write dates without a full year.
    """

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    def sniff(self, head: bytes, name: str) -> float: ...

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile: ...


def prove(file: StatementFile) -> None:
    """Refuse a file that does not add up: balances where it has them, else counts and totals of its trailer.

    Raises `FileRefused` with what the file says as `expected` and what its lines make as `found`.
    """
    for account in file.accounts:
        _prove_totals(account)
        _prove_running_balances(account)
        _prove_closing_balance(account)
    for parts in parts_by_account(file.accounts):
        if parts[0].account_number:
            _prove_continuity(parts)


def parts_by_account(accounts: Iterable[StatementAccount]) -> list[list[StatementAccount]]:
    """The parts of a file that speak of one account each, the accounts in the order of the file, their parts by day."""
    found: dict[tuple[str | None, ...], list[StatementAccount]] = {}
    for one in accounts:
        key = (one.bank_code, one.branch_code, one.account_number, one.currency)
        found.setdefault(key, []).append(one)
    return [sorted(parts, key=_first_day) for parts in found.values()]


def _first_day(part: StatementAccount) -> date:
    return part.from_on or min((line.booked_on for line in part.lines), default=date.min)


def numbered(lines: Iterable[StatementLine]) -> Iterator[tuple[bytes, int, StatementLine]]:
    """Give every line its fingerprint and its place among equal ones: real twins get 0, 1, 2 … in file order.

    Call it once per account and file. (account, fingerprint, occurrence) is then the same in every overlapping
    file, so that a repeated import adds nothing and two equal payments on one day both count.
    """
    seen: Counter[bytes] = Counter()
    for line in lines:
        mark = fingerprint(line)
        yield mark, seen[mark], line
        seen[mark] += 1


def fingerprint(line: StatementLine) -> bytes:
    """SHA-256 over what identifies a real row within its account.

    The bank's own id where it has one, together with day and amount, because some banks restart their numbers;
    otherwise day, amount, direction, payer, text and, where the file has it, the balance after the row.
    The Zengin 照会番号 is left out, because banks number afresh in each file, and so is `kind`, because it is our
    reading: a better one in a later version must not make old rows new. Rows that differ in nothing else are twins.
    """
    what = (line.booked_on.isoformat(), str(line.amount_minor), line.direction)
    if line.native_id:
        who: tuple[str, ...] = ("id", line.native_id)
    else:
        balance = "" if line.balance_minor is None else str(line.balance_minor)
        who = ("row", line.payer_name, line.payer_code, line.text, line.edi, balance)
    if line.virtual_account:
        who += ("into", line.virtual_account)
    # Lengths before the texts, so that no two different rows can spell the same bytes.
    joined = "".join(f"{len(part)}:{part}" for part in (*what, *who))
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).digest()


def _prove_totals(account: StatementAccount) -> None:
    if account.totals is None:
        return
    sums = {"in": [0, 0], "out": [0, 0]}
    for line in account.lines:
        sums[line.direction][0] += 1
        sums[line.direction][1] += line.amount_minor
    declared = account.totals
    _same(Refused.COUNT_DIFFERS, "in_count", declared.in_count, sums["in"][0])
    _same(Refused.COUNT_DIFFERS, "out_count", declared.out_count, sums["out"][0])
    _same(Refused.TOTAL_DIFFERS, "in_minor", declared.in_minor, sums["in"][1])
    _same(Refused.TOTAL_DIFFERS, "out_minor", declared.out_minor, sums["out"][1])


def _prove_running_balances(account: StatementAccount) -> None:
    balance = account.opening_minor
    for line in account.lines:
        if balance is not None:
            balance += line.signed_minor
        if line.balance_minor is not None:
            _same(Refused.BALANCE_BROKEN, "balance_minor", line.balance_minor, balance, line=line.number)
            balance = line.balance_minor


def _prove_closing_balance(account: StatementAccount) -> None:
    if account.opening_minor is None or account.closing_minor is None:
        return
    moved = sum(line.signed_minor for line in account.lines)
    _same(Refused.BALANCE_DIFFERS, "closing_minor", account.closing_minor, account.opening_minor + moved)


def _prove_continuity(parts: list[StatementAccount]) -> None:
    """Each part of one account opens with the balance with which the one before closed."""
    balance: int | None = None
    for part in parts:
        _same(Refused.ACCOUNT_BROKEN, "opening_minor", balance, part.opening_minor)
        balance = part.closing_minor


def _same(code: Refused, field: str, declared: int | None, counted: int | None, *, line: int | None = None) -> None:
    if declared is not None and counted is not None and declared != counted:
        raise FileRefused(code, line=line, field=field, found=str(counted), expected=str(declared))
