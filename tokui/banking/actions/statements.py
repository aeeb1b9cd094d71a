"""Taking in a bank file: store it, read it whole or refuse it whole, add what is new, cancel what was taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import cancel_deposits
from tokui.banking.cancellations import pair_cancellations, recount_unpaired
from tokui.banking.continuity import flag_gaps
from tokui.banking.described import describe, kind_deviations
from tokui.banking.events import StatementRead, StatementReceived, StatementRefused
from tokui.banking.models import BankAccount, Statement
from tokui.banking.reading import read_file
from tokui.banking.recipients import OtherAccount, Share, shares_of
from tokui.banking.refusals import FileRefused
from tokui.banking.refused import StatementNotWaiting
from tokui.banking.statements import Deviation, StatementFile
from tokui.banking.storing import enrich_deposits, store_lines
from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
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
    file that was refused is read again, one that was taken back counts anew. A file of several accounts becomes one statement for each of
    them. Look at the returned row's `state` and `refusal`.
    """
    access.require(by, BANK_IMPORT)
    digest = hashlib.sha256(content).hexdigest()
    advisory_lock("banking.parcel", [digest])
    statement = _known(account, digest)
    if statement is None:
        parcel = inbox.receive(content, source=f"bank:{account.code}", name=name, by=by)
        statement = _received(account, parcel, format, by)
    elif not _wait_again(statement, format):
        return statement
    if at_once:
        return read_statement(statement, by=by)
    from tokui.banking.tasks import read_received

    read_received.later(statement=str(statement.pk))
    return statement


def is_read(content: bytes, *, account: BankAccount) -> bool:
    """Whether these bytes were taken over for this account before, so that sending them again adds nothing."""
    found = _known(account, hashlib.sha256(content).hexdigest())
    return found is not None and found.state == Statement.State.READ


def read_again(statement: Statement, *, format: str = "auto", by: Actor) -> Statement:
    """Try a refused file once more, after a mapping or the account was corrected; or one that was taken back."""
    content = read(statement.parcel.file)
    return import_statement(
        content, account=statement.account, name=statement.parcel.file.name, format=format, by=by, at_once=True
    )


def read_statement(statement: Statement, *, by: Actor) -> Statement:
    """Read a received file through its connector. Everything of it counts, or nothing and the row says why.

    A file of several accounts is taken for all of them or for none.
    """
    access.require(by, BANK_IMPORT)
    understood, refusal = _understood(statement)
    return _decide(statement, understood, refusal, by)


@dataclass(frozen=True)
class _Understood:
    file: StatementFile
    shares: Sequence[Share]


def _understood(statement: Statement) -> tuple[_Understood | None, dict[str, Any]]:
    """What the file says and to whom; or why it cannot be read. Takes no lock: a large file needs its time."""
    account, kept = statement.account, statement.parcel.file
    try:
        file = read_file(
            read(kept), statement.asked_format, name=kept.name, today=clock.today(), mapping=account.mapping
        )
        return _Understood(file, shares_of(file, account)), {}
    except FileRefused as refused:
        return None, _refusal(refused)


@transaction.atomic
def _decide(statement: Statement, understood: _Understood | None, refusal: dict[str, Any], by: Actor) -> Statement:
    shares = understood.shares if understood else []
    for key in sorted({statement.account_id, *(share.account.pk for share in shares)}):
        advisory_lock("banking.account", [key])
    lock(statement)
    if statement.state != Statement.State.RECEIVED:
        raise StatementNotWaiting
    if understood is None:
        return _refuse(statement, refusal, by)
    try:
        with transaction.atomic():
            for share in shares:
                _take_share(statement, understood.file, share, by)
    except Refusal as refused:  # a month closed in between, books that do not take it: the file says so and waits
        statement.refresh_from_db()
        return _refuse(statement, _refusal_of_verb(refused), by)
    statement.refresh_from_db()
    if statement.parcel.state == Parcel.State.RECEIVED:
        inbox.understood(statement.parcel)
    return statement


