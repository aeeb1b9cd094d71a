"""The closing run (締め請求): all lines up to a closing day become one invoice per payer, business and currency.

A run works in batches of payers in key order, each in a transaction of its own where it may be. A batch that fails is
halved until the payer that cannot be closed is found; that one is parked with a reason and the rest go on. An invoice
per payer, business, currency and closing day is unique in the database, so running twice or at once is running once.
"""

from __future__ import annotations

import calendar
import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.days import DueRule, Shift, add_months
from tokui.core.days.terms import MONTH_END
from tokui.core.events import emit
from tokui.core.locks import advisory_lock
from tokui.core.tenancy import organization_scope, require_organization
from tokui.invoices import issuing
from tokui.invoices.carrying import carry_balances
from tokui.invoices.closing_credits import plan_credits, use_credits
from tokui.invoices.events import ClosingFinished
from tokui.invoices.issuing import keys, rows, run
from tokui.invoices.models import ClosingRun
from tokui.invoices.parking import park_groups, park_payer, resolve_problems
from tokui.invoices.refused import ClosingDayInFuture
from tokui.ledger.periods import refuse_closed

log = logging.getLogger(__name__)
PAYERS_PER_BATCH = 2_000


@dataclass(frozen=True)
class Closed:
    """What a run did: documents, lines, lines of earlier periods among them, parked payers, the sum in minor units."""

    run_id: UUID
    invoice_count: int
    line_count: int
    late_count: int
    problem_count: int
    total_minor: int


def close_sales(
    on: date, *, by: Actor, customers: Sequence[UUID] | None = None, organization: UUID | None = None
) -> Closed:
    """Issue the invoices of a closing day; only of these payers if `customers` names some.

    Inside a transaction every batch is a savepoint of it. With `organization`, and outside of a transaction, every
    batch commits by itself, so a run that is cut off goes on where it stopped.
    """
    access.require(by, INVOICES_ISSUE)
    if on > clock.today():
        raise ClosingDayInFuture
    with _scope(organization):
        refuse_closed([on])
        current = _begin(on, by)
    for payers in _payers(current, customers, organization):
        _close_payers(current, payers, by, organization)
    with _scope(organization):
        return _finish(current, by)


def _scope(organization: UUID | None) -> AbstractContextManager[Any]:
    if organization is None:
        return transaction.atomic()
    return organization_scope(organization)


def _begin(on: date, by: Actor) -> ClosingRun:
    return ClosingRun.objects.create(closing_on=on, started_at=clock.now(), started_by=by.name)


def _payers(current: ClosingRun, customers: Sequence[UUID] | None, organization: UUID | None) -> Iterator[list[UUID]]:
    """Payers with lines to close, in key order, a batch at a time, found by index without reading all lines."""
    after = UUID(int=0)
    while True:
        with _scope(organization):
            found = keys(PAYERS, _payer_values(current.closing_on, after, customers))
        if not found:
            return
        yield found
        after = found[-1]


PAYERS = """
    SELECT payer.id FROM customers_customer payer
     WHERE payer.id > %(after)s AND payer.closing_day = ANY(%(days)s)
       AND (%(customers)s::uuid[] IS NULL OR payer.id = ANY(%(customers)s::uuid[]))
       AND (payer.bill_to_id IS NULL AND EXISTS (
                SELECT 1 FROM invoices_saleline line
                 WHERE line.customer_id = payer.id AND line.invoice_id IS NULL AND line.sold_on <= %(on)s)
            OR EXISTS (
                SELECT 1 FROM customers_customer member JOIN invoices_saleline line ON line.customer_id = member.id
                 WHERE member.bill_to_id = payer.id AND line.invoice_id IS NULL AND line.sold_on <= %(on)s))
     ORDER BY payer.id LIMIT %(limit)s
"""


def _payer_values(on: date, after: UUID, customers: Sequence[UUID] | None) -> dict[str, Any]:
    return {
        "after": after,
        "days": closing_days(on),
        "customers": list(customers) if customers is not None else None,
        "on": on,
        "limit": PAYERS_PER_BATCH,
    }


def closing_days(on: date) -> list[int]:
    """The closing days that fall on a date: at the month end also those that the month does not have."""
    last = calendar.monthrange(on.year, on.month)[1]
    return list(range(on.day, MONTH_END + 1)) if on.day == last else [on.day]


def period_start(on: date, closing_day: int) -> date:
    """The first day of the period that a closing day ends: the day after the previous closing."""
    previous = add_months(on.replace(day=1), -1)
    last = calendar.monthrange(previous.year, previous.month)[1]
    return previous.replace(day=min(closing_day, last)) + timedelta(days=1)


