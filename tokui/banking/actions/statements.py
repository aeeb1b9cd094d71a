"""Taking in a bank file: store it, read it whole or refuse it whole, add what is new, cancel what was taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import cancel_deposits
from tokui.banking.cancellations import pair_cancellations
from tokui.banking.continuity import flag_gaps
from tokui.banking.events import StatementRead, StatementReceived, StatementRefused
from tokui.banking.models import BankAccount, Statement
from tokui.banking.reading import read_file
from tokui.banking.refusals import FileRefused
from tokui.banking.refused import StatementNotWaiting
from tokui.banking.statements import Deviation, StatementAccount, StatementFile
from tokui.banking.storing import enrich_deposits, store_lines
from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.files import read
from tokui.core.locks import advisory_lock, lock
from tokui.core.models import Parcel

DEVIATIONS_KEPT = 500


@transaction.atomic
def import_statement(
    content: bytes, *, account: BankAccount, name: str, format: str = "auto", by: Actor, at_once: bool = False
) -> Statement:
    """Store a bank file and have it read: by a job, or within this call with `at_once`.

    The same bytes for the same account are the same statement, however often and by how many people they are sent; a
    file that was refused is read again. Look at the returned row's `state` and `refusal`.
    """
    access.require(by, BANK_IMPORT)
    advisory_lock("banking.parcel", [hashlib.sha256(content).hexdigest()])
    parcel = inbox.receive(content, source=f"bank:{account.code}", name=name, by=by)
    statement, is_new = Statement.objects.get_or_create(
        account=account,
        parcel=parcel,
        defaults={"asked_format": format, "received_at": clock.now(), "received_by": by.name},
    )
    if is_new:
        emit(StatementReceived(statement.pk, account.pk), about=statement, by=by)
    elif statement.state == Statement.State.REFUSED:
        states.move(statement, to=Statement.State.RECEIVED, asked_format=format, refusal=None)
    else:
        return statement
    if at_once:
        return read_statement(statement, by=by)
    from tokui.banking.tasks import read_received

    read_received.later(statement=str(statement.pk))
    return statement


def is_read(content: bytes, *, account: BankAccount) -> bool:
    """Whether these bytes were taken over for this account before, so that sending them again adds nothing."""
    parcel = inbox.known(content, source=f"bank:{account.code}")
    return Statement.objects.filter(account=account, parcel=parcel, state=Statement.State.READ).exists()


def read_again(statement: Statement, *, format: str = "auto", by: Actor) -> Statement:
    """Try a refused file once more, after a mapping or the account was corrected."""
    content = read(statement.parcel.file)
    return import_statement(
        content, account=statement.account, name=statement.parcel.file.name, format=format, by=by, at_once=True
    )


@transaction.atomic
def read_statement(statement: Statement, *, by: Actor) -> Statement:
    """Read a received file through its connector. Everything of it counts, or nothing and the row says why."""
    access.require(by, BANK_IMPORT)
    advisory_lock("banking.account", [statement.account_id])
    lock(statement)
    if statement.state != Statement.State.RECEIVED:
        raise StatementNotWaiting
    account = statement.account
    file_row = statement.parcel.file
    try:
        file = read_file(
            read(file_row),
            statement.asked_format,
            name=file_row.name,
            today=clock.today(),
            mapping=account.mapping,
        )
        parts = _parts_of(file, account)
    except FileRefused as refused:
        return _refuse(statement, _refusal(refused), by)
    return _take(statement, file, parts, by)


def _take(statement: Statement, file: StatementFile, parts: Sequence[StatementAccount], by: Actor) -> Statement:
    account = statement.account
    if not account.authoritative_format:
        account.authoritative_format = file.format
        account.save(update_fields=["authoritative_format"])
    statement.format = file.format
    _describe(statement, file, parts)
    statement.save()
    if account.authoritative_format == file.format:
        counts = store_lines(account, statement, parts, by=by)
        pairs, lonely = pair_cancellations(account, counts.from_on)
        cancel_deposits(pairs, by=by)
        changes: dict[str, Any] = {
            "added_count": counts.added,
            "known_count": counts.known,
            "deposit_count": counts.deposits,
        }
        changes |= {"cancelled_count": len(pairs), "unpaired_count": lonely}
    else:
        enriched, unpaired = enrich_deposits(account, parts)
        changes = {"enriched_count": enriched, "unpaired_count": unpaired}
    states.move(statement, to=Statement.State.READ, **changes)
    flag_gaps(account)
    statement.refresh_from_db()
    if statement.parcel.state == Parcel.State.RECEIVED:
        inbox.understood(statement.parcel)
    emit(_read_event(statement), about=statement, by=by)
    return statement


def _read_event(statement: Statement) -> StatementRead:
    return StatementRead(
        statement.pk,
        statement.account_id,
        statement.format,
        statement.added_count,
        statement.known_count,
        statement.deposit_count,
        statement.cancelled_count,
    )


def _describe(statement: Statement, file: StatementFile, parts: Sequence[StatementAccount]) -> None:
    days = [line.booked_on for part in parts for line in part.lines]
    starts = [part.from_on for part in parts if part.from_on] or days
    ends = [part.to_on for part in parts if part.to_on] or days
    statement.from_on, statement.to_on = min(starts, default=None), max(ends, default=None)
    statement.opening_minor, statement.closing_minor = _balances(parts)
    statement.line_count = sum(len(part.lines) for part in parts)
    statement.deviations = [asdict(each) for each in _shortened(file.deviations)]


def _balances(parts: Sequence[StatementAccount]) -> tuple[int | None, int | None]:
    """Opening and closing balance; where only the rows carry balances, from the first and the last row."""
    if not parts:
        return None, None
    opening, closing = parts[0].opening_minor, parts[-1].closing_minor
    first = parts[0].lines[0] if parts[0].lines else None
    last = parts[-1].lines[-1] if parts[-1].lines else None
    if opening is None and first is not None and first.balance_minor is not None:
        opening = first.balance_minor - first.signed_minor
    if closing is None and last is not None:
        closing = last.balance_minor
    return opening, closing


def _shortened(deviations: Sequence[Deviation]) -> Sequence[Deviation]:
    return deviations[:DEVIATIONS_KEPT]


def _parts_of(file: StatementFile, account: BankAccount) -> list[StatementAccount]:
    """The file's parts, all of which must be of this account. A part that does not say whose it is counts as ours."""
    for part in file.accounts:
        _same_account("bank_code", part.bank_code, account.bank_code)
        _same_account("branch_code", part.branch_code, account.branch_code)
        _same_account("account_number", part.account_number, account.number)
        _same_account("currency", part.currency, account.currency)
    return list(file.accounts)


class OtherAccount(FileRefused):
    """The file is of another account than the one chosen. field: what differs, found: the file's, expected: ours."""

    def __init__(self, field: str, found: str, expected: str) -> None:
        Exception.__init__(self, field, found, expected)
        self.field, self.found, self.expected, self.line, self.column = field, found, expected, None, None


def _same_account(field: str, found: str | None, ours: str) -> None:
    if found and ours and found.lstrip("0") != ours.lstrip("0"):
        raise OtherAccount(field, found, ours)


def _refusal(refused: FileRefused) -> dict[str, Any]:
    code = "other_account" if isinstance(refused, OtherAccount) else refused.code.value
    facts = {"line": refused.line, "field": refused.field, "column": refused.column}
    facts |= {"found": refused.found, "expected": refused.expected}
    return {"code": code, **{key: value for key, value in facts.items() if value is not None}}


def _refuse(statement: Statement, refusal: dict[str, Any], by: Actor) -> Statement:
    states.move(statement, to=Statement.State.REFUSED, refusal=refusal)
    emit(StatementRefused(statement.pk, statement.account_id, refusal["code"]), about=statement, by=by)
    return statement
