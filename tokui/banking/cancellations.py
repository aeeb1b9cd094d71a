"""Which deposit a cancellation of the bank (取消, 訂正) takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from tokui.banking.models import BankAccount, Deposit, SetAside, Statement, StatementLine
from tokui.ledger.periods import open_days

#: How long after the payment a bank may still cancel it (組戻し after booking takes days, not months).
DAYS_BACK = 60
PROPOSED = 20


@dataclass(frozen=True)
class Candidate:
    """A deposit that a cancellation may mean."""

    on: date
    deposit: UUID
    payer: str
    reference: str
    rows: int


def pair_cancellations(account: BankAccount, since: date | None) -> list[tuple[UUID, date, UUID]]:
    """(deposit, day, line) for each cancelling line that has not cancelled anything yet and whose deposit is beyond doubt.

    A line takes back the latest deposit of the same amount and payer on or before its day. One that names no payer takes
    back the only deposit of its amount with its 照会番号, if that number is not just a row's place. Lines are looked at again with every file from `since`,
    because the payment may arrive in a later file than its cancellation.
    """
    if since is None:
        return []
    first = since - timedelta(days=DAYS_BACK)
    lines = list(
        unpaired_lines()
        .filter(account=account, booked_on__gte=first)
        .select_related("statement")
        .order_by("booked_on", "pk")
    )
    waiting = _candidates(account, lines, first - timedelta(days=DAYS_BACK))
    days = open_days(line.booked_on for line in lines)
    pairs = []
    for line in lines:
        mine = [one for one in waiting.get(line.amount_minor, []) if one.on <= line.booked_on]
        found = _by_payer(mine, line) or _by_reference(mine, line)
        if found is not None:
            waiting[line.amount_minor].remove(found)
            pairs.append((found.deposit, days[line.booked_on], line.pk))
    return pairs


def unpaired_lines() -> QuerySet[StatementLine]:
    """Cancellations of the bank that have taken nothing back, of files that count, which nobody has set aside."""
    return StatementLine.objects.filter(
        ~Exists(Deposit.objects.filter(cancelled_by_line=OuterRef("pk"))),
        ~Exists(SetAside.objects.filter(line=OuterRef("pk"))),
        cancels=True,
        direction="out",
        statement__state=Statement.State.READ,
    )


def proposals(line: StatementLine) -> list[Deposit]:
    """The deposits that a cancellation may mean: those of its amount in the days before it, the likeliest first."""
    rows = _open_for(line.account_id, {line.amount_minor}, line.booked_on - timedelta(days=DAYS_BACK))
    found = list(
        rows.filter(line__booked_on__lte=line.booked_on)
        .select_related("customer", "line")
        .order_by("-line__booked_on", "-pk")[:PROPOSED]
    )
    return sorted(found, key=lambda one: bool(one.line) and not _same_reference(one.line.reference, line.reference))


def recount_unpaired(account: BankAccount) -> None:
    """Let each file say how many of its cancellations still wait."""
    rows = Statement.objects.filter(
        account=account, state=Statement.State.READ, format=account.authoritative_format, unpaired_count__gt=0
    )
    lines = unpaired_lines().filter(account=account, statement__in=rows.values("pk")).order_by()
    counted = dict(lines.values_list("statement").annotate(n=Count("pk")))
    changed = [one for one in rows.only("unpaired_count") if one.unpaired_count != counted.get(one.pk, 0)]
    for one in changed:
        one.unpaired_count = counted.get(one.pk, 0)
    Statement.objects.bulk_update(changed, ["unpaired_count"])


def _candidates(account: BankAccount, lines: Iterable[StatementLine], first: date) -> dict[int, list[Candidate]]:
    amounts = {line.amount_minor for line in lines}
    found: dict[int, list[Candidate]] = {}
    if not amounts:
        return found
    rows = _open_for(account.pk, amounts, first)
    columns = ("pk", "amount_minor", "line__booked_on", "line__payer_raw", "line__text", "line__reference")
    for key, amount, on, payer, text, reference, rows_of_file in rows.values_list(
        *columns, "line__statement__line_count"
    ):
        found.setdefault(amount, []).append(Candidate(on, key, payer or text, reference, rows_of_file))
    return found


def _open_for(account: UUID, amounts: set[int], first: date) -> QuerySet[Deposit]:
    rows = Deposit.objects.filter(account=account, amount_minor__in=amounts, line__booked_on__gte=first)
    return rows.exclude(state=Deposit.State.CANCELLED)


def _by_payer(candidates: Iterable[Candidate], line: StatementLine) -> Candidate | None:
    same = (one for one in candidates if one.payer == (line.payer_raw or line.text))
    return max(same, key=lambda one: (one.on, one.deposit), default=None)


def _by_reference(candidates: Iterable[Candidate], line: StatementLine) -> Candidate | None:
    """Only where the line names no payer, and not by a number that banks give afresh to the rows of each file: such a
    one is no larger than the file."""
    if line.payer_raw or not line.reference.isdigit():
        return None
    same = [
        one
        for one in candidates
        if _same_reference(one.reference, line.reference)
        and int(line.reference) > max(one.rows, line.statement.line_count)
    ]
    return same[0] if len(same) == 1 else None


def _same_reference(one: str, other: str) -> bool:
    return bool(other.strip("0 ")) and one.lstrip("0") == other.lstrip("0")
