"""What hangs on customers, in sets: notes, contacts, persons, payers' names, relationships. Values are checked already.

These are the importer's way in, and what its undo takes back; the doors for one row are in `bonds` and `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.events import emit, emit_many
from tokui.core.ids import uuid7_many
from tokui.core.locks import advisory_lock
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.customers.actions.derived import insert_keys, reindex
from tokui.customers.events import (
    ContactAdded,
    ContactRemoved,
    NoteAdded,
    PayerNameLearned,
    PayerNameRevoked,
    RelationshipAdded,
    RelationshipEnded,
)
from tokui.customers.index import name_keys
from tokui.customers.models import ContactPerson, ContactPoint, Customer, CustomerKey, Note, PayerName, Relationship
from tokui.customers.names import name_key

ABOUT = "customers.customer"
#: Rows that were made: their id and the customer they hang on.
Made = Mapping[UUID, UUID]
PERSON_PARTS = ("name", "kana", "department", "title", "email", "phone")


class Circle(Exception):
    """Of some relationships to be recorded, one would put a customer above itself."""


class NewName(NamedTuple):
    """A payer's name to be learned: whose, as it is written, and on which bank account of ours (all: None)."""

    customer_id: UUID
    raw: str
    bank_account_id: UUID | None = None


class NewRelation(NamedTuple):
    """A relationship to be recorded."""

    from_id: UUID
    to_id: UUID
    kind: str


@transaction.atomic
def write_notes(notes: Sequence[tuple[UUID, str]], *, by: Actor, import_id: UUID | None = None) -> Made:
    """Notes (customer, text)."""
    if not notes:
        return {}
    columns = {"id": "uuid", "customer_id": "uuid", "text": "text"}
    made = _insert("customers_note", columns, notes, {"written_by": by.name, "created_at": clock.now()})
    facts = [NoteAdded(customer, key, import_id) for key, customer in made.items()]
    emit_many(facts, about=list(made.values()), about_type=ABOUT, by=by)
    return made


@transaction.atomic
def write_points(points: Sequence[tuple[UUID, str, str, str]], *, by: Actor, import_id: UUID | None = None) -> Made:
    """Contact points (customer, kind, label, value) that are not there yet. Search entries are the caller's to renew."""
    if not points:
        return {}
    columns = {"id": "uuid", "customer_id": "uuid", "kind": "text", "label": "text", "value": "text"}
    made = _insert("customers_contactpoint", columns, points, {"postal_code": "", "created_at": clock.now()})
    kinds = dict(ContactPoint.objects.filter(pk__in=made).values_list("pk", "kind"))
    _tell_contacts(made, kinds, by, import_id)
    return made


@transaction.atomic
def write_persons(
    persons: Sequence[tuple[UUID, Mapping[str, str]]], *, by: Actor, import_id: UUID | None = None
) -> Made:
    """Contact persons (customer, parts). Keys and search entries are the caller's to renew."""
    if not persons:
        return {}
    columns = {"id": "uuid", "customer_id": "uuid", **dict.fromkeys(PERSON_PARTS, "text")}
    rows = [(key, *(parts.get(name, "") for name in PERSON_PARTS)) for key, parts in persons]
    made = _insert("customers_contactperson", columns, rows, {"created_at": clock.now()})
    _tell_contacts(made, dict.fromkeys(made, "person"), by, import_id)
    return made


def change_persons(parts: Mapping[UUID, Mapping[str, str]]) -> None:
    """Give contact persons other kana, departments, titles, mail addresses or phone numbers."""
    if not parts:
        return
    columns = {"id": "uuid", **dict.fromkeys(PERSON_PARTS, "text")}
    stage("persons_in", columns, ((key, *(values.get(name) for name in PERSON_PARTS)) for key, values in parts.items()))
    settings = ", ".join(f"{name} = coalesce(given.{name}, row.{name})" for name in PERSON_PARTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customers_contactperson row SET {settings} FROM persons_in given "
            "WHERE row.id = given.id AND row.organization_id = %s",
            [require_organization()],
        )
    drop_stage("persons_in")


def renew_contacts(ids: Iterable[UUID]) -> None:
    """Make search entries and payers' keys of customers anew after their contacts changed."""
    keys = list(ids)
    if not keys:
        return
    CustomerKey.objects.filter(customer_id__in=keys, source=CustomerKey.Source.PERSON).delete()
    found = {
        (person.customer_id, *one)
        for person in ContactPerson.objects.filter(customer_id__in=keys)
        for one in (*name_keys(person.name, "person"), *name_keys(person.kana, "person"))
    }
    insert_keys(sorted(found))
    reindex(keys)


@transaction.atomic
def learn_names(names: Sequence[NewName], *, by: Actor, import_id: UUID | None = None) -> Made:
    """Remember payers' names; those that are known already change nothing."""
    if not names:
        return {}
    now = clock.now()
    keys = [name_key(one.raw) for one in names]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_payername (id, organization_id, customer_id, bank_account_id, raw, strict_key, "
            "loose_key, confirmed_by, confirmed_at, revoked_by) SELECT id, %s, customer_id, account, raw, strict, loose, "
            "%s, %s, '' FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[]) "
            "AS given (id, customer_id, account, raw, strict, loose) ON CONFLICT DO NOTHING RETURNING id, customer_id",
            [
                *(require_organization(), by.name, now, uuid7_many(len(names)), [one.customer_id for one in names]),
                *([one.bank_account_id for one in names], [one.raw[:120] for one in names]),
                *([key.strict[:120] for key in keys], [key.loose[:120] for key in keys]),
            ],
        )
        made = dict(cursor.fetchall())
    facts = [PayerNameLearned(customer, key, import_id) for key, customer in made.items()]
    emit_many(facts, about=list(made.values()), about_type=ABOUT, by=by)
    return made


