"""How customers belong together, how else they are reached, and under which names they pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import CUSTOMERS_EDIT, PAYMENTS_ALLOCATE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.events import emit
from tokui.core.locks import advisory_lock, lock
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import require_organization
from tokui.core.values import normalise_text, parse_kana, parse_mail_address, parse_phone, parse_postal_code, parse_text
from tokui.customers.actions.bond_sets import NewName, known_name, learn_names, tell_relation
from tokui.customers.actions.derived import insert_keys, reindex
from tokui.customers.events import (
    ContactAdded,
    ContactRemoved,
    DocumentsAddressed,
    PayerNameRevoked,
    RelationshipAdded,
    RelationshipEnded,
)
from tokui.customers.index import name_keys
from tokui.customers.models import ContactPerson, ContactPoint, Customer, CustomerKey, PayerName, Relationship
from tokui.customers.names import name_key
from tokui.customers.words import RELATIONSHIP_WORDS, refusal_words

ABOUT = "customers.customer"
#: Kinds that order customers above each other, so that a circle makes no sense.
ORDERED = (Relationship.Kind.PARENT_COMPANY, Relationship.Kind.PAYS_FOR, Relationship.Kind.GUARDIAN)


class AlreadyRelated(Refusal):
    """This relationship is already recorded."""


class RelationshipCycle(Refusal):
    """The relationship “{word}” would run in a circle at {name}."""


class NotAName(Refusal):
    """“{raw}” is too short to recognise a payer by."""

    status = 422


@transaction.atomic
def add_relationship(
    from_customer: Customer, to_customer: Customer, kind: str, *, by: Actor, note: str = ""
) -> Relationship:
    """Record that one customer is the guardian, employee, parent company, partner, referrer or payer of another.

    `pays_for` also makes the first the one to whom the second is billed.
    """
    access.require(by, CUSTOMERS_EDIT)
    if kind not in Relationship.Kind.values:
        raise Invalid(field="kind", reason=_("There is no such relationship."))
    if from_customer.pk == to_customer.pk:
        raise RelationshipCycle(name=from_customer.name, word=RELATIONSHIP_WORDS[kind][0])
    advisory_lock("customer hierarchy", [require_organization()])
    if kind in ORDERED and _stands_above(to_customer.pk, from_customer.pk, kind):
        raise RelationshipCycle(name=from_customer.name, word=RELATIONSHIP_WORDS[kind][0])
    note = _read("note", parse_text, note, longest=120)
    try:
        with transaction.atomic():
            row = Relationship.objects.create(
                from_customer=from_customer, to_customer=to_customer, kind=kind, note=note, created_at=clock.now()
            )
    except IntegrityError as clash:
        raise AlreadyRelated from clash
    if kind == Relationship.Kind.PAYS_FOR:
        _bill(to_customer, from_customer.pk, by)
    tell_relation(RelationshipAdded, row, by)
    return row


@transaction.atomic
def end_relationship(row: Relationship, *, by: Actor) -> None:
    """Take a relationship back; who was billed through it pays for itself again."""
    access.require(by, CUSTOMERS_EDIT)
    lock(row)
    if row.kind == Relationship.Kind.PAYS_FOR and row.to_customer.bill_to_id == row.from_customer_id:
        _bill(row.to_customer, None, by)
    tell_relation(RelationshipEnded, row, by)
    row.delete()


def _bill(customer: Customer, payer_id: UUID | None, by: Actor) -> None:
    from tokui.customers.actions.record import change_customer

    change_customer(customer, bill_to_id=payer_id, by=by)


def _stands_above(upper: UUID, lower: UUID, kind: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below (id, depth) AS (
                SELECT to_customer_id, 1 FROM customers_relationship WHERE from_customer_id = %s AND kind = %s
                UNION
                SELECT next.to_customer_id, below.depth + 1 FROM below
                  JOIN customers_relationship next ON next.from_customer_id = below.id AND next.kind = %s
                 WHERE below.depth < 100
            )
            SELECT EXISTS (SELECT 1 FROM below WHERE id = %s)
            """,
            [upper, kind, kind, lower],
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def add_contact_point(
    customer: Customer, kind: str, value: str, *, by: Actor, label: str = "", postal_code: str = ""
) -> ContactPoint:
    """A further mail address, phone number, postal address or social account. The same one twice is one."""
    access.require(by, CUSTOMERS_EDIT)
    parsers: dict[str, Callable[..., str]] = {"mail": parse_mail_address, "phone": parse_phone}
    if kind not in ContactPoint.Kind.values:
        raise Invalid(field="kind", reason=_("There is no such kind of contact."))
    clean = _read("value", parsers.get(kind, _line), value)
    postal = _read("postal_code", parse_postal_code, postal_code) if postal_code.strip() else ""
    point, is_new = ContactPoint.objects.get_or_create(
        customer=customer,
        kind=kind,
        value=clean[:254],
        defaults={
            "organization_id": require_organization(),
            "label": _read("label", _line, label, longest=40) if label.strip() else "",
            "postal_code": postal,
            "created_at": clock.now(),
        },
    )
    if is_new:
        reindex([customer.pk])
        emit(ContactAdded(customer.pk, point.pk, kind), about=customer, by=by)
    return point


