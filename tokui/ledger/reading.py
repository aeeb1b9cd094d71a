"""Reading the books for their pages: the journal by period, an account with its running balance, totals by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Sum, When

from tokui.ledger.accounts import Account, account_of, customer_of, kind_word
from tokui.ledger.models import Entry, Posting
from tokui.ledger.queries import TrialRow, balance, trial_balance
from tokui.ledger.registry import Party, Source, bank_names, parties, sources
from tokui.ui.paging import Page, decode_cursor, page_of

JOURNAL_ORDER = ("on", "id")
ACCOUNT_ORDER = ("on", "place")
#: How many customers stand on the page of an account of all customers.
MOST_CUSTOMERS = 100


@dataclass(frozen=True)
class Line:
    """One posting as a page shows it."""

    debit: Account
    credit: Account
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Told:
    """An entry with its lines."""

    entry: Entry
    party: Party | None
    lines: Sequence[Line]
    source: Source | None

    @property
    def kind(self) -> str:
        return kind_word(self.entry.kind)


@dataclass(frozen=True)
class Row:
    """One line of an account's page: what came, what went, and what stands there after it."""

    posting: Posting
    other: Account
    party: Party | None
    source: Source | None
    debit_minor: int | None
    credit_minor: int | None
    balance_minor: int

    @property
    def kind(self) -> str:
        return kind_word(self.posting.entry.kind)


def journal_page(
    from_on: date, to_on: date, *, account: str = "", customers: Sequence[UUID] | None = None, after: str = ""
) -> tuple[Page[Entry], list[Told]]:
    """Entries of a period in the order of days. Raises InvalidCursor."""
    rows = Entry.objects.filter(on__gte=from_on, on__lte=to_on)
    if account:
        moved = Posting.objects.filter(on__gte=from_on, on__lte=to_on)
        took = moved.filter(debit=account).values("entry_id")
        gave = moved.filter(credit=account).values("entry_id")
        rows = rows.filter(Q(pk__in=took) | Q(pk__in=gave))
    if customers is not None:
        rows = rows.filter(customer_id__in=list(customers))
    page = page_of(rows, order=JOURNAL_ORDER, after=after)
    return page, told(page.rows)


def told(entries: Sequence[Entry]) -> list[Told]:
    """Entries with their postings, the customers' names and the records behind them, in a constant number of queries."""
    postings: dict[UUID, list[Posting]] = defaultdict(list)
    for posting in Posting.objects.filter(entry_id__in=[entry.pk for entry in entries]).order_by("place"):
        postings[posting.entry_id].append(posting)
    known = parties([*(entry.customer_id for entry in entries), *_named(chain.from_iterable(postings.values()))])
    banks = bank_names()
    behind = sources((entry.source_type, entry.source_id) for entry in entries)
    return [
        Told(
            entry,
            known.get(entry.customer_id) if entry.customer_id else None,
            [
                Line(
                    account_of(one.debit, known, banks),
                    account_of(one.credit, known, banks),
                    one.amount_minor,
                    one.currency,
                )
                for one in postings[entry.pk]
            ],
            behind.get(entry.source_id),
        )
        for entry in entries
    ]


def account_page(code: str, from_on: date, to_on: date, *, currency: str, after: str = "") -> tuple[Page[Posting], int]:
    """A page of an account, and the balance before its first row. Debits count up. Raises InvalidCursor."""
    moved = _of(code, currency).filter(on__gte=from_on, on__lte=to_on)
    page = page_of(moved.select_related("entry"), order=ACCOUNT_ORDER, after=after)
    opening = balance(code, date.fromordinal(from_on.toordinal() - 1), currency=currency)
    if after:
        on, place = decode_cursor(after, ACCOUNT_ORDER)
        opening += _moved(moved.filter(Q(on__lt=on) | Q(on=on, place__lte=place)), code)
    return page, opening


