"""The projection of each customer's standing: kept within the transaction of every change, rebuilt with no difference.

The rule itself is `payments.standing` (pure); the SQL here says the same in sets, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tokui.core import clock
from tokui.core.actors import SYSTEM, Actor
from tokui.core.events import emit_many
from tokui.core.tenancy import CURRENT
from tokui.payments.events import StandingChanged
from tokui.payments.models import CustomerStanding
from tokui.payments.queries import fetched
from tokui.ui.paging import COUNT_CAP, CappedCount


def refresh_standings(customer_ids: Collection[UUID] | None, *, by: Actor, announce: bool = True) -> int:
    """Bring the standings of customers (None: of all) up to date; returns how many rows changed. Two statements."""
    if customer_ids is not None and not customer_ids:
        return 0
    values = {
        "today": clock.today(),
        "customers": None if customer_ids is None else sorted(customer_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, values)
        changed = cursor.fetchall()
    moved = [StandingChanged(*row) for row in changed if row[1] != row[2]]
    if announce and moved:
        emit_many(moved, about=[one.customer_id for one in moved], about_type="customers.customer", by=by)
    return len(changed)


@transaction.atomic
def rebuild_standings(*, by: Actor = SYSTEM) -> int:
    """Reckon every customer's standing anew from invoices and allocations; returns how many rows were different."""
    return refresh_standings(None, by=by)


def roll_standings(day: date) -> int:
    """Those whose state changes with the calendar by this day."""
    due = CustomerStanding.objects.filter(next_change_on__lte=day).values_list("customer_id", flat=True)
    return refresh_standings(set(due), by=SYSTEM)


def keep_current() -> None:
    """Before a list is read: the calendar may have turned since the nightly roll. One index look-up when it has not."""
    if CustomerStanding.objects.filter(next_change_on__lte=clock.today()).exists():
        roll_standings(clock.today())


@dataclass(frozen=True)
class StateSum:
    """How many customers stand in a state, counted to a cap, and what they owe; amounts are 0 beyond the cap."""

    count: CappedCount
    open_minor: int
    overdue_minor: int
    advance_minor: int


def sums_by_state(states: Sequence[str]) -> dict[str, StateSum]:
    """For each state, and for "" everybody: a count that stops at a cap, and the sums as long as it does not. One statement."""
    rows = fetched(_SUMS, states=list(states), most=COUNT_CAP + 1)
    return {row["state"]: _state_sum(row) for row in rows}


def _state_sum(row: dict[str, Any]) -> StateSum:
    capped = row["count"] > COUNT_CAP
    sums = (0, 0, 0) if capped else (int(row["open"]), int(row["overdue"]), int(row["advance"]))
    return StateSum(CappedCount(min(row["count"], COUNT_CAP), capped), *sums)


_SUMS = """
SELECT wanted.state, found.* FROM unnest(%(states)s::text[]) AS wanted (state) CROSS JOIN LATERAL (
    SELECT count(*) AS count, coalesce(sum(open_minor), 0) AS open, coalesce(sum(overdue_minor), 0) AS overdue,
           coalesce(sum(advance_minor), 0) AS advance
      FROM (SELECT open_minor, overdue_minor, advance_minor FROM payments_customerstanding
             WHERE organization_id = %(organization)s AND state = wanted.state LIMIT %(most)s) few) found
 UNION ALL
SELECT '', count(*), coalesce(sum(open_minor), 0), coalesce(sum(overdue_minor), 0), coalesce(sum(advance_minor), 0)
  FROM (SELECT open_minor, overdue_minor, advance_minor FROM payments_customerstanding
         WHERE organization_id = %(organization)s LIMIT %(most)s) few
"""

