"""Numbering customers that come without a code of their own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from tokui.core.ids import uuid7
from tokui.core.tenancy import require_organization
from tokui.customers.drafts import CustomerDraft

PREFIX = "C-"


def next_codes(drafts: Sequence[CustomerDraft]) -> list[str]:
    """The code of each draft, its own or the next free number of ours: C-00001, C-00002 … Holds the series' row."""
    missing = sum(not draft.code for draft in drafts)
    if not missing:
        return [draft.code for draft in drafts]
    given = {draft.code for draft in drafts if draft.code}
    fresh: list[str] = []
    while len(fresh) < missing:
        block = _take(missing - len(fresh))
        taken = _existing(block) | given
        fresh += [code for code in block if code not in taken]
    numbered = iter(fresh)
    return [draft.code or next(numbered) for draft in drafts]


def _take(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_codeseries AS series (id, organization_id, prefix, next_number) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT (organization_id, prefix) "
            "DO UPDATE SET next_number = series.next_number + %s RETURNING next_number",
            [uuid7(), require_organization(), PREFIX, 1 + count, count],
        )
        following = int(cursor.fetchone()[0])
    return [f"{PREFIX}{number:05d}" for number in range(following - count, following)]


def _existing(codes: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM customers_customer WHERE code = ANY(%s)", [codes])
        return {row[0] for row in cursor.fetchall()}
