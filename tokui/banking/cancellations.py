"""Which deposit a cancellation of the bank (取消, 訂正) takes back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from tokui.banking.models import BankAccount, Deposit, StatementLine

#: How long after the payment a bank may still cancel it (組戻し after booking takes days, not months).
DAYS_BACK = 60


def pair_cancellations(account: BankAccount, since: date | None) -> tuple[list[tuple[UUID, date, UUID]], int]:
    """(deposit, day, line) for each cancelling line that has not cancelled anything yet, and how many found nothing.

    A line takes back the latest deposit of the same amount and payer on or before its day. Lines are looked at again
    with every file from `since`, because the payment may arrive in a later file than its cancellation.
    """
    if since is None:
        return [], 0
    first = since - timedelta(days=DAYS_BACK)
    used = Deposit.objects.filter(account=account, cancelled_by_line__isnull=False).values("cancelled_by_line")
    lines = list(
        StatementLine.objects.filter(account=account, cancels=True, direction="out", booked_on__gte=first)
        .exclude(pk__in=used)
        .order_by("booked_on", "pk")
    )
    if not lines:
        return [], 0
    waiting = _deposits(account, lines, first - timedelta(days=DAYS_BACK))
    pairs, lonely = [], 0
    for line in lines:
        deposit = _taken_back(waiting.get((line.amount_minor, line.payer_raw or line.text), []), line)
        if deposit is None:
            lonely += 1
            continue
        waiting[line.amount_minor, line.payer_raw or line.text].remove(deposit)
        pairs.append((deposit[1], line.booked_on, line.pk))
    return pairs, lonely


Candidate = tuple[date, UUID]


def _deposits(account: BankAccount, lines: list[StatementLine], first: date) -> dict[tuple[int, str], list[Candidate]]:
    found: dict[tuple[int, str], list[Candidate]] = {}
    rows = Deposit.objects.filter(
        account=account, amount_minor__in={line.amount_minor for line in lines}, line__booked_on__gte=first
    ).exclude(state=Deposit.State.CANCELLED)
    for key, amount, payer, on in rows.values_list("pk", "amount_minor", "line__payer_raw", "line__booked_on"):
        found.setdefault((amount, payer), []).append((on, key))
    for key, amount, text, on in rows.filter(line__payer_raw="").values_list(
        "pk", "amount_minor", "line__text", "line__booked_on"
    ):
        found.setdefault((amount, text), []).append((on, key))
    return found


def _taken_back(candidates: list[Candidate], line: StatementLine) -> Candidate | None:
    return max((one for one in candidates if one[0] <= line.booked_on), default=None)
