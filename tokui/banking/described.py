"""What a statement says of a file as a whole: its days, balances, what proves it, and an account named otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tokui.banking.models import Statement
from tokui.banking.recipients import Share
from tokui.banking.refusals import DeviationCode
from tokui.banking.statements import Deviation, StatementAccount, parts_by_account

ZENGIN_TYPES = frozenset("1249")


def describe(statement: Statement, parts: Sequence[StatementAccount]) -> None:
    """Write days, balances, count and proof of a file's parts onto its row; saves nothing."""
    days = [line.booked_on for part in parts for line in part.lines]
    starts = [part.from_on for part in parts if part.from_on] or days
    ends = [part.to_on for part in parts if part.to_on] or days
    statement.from_on, statement.to_on = min(starts, default=None), max(ends, default=None)
    statement.opening_minor, statement.closing_minor = _balances(parts)
    statement.line_count = sum(len(part.lines) for part in parts)
    statement.proof = _proof(parts)


def kind_deviations(share: Share) -> Iterator[Deviation]:
    """Where the file calls the account 普通 and we call it 当座: read all the same, because number and branch agree."""
    ours = share.account.account_type
    for found in sorted({part.account_type or "" for part in share.parts if not _is_virtual(part)}):
        if found in ZENGIN_TYPES and found and ours and found != ours:
            yield Deviation(DeviationCode.OTHER_TYPE.value, "account", found, ours)


def _is_virtual(part: StatementAccount) -> bool:
    return any(line.virtual_account for line in part.lines)


def _balances(parts: Sequence[StatementAccount]) -> tuple[int | None, int | None]:
    """Opening and closing balance; where only the rows carry balances, from the first and the last row."""
    if not parts:
        return None, None
    ordered = parts_by_account(parts)[0]
    opening, closing = ordered[0].opening_minor, ordered[-1].closing_minor
    first = ordered[0].lines[0] if ordered[0].lines else None
    last = ordered[-1].lines[-1] if ordered[-1].lines else None
    if opening is None and first is not None and first.balance_minor is not None:
        opening = first.balance_minor - first.signed_minor
    if closing is None and last is not None:
        closing = last.balance_minor
    return opening, closing


def _proof(parts: Sequence[StatementAccount]) -> str:
    """What of the file would have told that a row is missing, for every part of it."""
    if all(_has_balances(part) for part in parts):
        return Statement.Proof.BALANCES
    if all(_has_balances(part) or part.totals is not None for part in parts):
        return Statement.Proof.TOTALS
    return Statement.Proof.NONE


def _has_balances(part: StatementAccount) -> bool:
    if part.opening_minor is not None and part.closing_minor is not None:
        return True
    return bool(part.lines) and all(line.balance_minor is not None for line in part.lines)
