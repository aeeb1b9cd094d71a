"""What the pages of banking list: accounts with their state, deposits by conditions, files that need a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tokui.banking.cancellations import unpaired_lines
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.core import clock
from tokui.core.days import business_days_between
from tokui.core.errors import Invalid
from tokui.core.values import ValueRefused, parse_amount, parse_day
from tokui.customers.names import name_key
from tokui.ledger.queries import balances_of

#: After so many bank business days without a file somebody forgot to fetch it.
QUIET_DAYS = 3
GAPS_SHOWN_DAYS = 90
#: A file that nobody has read by then is stuck: no worker runs, or it fails again and again.
READ_WITHIN = timedelta(minutes=10)
ATTENTION_CAP = 100


@dataclass(frozen=True)
class Overview:
    """An account as the list shows it. `balance_minor` is the books'; `quiet_days` are business days since the last file."""

    account: BankAccount
    last: Statement | None
    balance_minor: int
    quiet_days: int | None

    @property
    def is_late(self) -> bool:
        return self.quiet_days is not None and self.quiet_days > QUIET_DAYS


@dataclass(frozen=True)
class Attention:
    """What bank files ask of a person."""

    refused: list[Statement]
    quiet: list[Overview]
    gaps: list[Statement]
    stuck: list[Statement]
    unpaired: list[StatementLine]

    @property
    def number(self) -> int:
        return sum(len(each) for each in (self.refused, self.quiet, self.gaps, self.stuck, self.unpaired))


def overviews() -> list[Overview]:
    """All accounts, those in use first. A constant number of queries (one more for each further currency)."""
    accounts = list(BankAccount.objects.order_by("-is_active", "code"))
    last = last_statements()
    balances = {
        currency: balances_of("bank:", currency=currency) for currency in {account.currency for account in accounts}
    }
    today = clock.today()
    return [
        Overview(
            account,
            statement := last.get(account.pk),
            balances[account.currency].get(account.ledger_account, 0),
            _quiet(account, statement, today),
        )
        for account in accounts
    ]


def last_statements() -> dict[object, Statement]:
    """Of each account the statement that reaches furthest."""
    rows = Statement.objects.filter(state=Statement.State.READ, to_on__isnull=False)
    rows = rows.order_by("account_id", "-to_on", "-received_at").distinct("account_id").defer("deviations")
    return {one.account_id: one for one in rows}


def attention() -> Attention:
    """Files refused since the account's last good one or never read, accounts gone quiet, statements that do not
    continue, cancellations of the bank that found no deposit."""
    later = Statement.objects.filter(
        account=OuterRef("account"), state=Statement.State.READ, received_at__gt=OuterRef("received_at")
    )
    files = Statement.objects.select_related("account", "parcel__file").order_by("-received_at")
    refused = files.filter(state=Statement.State.REFUSED).exclude(Exists(later))
    gaps = files.filter(gap_from_on__gte=clock.today() - timedelta(days=GAPS_SHOWN_DAYS))
    stuck = files.filter(state=Statement.State.RECEIVED, received_at__lt=clock.now() - READ_WITHIN)
    unpaired = unpaired_lines().select_related("account").order_by("-booked_on", "-pk")
    return Attention(
        list(refused[:ATTENTION_CAP]),
        [one for one in overviews() if one.is_late],
        list(gaps[:ATTENTION_CAP]),
        list(stuck[:ATTENTION_CAP]),
        list(unpaired[:ATTENTION_CAP]),
    )


def same_file_of(statement: Statement) -> list[UUID]:
    """Statements that the same bytes made for other accounts: parts of one file, or a file put on two accounts."""
    return list(_same_file(statement.parcel.external_id, statement.account_id))


def with_same_file(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """The rows with `same_file`, in one statement."""
    same = _same_file(OuterRef("parcel__external_id"), OuterRef("account_id"))
    return rows.annotate(same_file=ArraySubquery(same))


def _same_file(digest: Any, account: Any) -> QuerySet[Statement, UUID]:
    rows = Statement.objects.filter(parcel__external_id=digest).exclude(account_id=account)
    return rows.exclude(state=Statement.State.TAKEN_BACK).order_by("pk").values_list("pk", flat=True)


def deposits_where(conditions: Mapping[str, str]) -> QuerySet[Deposit]:
    """Deposits by state, method, period, amount and payer. Raises Invalid naming the condition that cannot be read."""
    rows = Deposit.objects.select_related("account", "customer")
    for name in ("state", "method"):
        if conditions.get(name):
            rows = rows.filter(**{name: conditions[name]})
    if conditions.get("use") == "partial":
        rows = rows.filter(state=Deposit.State.OPEN, applied_minor__gt=0)
    for name, lookup in (("from_on", "received_on__gte"), ("to_on", "received_on__lte")):
        if conditions.get(name):
            rows = rows.filter(**{lookup: _day(name, conditions[name])})
    for name, lookup in (("least", "amount_minor__gte"), ("most", "amount_minor__lte")):
        if conditions.get(name):
            rows = rows.filter(**{lookup: _amount(name, conditions[name])})
    return rows.filter(_payer(conditions["q"])) if conditions.get("q") else rows


def _payer(typed: str) -> Q:
    """The payer in whatever width and spelling, the remark, the remitter code, or the customer's name and code."""
    words = typed.strip()
    found = Q(payer_raw__icontains=words) | Q(text__icontains=words) | Q(remitter_code=words)
    found |= Q(customer__name__icontains=words) | Q(customer__code__iexact=words)
    key = name_key(words).loose
    return found | Q(loose_key__contains=key) if key else found


def _quiet(account: BankAccount, last: Statement | None, today: date) -> int | None:
    if last is None or last.to_on is None or not account.is_active:
        return None
    return max(0, business_days_between(last.to_on, today))


def _day(name: str, text: str) -> date:
    try:
        return parse_day(text)
    except ValueRefused as refused:
        raise Invalid(field=name, reason=_("Use a date such as 2026-11-20.")) from refused


def _amount(name: str, text: str) -> int:
    try:
        return parse_amount(text, "JPY").minor
    except ValueRefused as refused:
        raise Invalid(field=name, reason=_("This is not an amount.")) from refused
