"""Turning lines into issued documents, a set at a time: the one code path of the closing run and of a single issue.

A batch lies in two temporary tables, `issue_group` (one row per document) and `issue_line`. Each step is one statement
over them: sum per rate, rounding once (`invoices.tax`); number; write; tax rows; postings; events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from tokui.core import events
from tokui.core.actors import Actor
from tokui.core.ids import uuid7_many
from tokui.core.tenancy import require_organization
from tokui.invoices import numbering
from tokui.invoices.accounts import sql_tax_code
from tokui.invoices.duties import withholding_tax
from tokui.invoices.events import CreditNoteIssued, InvoiceIssued
from tokui.invoices.issuers import issuers_of
from tokui.invoices.models import Invoice
from tokui.invoices.tax import sql_net_of, sql_rate_total
from tokui.ledger.actions import post_from_stage

TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS issue_group (
        place int PRIMARY KEY, invoice_id uuid, entry_id uuid, kind text, customer_id uuid, business_id uuid,
        currency text, rounding text, issued_on date, closing_on date, period_from date, due_on date, delivery text,
        subject text, remarks text, corrects_id uuid, withholds boolean, line_count int, late_count int,
        net_minor bigint, tax_minor bigint, withholding_minor bigint DEFAULT 0, number text, series_id uuid,
        series_period int, sequence int, issuer_id uuid, snapshot jsonb
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS issue_line (
        id uuid, place int, sold_on date, tax_kind text, rate_bp int, amount_minor bigint, tax_included boolean,
        revenue_account text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS issue_rate (
        place int, tax_kind text, rate_bp int, net_minor bigint, tax_minor bigint, tax_included boolean
    ) ON COMMIT DROP;
    TRUNCATE issue_group, issue_line, issue_rate;
"""
#: Below this size planning statistics cost more than they save.
ANALYZE_FROM = 50


def open_batch() -> None:
    """Lay out the empty batch; it disappears with the transaction."""
    run(TABLES)


def sum_rates() -> None:
    """Sum the lines per document, kind and rate, rounding the tax once, and the totals per document."""
    if _count() >= ANALYZE_FROM:
        run("ANALYZE issue_group; ANALYZE issue_line")
    total = sql_rate_total("line.amount_minor", "line.tax_included", "line.rate_bp", "min(issue_group.rounding)")
    run(
        f"""
        INSERT INTO issue_rate (place, tax_kind, rate_bp, net_minor, tax_minor, tax_included)
        SELECT line.place, line.tax_kind, line.rate_bp, {total.net}, {total.tax}, bool_and(line.tax_included)
          FROM issue_line line JOIN issue_group USING (place) GROUP BY line.place, line.tax_kind, line.rate_bp
        """
    )
    run(
        """
        UPDATE issue_group SET net_minor = sums.net, tax_minor = sums.tax, line_count = counted.lines
          FROM (SELECT place, sum(net_minor) AS net, sum(tax_minor) AS tax FROM issue_rate GROUP BY place) AS sums
               (place, net, tax)
          JOIN (SELECT place, count(*) FROM issue_line GROUP BY place) AS counted (place, lines) USING (place)
         WHERE sums.place = issue_group.place
        """
    )


def withhold() -> None:
    """源泉徴収: reckoned in Python, because few documents have it and its rule has steps.

    A credit note gives back what is withheld less: the tax of what remained before it, less that of what remains after.
    """
    found = rows("SELECT place, net_minor, corrects_id FROM issue_group WHERE withholds ORDER BY place")
    for place, net, corrects in found:
        before = _remaining_net(corrects) if corrects else 0
        withheld = withholding_tax(before + net) - withholding_tax(before)
        run("UPDATE issue_group SET withholding_minor = %s WHERE place = %s", [withheld, place])


def _remaining_net(invoice_id: UUID) -> int:
    """What an invoice amounts to without tax, after the credit notes issued for it."""
    issued = Invoice.objects.filter(Q(pk=invoice_id) | Q(corrects=invoice_id), state=Invoice.State.ISSUED)
    return int(issued.aggregate(sum=Sum("net_minor"))["sum"] or 0)


