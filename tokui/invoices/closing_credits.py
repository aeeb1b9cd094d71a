"""Credit notes that the next closing uses up, for businesses that choose it: the oldest first, on the new invoice."""

from __future__ import annotations

from datetime import date

from tokui.core.actors import Actor
from tokui.invoices.credits import CreditUse, record_applications
from tokui.invoices.issuing import rows, run
from tokui.invoices.settling import settle_invoices


def plan_credits(on: date) -> bool:
    """Say in the documents of the batch how much of them is credited, and hold those credit notes.

    A document that carries the balance forward has its credits in that row and is not told of them again. Returns
    whether there is anything to use.
    """
    if not rows("SELECT 1 FROM invoices_businessterms WHERE uses_credits LIMIT 1"):
        return False
    rows(LOCK, {"on": on})
    run("DROP TABLE IF EXISTS pg_temp.issue_credit")
    run(PLAN, {"on": on})
    return run(TELL) > 0


def use_credits(on: date, by: Actor) -> None:
    """Settle the documents of the batch by the credit notes planned for them."""
    planned = rows(
        "SELECT note_id, invoice_id, amount_minor, customer_id FROM issue_credit JOIN issue_group USING (place) "
        "ORDER BY place, note_id"
    )
    uses = [CreditUse(note, invoice, amount) for note, invoice, amount, _customer in planned]
    invoices = [(use.invoice_id, use.amount_minor, on) for use in uses]
    settle_invoices([*invoices, *((use.note_id, -use.amount_minor, on) for use in uses)], by=by)
    record_applications(uses, {row[1]: row[3] for row in planned}, on=on, by=by)


_NOTES = """
      FROM issue_group
      JOIN invoices_businessterms terms ON terms.business_id = issue_group.business_id AND terms.uses_credits
      JOIN invoices_invoice note ON note.customer_id = issue_group.customer_id AND note.kind = 'credit_note'
       AND note.business_id = issue_group.business_id AND note.currency = issue_group.currency
       AND note.state = 'issued' AND note.settled_minor <> note.total_minor AND note.issued_on <= %(on)s
"""
LOCK = f"SELECT note.id {_NOTES} ORDER BY note.id FOR UPDATE OF note"
PLAN = f"""
    CREATE TEMPORARY TABLE issue_credit ON COMMIT DROP AS
    WITH held AS (
        SELECT place, note.id AS note_id, note.settled_minor - note.total_minor AS held,
               issue_group.net_minor + issue_group.tax_minor - issue_group.withholding_minor AS payable,
               sum(note.settled_minor - note.total_minor) OVER (PARTITION BY place ORDER BY note.issued_on, note.id) AS upto
               {_NOTES}
    )
    SELECT place, note_id, (least(upto, payable) - least(upto - held, payable))::bigint AS amount_minor FROM held
     WHERE least(upto, payable) > least(upto - held, payable)
"""
TELL = """
    UPDATE issue_group SET snapshot = CASE WHEN snapshot ? 'carried_previous' THEN snapshot
                                           ELSE snapshot || jsonb_build_object('credited', credit.amount) END
      FROM (SELECT place, sum(amount_minor)::bigint AS amount FROM issue_credit GROUP BY place) AS credit
     WHERE credit.place = issue_group.place
"""
