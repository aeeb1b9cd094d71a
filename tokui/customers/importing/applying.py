"""Making a plan true: customers entered and changed, who pays for whom, and what hangs on them. All in sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tokui.core.actors import Actor
from tokui.core.tables import Problem, reason
from tokui.core.tenancy import require_organization
from tokui.customers.actions import bond_sets
from tokui.customers.actions.bond_sets import Circle, NewName, NewRelation
from tokui.customers.actions.record import BillToCycle, apply_changes, insert_customers, refuse_cycles
from tokui.customers.drafts import CustomerChange
from tokui.customers.importing.bonds import Bonds
from tokui.customers.importing.plans import Change, Plan
from tokui.customers.importing.records import Decisions, record_changes, record_told
from tokui.customers.importing.rows import CustomerRow
from tokui.customers.models import Customer, Import


def apply_plan(batch: Import, plan: Plan, decisions: Decisions, by: Actor) -> None:
    """Make a plan true and record what it did. Circles of payers or relatives are told, not made."""
    ids = insert_customers([draft for _row, draft in plan.new], by=by, created_in=batch.pk)
    codes = dict(plan.codes)
    codes |= {row.values["code"]: key for key, (row, _d) in zip(ids, plan.new, strict=True) if row.values.get("code")}
    codes |= {one.values["code"]: one.customer.pk for one in plan.changed if "code" in one.values}
    _set_payers(plan, dict(zip(ids, (row for row, _draft in plan.new), strict=True)), codes)
    versions = _change(batch, plan, codes, by)
    bound = [(key, row, row.bonds) for key, (row, _draft) in zip(ids, plan.new, strict=True) if row.bonds]
    bound += [(one.customer.pk, one.row, one.bonds) for one in plan.changed if one.bonds]
    made = _Binding(batch, plan, codes, by).bind(bound) if bound else {}
    record_changes(batch, plan, [one for one in plan.changed if one.customer.pk in versions], versions, made)
    record_told(batch, plan, decisions)


def _set_payers(plan: Plan, rows: Mapping[UUID, CustomerRow], codes: Mapping[str, UUID]) -> None:
    """Customers of this batch that are billed to customers of this batch."""
    payers = {key: code for key, row in rows.items() if (code := plan.payer_of(row))}
    if not payers:
        return
    try:
        with transaction.atomic():
            _bill({key: codes[code] for key, code in payers.items()})
    except BillToCycle:
        for key, code in payers.items():
            try:
                with transaction.atomic():
                    _bill({key: codes[code]})
            except BillToCycle:
                plan.refused.append((rows[key], Problem("bill_to", code, reason("bill_to_cycle", code))))


def _bill(payers: Mapping[UUID, UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer row SET bill_to_id = wanted.payer "
            "FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (id, payer) "
            "WHERE row.id = wanted.id AND row.organization_id = %s",
            [list(payers), list(payers.values()), require_organization()],
        )
    refuse_cycles(list(payers))


def _change(batch: Import, plan: Plan, codes: Mapping[str, UUID], by: Actor) -> dict[UUID, int]:
    """Change customers; the versions of those that have something new now."""
    changes = {one.customer.pk: CustomerChange(one.customer.pk, _values(plan, one, codes)) for one in plan.changed}
    told = [one for one in changes.values() if one.values]
    try:
        with transaction.atomic():
            changed = apply_changes(told, by=by, import_id=batch.pk) if told else []
    except BillToCycle:
        changed = _change_singly(batch, plan, changes, by)
    bound = {one.customer.pk: one.customer.version for one in plan.changed if one.bonds}
    return bound | {row.pk: row.version for row in changed}


def _values(plan: Plan, change: Change, codes: Mapping[str, UUID]) -> dict[str, Any]:
    payer = plan.payer_of(change.row)
    return {**change.values, "bill_to_id": codes[payer]} if payer else change.values


def _change_singly(batch: Import, plan: Plan, changes: Mapping[UUID, CustomerChange], by: Actor) -> list[Customer]:
    """One of the changes makes a customer pay for itself: find it, and apply the others."""
    changed: list[Customer] = []
    kept = []
    for one in plan.changed:
        try:
            with transaction.atomic():
                wanted = changes[one.customer.pk]
                changed += apply_changes([wanted], by=by, import_id=batch.pk) if wanted.values else []
            kept.append(one)
        except BillToCycle:
            told = one.row.values.get("name", one.customer.name)
            plan.refused.append((one.row, Problem("bill_to", "", reason("bill_to_cycle", told))))
    plan.changed = kept
    return changed


Bound = Sequence[tuple[UUID, CustomerRow, Bonds]]


@dataclass
class _Binding:
    """Writing what hangs on the customers of a batch, and remembering what was made on whom."""

    batch: Import
    plan: Plan
    codes: Mapping[str, UUID]
    by: Actor
    made: dict[UUID, dict[str, list[UUID]]] = field(default_factory=dict)

    def bind(self, bound: Bound) -> dict[UUID, dict[str, list[UUID]]]:
        told: dict[str, Any] = {"by": self.by, "import_id": self.batch.pk}
        self._note("note", bond_sets.write_notes([(key, b.note) for key, _row, b in bound if b.note], **told))
        points = [(key, *point) for key, _row, b in bound for point in b.points]
        self._note("point", bond_sets.write_points(points, **told))
        persons = [(key, b.person) for key, _row, b in bound if b.person and not b.person_id]
        self._note("person", bond_sets.write_persons(persons, **told))
        bond_sets.change_persons({b.person_id: b.person for _key, _row, b in bound if b.person_id})
        names = [NewName(key, raw) for key, _row, b in bound for raw in b.payer_names]
        self._note("payer_name", bond_sets.learn_names(names, **told))
        self._relate(bound, told)
        bond_sets.renew_contacts(key for key, _row, b in bound if b.points or b.person)
        return self.made

    def _relate(self, bound: Bound, told: dict[str, Any]) -> None:
        wanted = {
            NewRelation(self.codes[one.code], key, one.kind): (row, one.code)
            for key, row, b in bound
            for one in b.relations
        }
        if not wanted:
            return
        try:
            self._relations(bond_sets.write_relations(list(wanted), **told))
        except Circle:
            for relation, (row, code) in wanted.items():
                try:
                    self._relations(bond_sets.write_relations([relation], **told))
                except Circle:
                    problem = Problem(relation.kind, code, reason("relative_cycle", code))
                    self.plan.refused.append((row, problem))

    def _relations(self, made: Mapping[NewRelation, UUID]) -> None:
        self._note("relationship", {pk: relation.to_id for relation, pk in made.items()})

    def _note(self, kind: str, made: Mapping[UUID, UUID]) -> None:
        for pk, customer in made.items():
            self.made.setdefault(customer, {}).setdefault(kind, []).append(pk)