def address_groups() -> None:
    """Keep the addressee as the customer stands today, and the sender in its present version."""
    run(
        """
        UPDATE issue_group SET snapshot = coalesce(issue_group.snapshot, '{}'::jsonb) || jsonb_build_object(
                'name', customer.name, 'code', customer.code, 'kind', customer.kind, 'honorific', customer.honorific,
                'postal_code', customer.postal_code, 'address', customer.address, 'tax_display', customer.tax_display,
                'language', customer.document_language, 'department', trim(concat_ws(' ', department, title)),
                'person', coalesce(person.name, ''))
          FROM customers_customer customer
          LEFT JOIN customers_contactperson person ON person.customer_id = customer.id AND person.takes_documents
         WHERE customer.id = issue_group.customer_id
        """
    )
    issuers = issuers_of(row[0] for row in rows("SELECT DISTINCT business_id FROM issue_group"))
    run(
        "UPDATE issue_group SET issuer_id = given.issuer "
        "FROM unnest(%s::uuid[], %s::uuid[]) AS given (business, issuer) "
        "WHERE given.business = issue_group.business_id",
        [list(issuers), [issuer.pk for issuer in issuers.values()]],
    )


def number_groups() -> None:
    """Give every document its key, its entry's key and its number, the last step before writing."""
    count = _count()
    run(
        """
        UPDATE issue_group SET invoice_id = coalesce(issue_group.invoice_id, fresh.invoice), entry_id = fresh.entry
          FROM (SELECT place, row_number() OVER (ORDER BY place) AS number FROM issue_group) AS ordered
          JOIN unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS fresh (invoice, entry, number) USING (number)
         WHERE ordered.place = issue_group.place
        """,
        [uuid7_many(count), uuid7_many(count)],
    )
    unnumbered = "SELECT DISTINCT kind, issued_on FROM issue_group WHERE number IS NULL ORDER BY kind, issued_on"
    for kind, issued_on in rows(unnumbered):
        _number(kind, issued_on)


def _number(kind: str, issued_on: date) -> None:
    wanted = dict(
        rows(
            "SELECT business_id, count(*) FROM issue_group WHERE kind = %s AND issued_on = %s GROUP BY business_id",
            [kind, issued_on],
        )
    )
    blocks = numbering.take_numbers(kind, wanted, issued_on)
    run(
        """
        UPDATE issue_group SET series_id = block.series, series_period = block.period,
               sequence = block.first + ordered.number - 1,
               number = block.head || lpad((block.first + ordered.number - 1)::text,
                        greatest(block.digits, length((block.first + ordered.number - 1)::text)), '0') || block.tail
          FROM (SELECT place, row_number() OVER (PARTITION BY business_id ORDER BY place)::int AS number
                  FROM issue_group WHERE kind = %s AND issued_on = %s) AS ordered,
               unnest(%s::uuid[], %s::uuid[], %s::int[], %s::int[], %s::text[], %s::text[], %s::int[])
                  AS block (business, series, period, first, head, tail, digits)
         WHERE ordered.place = issue_group.place AND block.business = issue_group.business_id
        """,
        [
            *(kind, issued_on, list(blocks)),
            *([getattr(block, name) for block in blocks.values()] for name in BLOCK_COLUMNS),
        ],
    )


BLOCK_COLUMNS = ("series_id", "period", "first", "head", "tail", "digits")


def write_taxes() -> None:
    run(
        """
        INSERT INTO invoices_invoicetax (id, organization_id, invoice_id, tax_kind, rate_bp, net_minor, tax_minor,
                                         tax_included)
        SELECT fresh.id, %s, invoice_id, tax_kind, rate_bp, rate.net_minor, rate.tax_minor, tax_included
          FROM (SELECT *, row_number() OVER () AS row FROM issue_rate) AS rate
          JOIN unnest(%s::uuid[]) WITH ORDINALITY AS fresh (id, row) USING (row)
          JOIN issue_group USING (place)
        """,
        [require_organization(), uuid7_many(_count("issue_rate"))],
    )


