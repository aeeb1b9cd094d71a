"""Folding the postings of the day into daily totals, so that a shared account's balance needs no hot row."""

from __future__ import annotations

from django.db import connection, transaction

from tokui.core.ids import uuid7, uuid7_many
from tokui.core.tenancy import require_organization
from tokui.ledger.periods import hold_books_alone

MOVED = """
    SELECT account, currency, "on", sum(debit)::bigint AS debit, sum(credit)::bigint AS credit
      FROM (SELECT debit AS account, currency, "on", amount_minor AS debit, 0 AS credit FROM ledger_posting
             WHERE place > %(after)s AND place <= %(upto)s
            UNION ALL
            SELECT credit, currency, "on", 0, amount_minor FROM ledger_posting
             WHERE place > %(after)s AND place <= %(upto)s) AS side
     GROUP BY account, currency, "on"
"""


@transaction.atomic
def fold_totals() -> int:
    """Move the horizon to the newest posting; returns how many accounts and days changed.

    Alone in the books for a moment: a place that was drawn but not yet committed would be skipped for ever.
    """
    hold_books_alone()
    after, upto = _places()
    if upto <= after:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({MOVED}) AS moved", {"after": after, "upto": upto})
        count = int(cursor.fetchone()[0])
        cursor.execute(
            f"""
            INSERT INTO ledger_dailytotal (id, organization_id, account, currency, "on", debit_minor, credit_minor)
            SELECT key.id, %(organization)s, account, currency, "on", debit, credit
              FROM (SELECT *, row_number() OVER () AS number FROM ({MOVED}) AS moved) AS moved
              JOIN unnest(%(keys)s::uuid[]) WITH ORDINALITY AS key (id, number) USING (number)
            ON CONFLICT (organization_id, account, currency, "on") DO UPDATE
               SET debit_minor = ledger_dailytotal.debit_minor + excluded.debit_minor,
                   credit_minor = ledger_dailytotal.credit_minor + excluded.credit_minor
            """,
            {"after": after, "upto": upto, "organization": require_organization(), "keys": uuid7_many(count)},
        )
        cursor.execute(
            "INSERT INTO ledger_horizon (id, organization_id, place) VALUES (%s, %s, %s) "
            "ON CONFLICT (organization_id) DO UPDATE SET place = excluded.place",
            [uuid7(), require_organization(), upto],
        )
    return count


@transaction.atomic
def rebuild_totals() -> int:
    """Drop the daily totals and fold all postings again; the balances stay what they were."""
    hold_books_alone()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_dailytotal")
        cursor.execute("DELETE FROM ledger_horizon")
    return fold_totals()


def _places() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT place FROM ledger_horizon), 0), "
            "coalesce((SELECT max(place) FROM ledger_posting), 0)"
        )
        after, upto = cursor.fetchone()
    return int(after), int(upto)
