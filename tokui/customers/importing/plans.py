"""What a batch of rows means for the customers that exist: new, changed, unchanged, refused, in conflict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tokui.access.models import Business, Membership
from tokui.core.models import Organization
from tokui.core.refused import ValueRefused
from tokui.core.tables import Problem, facts, reason
from tokui.core.tenancy import require_organization
from tokui.customers.custom import CustomKind, Typed, parse_custom
from tokui.customers.drafts import PARSERS, CustomerDraft, kind_of
from tokui.customers.importing.bonds import MOBILE, Bonds
from tokui.customers.importing.existing import Existing, person_keys, references_of
from tokui.customers.importing.rows import CustomerRow
from tokui.customers.models import Customer, CustomField, CustomValue
from tokui.customers.names import name_key

_EMPTY_VALUES = {name: PARSERS[name](None) for name in PARSERS if name not in ("name", "code", "kind")}
_REFERENCE_FIELDS = {"business": "business_id", "owner": "owner_id", "bill_to": "bill_to_id"}
#: Which customer a decision about a conflict was made for, and the version that the person saw.
Decided = Collection[tuple[UUID, int | None]]


@dataclass
class Change:
    """What a row changes on a customer: values with those before, and bonds that are new."""

    row: CustomerRow
    customer: Customer
    values: dict[str, Any]
    before: dict[str, Any]
    bonds: Bonds | None = None


@dataclass
class Plan:
    """The meaning of a batch; `refused` and `conflicts` name their rows."""

    new: list[tuple[CustomerRow, CustomerDraft]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[CustomerRow, Problem]] = field(default_factory=list)
    conflicts: list[tuple[Change, Problem]] = field(default_factory=list)
    #: Ids of the customers that rows name by code, as far as they existed before this batch.
    codes: dict[str, UUID] = field(default_factory=dict)
    #: Rows that name customers of this very file, each as (field, code).
    waiting: dict[int, tuple[CustomerRow, list[tuple[str, str]]]] = field(default_factory=dict)

    def payer_of(self, row: CustomerRow) -> str:
        """The code of a payer that this file brings, empty if the payer was there or there is none."""
        _row, waiting = self.waiting.get(id(row), (row, []))
        return next((code for name, code in waiting if name == "bill_to"), "")


class Planner:
    """Plans batches of one import in order; remembers codes and nameless people it has seen, eight bytes each."""

    def __init__(self) -> None:
        organization = require_organization()
        self.businesses = {_key(word): row.pk for row in Business.objects.all() for word in (row.name, row.code)}
        members = Membership.objects.select_related("user").filter(organization_id=organization, is_active=True)
        self.owners = {_key(word): one.user_id for one in members for word in (one.user.name, one.user.email)}
        self.fields = {one.key: one for one in CustomField.objects.filter(is_active=True)}
        self.currency = Organization.objects.values_list("currency", flat=True).get(pk=organization)
        self.seen: set[int] = set()
        #: Codes of rows that were refused, so that nobody is billed to a customer who never came.
        self.never: set[int] = set()

    def skip(self, rows: Iterable[CustomerRow]) -> None:
        """Rows that an earlier run has applied: only what they are known by counts."""
        for row in rows:
            self.seen.update(_marks(row, None))

    def plan(self, rows: Sequence[CustomerRow], *, lock: bool, decided: Decided = ()) -> Plan:
        """With `lock`, customers that exist are locked, and what earlier rows brought must exist by now."""
        existing = Existing(rows, lock=lock)
        plan = Plan(codes=existing.codes)
        here = {row.values["code"] for row in rows if row.values.get("code")} if existing.named else set()
        coded = _people_with_codes(rows)
        for row, customer in zip(rows, existing.matches, strict=True):
            self._refuse_twice(row, customer, coded)
            self._resolve(plan, row, customer, here, lock=lock)
            self._plan_row(plan, row, customer, existing, decided)
        self._refuse_waiting(plan, lock=lock)
        return plan

    def _refuse_twice(self, row: CustomerRow, customer: Customer | None, coded: set[int]) -> None:
        code, marks = row.values.get("code"), _marks(row, customer)
        if not self.seen.isdisjoint(marks) or (not code and not coded.isdisjoint(marks)):
            found = code or row.values.get("name") or (customer.name if customer else "")
            row.problems.append(_own(row, "code" if code else "name", "twice_in_file", found))
        self.seen.update(marks)

    def _plan_row(
        self, plan: Plan, row: CustomerRow, customer: Customer | None, existing: Existing, decided: Decided
    ) -> None:
        custom = self._custom(row)
        if row.id and customer is None:
            row.problems.append(_own(row, "id", "unknown_id", row.id))
        if customer is None and not row.values.get("name") and not row.problems:
            row.problems.append(Problem("", "", {"code": "empty", "found": "", "expected": "山田 太郎"}))
        if row.problems:
            plan.refused += [(row, problem) for problem in row.problems]
            plan.waiting.pop(id(row), None)
            if customer is None and all(problem.reason["code"] != "twice_in_file" for problem in row.problems):
                self._note_refused(row)
        elif customer is None:
            plan.new.append((row, _draft(row, custom)))
        else:
            self._compare(plan, self._change(row, customer, existing, custom), existing, decided)

    def _note_refused(self, row: CustomerRow) -> None:
        if row.values.get("code"):
            self.never.add(hash(row.values["code"]))

    def _resolve(self, plan: Plan, row: CustomerRow, customer: Customer | None, here: set[str], *, lock: bool) -> None:
        for name, word in row.references.items():
            if name == "bill_to":
                continue
            known = self.businesses if name == "business" else self.owners
            if _key(word) in known:
                row.values[_REFERENCE_FIELDS[name]] = known[_key(word)]
            else:
                row.problems.append(_own(row, name, f"unknown_{name}", word))
        waiting = []
        for name, code in references_of(row):
            if code in (row.values.get("code"), customer.code if customer else None):
                self._refer_to_itself(row, name, code)
            elif code in plan.codes:
                row.values |= {"bill_to_id": plan.codes[code]} if name == "bill_to" else {}
            elif code in here or (not lock and self._is_to_come(code)):
                waiting.append((name, code))
            else:
                row.problems.append(_own(row, name, "unknown_bill_to", code))
        if waiting:
            plan.waiting[id(row)] = (row, waiting)

    def _refer_to_itself(self, row: CustomerRow, name: str, code: str) -> None:
        """Many programs write a customer's own code where it pays itself."""
        if name == "bill_to":
            row.values["bill_to_id"] = None
        else:
            row.problems.append(_own(row, name, "relative_cycle", code))

    def _is_to_come(self, code: str) -> bool:
        """Whether an earlier row of the file brings this customer."""
        return hash(code) in self.seen and hash(code) not in self.never

    def _refuse_waiting(self, plan: Plan, *, lock: bool) -> None:
        """A row that names a customer of this file is refused when that one's row is, and so on down the chain."""
        if not plan.waiting:
            return
        coming = {row.values["code"] for row, _draft in plan.new if row.values.get("code")}
        coming |= {change.values["code"] for change in plan.changed if "code" in change.values}
        naming: dict[str, list[tuple[CustomerRow, str]]] = {}
        for row, waiting in plan.waiting.values():
            for name, code in waiting:
                naming.setdefault(code, []).append((row, name))
        missing = [code for code in naming if code not in coming and (lock or not self._is_to_come(code))]
        bad: set[int] = set()
        while missing:
            code = missing.pop()
            for row, name in naming.pop(code, ()):
                plan.refused.append((row, _own(row, name, "unknown_bill_to", code)))
                bad.add(id(row))
                self._note_refused(row)
                missing.append(row.values.get("code", ""))
        plan.new = [one for one in plan.new if id(one[0]) not in bad]
        plan.changed = [one for one in plan.changed if id(one.row) not in bad]
        plan.conflicts = [one for one in plan.conflicts if id(one[0].row) not in bad]
        for key in bad:
            del plan.waiting[key]

    def _custom(self, row: CustomerRow) -> dict[str, Typed]:
        """Typed values of the organization's own fields; in the row they become typed too."""
        typed: dict[str, Typed] = {}
        for key, cell in row.custom.items():
            one = self.fields.get(key)
            if one is None:
                row.problems.append(Problem(key, str(cell)[:200], reason("unknown_field")))
                continue
            try:
                kind = CustomKind(one.kind)
                typed[key] = parse_custom(kind, cell, choices=tuple(one.choices), currency=self.currency)
            except ValueRefused as refused:
                row.problems.append(Problem(one.label[:80], str(cell)[:200], facts(refused)))
        return typed

    def _change(self, row: CustomerRow, customer: Customer, existing: Existing, custom: dict[str, Typed]) -> Change:
        wanted = dict(row.values)
        if row.version is not None:  # our own export: an emptied cell means to empty the field
            wanted |= {name: _EMPTY_VALUES[name] for name in row.cleared if name in _EMPTY_VALUES}
            wanted |= {_REFERENCE_FIELDS[name]: None for name in row.cleared if name in _REFERENCE_FIELDS}
        differs = {name: value for name, value in wanted.items() if getattr(customer, name) != value}
        before = {name: getattr(customer, name) for name in differs}
        current = existing.tags.get(customer.pk, frozenset())
        tags = self._tags(row, current)
        if tags is not None:
            differs["tags"], before["tags"] = tags, sorted(current)
        changed = self._changed_custom(row, existing.custom.get(customer.pk, {}), custom)
        if changed:
            differs["custom"] = {key: row.custom.get(key) for key in changed}
            before["custom"] = changed
        bonds = None
        if row.bonds:
            own = [wanted.get(name, getattr(customer, name)) for name in ("email", "phone")]
            bonds = existing.bonds.lacking(customer, row.bonds, existing.codes, own)
        return Change(row, customer, differs, before, bonds or None)

    def _compare(self, plan: Plan, change: Change, existing: Existing, decided: Decided) -> None:
        row, customer = change.row, change.customer
        if plan.payer_of(row):
            change.before["bill_to_id"] = customer.bill_to_id
        is_other = bool(change.values or plan.payer_of(row))
        if not is_other and not change.bonds:
            plan.unchanged += 1
        elif (
            is_other and row.version not in (None, customer.version) and (customer.pk, customer.version) not in decided
        ):
            told = reason("changed_since_export", row.version, customer.version)
            plan.conflicts.append((change, Problem("", customer.name[:200], told)))
        elif change.values.get("code") in existing.codes:
            plan.refused.append((row, _own(row, "code", "code_of_another", change.values["code"])))
            plan.waiting.pop(id(row), None)
        else:
            plan.changed.append(change)

    def _tags(self, row: CustomerRow, current: frozenset[str]) -> tuple[str, ...] | None:
        """The tags to set, or None when they stay. Files of others add tags, our own export sets them."""
        if row.version is not None and (row.tags is not None or "tags" in row.cleared):
            wanted = frozenset(row.tags or ())
        else:
            wanted = current | frozenset(row.tags or ())
        return None if wanted == current else tuple(sorted(wanted))

    def _changed_custom(
        self, row: CustomerRow, current: dict[UUID, CustomValue], custom: dict[str, Typed]
    ) -> dict[str, Any]:
        """{key: stored value before} of the own fields that differ."""
        wanted = dict(custom)
        if row.version is not None:
            wanted |= {name.removeprefix("custom."): Typed() for name in row.cleared if name.startswith("custom.")}
        changed = {}
        for key, typed in wanted.items():
            field_ = self.fields.get(key)
            if field_ is None:
                continue
            value = current.get(field_.pk)
            stored = Typed(value.text, value.number, value.day) if value else Typed()
            if stored != typed:
                changed[key] = [stored.text, stored.number, stored.day.isoformat() if stored.day else None]
        return changed


