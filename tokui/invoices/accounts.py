"""The account codes that invoices post to, in Python and as SQL."""

from __future__ import annotations

from uuid import UUID

#: Brought from the old system; nobody sold it here.
OPENING = "opening"


def receivable(customer_id: UUID) -> str:
    """What a customer owes (売掛金)."""
    return f"customers:{customer_id}:receivable"


def tax_code(kind: str, rate_bp: int) -> str:
    """The last part of `revenue:<account>:<code>` and `tax:<code>`: 10, 8 (reduced), 8s (standard to 2019), exempt …"""
    if kind not in ("standard", "reduced"):
        return {"exempt": "exempt", "export": "export"}.get(kind, "none")
    written = str(rate_bp // 100) if rate_bp % 100 == 0 else f"{rate_bp}bp"
    return f"{written}s" if kind == "standard" and rate_bp == 800 else written


def sql_tax_code(kind: str, rate: str) -> str:
    """`tax_code` as a PostgreSQL expression over two columns."""
    return f"""(CASE WHEN {kind} NOT IN ('standard', 'reduced')
            THEN CASE {kind} WHEN 'exempt' THEN 'exempt' WHEN 'export' THEN 'export' ELSE 'none' END
            ELSE CASE WHEN {rate} %% 100 = 0 THEN ({rate} / 100)::text ELSE {rate}::text || 'bp' END
              || CASE WHEN {kind} = 'standard' AND {rate} = 800 THEN 's' ELSE '' END END)"""
