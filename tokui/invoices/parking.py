"""Payers that a closing run cannot close: each with its reason in a list, their lines open for the next run."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tokui.core import clock
from tokui.core.ids import uuid7_many
from tokui.core.tenancy import require_organization
from tokui.invoices import issuing
from tokui.invoices.issuing import rows, run

#: What makes a document impossible, as a code and the sum that shows it.
UNCLOSABLE = """
    SELECT place, 'below_zero' AS code FROM issue_group WHERE net_minor + tax_minor < 0
"""


def park_groups(on: date) -> int:
    """Move documents that cannot be into the list of problems; their lines stay open."""
    found = rows(
        f"""
        SELECT issue_group.customer_id, issue_group.business_id, issue_group.currency, unclosable.code,
               issue_group.line_count, net_minor + tax_minor, issue_group.place
          FROM ({UNCLOSABLE}) AS unclosable JOIN issue_group USING (place) ORDER BY place
        """
    )
    if not found:
        return 0
    _write_problems(on, [(*row[:4], {}, *row[4:6]) for row in found])
    parked = [row[6] for row in found]
    for table in ("issue_line", "issue_rate", "issue_group"):
        run(f"DELETE FROM {table} WHERE place = ANY(%s)", [parked])
    return len(found)


def park_payer(on: date, payer: UUID, trouble: Exception) -> int:
    """Park a payer on whom PostgreSQL itself refused: nothing about them is written but the reason."""
    found = rows(
        """
        SELECT coalesce(customer.bill_to_id, customer.id), line.business_id, line.currency, 'impossible', '{}'::jsonb,
               count(*)::int, least(sum(line.amount_minor), 9e18)::bigint
          FROM invoices_saleline line JOIN customers_customer customer ON customer.id = line.customer_id
         WHERE line.invoice_id IS NULL AND line.sold_on <= %s
           AND (customer.id = %s AND customer.bill_to_id IS NULL OR customer.bill_to_id = %s)
         GROUP BY 1, 2, 3
        """,
        [on, payer, payer],
    )
    issuing.open_batch()  # what the batch before left there is counted already
    reason = {"trouble": str(trouble).splitlines()[0][:200]}
    _write_problems(on, [(*row[:4], reason, *row[5:]) for row in found])
    return len(found)


def _write_problems(on: date, problems: list[tuple[Any, ...]]) -> None:
    columns = [list(column) for column in zip(*problems, strict=True)]
    columns[4] = [Jsonb(one) for one in columns[4]]
    run(
        """
        INSERT INTO invoices_closingproblem (id, organization_id, customer_id, business_id, currency, closing_on, code,
                                             fields, line_count, amount_minor, found_at)
        SELECT id, %s, customer, business, currency, %s, code, fields, lines, amount, %s
          FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::int[], %s::bigint[])
               AS given (id, customer, business, currency, code, fields, lines, amount)
        ON CONFLICT (organization_id, customer_id, business_id, currency) WHERE resolved_at IS NULL
        DO UPDATE SET closing_on = excluded.closing_on, code = excluded.code, fields = excluded.fields,
                      line_count = excluded.line_count, amount_minor = excluded.amount_minor,
                      found_at = excluded.found_at
        """,
        [require_organization(), on, clock.now(), uuid7_many(len(problems)), *columns],
    )


def resolve_problems() -> None:
    run(
        "UPDATE invoices_closingproblem problem SET resolved_at = %s FROM issue_group "
        "WHERE problem.resolved_at IS NULL AND problem.customer_id = issue_group.customer_id "
        "AND problem.business_id = issue_group.business_id AND problem.currency = issue_group.currency",
        [clock.now()],
    )
