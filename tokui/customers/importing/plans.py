"""What a batch of rows means for the customers that exist: new, changed, unchanged, refused, in conflict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tokui.access.models import Business, Membership
from tokui.core.models import Organization
from tokui.core.refused import ValueRefused
from tokui.core.tables import Problem, facts, reason
from tokui.core.tenancy import require_organization
from tokui.customers.actions.derived import custom_values_of
from tokui.customers.custom import CustomKind, Typed, parse_custom
from tokui.customers.drafts import PARSERS, CustomerChange, CustomerDraft, kind_of
from tokui.customers.importing.rows import CustomerRow
from tokui.customers.models import Customer, CustomField, CustomValue, Tagging
from tokui.customers.names import name_key

_EMPTY_VALUES = {name: PARSERS[name](None) for name in PARSERS if name not in ("name", "code", "kind")}
_REFERENCE_FIELDS = {"business": "business_id", "owner": "owner_id", "bill_to": "bill_to_id"}


@dataclass
class Plan:
    """The meaning of a batch; `refused` and `conflicts` name their rows."""

    new: list[tuple[CustomerRow, CustomerDraft]] = field(default_factory=list)
    changed: list[tuple[CustomerRow, CustomerChange, dict[str, Any]]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[CustomerRow, Problem]] = field(default_factory=list)
    conflicts: list[tuple[CustomerRow, Problem]] = field(default_factory=list)
    #: Customers of this batch that are billed to a customer of this batch, by the payer's code.
    pending_payers: dict[int, str] = field(default_factory=dict)


class Planner:
    """Plans batches of one import in order; remembers the codes it has seen, eight bytes each."""

    def __init__(self) -> None:
        organization = require_organization()
        self.businesses = {_key(word): row.pk for row in Business.objects.all() for word in (row.name, row.code)}
        members = Membership.objects.select_related("user").filter(organization_id=organization, is_active=True)
        self.owners = {_key(word): one.user_id for one in members for word in (one.user.name, one.user.email)}
        self.fields = {one.key: one for one in CustomField.objects.filter(is_active=True)}
        self.currency = Organization.objects.values_list("currency", flat=True).get(pk=organization)
        self.seen: set[int] = set()

    def skip(self, rows: Iterable[CustomerRow]) -> None:
        """Rows that an earlier run has applied: only their codes count."""
        for row in rows:
            if "code" in row.values:
                self.seen.add(hash(row.values["code"]))

    def plan(self, rows: Sequence[CustomerRow], *, lock: bool) -> Plan:
        """With `lock`, customers that exist are locked until the transaction ends, so that the comparison holds."""
        plan = Plan()
        existing = _Existing(rows, lock=lock)
        codes_here = {row.values["code"] for row in rows if row.values.get("code") and not row.problems}
        for row in rows:
            self._plan_row(plan, row, existing, codes_here)
        return plan

    def _plan_row(self, plan: Plan, row: CustomerRow, existing: _Existing, codes_here: set[str]) -> None:
        code = row.values.get("code")
        if code:
            if hash(code) in self.seen:
                row.problems.append(_own(row, "code", "twice_in_file", code))
            self.seen.add(hash(code))
        customer = existing.find(row)
        self._resolve(plan, row, existing, codes_here)
        custom = self._custom(row)
        if row.id and customer is None:
            row.problems.append(_own(row, "id", "unknown_id", row.id))
        if customer is None and not row.values.get("name") and not row.problems:
            row.problems.append(Problem("", "", {"code": "empty", "found": "", "expected": "山田 太郎"}))
        if row.problems:
            plan.refused += [(row, problem) for problem in row.problems]
            plan.pending_payers.pop(id(row), None)
        elif customer is None:
            plan.new.append((row, _draft(row, custom)))
        else:
            self._compare(plan, row, customer, existing, custom)

    def _resolve(self, plan: Plan, row: CustomerRow, existing: _Existing, codes_here: set[str]) -> None:
        for name, word in row.references.items():
            target = _REFERENCE_FIELDS[name]
            if name == "bill_to":
                if word in existing.codes:
                    row.values[target] = existing.codes[word]
                elif word in codes_here and word != row.values.get("code"):
                    plan.pending_payers[id(row)] = word
                elif hash(word) not in self.seen or word == row.values.get("code"):
                    row.problems.append(_own(row, name, "unknown_bill_to", word))
                continue
            known = self.businesses if name == "business" else self.owners
            if _key(word) in known:
                row.values[target] = known[_key(word)]
            else:
                row.problems.append(_own(row, name, f"unknown_{name}", word))

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

    def _compare(
        self, plan: Plan, row: CustomerRow, customer: Customer, existing: _Existing, custom: dict[str, Typed]
    ) -> None:
        wanted = dict(row.values)
        if row.version is not None:  # our own export: an emptied cell means to empty the field
            wanted |= {name: _EMPTY_VALUES[name] for name in row.cleared if name in _EMPTY_VALUES}
            wanted |= {_REFERENCE_FIELDS[name]: None for name in row.cleared if name in _REFERENCE_FIELDS}
        differs = {name: value for name, value in wanted.items() if getattr(customer, name) != value}
        before = {name: getattr(customer, name) for name in differs}
        tags = self._tags(row, existing.tags.get(customer.pk, frozenset()))
        if tags is not None:
            differs["tags"], before["tags"] = tags, sorted(existing.tags.get(customer.pk, ()))
        changed = self._changed_custom(row, existing.custom.get(customer.pk, {}), custom)
        if changed:
            differs["custom"] = {key: row.custom.get(key) for key in changed}
            before["custom"] = changed
        if not differs and id(row) not in plan.pending_payers:
            plan.unchanged += 1
        elif row.version is not None and row.version != customer.version:
            facts_ = reason("changed_since_export", row.version, customer.version)
            plan.conflicts.append((row, Problem("", customer.name[:200], facts_)))
            plan.pending_payers.pop(id(row), None)
        elif differs.get("code") in existing.codes:
            plan.refused.append((row, _own(row, "code", "code_of_another", differs["code"])))
        else:
            plan.changed.append((row, CustomerChange(customer.pk, differs), before))

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


class _Existing:
    """The customers that a batch may mean: by id, by code, else by name together with mail address or phone number."""

    def __init__(self, rows: Sequence[CustomerRow], *, lock: bool) -> None:
        ids = {row.id for row in rows if row.id}
        codes = {row.values["code"] for row in rows if row.values.get("code")}
        payers = {row.references["bill_to"] for row in rows if "bill_to" in row.references}
        bare = [row for row in rows if not row.id and not row.values.get("code")]
        mails = {row.values["email"] for row in bare if row.values.get("email")}
        phones = {row.values["phone"] for row in bare if row.values.get("phone")}
        keys = set(Customer.objects.filter(code__in=codes).values_list("pk", flat=True)) if codes else set()
        keys |= ids
        if mails:
            keys |= set(Customer.objects.filter(email__in=mails).exclude(email="").values_list("pk", flat=True))
        if phones:
            keys |= set(Customer.objects.filter(phone__in=phones).exclude(phone="").values_list("pk", flat=True))
        found = Customer.objects.filter(pk__in=keys).order_by("pk")
        self.rows = list(found.select_for_update() if lock else found) if keys else []
        self.by_id = {row.pk: row for row in self.rows}
        self.codes: dict[str, UUID] = {row.code: row.pk for row in self.rows}
        missing = payers - set(self.codes)
        if missing:
            self.codes |= dict(Customer.objects.filter(code__in=missing).values_list("code", "pk"))
        self.by_contact: dict[tuple[str, str], Customer] = {}
        for row in self.rows:
            strict = name_key(row.name).strict
            for contact in (row.email, row.phone):
                if contact:
                    self.by_contact.setdefault((strict, contact), row)
        self.tags = _tags_of(list(self.by_id)) if self.by_id else {}
        self.custom = custom_values_of(list(self.by_id)) if self.by_id else {}

    def find(self, row: CustomerRow) -> Customer | None:
        if row.id:
            return self.by_id.get(row.id)
        code = row.values.get("code")
        if code:
            return self.by_id.get(self.codes[code]) if code in self.codes else None
        strict = name_key(row.values["name"]).strict if row.values.get("name") else ""
        for contact in (row.values.get("email"), row.values.get("phone")):
            if strict and contact and (strict, contact) in self.by_contact:
                return self.by_contact[strict, contact]
        return None


def _tags_of(ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    for key, name in Tagging.objects.filter(customer_id__in=ids).values_list("customer_id", "tag__name"):
        found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _draft(row: CustomerRow, custom: dict[str, Typed]) -> CustomerDraft:
    values = dict(row.values)
    found = name_key(values["name"])
    values["kind"] = values.get("kind") or kind_of(values["name"])
    values.setdefault("legal_form", found.legal_form)
    return CustomerDraft(**values, tags=row.tags or (), custom={key: row.custom[key] for key in custom})


def _own(row: CustomerRow, column: str, code: str, found: object) -> Problem:
    return Problem(column, str(found)[:200], reason(code, found))


def _key(word: str) -> str:
    return "".join(word.split()).casefold()
