"""A file's rows into lines, deposits, postings and events: a constant number of statements for any number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from typing import Any
from uuid import UUID

from django.db import connection

from tokui.banking.events import DepositRecorded
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.refusals import DeviationCode
from tokui.banking.statements import Deviation, Kind, StatementAccount, numbered
from tokui.banking.statements import StatementLine as FileLine
from tokui.banking.virtual_accounts import KnownNumbers, known_numbers
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.events import emit_many
from tokui.core.ids import uuid7_many
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.customers.names import name_key
from tokui.ledger.actions import post_from_stage
from tokui.ledger.periods import open_days, share_books

#: Money in that no customer sent. It stays a line of the bank and makes no deposit.
NOT_FROM_CUSTOMERS = frozenset({Kind.INTEREST, Kind.FEE, Kind.CORRECTION})
MOVED_TOLD = 500
COLUMNS = {
    "id": "uuid",
    "deposit_id": "uuid",
    "entry_id": "uuid",
    "fingerprint": "bytea",
    "occurrence": "int",
    "number": "int",
    "booked_on": "date",
    "value_on": "date",
    "direction": "text",
    "amount_minor": "bigint",
    "kind": "text",
    "payer_raw": "text",
    "payer_code": "text",
    "bank_name": "text",
    "branch_name": "text",
    "text": "text",
    "edi": "text",
    "native_id": "text",
    "reference": "text",
    "virtual_account": "text",
    "balance_minor": "bigint",
    "cancels": "boolean",
    "makes_deposit": "boolean",
    "own_on": "date",
    "counts_on": "date",
    "known_by": "text",
    "hold": "text",
    "method": "text",
    "strict_key": "text",
    "loose_key": "text",
}


@dataclass(frozen=True)
class Counts:
    added: int
    known: int
    deposits: int
    from_on: date | None
    moved: list[Deviation]


def store_lines(account: BankAccount, statement: Statement, parts: Sequence[StatementAccount], *, by: Actor) -> Counts:
    """Add the rows that are new to the account, with a posted deposit for each payment, and announce the deposits."""
    lines = [line for part in parts for line in part.lines]
    share_books()
    stage("bank_rows", COLUMNS, _staged(lines, _look_up(account, statement, lines)))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_LINES, {"account": account.pk, "statement": statement.pk, **_scope()})
        added = cursor.rowcount
        cursor.execute(_INSERT_DEPOSITS, _deposit_values(account, by))
        deposits = cursor.rowcount
        cursor.execute(_STAGE_POSTINGS, {"account": account.pk, "debit": account.ledger_account, **_scope()})
    if deposits:
        post_from_stage("bank_postings", by=by)
        _announce(by)
    moved = _moved_days() if deposits else []
    drop_stage("bank_rows")
    drop_stage("bank_postings")
    return Counts(added, len(lines) - added, deposits, min((line.booked_on for line in lines), default=None), moved)


def enrich_deposits(account: BankAccount, parts: Sequence[StatementAccount]) -> tuple[int, int]:
    """Fill empty details of known deposits from a second format. Returns (deposits paired, rows without counterpart).

    A row pairs with the deposit of the same day and amount; of several the first row with the first deposit.
    """
    lines = [
        line for part in parts for line in part.lines if line.direction == "in" and line.kind not in NOT_FROM_CUSTOMERS
    ]
    waiting = _deposits_by_day_and_amount(account, lines)
    pairs = [(line, waiting.get((line.booked_on, line.amount_minor))) for line in lines]
    found = [(found.pop(0), line) for line, found in pairs if found]
    numbers = known_numbers(account, [line for _key, line in found])
    stage("bank_details", _DETAIL_COLUMNS, ((*_detail(key, line), *numbers.of(line)) for key, line in found))
    with connection.cursor() as cursor:
        cursor.execute(_ENRICH, _scope())
    drop_stage("bank_details")
    return len(found), len(lines) - len(found)


@dataclass(frozen=True)
class _LookedUp:
    """What the account knows already of the rows of a file; fetched before the rows are copied."""

    by_value: bool
    counted: dict[date, date]
    numbers: KnownNumbers
    void: dict[bytes, set[int]]
    covered: Counter[tuple[date, str, int]]

    def own_day(self, line: FileLine) -> date:
        return (self.by_value and line.value_on) or line.booked_on

    def occurrence(self, mark: bytes, place: int) -> int:
        """The place of a row among its equals, past those that files taken back hold."""
        void = self.void.get(mark)
        return next(islice((at for at in count() if at not in void), place, None)) if void else place


def _look_up(account: BankAccount, statement: Statement, lines: Sequence[FileLine]) -> _LookedUp:
    by_value = account.date_basis == BankAccount.DateBasis.VALUE
    days = open_days((by_value and line.value_on) or line.booked_on for line in lines)
    covered = _covered_by_other_formats(account, statement, lines)
    return _LookedUp(by_value, days, known_numbers(account, lines), _void_places(account, lines), covered)


def _staged(lines: Sequence[FileLine], known: _LookedUp) -> Iterator[tuple[Any, ...]]:
    keys = iter(uuid7_many(3 * len(lines)))
    for mark, place, line in numbered(lines):
        occurrence = known.occurrence(mark, place)
        same = (line.booked_on, line.direction, line.amount_minor)
        if known.covered[same] > 0:  # this row came before, in the format that was authoritative then
            known.covered[same] -= 1
            continue
        is_payment = line.direction == "in" and not line.cancels and line.kind not in NOT_FROM_CUSTOMERS
        names = name_key(line.payer_name or line.text) if is_payment else None
        own_on = known.own_day(line)
        known_by, hold = known.numbers.of(line) if is_payment else ("", "")
        yield (
            *(next(keys), next(keys), next(keys), mark, occurrence, line.number),
            *(line.booked_on, line.value_on, line.direction, line.amount_minor, line.kind.value),
            *(
                _plain(line.payer_name),
                line.payer_code[:40],
                line.bank_name[:60],
                line.branch_name[:60],
                _plain(line.text),
            ),
            *(line.edi[:200], (line.native_id or "")[:80], line.reference[:80], line.virtual_account[:34]),
            *(line.balance_minor, line.cancels, is_payment, own_on, known.counted[own_on], known_by, hold),
            *("cash" if line.kind is Kind.CASH else "transfer",),
            *((names.strict[:120], names.loose[:120]) if names else ("", "")),
        )


def _void_places(account: BankAccount, lines: Sequence[FileLine]) -> dict[bytes, set[int]]:
    """Places among equal rows that files taken back hold: such a row counts anew when a right file brings it."""
    void: dict[bytes, set[int]] = {}
    if lines and Statement.objects.filter(account=account, state=Statement.State.TAKEN_BACK).exists():
        days = [line.booked_on for line in lines]
        rows = StatementLine.objects.filter(
            account=account, booked_on__range=(min(days), max(days)), statement__state=Statement.State.TAKEN_BACK
        )
        for mark, place in rows.values_list("fingerprint", "occurrence"):
            void.setdefault(bytes(mark), set()).add(place)
    return void


def _plain(text: str) -> str:
    return text.replace("\0", "")


def _covered_by_other_formats(
    account: BankAccount, statement: Statement, lines: Sequence[FileLine]
) -> Counter[tuple[date, str, int]]:
    """How often each (day, direction, amount) is already stored from another format, so that a change of format adds
    no second copy of the days that both cover."""
    covered: Counter[tuple[date, str, int]] = Counter()
    others = Statement.objects.filter(account=account, state=Statement.State.READ, added_count__gt=0)
    if not lines or not others.exclude(format=statement.format).exists():
        return covered
    rows = StatementLine.objects.filter(
        account=account,
        statement__state=Statement.State.READ,
        booked_on__gte=min(line.booked_on for line in lines),
        booked_on__lte=max(line.booked_on for line in lines),
    ).exclude(statement__format=statement.format)
    covered.update(rows.values_list("booked_on", "direction", "amount_minor"))
    return covered


def _deposit_values(account: BankAccount, by: Actor) -> dict[str, Any]:
    return {
        "account": account.pk,
        "currency": account.currency,
        "debit": account.ledger_account,
        "now": clock.now(),
        "by": by.name,
        **_scope(),
    }


def _announce(by: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deposit.id, deposit.amount_minor, deposit.currency, deposit.received_on, deposit.method "
            "FROM banking_deposit deposit JOIN bank_rows staged ON staged.deposit_id = deposit.id ORDER BY deposit.id"
        )
        facts = [DepositRecorded(*row) for row in cursor.fetchall()]
    emit_many(facts, about=[one.deposit_id for one in facts], about_type="banking.deposit", by=by)


def _moved_days() -> list[Deviation]:
    """Rows of closed months: the line keeps the bank's day, its deposit counts on the first open one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT staged.number, staged.own_on, staged.counts_on FROM bank_rows staged "
            "JOIN banking_deposit deposit ON deposit.id = staged.deposit_id "
            "WHERE staged.own_on <> staged.counts_on ORDER BY staged.number LIMIT %s",
            [MOVED_TOLD],
        )
        return [
            Deviation(DeviationCode.CLOSED_MONTH.value, f"line {number}, booked_on", str(own), str(counts))
            for number, own, counts in cursor.fetchall()
        ]


