"""The customers that a batch of rows may mean, and what they have already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from tokui.customers.actions.derived import custom_values_of
from tokui.customers.importing.bonds import Bonds, Relation
from tokui.customers.importing.rows import CustomerRow
from tokui.customers.models import ContactPerson, ContactPoint, Customer, Note, PayerName, Relationship, Tagging
from tokui.customers.names import name_key


class Existing:
    """Found by id, by code, else by name together with mail address or phone number, in a constant number of queries.

    With `lock`, they are locked until the transaction ends, so that a comparison holds.
    """

    def __init__(self, rows: Sequence[CustomerRow], *, lock: bool) -> None:
        found = Customer.objects.filter(pk__in=_keys_of(rows)).order_by("pk")
        self.rows = list(found.select_for_update() if lock else found)
        self.by_id = {row.pk: row for row in self.rows}
        self.codes: dict[str, UUID] = {row.code: row.pk for row in self.rows}
        #: Codes that rows name as payers, guardians or parent companies.
        self.named = {code for row in rows for _field, code in references_of(row)}
        if missing := self.named - set(self.codes):
            self.codes |= dict(Customer.objects.filter(code__in=missing).values_list("code", "pk"))
        self.by_contact: dict[tuple[str, str], Customer] = {}
        for row in self.rows:
            strict = name_key(row.name).strict
            for contact in (row.email, row.phone):
                if contact:
                    self.by_contact.setdefault((strict, contact), row)
        self.tags = _tags_of(list(self.by_id)) if self.by_id else {}
        self.custom = custom_values_of(list(self.by_id)) if self.by_id else {}
        self.matches = [self._find(row) for row in rows]
        self.bonds = ExistingBonds(
            {one.pk: row.bonds for row, one in zip(rows, self.matches, strict=True) if one and row.bonds}
        )

    def _find(self, row: CustomerRow) -> Customer | None:
        if row.id:
            return self.by_id.get(row.id)
        code = row.values.get("code")
        if code:
            return self.by_id.get(self.codes[code]) if code in self.codes else None
        return next((self.by_contact[key] for key in person_keys(row) if key in self.by_contact), None)


class ExistingBonds:
    """What hangs on customers whose rows bring bonds; each kind is asked for only if some row brings it."""

    def __init__(self, wanted: Mapping[UUID, Bonds]) -> None:
        def bringing(part: str) -> list[UUID]:
            return [key for key, bonds in wanted.items() if getattr(bonds, part)]

        self.notes = _pairs(Note, bringing("note"), "text", text__in=[one.note for one in wanted.values()])
        self.points = _pairs(ContactPoint, bringing("points"), "kind", "value")
        self.payer_names = _pairs(PayerName, bringing("payer_names"), "strict_key", revoked_at=None)
        self.relations = set(
            Relationship.objects.filter(to_customer_id__in=related).values_list(
                "to_customer_id", "kind", "from_customer_id"
            )
            if (related := bringing("relations"))
            else ()
        )
        self.persons: dict[tuple[UUID, str], ContactPerson] = {}
        persons = bringing("person")
        for one in (
            ContactPerson.objects.filter(customer_id__in=persons).order_by("created_at", "pk") if persons else ()
        ):
            self.persons.setdefault((one.customer_id, name_key(one.name).strict), one)

    def lacking(self, customer: Customer, bonds: Bonds, codes: Mapping[str, UUID], own: Iterable[str]) -> Bonds:
        """Those bonds of a row that the customer does not have yet; `own` are its first mail address and phone."""
        key, first = customer.pk, set(own)
        points = {(one.kind, one.value): one for one in bonds.points if one.value not in first}
        found = replace(
            bonds,
            note="" if (key, bonds.note) in self.notes else bonds.note,
            points=[one for kind, one in points.items() if (key, *kind) not in self.points],
            payer_names=[raw for raw in bonds.payer_names if (key, name_key(raw).strict[:120]) not in self.payer_names],
            relations=[one for one in bonds.relations if (key, one.kind, codes.get(one.code)) not in self.relations],
        )
        return self._lacking_person(key, found)

    def _lacking_person(self, key: UUID, bonds: Bonds) -> Bonds:
        known = self.persons.get((key, name_key(bonds.person["name"]).strict)) if bonds.person else None
        if known is None:
            return bonds
        differs = {
            part: value for part, value in bonds.person.items() if part != "name" and getattr(known, part) != value
        }
        before = {part: getattr(known, part) for part in differs}
        return replace(bonds, person=differs, person_id=known.pk if differs else None, person_before=before)


def references_of(row: CustomerRow) -> Iterator[tuple[str, str]]:
    """(field, code) of every customer that a row names by code."""
    if "bill_to" in row.references:
        yield "bill_to", row.references["bill_to"]
    if row.bonds:
        relations: Sequence[Relation] = row.bonds.relations
        yield from relations


def person_keys(row: CustomerRow) -> list[tuple[str, str]]:
    """What a row without a code is known by: its name together with each contact."""
    strict = name_key(row.values["name"]).strict if row.values.get("name") else ""
    return [(strict, value) for _kind, value in _contacts_of(row)] if strict else []


def _contacts_of(row: CustomerRow) -> list[tuple[str, str]]:
    first = [(kind, row.values[name]) for name, kind in (("email", "mail"), ("phone", "phone")) if row.values.get(name)]
    return first + [(one.kind, one.value) for one in (row.bonds.points if row.bonds else ())]


def _keys_of(rows: Sequence[CustomerRow]) -> set[UUID]:
    codes = {row.values["code"] for row in rows if row.values.get("code")}
    bare = [row for row in rows if not row.id and not row.values.get("code")]
    contacts = {one for row in bare for one in _contacts_of(row)}
    mails, phones = ({value for kind, value in contacts if kind == wanted} for wanted in ("mail", "phone"))
    keys = {row.id for row in rows if row.id}
    if codes:
        keys |= set(Customer.objects.filter(code__in=codes).values_list("pk", flat=True))
    if mails:
        keys |= set(Customer.objects.filter(email__in=mails).exclude(email="").values_list("pk", flat=True))
    if phones:
        keys |= set(Customer.objects.filter(phone__in=phones).exclude(phone="").values_list("pk", flat=True))
    return keys


def _pairs(model: Any, ids: Sequence[UUID], *names: str, **conditions: Any) -> set[tuple[Any, ...]]:
    if not ids:
        return set()
    return set(model.objects.filter(customer_id__in=ids, **conditions).values_list("customer_id", *names))


def _tags_of(ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    for key, name in Tagging.objects.filter(customer_id__in=ids).values_list("customer_id", "tag__name"):
        found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}
