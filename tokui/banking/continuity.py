"""Days without continuity: where a statement does not go on from the one before."""

from __future__ import annotations

from datetime import date

from tokui.banking.models import BankAccount, Statement
from tokui.core.days import add_business_days


def flag_gaps(account: BankAccount) -> None:
    """Compare each statement of the authoritative format with its predecessor, and flag or clear it.

    With balances: the opening differs from the predecessor's closing. Without: bank business days lie between them.
    """
    before: Statement | None = None
    changed = []
    for one in Statement.objects.filter(
        account=account, state=Statement.State.READ, format=account.authoritative_format, to_on__isnull=False
    ).order_by("from_on", "to_on", "pk"):
        gap = _gap(before, one) if before is not None else (None, None)
        if (one.gap_from_on, one.gap_minor) != gap:
            one.gap_from_on, one.gap_minor = gap
            changed.append(one)
        if before is None or one.to_on >= before.to_on:  # type: ignore[operator]
            before = one
    Statement.objects.bulk_update(changed, ["gap_from_on", "gap_minor"])


def _gap(before: Statement, one: Statement) -> tuple[date | None, int | None]:
    if one.from_on <= before.to_on:  # type: ignore[operator]
        return None, None
    if before.closing_minor is not None and one.opening_minor is not None:
        missing = one.opening_minor - before.closing_minor
        return (before.to_on, missing) if missing else (None, None)
    follows = add_business_days(before.to_on, 1)  # type: ignore[arg-type]
    return (before.to_on, None) if one.from_on > follows else (None, None)  # type: ignore[operator]
