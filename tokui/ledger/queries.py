"""Reading the books: balances in constant time, the trial balance, the page of an account.

A balance is the sum of the daily totals and of the postings after their horizon. It is positive where debits
outweigh credits; an account of debts or revenue is therefore negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

#: Sums of one account, of accounts under a prefix, or of all; totals first, then the tail.
MOVEMENTS = """
    SELECT account, currency, sum(debit_minor)::bigint AS debit_minor, sum(credit_minor)::bigint AS credit_minor
      FROM (SELECT account, currency, "on", debit_minor, credit_minor FROM ledger_dailytotal
             WHERE {account}
            UNION ALL
            SELECT debit, currency, "on", amount_minor, 0 FROM ledger_posting
             WHERE place > coalesce((SELECT place FROM ledger_horizon), 0) AND {debit}
            UNION ALL
            SELECT credit, currency, "on", 0, amount_minor FROM ledger_posting
             WHERE place > coalesce((SELECT place FROM ledger_horizon), 0) AND {credit}) AS movement
     WHERE (%(from_on)s::date IS NULL OR "on" >= %(from_on)s) AND (%(to_on)s::date IS NULL OR "on" <= %(to_on)s)
     GROUP BY account, currency
"""


@dataclass(frozen=True)
class Movement:
    """Debits and credits of one account in one currency, in minor units."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True)
class TrialRow:
    """One row of the trial balance (残高試算表): brought forward, moved in the period, carried forward."""

    account: str
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


def balance(account: str, as_of: date | None = None, *, currency: str = "JPY") -> int:
    """Debits less credits of one account up to and including a day, in minor units."""
    sql = MOVEMENTS.format(account="account = %(account)s", debit="debit = %(account)s", credit="credit = %(account)s")
    found = [one for one in _movements(sql, to_on=as_of, account=account) if one.currency == currency]
    return found[0].balance_minor if found else 0


def balances_of(prefix: str, as_of: date | None = None, *, currency: str = "JPY") -> dict[str, int]:
    """Balances of all accounts whose code starts with a prefix."""
    sql = MOVEMENTS.format(account="account ^@ %(prefix)s", debit="debit ^@ %(prefix)s", credit="credit ^@ %(prefix)s")
    return {
        one.account: one.balance_minor
        for one in _movements(sql, to_on=as_of, prefix=prefix)
        if one.currency == currency
    }


def movements(from_on: date | None = None, to_on: date | None = None) -> list[Movement]:
    """Every account's debits and credits in a period, by account."""
    return _movements(MOVEMENTS.format(account="true", debit="true", credit="true"), from_on=from_on, to_on=to_on)


def trial_balance(from_on: date, to_on: date) -> list[TrialRow]:
    """All accounts with what was brought forward and what moved in the period; accounts of one customer are one row."""
    sql = f"""
        SELECT {GATHERED} AS gathered, currency,
               coalesce(sum(CASE WHEN "on" < %(from_on)s THEN debit_minor - credit_minor END), 0)::bigint,
               coalesce(sum(CASE WHEN "on" >= %(from_on)s THEN debit_minor END), 0)::bigint,
               coalesce(sum(CASE WHEN "on" >= %(from_on)s THEN credit_minor END), 0)::bigint
          FROM (SELECT account, currency, "on", debit_minor, credit_minor FROM ledger_dailytotal
                UNION ALL
                SELECT debit, currency, "on", amount_minor, 0 FROM ledger_posting
                 WHERE place > coalesce((SELECT place FROM ledger_horizon), 0)
                UNION ALL
                SELECT credit, currency, "on", 0, amount_minor FROM ledger_posting
                 WHERE place > coalesce((SELECT place FROM ledger_horizon), 0)) AS movement
         WHERE "on" <= %(to_on)s GROUP BY gathered, currency ORDER BY gathered, currency
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"from_on": from_on, "to_on": to_on})
        return [TrialRow(*row) for row in cursor.fetchall()]


#: `customers:<id>:receivable` of all customers is one account of the trial balance.
GATHERED = "CASE WHEN account ^@ 'customers:' THEN 'customers:*:' || split_part(account, ':', 3) ELSE account END"


def _movements(sql: str, **values: Any) -> list[Movement]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY account, currency", {"from_on": None, **values})
        return [Movement(*row) for row in cursor.fetchall()]