def _close_payers(current: ClosingRun, payers: list[UUID], by: Actor, organization: UUID | None) -> None:
    try:
        with _scope(organization), transaction.atomic():
            _close_batch(current, payers, by)
    except DatabaseError as trouble:
        if len(payers) == 1:
            log.exception("closing %s: payer %s cannot be closed", current.closing_on, payers[0])
            with _scope(organization):
                parked = park_payer(current.closing_on, payers[0], trouble)
                _count_batch(current, payers[0], parked)
            return
        middle = len(payers) // 2
        for half in (payers[:middle], payers[middle:]):
            _close_payers(current, half, by, organization)


def _close_batch(current: ClosingRun, payers: list[UUID], by: Actor) -> None:
    advisory_lock("invoices.closing", [require_organization()])
    issuing.open_batch()
    _fill_lines(current.closing_on, payers)
    _fill_groups(current.closing_on)
    issuing.sum_rates()
    problems = park_groups(current.closing_on)
    if rows("SELECT 1 FROM issue_group LIMIT 1"):
        resolve_problems()
        issuing.withhold()
        _date_groups(current.closing_on)
        issuing.address_groups()
        carry_balances(current.closing_on)
        credits_wait = plan_credits(current.closing_on)
        issuing.number_groups()
        issuing.prepare_postings()
        _write_invoices(current, by)
        _attach_lines()
        issuing.write_taxes()
        issuing.post_groups(by)
        issuing.announce(by)
        if credits_wait:
            use_credits(current.closing_on, by)
    _count_batch(current, payers[-1], problems)


def _fill_lines(on: date, payers: list[UUID]) -> None:
    """Take the open lines of the payers and of those for whom they pay, and hold them until the batch is written."""
    run("DROP TABLE IF EXISTS pg_temp.closing_line, pg_temp.closing_member")
    run(
        """
        CREATE TEMPORARY TABLE closing_member ON COMMIT DROP AS
        SELECT customer.id, customer.id AS payer_id FROM unnest(%(payers)s::uuid[]) AS payer (id)
          JOIN customers_customer customer USING (id) WHERE customer.bill_to_id IS NULL
         UNION ALL
        SELECT customer.id, customer.bill_to_id FROM unnest(%(payers)s::uuid[]) AS payer (id)
          JOIN customers_customer customer ON customer.bill_to_id = payer.id
        """,
        {"payers": payers},
    )
    run("ANALYZE closing_member")  # without it the planner takes all lines of all customers for every member
    run(
        """
        CREATE TEMPORARY TABLE closing_line ON COMMIT DROP AS
        SELECT line.id, member.payer_id, line.business_id, line.currency, line.sold_on, line.tax_kind, line.rate_bp,
               line.amount_minor, line.tax_included, line.revenue_account
          FROM closing_member member JOIN invoices_saleline line ON line.customer_id = member.id
         WHERE line.invoice_id IS NULL AND line.sold_on <= %(on)s
           FOR UPDATE OF line
        """,
        {"on": on},
    )
    run("ANALYZE closing_line")


def _fill_groups(on: date) -> None:
    """One document per payer, business and currency; none where this or a later closing day is already invoiced."""
    run(
        """
        INSERT INTO issue_group (place, kind, customer_id, business_id, currency, rounding, issued_on, closing_on,
                                 delivery, subject, remarks, withholds)
        SELECT row_number() OVER (ORDER BY payer.sort_kana, payer.id, found.business_id, found.currency), 'invoice',
               payer.id, found.business_id, found.currency, payer.tax_rounding, %(on)s, %(on)s, payer.delivery, '', '',
               payer.withholds AND found.currency = 'JPY'
          FROM (SELECT DISTINCT payer_id, business_id, currency FROM closing_line) AS found
          JOIN customers_customer payer ON payer.id = found.payer_id
         WHERE NOT EXISTS (
                SELECT 1 FROM invoices_invoice earlier
                 WHERE earlier.customer_id = found.payer_id AND earlier.business_id = found.business_id
                   AND earlier.currency = found.currency AND earlier.closing_on >= %(on)s AND earlier.state <> 'void')
        """,
        {"on": on},
    )
    run(
        """
        INSERT INTO issue_line (id, place, sold_on, tax_kind, rate_bp, amount_minor, tax_included, revenue_account)
        SELECT line.id, issue_group.place, line.sold_on, line.tax_kind, line.rate_bp, line.amount_minor,
               line.tax_included, line.revenue_account
          FROM closing_line line JOIN issue_group ON issue_group.customer_id = line.payer_id
           AND issue_group.business_id = line.business_id AND issue_group.currency = line.currency
        """
    )