def _people_with_codes(rows: Sequence[CustomerRow]) -> set[int]:
    """People of this batch who have a code, for rows that have none."""
    if all(row.id or row.values.get("code") for row in rows):
        return set()
    return {hash(key) for row in rows if row.values.get("code") for key in person_keys(row)}


def _draft(row: CustomerRow, custom: dict[str, Typed]) -> CustomerDraft:
    values = dict(row.values)
    found = name_key(values["name"])
    values["kind"] = values.get("kind") or kind_of(values["name"])
    values.setdefault("legal_form", found.legal_form)
    if row.bonds:
        _promote(row.bonds, values)
    return CustomerDraft(**values, tags=row.tags or (), custom={key: row.custom[key] for key in custom})


def _promote(bonds: Bonds, values: dict[str, Any]) -> None:
    """A first mail address or phone stands on the customer, also when the file has it in a further column."""
    for name, kind, labels in (("email", "mail", ("",)), ("phone", "phone", ("", MOBILE))):
        first = next((one for one in bonds.points if one.kind == kind and one.label in labels), None)
        if first and not values.get(name):
            values[name] = first.value
    own = {values.get("email"), values.get("phone")}
    bonds.points = list({(one.kind, one.value): one for one in bonds.points if one.value not in own}.values())


def _marks(row: CustomerRow, customer: Customer | None) -> set[int]:
    """What a second row for the same customer would have too: the code, else name with contact; the known code."""
    known_by = [row.values["code"]] if row.values.get("code") else [row.id] if row.id else person_keys(row)
    marks = {hash(one) for one in known_by}
    if customer is not None:
        marks.add(hash(customer.code))
    return marks


def _own(row: CustomerRow, column: str, code: str, found: object) -> Problem:
    return Problem(column, str(found)[:200], reason(code, found))


def _key(word: str) -> str:
    return "".join(word.split()).casefold()