@transaction.atomic
def remove_contact_point(point: ContactPoint, *, by: Actor) -> None:
    """Forget a way to reach a customer."""
    access.require(by, CUSTOMERS_EDIT)
    customer, key = lock(point).customer, point.pk
    point.delete()
    reindex([customer.pk])
    emit(ContactRemoved(customer.pk, key, point.kind), about=customer, by=by)


@transaction.atomic
def add_contact_person(
    customer: Customer, name: str, *, by: Actor, takes_documents: bool = False, **values: str
) -> ContactPerson:
    """A person at a customer. Transfers in that person's name will find the customer.

    With `takes_documents`, documents are addressed to this person from now on.
    """
    access.require(by, CUSTOMERS_EDIT)
    row = ContactPerson(customer=customer, name=_read("name", _line, name, longest=80), created_at=clock.now())
    readers = {"kana": parse_kana, "email": parse_mail_address, "phone": parse_phone}
    for field in ("kana", "department", "title", "email", "phone"):
        if values.get(field, "").strip():
            setattr(row, field, _read(field, readers.get(field, _line), values[field])[:254])
    for field in ("kana", "department", "title"):
        if len(getattr(row, field)) > 80:
            raise Invalid(field=field, reason=_("Too long: at most %(expected)s characters.") % {"expected": 80})
    row.save()
    _person_keys(customer.pk)
    reindex([customer.pk])
    emit(ContactAdded(customer.pk, row.pk, "person"), about=customer, by=by)
    if takes_documents:
        address_documents(row, by=by)
    return row


@transaction.atomic
def address_documents(person: ContactPerson, *, by: Actor) -> None:
    """Address the customer's documents to this person (担当者) from now on, instead of another."""
    access.require(by, CUSTOMERS_EDIT)
    lock(person.customer)
    ContactPerson.objects.filter(customer_id=person.customer_id, takes_documents=True).update(takes_documents=False)
    ContactPerson.objects.filter(pk=person.pk).update(takes_documents=True)
    emit(DocumentsAddressed(person.customer_id, person.pk), about=person.customer, by=by)


@transaction.atomic
def remove_contact_person(person: ContactPerson, *, by: Actor) -> None:
    """Forget a person at a customer, and the name as a payer's."""
    access.require(by, CUSTOMERS_EDIT)
    customer, key = lock(person).customer, person.pk
    person.delete()
    _person_keys(customer.pk)
    reindex([customer.pk])
    emit(ContactRemoved(customer.pk, key, "person"), about=customer, by=by)


def _person_keys(customer_id: UUID) -> None:
    CustomerKey.objects.filter(customer_id=customer_id, source=CustomerKey.Source.PERSON).delete()
    found = {
        key
        for person in ContactPerson.objects.filter(customer_id=customer_id)
        for key in (*name_keys(person.name, "person"), *name_keys(person.kana, "person"))
    }
    insert_keys([(customer_id, *key) for key in sorted(found)])


@transaction.atomic
def learn_payer_name(customer: Customer, raw: str, *, by: Actor, bank_account_id: UUID | None = None) -> PayerName:
    """Remember that transfers under this name are this customer's, on one bank account of ours or on all.

    Confirming the same name again changes nothing. Raises NotAName for names too short to recognise anybody.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    if not name_key(raw).is_usable:
        raise NotAName(raw=raw[:40], field="raw")
    name = NewName(customer.pk, raw, bank_account_id)
    learn_names([name], by=by)
    return known_name(name)


@transaction.atomic
def revoke_payer_name(payer_name: PayerName, *, by: Actor) -> PayerName:
    """Forget a learned name; it stays in history."""
    access.require(by, PAYMENTS_ALLOCATE)
    lock(payer_name)
    if payer_name.revoked_at is None:
        payer_name.revoked_at, payer_name.revoked_by = clock.now(), by.name
        payer_name.save(update_fields=["revoked_at", "revoked_by"])
        emit(PayerNameRevoked(payer_name.customer_id, payer_name.pk), about=payer_name.customer, by=by)
    return payer_name


def _line(value: Any, *, longest: int = 254) -> str:
    text = normalise_text(parse_text(value, longest=longest))
    if not text:
        raise Invalid(field="value", reason=_("Enter a value."))
    return text


def _read(field: str, parse: Callable[..., str], value: Any, **options: Any) -> str:
    try:
        return parse(value, **options)
    except ValueRefused as refused:
        raise Invalid(field=field, reason=refusal_words(refused)) from refused
    except Invalid as refused:
        raise Invalid(field=field, reason=refused.fields["reason"]) from refused


def customer_of(key: UUID) -> Customer:
    """The customer of an id. Raises NotFound."""
    found = Customer.objects.filter(pk=key).first()
    if found is None:
        raise NotFound
    return found
