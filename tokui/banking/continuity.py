"""Days without continuity: where a statement does not go on from the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Case, F, Sum, When

from tokui.banking.models import BankAccount, Statement, StatementLine
from tokui.core.days import add_business_days

Gap = tuple[date | None, int | None]
NO_GAP: Gap = (None, None)


def flag_gaps(account: BankAccount) -> None:
    """Compare each statement of the authoritative format with those before it, and flag or clear it.

    With balances: it opens with a balance that no other one leads to. Without: bank business days lie between.
    """
    rows = list(
        Statement.objects.filter(
            account=account, state=Statement.State.READ, format=account.authoritative_format, to_on__isnull=False
        )
        .order_by("from_on", "to_on", "pk")
        .only("from_on", "to_on", "opening_minor", "closing_minor", "gap_from_on", "gap_minor", "account")
    )
    changed = []
    for one, gap in _gaps(rows):
        if (one.gap_from_on, one.gap_minor) != gap:
            one.gap_from_on, one.gap_minor = gap
            changed.append(one)
    Statement.objects.bulk_update(changed, ["gap_from_on", "gap_minor"])


def _gaps(rows: Sequence[Statement]) -> Iterator[tuple[Statement, Gap]]:
    """Each statement with its gap; `rows` are in the order of their first days. The files of one day may come in any
    order and may repeat each other."""
    ending: dict[date, list[Statement]] = defaultdict(list)
    for one in rows:
        if one.to_on and one.closing_minor is not None:
            ending[one.to_on].append(one)
    furthest: Statement | None = None
    for starts, group in groupby(rows, key=_first_day):
        beside = list(group)
        known = _known_balance(furthest, starts)
        lonely = [one for one in beside if not _is_led_to(one, known, ending[starts], beside)]
        if known is None and furthest is None:
            lonely = lonely[1:]  # the account's history begins with one of them
        for one in beside:
            yield one, _gap(furthest, one, known, ending[starts]) if one in lonely else NO_GAP
        furthest = max([*beside, *([furthest] if furthest else [])], key=_last_day)


def _known_balance(before: Statement | None, starts: date) -> int | None:
    """The balance with which a day begins, by the statement that reaches furthest of those begun before it."""
    if before is None or _last_day(before) < starts:
        return before.closing_minor if before else None
    return None if before.opening_minor is None else before.opening_minor + _moved(before, starts)


def _is_led_to(one: Statement, known: int | None, ending: Sequence[Statement], beside: Sequence[Statement]) -> bool:
    """Whether the day begins with its opening balance, another file of the day closes with it, or one it repeats."""
    if one.opening_minor is None:
        return False
    others = [other.closing_minor for other in ending if other is not one]
    repeated = [other.opening_minor for other in beside if other.pk < one.pk]
    return one.opening_minor in [known, *others, *repeated]


def _gap(before: Statement | None, one: Statement, known: int | None, ending: Sequence[Statement]) -> Gap:
    day = min(_last_day(before), _first_day(one)) if before else _first_day(one)
    is_within = before is not None and _last_day(before) >= _first_day(one)
    balances = [] if is_within else [other.closing_minor for other in ending if other is not one]
    balances = balances or [known]
    if one.opening_minor is not None and balances[-1] is not None:
        return day, one.opening_minor - balances[-1]
    if before is None or _first_day(one) <= add_business_days(_last_day(before), 1):
        return NO_GAP
    return day, None


def _first_day(one: Statement) -> date:
    return one.from_on or date.min


def _last_day(one: Statement) -> date:
    return one.to_on or date.min


def _moved(around: Statement, until: date) -> int:
    """What the lines of the account move from the first day of a statement to the day before `until`."""
    lines = StatementLine.objects.filter(
        account_id=around.account_id,
        booked_on__range=(around.from_on, until - timedelta(days=1)),
        statement__state=Statement.State.READ,
    )
    signed = Case(When(direction="in", then=F("amount_minor")), default=-F("amount_minor"))
    return int(lines.aggregate(sum=Sum(signed))["sum"] or 0)