#: What each revenue account takes of a rate's net: exact where prices carry no tax, else in proportion, to the yen.
POSTINGS = f"""
    CREATE TEMPORARY TABLE issue_posting ON COMMIT DROP AS
    WITH priced AS (
        SELECT line.place, line.tax_kind, line.rate_bp, line.revenue_account, rate.net_minor, rate.tax_included,
               sum(CASE WHEN rate.tax_included OR NOT line.tax_included THEN line.amount_minor
                        ELSE {sql_net_of("line.amount_minor", "line.rate_bp", "'half_up'")} END) AS amount
          FROM issue_line line JOIN issue_rate rate USING (place, tax_kind, rate_bp)
         GROUP BY line.place, line.tax_kind, line.rate_bp, line.revenue_account, rate.net_minor, rate.tax_included
    ), running AS (
        SELECT *, sum(amount) OVER (PARTITION BY place, tax_kind, rate_bp ORDER BY revenue_account) AS upto,
               sum(amount) OVER (PARTITION BY place, tax_kind, rate_bp) AS whole
          FROM priced
    ), shared AS (
        SELECT place,
               CASE WHEN revenue_account = 'opening' THEN 'opening'
                    ELSE 'revenue:' || revenue_account || ':' || {sql_tax_code("tax_kind", "rate_bp")} END AS account,
               CASE WHEN NOT tax_included OR whole = 0 THEN amount
                    ELSE div(net_minor * upto, whole) - div(net_minor * (upto - amount), whole) END::bigint AS amount
          FROM running
        UNION ALL
        SELECT place, 'tax:' || {sql_tax_code("tax_kind", "rate_bp")}, tax_minor FROM issue_rate
    )
    SELECT entry_id, issued_on AS on_day, kind, 'invoices.invoice'::text AS source_type, invoice_id AS source_id,
           customer_id, number AS memo,
           CASE WHEN amount > 0 THEN 'customers:' || customer_id || ':receivable' ELSE account END AS debit,
           CASE WHEN amount > 0 THEN account ELSE 'customers:' || customer_id || ':receivable' END AS credit,
           abs(amount) AS amount_minor, currency
      FROM (SELECT place, account, sum(amount)::bigint AS amount FROM shared GROUP BY place, account) AS shared
      JOIN issue_group USING (place) WHERE amount <> 0
"""


def prepare_postings() -> None:
    """Lay out what the books will hold: receivable against revenue and tax. A document of zero has no entry."""
    run("DROP TABLE IF EXISTS pg_temp.issue_posting")
    run(POSTINGS, [])
    if _count() >= ANALYZE_FROM:
        run("ANALYZE issue_posting")
    run(
        "UPDATE issue_group SET entry_id = NULL "
        "WHERE NOT EXISTS (SELECT 1 FROM issue_posting posting WHERE posting.entry_id = issue_group.entry_id)"
    )


def post_groups(by: Actor) -> None:
    """Write the documents into the books."""
    post_from_stage("issue_posting", by=by)


def announce(by: Actor) -> None:
    """Tell of every document of the batch."""
    found = rows(
        "SELECT invoice_id, customer_id, number, net_minor + tax_minor, due_on, kind, corrects_id FROM issue_group "
        "ORDER BY place"
    )
    issued = [InvoiceIssued(*row[:5]) for row in found if row[5] != "credit_note"]
    credits = [CreditNoteIssued(row[0], row[1], row[2], row[3], row[6]) for row in found if row[5] == "credit_note"]
    batches: tuple[Sequence[Any], ...] = (issued, credits)
    for facts in batches:
        about = [one.invoice_id for one in facts]
        events.emit_many(facts, about=about, about_type="invoices.invoice", by=by)


Values = Sequence[Any] | Mapping[str, Any] | None


def run(sql: str, values: Values = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def rows(sql: str, values: Values = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def keys(sql: str, values: Values = None) -> list[UUID]:
    return [row[0] for row in rows(sql, values)]


def _count(table: str = "issue_group") -> int:
    return int(rows(f"SELECT count(*) FROM {table}")[0][0])
