"""What waits for a closing run: which closing days have sales, and what a run would do. One rule for both.

A sale waits for the first closing day of its payer that is neither before the sale nor already invoiced for the payer,
business and currency. A run on a day takes every sale that waits for it or for an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from tokui.core.days import ClosingRule
from tokui.invoices.closing import closing_days, period_start


@dataclass(frozen=True)
class ClosingPreview:
    """What a closing run would do: documents, lines and sums, and the lines that came too late for their period."""

    payers: int
    lines: int
    late: int
    net_minor: int
    below_zero: int


def preview_closing(on: date) -> ClosingPreview:
    """Count what a run on this day would invoice, without tax; nothing is locked or written."""
    days = closing_days(on)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH waiting AS (
                SELECT payer.id AS payer_id, line.business_id, line.currency, line.amount_minor,
                       line.sold_on < period.start AS is_late
                  FROM invoices_saleline line
                  JOIN customers_customer customer ON customer.id = line.customer_id
                  JOIN customers_customer payer ON payer.id = coalesce(customer.bill_to_id, customer.id)
                  JOIN unnest(%(days)s::int[], %(starts)s::date[]) AS period (day, start)
                    ON period.day = payer.closing_day
                 WHERE line.invoice_id IS NULL AND line.sold_on <= %(on)s
                   AND NOT EXISTS (SELECT 1 FROM invoices_invoice earlier
                        WHERE earlier.customer_id = payer.id AND earlier.business_id = line.business_id
                          AND earlier.currency = line.currency AND earlier.closing_on >= %(on)s
                          AND earlier.state <> 'void')
            ), grouped AS (
                SELECT payer_id, business_id, currency, count(*) AS lines, sum(amount_minor) AS net,
                       count(*) FILTER (WHERE is_late) AS late
                  FROM waiting GROUP BY payer_id, business_id, currency
            )
            SELECT count(*), coalesce(sum(lines), 0)::int, coalesce(sum(late), 0)::int,
                   coalesce(sum(net), 0)::bigint, count(*) FILTER (WHERE net < 0) FROM grouped
            """,
            {"on": on, "days": days, "starts": [period_start(on, day) for day in days]},
        )
        return ClosingPreview(*cursor.fetchone())


def waiting_days(limit: int = 6) -> list[tuple[date, int]]:
    """Closing days that sales wait for, the latest first, with as many lines as a run on that day would take."""
    found = [(ClosingRule(day).next_closing(first - timedelta(days=1)), day, lines) for day, first, lines in _waiting()]
    days = sorted({on for on, _day, _lines in found}, reverse=True)[:limit]
    return [(on, _lines_on(on, found)) for on in days]


def _lines_on(on: date, found: Sequence[tuple[date, int, int]]) -> int:
    days = set(closing_days(on))
    return sum(lines for waits_for, day, lines in found if waits_for <= on and day in days)


def _waiting() -> list[tuple[int, date, int]]:
    """(closing day, the first day on which these sales can be closed, number of lines), a row per distinct pair."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH open AS (
                SELECT payer.id AS payer_id, payer.closing_day, line.business_id, line.currency, line.sold_on,
                       count(*) AS lines
                  FROM invoices_saleline line
                  JOIN customers_customer customer ON customer.id = line.customer_id
                  JOIN customers_customer payer ON payer.id = coalesce(customer.bill_to_id, customer.id)
                 WHERE line.invoice_id IS NULL AND payer.closing_day IS NOT NULL GROUP BY 1, 2, 3, 4, 5
            )
            SELECT closing_day, greatest(sold_on, closed.last_on + 1) AS first, sum(lines)::int FROM open
              LEFT JOIN LATERAL (
                   SELECT max(closing_on) AS last_on FROM invoices_invoice earlier
                    WHERE earlier.customer_id = open.payer_id AND earlier.business_id = open.business_id
                      AND earlier.currency = open.currency AND earlier.closing_on >= open.sold_on
                      AND earlier.state <> 'void') AS closed ON true
             GROUP BY 1, 2
            """
        )
        return list(cursor.fetchall())
