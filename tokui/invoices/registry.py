"""What higher rooms tell about documents: how they were settled.

Whoever settles invoices keeps the reasons; a statement of account and a balance carried forward have to name them. So
such a room says once, as a query, where they stand:

    tell_settlements("SELECT invoice_id, kind, amount_minor, kind = 'payment' AS is_money, \"on\", recorded_at, … FROM …")
"""

from __future__ import annotations

#: The columns of such a query. `kind` is one of `statements.MOVEMENTS`; `released_on` and
#: `released_at` are null while it holds; `is_money` says that money came, rather than that something was given up.
COLUMNS = ("invoice_id", "kind", "amount_minor", "is_money", '"on"', "recorded_at", "released_on", "released_at")

_told: list[str] = []

#: Credit notes are settled here: used on invoices, which settles both, or paid out.
_OWN = (
    "SELECT invoice_id, 'credit', amount_minor, false, \"on\", recorded_at, NULL::date, NULL::timestamptz "
    "FROM invoices_creditapplication",
    "SELECT credit_note_id, 'credit', -amount_minor, false, \"on\", recorded_at, NULL::date, NULL::timestamptz "
    "FROM invoices_creditapplication",
    "SELECT credit_note_id, 'refund', -amount_minor, false, \"on\", recorded_at, NULL::date, NULL::timestamptz "
    "FROM invoices_creditrefund",
)


def tell_settlements(query: str) -> None:
    """Say where settlements stand: a query with `COLUMNS`, written by us, never by a user."""
    if query not in _told:
        _told.append(query)


def sql_settlements(name: str) -> str:
    """All settlements of documents as a PostgreSQL relation of that name; amounts are below zero on a credit note."""
    return f"({' UNION ALL '.join([*_told, *_OWN])}) AS {name} ({', '.join(COLUMNS)})"
