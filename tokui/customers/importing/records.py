"""What an import remembers of its rows: refused, in conflict and changed ones, with their values sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tokui.core.tenancy import require_organization
from tokui.core.vault import decrypt, encrypt
from tokui.customers.importing.bonds import Bonds
from tokui.customers.importing.plans import Change, Plan
from tokui.customers.models import Import, ImportRow

#: By customer: what a person decided about the conflict.
Decisions = Mapping[UUID, ImportRow]
#: By customer: ids of the rows that the import made, by their table.
MadeRows = Mapping[UUID, Mapping[str, list[UUID]]]


def decisions_of(batch: Import, ids: Iterable[UUID]) -> Decisions:
    """Decisions about conflicts of these customers."""
    rows = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.CONFLICT, customer_id__in=list(ids))
    return {row.customer_id: row for row in rows.exclude(decision="") if row.customer_id}


def record_told(batch: Import, plan: Plan, decisions: Decisions | None = None) -> None:
    """Keep every refused row and every conflict with its place and reason."""
    outcome = ImportRow.Outcome
    told = [
        _row(batch, row.sheet, row.number, outcome.REFUSED, row.id, problem.column, problem.value, problem.reason)
        for row, problem in plan.refused
    ]
    for change, problem in plan.conflicts:
        row, key = change.row, change.customer.pk
        one = _row(batch, row.sheet, row.number, outcome.CONFLICT, key, "", problem.value, problem.reason)
        one.before, one.after = sealed(batch, change.before), sealed(batch, after_of(plan, change))
        one.version_seen = change.customer.version
        one.decision = decisions[key].decision if decisions and key in decisions else ""
        told.append(one)
    ImportRow.objects.bulk_create(told)


def record_changes(
    batch: Import, plan: Plan, changes: Sequence[Change], versions: Mapping[UUID, int], made: MadeRows
) -> None:
    """Keep what changed on whom: shown before and after the import, and what its undo takes back."""
    rows = []
    for change in changes:
        row, key = change.row, change.customer.pk
        one = _row(batch, row.sheet, row.number, ImportRow.Outcome.CHANGED, key, "", change.customer.name, {})
        before = dict(change.before)
        if change.bonds and change.bonds.person_id:
            before["person"] = {"id": change.bonds.person_id, **change.bonds.person_before}
        if made.get(key):
            before["made"] = made[key]
        one.before, one.after = sealed(batch, before), sealed(batch, after_of(plan, change))
        one.version_after = versions.get(key)
        rows.append(one)
    ImportRow.objects.bulk_create(rows)


def after_of(plan: Plan, change: Change) -> dict[str, Any]:
    """The values that a row would set or add."""
    after = dict(change.values)
    if payer := plan.payer_of(change.row):
        after["bill_to_id"] = payer
    return after | _bonds(change.bonds)


def sealed(batch: Import, values: Mapping[str, Any]) -> bytes:
    return encrypt(json.dumps(values, default=_plain).encode(), batch.pk.bytes)


def opened(batch: Import, values: Any) -> dict[str, Any]:
    """Sealed values again, empty where none were kept."""
    return dict(json.loads(decrypt(bytes(values), batch.pk.bytes))) if values else {}


def _bonds(bonds: Bonds | None) -> dict[str, Any]:
    if bonds is None:
        return {}
    told = {
        "note": bonds.note,
        "points": bonds.points,
        "person": bonds.person,
        "payer_names": bonds.payer_names,
        "relations": bonds.relations,
    }
    return {name: value for name, value in told.items() if value}


def _row(batch: Import, sheet: str, number: int, *rest: Any) -> ImportRow:
    outcome, customer_id, column, value, reason = rest
    return ImportRow(
        organization_id=require_organization(),
        batch=batch,
        sheet=sheet[:60],
        row=number,
        outcome=outcome,
        customer_id=customer_id,
        column=column[:80],
        value=value[:200],
        reason=reason,
    )


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