def _take_share(statement: Statement, file: StatementFile, share: Share, by: Actor) -> None:
    """Take what the file says of one account: for the statement itself, or for its sibling of another account.

    The account is held by its advisory lock. Locking the row as well would wait for everybody who has just written a
    statement that refers to it, while they wait for us.
    """
    share.account.refresh_from_db()
    mine = statement if share.account.pk == statement.account_id else _sibling(statement, share.account, by)
    if mine.state == Statement.State.RECEIVED:
        _take(mine, file, share, by)


def _sibling(statement: Statement, account: BankAccount, by: Actor) -> Statement:
    """The statement of another account that the same file holds."""
    found = _known(account, statement.parcel.external_id)
    if found is None:
        return _received(account, statement.parcel, statement.asked_format, by)
    _wait_again(found, statement.asked_format)
    return found


def _known(account: BankAccount, digest: str) -> Statement | None:
    """The statement of these bytes; one that was taken back stays so, and the bytes count anew."""
    rows = Statement.objects.filter(account=account, parcel__external_id=digest)
    return rows.exclude(state=Statement.State.TAKEN_BACK).first()


def _received(account: BankAccount, parcel: Parcel, format: str, by: Actor) -> Statement:
    made = Statement.objects.create(
        account=account, parcel=parcel, asked_format=format, received_at=clock.now(), received_by=by.name
    )
    emit(StatementReceived(made.pk, account.pk), about=made, by=by)
    return made


def _wait_again(statement: Statement, format: str) -> bool:
    """Let a refused file be read anew. False for one that counts, or is being read."""
    if statement.state != Statement.State.REFUSED:
        return False
    states.move(statement, to=Statement.State.RECEIVED, asked_format=format, refusal=None)
    return True


def _take(statement: Statement, file: StatementFile, share: Share, by: Actor) -> None:
    account = share.account
    if not account.authoritative_format:
        account.authoritative_format = file.format
        account.save(update_fields=["authoritative_format"])
    statement.format = file.format
    describe(statement, share.parts)
    statement.save()
    told = [*file.deviations, *kind_deviations(share)]
    if account.authoritative_format == file.format:
        counts = store_lines(account, statement, share.parts, by=by)
        told += counts.moved
        added = statement.added_count + counts.added  # more than none only for a file that is read once more
        changes: dict[str, Any] = {
            "added_count": added,
            "known_count": counts.added + counts.known - added,
            "deposit_count": statement.deposit_count + counts.deposits,
        }
    else:
        enriched, unpaired = enrich_deposits(account, share.parts)
        changes = {"enriched_count": enriched, "unpaired_count": unpaired}
    changes["deviations"] = [asdict(each) for each in _shortened(told)]
    states.move(statement, to=Statement.State.READ, **changes)
    if account.authoritative_format == file.format:
        _cancel_what_is_taken_back(account, statement, by)
    flag_gaps(account)
    statement.refresh_from_db()
    emit(_read_event(statement), about=statement, by=by)


def _cancel_what_is_taken_back(account: BankAccount, statement: Statement, by: Actor) -> None:
    pairs = pair_cancellations(account, statement.from_on)
    cancel_deposits(pairs, by=by)
    statement.cancelled_count += len(pairs)
    statement.unpaired_count = statement.lines.filter(cancels=True, direction="out").count()
    statement.save(update_fields=["cancelled_count", "unpaired_count"])
    recount_unpaired(account)


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


def _shortened(deviations: Sequence[Deviation]) -> Sequence[Deviation]:
    return deviations[:DEVIATIONS_KEPT]


def _refusal(refused: FileRefused) -> dict[str, Any]:
    code = refused.word if isinstance(refused, OtherAccount) else refused.code.value
    facts = {"line": refused.line, "field": refused.field, "column": refused.column}
    facts |= {"found": refused.found, "expected": refused.expected}
    return {"code": code, **{key: value for key, value in facts.items() if value is not None}}


def _refusal_of_verb(refused: Refusal) -> dict[str, Any]:
    """A refusal of another room in the shape of a file's: its code, and what it names."""
    found = ", ".join(str(value) for value in refused.fields.values())
    return {"code": refused.code, **({"found": found} if found else {})}


def _refuse(statement: Statement, refusal: dict[str, Any], by: Actor) -> Statement:
    states.move(statement, to=Statement.State.REFUSED, refusal=refusal)
    emit(StatementRefused(statement.pk, statement.account_id, refusal["code"]), about=statement, by=by)
    return statement