def _date_groups(on: date) -> None:
    """Set each document's period and due day by the payer's rules; each distinct rule is reckoned once."""
    rules = rows(
        "SELECT DISTINCT due_months, due_day, due_shift, closing_day FROM customers_customer "
        "WHERE id IN (SELECT customer_id FROM issue_group)"
    )
    reckoned = [
        (*rule, DueRule(rule[0], rule[1], Shift(rule[2])).due_on(on), period_start(on, rule[3])) for rule in rules
    ]
    run(
        """
        UPDATE issue_group SET due_on = greatest(rule.due_on, %s), period_from = rule.period_from
          FROM customers_customer payer,
               unnest(%s::int[], %s::int[], %s::text[], %s::int[], %s::date[], %s::date[])
                   AS rule (months, day, shift, closing, due_on, period_from)
         WHERE payer.id = issue_group.customer_id AND rule.months = payer.due_months AND rule.day = payer.due_day
           AND rule.shift = payer.due_shift AND rule.closing = payer.closing_day
        """,
        [on, *(list(column) for column in zip(*reckoned, strict=True))],
    )
    run(
        """
        UPDATE issue_group SET late_count = late.lines
          FROM (SELECT place, count(*) FROM issue_line JOIN issue_group USING (place)
                 WHERE issue_line.sold_on < issue_group.period_from GROUP BY place) AS late (place, lines)
         WHERE late.place = issue_group.place
        """
    )


def _write_invoices(current: ClosingRun, by: Actor) -> None:
    now = clock.now()
    run(
        """
        INSERT INTO invoices_invoice (id, organization_id, number, series_id, series_period, sequence, kind, state,
            business_id, customer_id, issued_on, closing_on, period_from, due_on, currency, net_minor, tax_minor,
            total_minor, withholding_minor, settled_minor, received_minor, paid_on, tax_rounding, delivery, subject,
            remarks, withholds, issuer_id, snapshot, entry_id, created_at, created_by, issued_at, void_reason,
            closing_run_id)
        SELECT invoice_id, %s, number, series_id, series_period, sequence, kind, 'issued', business_id, customer_id,
               issued_on, closing_on, period_from, due_on, currency, net_minor, tax_minor, net_minor + tax_minor,
               withholding_minor, 0, 0, CASE WHEN net_minor + tax_minor = 0 THEN issued_on END, rounding, delivery, '',
               '', withholds, issuer_id, snapshot || jsonb_build_object('late', coalesce(late_count, 0)), entry_id,
               %s, %s, %s, '', %s
          FROM issue_group ORDER BY place
        """,
        [require_organization(), now, by.name, now, current.pk],
    )


def _attach_lines() -> None:
    run("SELECT set_config('tokui.issuing', 'yes', true)")
    run(
        "UPDATE invoices_saleline line SET invoice_id = issue_group.invoice_id "
        "FROM issue_line JOIN issue_group USING (place) WHERE line.id = issue_line.id"
    )
    run("SELECT set_config('tokui.issuing', '', true)")


def _count_batch(current: ClosingRun, last: UUID, problems: int) -> None:
    run(
        """
        UPDATE invoices_closingrun SET after_customer = %s, problem_count = closing.problem_count + %s,
               invoice_count = closing.invoice_count + sums.invoices, line_count = closing.line_count + sums.lines,
               late_count = closing.late_count + sums.late, total_minor = closing.total_minor + sums.total
          FROM invoices_closingrun closing,
               (SELECT count(*), coalesce(sum(line_count), 0), coalesce(sum(late_count), 0),
                       coalesce(sum(net_minor + tax_minor), 0) FROM issue_group) AS sums (invoices, lines, late, total)
         WHERE invoices_closingrun.id = %s AND closing.id = invoices_closingrun.id
        """,
        [last, problems, current.pk],
    )


def _finish(current: ClosingRun, by: Actor) -> Closed:
    current.refresh_from_db()
    current.state, current.finished_at = ClosingRun.State.DONE, clock.now()
    current.save(update_fields=["state", "finished_at"])
    closed = Closed(
        current.pk,
        current.invoice_count,
        current.line_count,
        current.late_count,
        current.problem_count,
        current.total_minor,
    )
    emit(
        ClosingFinished(
            current.pk,
            current.closing_on,
            closed.invoice_count,
            closed.line_count,
            closed.problem_count,
            closed.total_minor,
        ),
        about=current,
        by=by,
    )
    return closed