#: `given` is what was given up (fee, discount, write-off): it closes an invoice but is no payment.
_REFRESH = f"""
WITH wanted AS (
    SELECT unnest(%(customers)s::uuid[]) AS customer_id
     UNION ALL
    SELECT customer_id FROM (
        SELECT customer_id FROM invoices_invoice WHERE organization_id = {CURRENT} AND state <> 'draft'
         UNION SELECT customer_id FROM payments_allocation WHERE organization_id = {CURRENT}
         UNION SELECT customer_id FROM payments_customerstanding WHERE organization_id = {CURRENT}
    ) everybody WHERE %(customers)s::uuid[] IS NULL
), one AS (
    SELECT invoice.customer_id, invoice.id, invoice.due_on, invoice.currency,
           invoice.total_minor - invoice.settled_minor AS open_minor, invoice.settled_minor, invoice.kind
      FROM wanted JOIN invoices_invoice invoice
        ON invoice.organization_id = {CURRENT} AND invoice.customer_id = wanted.customer_id
     WHERE invoice.state = 'issued'
), given AS (
    SELECT allocation.invoice_id, sum(allocation.amount_minor) AS amount_minor
      FROM wanted JOIN payments_allocation allocation
        ON allocation.organization_id = {CURRENT} AND allocation.customer_id = wanted.customer_id
     WHERE allocation.kind IN ('fee', 'discount', 'write_off') AND allocation.released_at IS NULL
     GROUP BY allocation.invoice_id
), credited AS (
    SELECT application.invoice_id, sum(application.amount_minor) AS amount_minor
      FROM one JOIN invoices_creditapplication application
        ON application.organization_id = {CURRENT} AND application.invoice_id = one.id
     GROUP BY application.invoice_id
), summed AS (
    SELECT one.customer_id,
           sum(open_minor) FILTER (WHERE currency = (SELECT currency FROM core_organization WHERE id = {CURRENT}) AND open_minor > 0) AS open_minor,
           sum(-open_minor) FILTER (WHERE currency = (SELECT currency FROM core_organization WHERE id = {CURRENT}) AND open_minor < 0) AS credit_minor,
           sum(open_minor) FILTER (WHERE currency = (SELECT currency FROM core_organization WHERE id = {CURRENT}) AND open_minor > 0
                                     AND due_on + (SELECT coalesce(max(grace_days), 0) FROM payments_paymentpolicy WHERE organization_id = {CURRENT}) < %(today)s) AS overdue_minor,
           min(due_on) FILTER (WHERE open_minor > 0) AS oldest_due_on,
           bool_or(open_minor > 0) AS owes,
           bool_or(open_minor > 0 AND due_on = %(today)s) AS has_due,
           bool_or(open_minor > 0 AND due_on > %(today)s
                   AND settled_minor - coalesce(given.amount_minor, 0) - coalesce(credited.amount_minor, 0) <= 0) AS has_not_due,
           bool_and(coalesce(given.amount_minor, 0) > 0 AND
                    settled_minor - coalesce(given.amount_minor, 0) - coalesce(credited.amount_minor, 0) = 0)
               FILTER (WHERE kind <> 'credit_note') AS only_given_up,
           min(least(CASE WHEN due_on > %(today)s THEN due_on END,
                     CASE WHEN due_on + 1 > %(today)s THEN due_on + 1 END,
                     CASE WHEN due_on + (SELECT coalesce(max(grace_days), 0) FROM payments_paymentpolicy WHERE organization_id = {CURRENT}) + 1 > %(today)s THEN due_on + (SELECT coalesce(max(grace_days), 0) FROM payments_paymentpolicy WHERE organization_id = {CURRENT}) + 1 END))
               FILTER (WHERE open_minor > 0) AS next_change_on
      FROM one LEFT JOIN given ON given.invoice_id = one.id LEFT JOIN credited ON credited.invoice_id = one.id
     GROUP BY one.customer_id
), paid AS (
    SELECT allocation.customer_id, max(allocation."on") AS last_paid_on
      FROM wanted JOIN payments_allocation allocation
        ON allocation.organization_id = {CURRENT} AND allocation.customer_id = wanted.customer_id
     WHERE allocation.kind = 'payment' AND allocation.released_at IS NULL
     GROUP BY allocation.customer_id
), advance AS (
    SELECT allocation.customer_id, sum(allocation.amount_minor - allocation.used_minor) AS amount_minor
      FROM wanted JOIN payments_allocation allocation
        ON allocation.organization_id = {CURRENT} AND allocation.customer_id = wanted.customer_id
     WHERE allocation.kind = 'advance' AND allocation.released_at IS NULL AND allocation.currency = (SELECT currency FROM core_organization WHERE id = {CURRENT})
     GROUP BY allocation.customer_id
), fresh AS (
    SELECT wanted.customer_id,
           CASE WHEN owes AND oldest_due_on + (SELECT coalesce(max(grace_days), 0) FROM payments_paymentpolicy WHERE organization_id = {CURRENT}) < %(today)s THEN 'overdue'
                WHEN owes AND oldest_due_on < %(today)s THEN 'grace'
                WHEN owes AND has_due THEN 'due'
                WHEN owes AND has_not_due THEN 'not_due'
                WHEN owes THEN 'partly_paid'
                WHEN coalesce(advance.amount_minor, 0) + coalesce(credit_minor, 0) > 0 THEN 'in_credit'
                WHEN only_given_up THEN 'written_off'
                ELSE 'paid' END AS state,
           coalesce(open_minor, 0) AS open_minor, coalesce(overdue_minor, 0) AS overdue_minor,
           coalesce(advance.amount_minor, 0) + coalesce(credit_minor, 0) AS advance_minor, oldest_due_on, last_paid_on, next_change_on
      FROM wanted LEFT JOIN summed USING (customer_id) LEFT JOIN paid USING (customer_id)
      LEFT JOIN advance USING (customer_id)
), before AS (
    SELECT standing.customer_id, standing.state FROM payments_customerstanding standing JOIN wanted USING (customer_id)
     WHERE standing.organization_id = {CURRENT}
), written AS (
    INSERT INTO payments_customerstanding AS standing (id, organization_id, customer_id, state, open_minor, overdue_minor,
                advance_minor, oldest_due_on, last_paid_on, next_change_on)
    SELECT customer_id, {CURRENT}, customer_id, state, open_minor, overdue_minor, advance_minor, oldest_due_on,
           last_paid_on, next_change_on FROM fresh ORDER BY customer_id
    ON CONFLICT (organization_id, customer_id) DO UPDATE
       SET state = excluded.state, open_minor = excluded.open_minor, overdue_minor = excluded.overdue_minor,
           advance_minor = excluded.advance_minor, oldest_due_on = excluded.oldest_due_on,
           last_paid_on = excluded.last_paid_on, next_change_on = excluded.next_change_on
     WHERE (standing.state, standing.open_minor, standing.overdue_minor, standing.advance_minor, standing.oldest_due_on,
            standing.last_paid_on, standing.next_change_on)
           IS DISTINCT FROM (excluded.state, excluded.open_minor, excluded.overdue_minor, excluded.advance_minor,
                             excluded.oldest_due_on, excluded.last_paid_on, excluded.next_change_on)
    RETURNING customer_id, state, open_minor
)
SELECT written.customer_id, coalesce(before.state, 'paid'), written.state, written.open_minor
  FROM written LEFT JOIN before USING (customer_id)
"""