def account_rows(code: str, postings: Sequence[Posting], opening_minor: int) -> list[Row]:
    """The rows of an account's page with the balance that each leaves."""
    known = parties([*(one.entry.customer_id for one in postings), *_named(postings)])
    banks = bank_names()
    behind = sources((one.entry.source_type, one.entry.source_id) for one in postings)
    rows, standing = [], opening_minor
    for one in postings:
        is_debit = one.debit == code
        standing += one.amount_minor if is_debit else -one.amount_minor
        rows.append(
            Row(
                one,
                account_of(one.credit if is_debit else one.debit, known, banks),
                known.get(one.entry.customer_id) if one.entry.customer_id else None,
                behind.get(one.entry.source_id),
                one.amount_minor if is_debit else None,
                None if is_debit else one.amount_minor,
                standing,
            )
        )
    return rows


def _of(code: str, currency: str) -> QuerySet[Posting]:
    return Posting.objects.filter(Q(debit=code) | Q(credit=code), currency=currency)


def _moved(rows: QuerySet[Posting], code: str) -> int:
    signed = Case(When(debit=code, then=F("amount_minor")), default=-F("amount_minor"))
    return int(rows.aggregate(moved=Sum(signed))["moved"] or 0)


def _named(postings: Iterable[Posting]) -> list[UUID | None]:
    return [customer_of(code) for one in postings for code in (one.debit, one.credit)]


@dataclass(frozen=True)
class TrialLine:
    """An account of the trial balance; every amount on the side where the account stands."""

    account: Account
    row: TrialRow
    opening_minor: int
    left_minor: int | None
    right_minor: int | None


@dataclass(frozen=True)
class Trial:
    """The trial balance in one currency; both sums are equal, or the books are broken."""

    currency: str
    lines: Sequence[TrialLine]
    debit_minor: int
    credit_minor: int
    left_minor: int
    right_minor: int


def trials(from_on: date, to_on: date) -> list[Trial]:
    """The trial balance (残高試算表) by currency, yen first, accounts in the order of a balance sheet."""
    by_currency: dict[str, list[TrialRow]] = defaultdict(list)
    for row in trial_balance(from_on, to_on):
        by_currency[row.currency].append(row)
    banks = bank_names()
    return [
        _trial(currency, by_currency[currency], banks)
        for currency in sorted(by_currency, key=lambda each: (each != "JPY", each))
    ]


def _trial(currency: str, rows: Sequence[TrialRow], banks: Mapping[str, str]) -> Trial:
    lines = []
    for row in rows:
        account = account_of(row.account, banks=banks)
        closing = row.closing_minor
        stands_right = account.is_credit if closing == 0 else closing < 0
        opening = -row.opening_minor if account.is_credit else row.opening_minor
        sides = (None, -closing) if stands_right else (closing, None)
        lines.append(TrialLine(account, row, opening, *sides))
    lines.sort(key=lambda line: (line.account.place, line.account.code))
    return Trial(
        currency,
        lines,
        sum(line.row.debit_minor for line in lines),
        sum(line.row.credit_minor for line in lines),
        sum(line.left_minor or 0 for line in lines),
        sum(line.right_minor or 0 for line in lines),
    )


def customers_of(suffix: str, as_of: date) -> list[tuple[Account, str, int]]:
    """The customers with the largest balances of one kind of account (receivable, advance), at most MOST_CUSTOMERS."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account, currency, sum(side)::bigint AS minor
              FROM (SELECT account, currency, "on", debit_minor - credit_minor AS side FROM ledger_dailytotal
                    UNION ALL
                    SELECT debit, currency, "on", amount_minor FROM ledger_posting
                     WHERE place > coalesce((SELECT place FROM ledger_horizon), 0)
                    UNION ALL
                    SELECT credit, currency, "on", -amount_minor FROM ledger_posting
                     WHERE place > coalesce((SELECT place FROM ledger_horizon), 0)) AS movement
             WHERE "on" <= %s AND account ^@ 'customers:' AND split_part(account, ':', 3) = %s
             GROUP BY account, currency HAVING sum(side) <> 0 ORDER BY abs(sum(side)) DESC, account LIMIT %s
            """,
            [as_of, suffix, MOST_CUSTOMERS],
        )
        found = cursor.fetchall()
    known = parties(customer_of(code) for code, _currency, _minor in found)
    return [(account_of(code, known), currency, minor) for code, currency, minor in found]
