"""繰越方式: the balance of the previous closing, what was received since, and what else changed, on a closing invoice.

Everything is reckoned from the documents of one customer, business and currency, and from what settled them. A voided
document and its reversal cancel out and are left out. With D the last closing invoice that is not void,

- previous: what D asked for, as it was printed; where D had no such row, what was open on the day of D
- received: money on these documents that D did not know yet, up to the new closing day
- adjusted: the rest, so that the row adds up: single invoices, credit notes, discounts, late corrections
- carried:  previous - received + adjusted, which is what is open on the new closing day

Income tax that a customer withholds (源泉徴収) is never asked for, so it is not open here either.
"""

from __future__ import annotations

from datetime import date

from tokui.invoices.issuing import rows, run
from tokui.invoices.registry import sql_settlements


def carry_balances(on: date) -> None:
    """Put the balance into the snapshots of the batch's documents whose business carries it."""
    if rows("SELECT 1 FROM invoices_businessterms WHERE carries_balance LIMIT 1"):
        run(CARRY.format(settlements=sql_settlements("settlement")), {"on": on})


def _asked(settled: str, withheld: str) -> str:
    """What of a document is asked for, after these sums were settled and recorded as withheld."""
    kept_back = f"greatest(abs(withholding_minor) - abs({withheld}), 0)"
    return f"sign(total_minor) * greatest(abs(total_minor - {settled}) - {kept_back}, 0)"


CARRY = f"""
WITH carrying AS (
    SELECT place, issue_group.customer_id, issue_group.business_id, issue_group.currency, last.id AS last_id,
           coalesce(last.closing_on, issue_group.period_from - 1) AS cut, last.issued_at AS known_at, last.asked
      FROM issue_group
      JOIN invoices_businessterms terms ON terms.business_id = issue_group.business_id AND terms.carries_balance
      LEFT JOIN LATERAL (
            SELECT id, closing_on, issued_at, total_minor - withholding_minor + (snapshot->>'carried_previous')::bigint
                   - (snapshot->>'carried_received')::bigint + (snapshot->>'carried_adjusted')::bigint AS asked
              FROM invoices_invoice earlier
             WHERE earlier.customer_id = issue_group.customer_id AND earlier.business_id = issue_group.business_id
               AND earlier.currency = issue_group.currency AND earlier.closing_on < %(on)s
               AND earlier.state = 'issued' ORDER BY closing_on DESC LIMIT 1) AS last ON true
), document AS (
    SELECT carrying.place, carrying.cut, document.id, document.issued_on, document.total_minor,
           document.withholding_minor, coalesce(sums.settled, 0) AS settled, coalesce(sums.withheld, 0) AS withheld,
           coalesce(sums.settled_before, 0) AS settled_before, coalesce(sums.withheld_before, 0) AS withheld_before,
           coalesce(sums.came, 0) AS came, coalesce(sums.came_since, 0) AS came_since
      FROM carrying
      JOIN invoices_invoice document ON document.customer_id = carrying.customer_id
       AND document.business_id = carrying.business_id AND document.currency = carrying.currency
       AND document.state = 'issued' AND document.issued_on <= %(on)s
      LEFT JOIN invoices_invoice original ON original.id = document.corrects_id
      LEFT JOIN LATERAL (
            SELECT sum(amount_minor) FILTER (WHERE holds) AS settled,
                   sum(amount_minor) FILTER (WHERE holds AND kind = 'withholding') AS withheld,
                   sum(amount_minor) FILTER (WHERE holds AND "on" <= cut) AS settled_before,
                   sum(amount_minor) FILTER (WHERE holds AND "on" <= cut AND kind = 'withholding') AS withheld_before,
                   sum(amount_minor) FILTER (WHERE holds AND is_money AND "on" > cut) AS came,
                   coalesce(sum(amount_minor) FILTER (WHERE holds AND is_money AND NOT was_known), 0)
                     - coalesce(sum(amount_minor) FILTER (WHERE NOT holds AND is_money AND was_known
                                                            AND released_at > known_at), 0) AS came_since
              FROM (SELECT settlement.*, released_at IS NULL AS holds,
                           "on" <= cut AND recorded_at <= known_at AS was_known
                      FROM {{settlements}} WHERE settlement.invoice_id = document.id AND "on" <= %(on)s) AS dated
           ) AS sums ON true
     WHERE original.state IS DISTINCT FROM 'void'
), balance AS (
    SELECT place, sum({_asked("settled", "withheld")})::bigint AS present,
           sum({_asked("settled_before", "withheld_before")}) FILTER (WHERE issued_on <= cut)::bigint AS before,
           sum(came)::bigint AS came, sum(came_since)::bigint AS came_since
      FROM document GROUP BY place
), row AS (
    SELECT place, last_id, coalesce(asked, before, 0) AS previous, coalesce(present, 0) AS present,
           coalesce(CASE WHEN asked IS NULL THEN came ELSE came_since END, 0) AS received
      FROM carrying LEFT JOIN balance USING (place)
)
UPDATE issue_group SET snapshot = issue_group.snapshot || jsonb_build_object(
        'carried_previous', row.previous, 'carried_received', row.received,
        'carried_adjusted', row.present - row.previous + row.received, 'carried_from', row.last_id)
  FROM row WHERE row.place = issue_group.place
"""