def _deposits_by_day_and_amount(account: BankAccount, lines: Sequence[FileLine]) -> dict[tuple[date, int], list[UUID]]:
    waiting: dict[tuple[date, int], list[UUID]] = {}
    if not lines:
        return waiting
    rows = Deposit.objects.filter(
        account=account,
        line__booked_on__gte=min(line.booked_on for line in lines),
        line__booked_on__lte=max(line.booked_on for line in lines),
        line__statement__state=Statement.State.READ,
    ).order_by("line__booked_on", "pk")
    for key, on, amount in rows.values_list("pk", "line__booked_on", "amount_minor"):
        waiting.setdefault((on, amount), []).append(key)
    return waiting


def _detail(key: UUID, line: FileLine) -> tuple[Any, ...]:
    names = name_key(line.payer_name) if line.payer_name else None
    return (
        *(key, _plain(line.payer_name), line.payer_code[:40], line.bank_name[:60], line.branch_name[:60]),
        *(_plain(line.text), line.edi[:200], names.strict[:120] if names else "", names.loose[:120] if names else ""),
    )


def _scope() -> dict[str, UUID]:
    return {"organization": require_organization()}


_DETAIL_COLUMNS = {
    "deposit_id": "uuid",
    "payer_raw": "text",
    "payer_code": "text",
    "bank_name": "text",
    "branch_name": "text",
    "text": "text",
    "edi": "text",
    "strict_key": "text",
    "loose_key": "text",
    "known_by": "text",
    "hold": "text",
}