def known_name(name: NewName) -> PayerName:
    """The row of a name that was learned, now or before."""
    strict = name_key(name.raw).strict[:120]
    return PayerName.objects.get(
        customer_id=name.customer_id, bank_account_id=name.bank_account_id, strict_key=strict, revoked_at=None
    )


@transaction.atomic
def write_relations(
    relations: Sequence[NewRelation], *, by: Actor, import_id: UUID | None = None
) -> dict[NewRelation, UUID]:
    """Record relationships that are not there yet; raises Circle, and then none is recorded."""
    if not relations:
        return {}
    advisory_lock("customer hierarchy", [require_organization()])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_relationship (id, organization_id, from_customer_id, to_customer_id, kind, note, "
            "created_at) SELECT id, %s, upper, lower, kind, '', %s FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], "
            "%s::text[]) AS given (id, upper, lower, kind) ON CONFLICT DO NOTHING "
            "RETURNING from_customer_id, to_customer_id, kind, id",
            [
                *(require_organization(), clock.now(), uuid7_many(len(relations))),
                *([one.from_id for one in relations], [one.to_id for one in relations]),
                [one.kind for one in relations],
            ],
        )
        made = {NewRelation(*row[:3]): row[3] for row in cursor.fetchall()}
    _refuse_circles(list(made.values()))
    pairs = [fact for one in made for fact in ((one.from_id, one.to_id, True), (one.to_id, one.from_id, False))]
    kinds = [one.kind for one in made for _side in (True, False)]
    facts = [RelationshipAdded(*pair[:2], kind, pair[2], import_id) for pair, kind in zip(pairs, kinds, strict=True)]
    emit_many(facts, about=[one.customer_id for one in facts], about_type=ABOUT, by=by)
    return made


def unbind(
    customer: Customer,
    made: Mapping[str, Sequence[str]],
    person: Mapping[str, str] | None,
    person_after: Mapping[str, str],
    *,
    by: Actor,
) -> None:
    """Take back what an import hung on a customer, as far as it is still as the import left it."""
    for note in Note.objects.filter(pk__in=made.get("note", ()), customer=customer):
        note.delete()
    for point in ContactPoint.objects.filter(pk__in=made.get("point", ()), customer=customer):
        _forget(point, customer, point.kind, by)
    for one in ContactPerson.objects.filter(pk__in=made.get("person", ()), customer=customer, **person_after):
        _forget(one, customer, "person", by)
    if person and ContactPerson.objects.filter(pk=person["id"], customer=customer, **person_after).exists():
        change_persons({UUID(person["id"]): {part: person[part] for part in person_after}})
    for name in PayerName.objects.filter(pk__in=made.get("payer_name", ()), customer=customer, revoked_at=None):
        name.revoked_at, name.revoked_by = clock.now(), by.name
        name.save(update_fields=["revoked_at", "revoked_by"])
        emit(PayerNameRevoked(customer.pk, name.pk), about=customer, by=by)
    for row in Relationship.objects.filter(pk__in=made.get("relationship", ()), to_customer=customer):
        tell_relation(RelationshipEnded, row, by)
        row.delete()
    renew_contacts([customer.pk] if person or "person" in made or "point" in made else [])


def _forget(row: ContactPoint | ContactPerson, customer: Customer, kind: str, by: Actor) -> None:
    key = row.pk
    row.delete()
    emit(ContactRemoved(customer.pk, key, kind), about=customer, by=by)


def tell_relation(event: Any, row: Relationship, by: Actor) -> None:
    """On the timeline of both."""
    pair = [(row.from_customer_id, row.to_customer_id, True), (row.to_customer_id, row.from_customer_id, False)]
    facts = [event(one, other, row.kind, is_from) for one, other, is_from in pair]
    emit_many(facts, about=[one for one, _other, _from in pair], about_type=ABOUT, by=by)


def _refuse_circles(ids: Sequence[UUID]) -> None:
    """Walk down from each new relationship; who comes back to where it began stands above itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below (start, kind, id, depth) AS (
                SELECT from_customer_id, kind, to_customer_id, 1 FROM customers_relationship WHERE id = ANY(%s)
                UNION
                SELECT below.start, below.kind, next.to_customer_id, below.depth + 1 FROM below
                  JOIN customers_relationship next ON next.from_customer_id = below.id AND next.kind = below.kind
                 WHERE below.depth < 100 AND below.id <> below.start
            )
            SELECT EXISTS (SELECT 1 FROM below WHERE id = start)
            """,
            [list(ids)],
        )
        if cursor.fetchone()[0]:
            raise Circle


def _insert(table: str, columns: dict[str, str], rows: Sequence[Sequence[Any]], more: Mapping[str, Any]) -> Made:
    """Rows without their ids into a table, by way of a stage; `more` is the same for all of them."""
    stage("bonds_in", columns, ((key, *row) for key, row in zip(uuid7_many(len(rows)), rows, strict=True)))
    names, constants = ", ".join(columns), ", ".join(more)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (organization_id, {constants}, {names}) "
            f"SELECT %s, {', '.join(['%s'] * len(more))}, {names} FROM bonds_in "
            "ON CONFLICT DO NOTHING RETURNING id, customer_id",
            [require_organization(), *more.values()],
        )
        made = dict(cursor.fetchall())
    drop_stage("bonds_in")
    return made


def _tell_contacts(made: Made, kinds: Mapping[UUID, str], by: Actor, import_id: UUID | None) -> None:
    facts = [ContactAdded(customer, key, kinds[key], import_id) for key, customer in made.items()]
    emit_many(facts, about=list(made.values()), about_type=ABOUT, by=by)