_INSERT_LINES = """
INSERT INTO banking_statementline (id, organization_id, account_id, statement_id, fingerprint, occurrence, number,
    booked_on, value_on, direction, amount_minor, kind, payer_raw, payer_code, bank_name, branch_name, text, edi,
    native_id, reference, virtual_account, balance_minor, cancels)
SELECT id, %(organization)s, %(account)s, %(statement)s, fingerprint, occurrence, number,
    booked_on, value_on, direction, amount_minor, kind, payer_raw, payer_code, bank_name, branch_name, text, edi,
    native_id, reference, virtual_account, balance_minor, cancels
  FROM bank_rows
ON CONFLICT (organization_id, account_id, fingerprint, occurrence) DO NOTHING
"""

_INSERT_DEPOSITS = """
INSERT INTO banking_deposit (id, organization_id, account_id, line_id, method, state, received_on, recorded_at,
    recorded_by, amount_minor, applied_minor, currency, payer_raw, strict_key, loose_key, remitter_code,
    virtual_account, hold, bank_name, branch_name, text, edi, source, external_id, debit_account, entry_id)
SELECT staged.deposit_id, %(organization)s, %(account)s, staged.id, staged.method, 'open',
       staged.counts_on, %(now)s, %(by)s, staged.amount_minor, 0, %(currency)s,
       CASE WHEN staged.payer_raw = '' THEN staged.text ELSE staged.payer_raw END, staged.strict_key, staged.loose_key,
       staged.payer_code, staged.known_by, staged.hold, staged.bank_name, staged.branch_name, staged.text, staged.edi, '', '', %(debit)s,
       staged.entry_id
  FROM bank_rows staged
  JOIN banking_statementline line ON line.id = staged.id
 WHERE staged.makes_deposit
"""

_STAGE_POSTINGS = """
CREATE TEMPORARY TABLE bank_postings ON COMMIT DROP AS
SELECT deposit.entry_id, deposit.received_on AS on_day, 'deposit'::text AS kind,
       'banking.deposit'::text AS source_type, deposit.id AS source_id, NULL::uuid AS customer_id,
       left(deposit.payer_raw, 200)::text AS memo,
       %(debit)s::text AS debit, 'unapplied'::text AS credit, deposit.amount_minor, deposit.currency::text AS currency
  FROM bank_rows staged
  JOIN banking_deposit deposit ON deposit.id = staged.deposit_id
"""

_ENRICH = """
UPDATE banking_deposit deposit
   SET payer_raw = CASE WHEN deposit.strict_key = '' AND detail.payer_raw <> '' THEN detail.payer_raw ELSE deposit.payer_raw END,
       strict_key = CASE WHEN deposit.strict_key = '' THEN detail.strict_key ELSE deposit.strict_key END,
       loose_key = CASE WHEN deposit.strict_key = '' THEN detail.loose_key ELSE deposit.loose_key END,
       remitter_code = coalesce(nullif(deposit.remitter_code, ''), detail.payer_code),
       bank_name = coalesce(nullif(deposit.bank_name, ''), detail.bank_name),
       branch_name = coalesce(nullif(deposit.branch_name, ''), detail.branch_name),
       text = coalesce(nullif(deposit.text, ''), detail.text),
       edi = coalesce(nullif(deposit.edi, ''), detail.edi),
       hold = CASE WHEN deposit.virtual_account = '' THEN detail.hold ELSE deposit.hold END,
       virtual_account = coalesce(nullif(deposit.virtual_account, ''), detail.known_by)
  FROM bank_details detail
 WHERE deposit.organization_id = %(organization)s AND deposit.id = detail.deposit_id
"""
