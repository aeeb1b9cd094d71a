"""What people put on customers: notes, files, tags, fields of their own, saved views."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_VIEW, SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotPermitted, Refusal
from tokui.core.events import emit, emit_many
from tokui.core.files import store
from tokui.core.ids import uuid7_many
from tokui.core.locks import advisory_lock, lock
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import require_organization
from tokui.core.values import parse_text
from tokui.customers.actions.derived import bump_versions, ensure_tags
from tokui.customers.drafts import FieldRefused, checked_tags
from tokui.customers.events import (
    CustomersTagged,
    CustomFieldChanged,
    CustomFieldDefined,
    FileAttached,
    FileDetached,
    NoteAdded,
    NoteRemoved,
)
from tokui.customers.models import Attachment, Customer, CustomField, Note, SavedView, Tagging
from tokui.customers.words import refusal_words

ABOUT = "customers.customer"
ATTACHMENT_LIMIT_BYTES = 50 * 1024 * 1024
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class KeyTaken(Refusal):
    """There is already a field with the key {key}."""


@transaction.atomic
def add_note(customer: Customer, text: str, *, by: Actor) -> Note:
    """Write something down about a customer."""
    access.require(by, CUSTOMERS_EDIT)
    clean = _text("text", text, 10_000)
    note = Note.objects.create(customer=customer, text=clean, written_by=by.name, created_at=clock.now())
    emit(NoteAdded(customer.pk, note.pk), about=customer, by=by)
    return note


@transaction.atomic
def attach_file(customer: Customer, content: bytes, *, name: str, content_type: str, by: Actor) -> Attachment:
    """Keep a file with a customer. The same file twice is one."""
    access.require(by, CUSTOMERS_EDIT)
    if not content:
        raise Invalid(field="file", reason=_("The file is empty."))
    if len(content) > ATTACHMENT_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is larger than 50 MB."))
    advisory_lock("customer file", [require_organization(), hashlib.sha256(content).hexdigest()])
    file = store(content, name=_text("file", name, 200), content_type=content_type[:100])
    row, is_new = Attachment.objects.get_or_create(
        customer=customer,
        file=file,
        defaults={"organization_id": require_organization(), "attached_by": by.name, "created_at": clock.now()},
    )
    if is_new:
        emit(FileAttached(customer.pk, row.pk, file.pk), about=customer, by=by)
    return row


@transaction.atomic
def remove_note(note: Note, *, by: Actor) -> None:
    """Take a note off a customer for good; the history says that there was one, and who took it off."""
    access.require(by, CUSTOMERS_EDIT)
    customer, key = lock(note).customer, note.pk
    note.delete()
    emit(NoteRemoved(customer.pk, key), about=customer, by=by)


@transaction.atomic
def detach_file(attachment: Attachment, *, by: Actor) -> None:
    """Take a file off a customer. Its bytes stay under their hash: others may hold the same file."""
    access.require(by, CUSTOMERS_EDIT)
    customer, key = lock(attachment).customer, attachment.pk
    attachment.delete()
    emit(FileDetached(customer.pk, key, attachment.file_id), about=customer, by=by)


@transaction.atomic
def tag_customers(ids: Sequence[UUID], tags: Iterable[str], *, by: Actor) -> int:
    """Put tags on customers; returns how many taggings are new."""
    access.require(by, CUSTOMERS_EDIT)
    known = ensure_tags(_tags(tags))
    pairs = [(key, tag) for key in ids for tag in known.values()]
    names = {key: name for name, key in known.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_tagging (id, organization_id, customer_id, tag_id) "
            "SELECT w.id, %s, w.customer_id, w.tag_id "
            "FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS w (id, customer_id, tag_id) "
            "JOIN customers_customer c ON c.id = w.customer_id ON CONFLICT DO NOTHING RETURNING customer_id, tag_id",
            [require_organization(), uuid7_many(len(pairs)), [key for key, _t in pairs], [tag for _k, tag in pairs]],
        )
        made = cursor.fetchall()
    bump_versions(list({row[0] for row in made}))
    _tell_tags([(row[0], names[row[1]]) for row in made], is_on=True, by=by)
    return len(made)


@transaction.atomic
def untag_customers(ids: Sequence[UUID], tags: Iterable[str], *, by: Actor) -> int:
    """Take tags off customers; returns how many were there."""
    access.require(by, CUSTOMERS_EDIT)
    rows = Tagging.objects.filter(customer_id__in=ids, tag__name__in=_tags(tags))
    found = list(rows.values_list("customer_id", "tag__name", "pk"))
    Tagging.objects.filter(pk__in=[row[2] for row in found]).delete()
    bump_versions(list({row[0] for row in found}))
    _tell_tags([(row[0], row[1]) for row in found], is_on=False, by=by)
    return len(found)


def _tell_tags(pairs: Sequence[tuple[UUID, str]], *, is_on: bool, by: Actor) -> None:
    facts = [CustomersTagged(key, tag, is_on) for key, tag in pairs]
    emit_many(facts, about=[key for key, _tag in pairs], about_type=ABOUT, by=by)


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    try:
        cleaned = checked_tags(tuple(tags))
    except FieldRefused as refused:
        raise Invalid(field="tags", reason=refusal_words(refused.refused)) from refused
    if not cleaned:
        raise Invalid(field="tags", reason=_("Enter a tag."))
    return cleaned


@transaction.atomic
def define_field(
    key: str, *, label: str, kind: str, by: Actor, choices: Sequence[str] = (), in_list: bool = False
) -> CustomField:
    """Give customers a field of the organization's own. Its kind never changes."""
    access.require(by, SETTINGS_MANAGE)
    if not KEY.fullmatch(key):
        raise Invalid(field="key", reason=_("A key is small letters, digits and underscores, beginning with a letter."))
    if kind not in CustomField.Kind.values:
        raise Invalid(field="kind", reason=_("There is no such kind of field."))
    clean = [_text("choices", choice, 80) for choice in choices]
    if (kind == CustomField.Kind.CHOICE) != bool(clean):
        raise Invalid(field="choices", reason=_("A choice needs its choices, and no other kind has any."))
    if CustomField.objects.filter(key=key).exists():
        raise KeyTaken(key=key, field="key")
    field = CustomField.objects.create(
        key=key,
        label=_text("label", label, 80),
        kind=kind,
        choices=list(dict.fromkeys(clean)),
        in_list=in_list,
        position=CustomField.objects.count(),
    )
    emit(CustomFieldDefined(field.pk, key, kind), about=field, by=by)
    return field


@transaction.atomic
def change_field(field: CustomField, *, by: Actor, **values: Any) -> CustomField:
    """Change label, choices, place in the list, or whether the field is in use. Choices in use may be added to only."""
    access.require(by, SETTINGS_MANAGE)
    lock(field)
    if "choices" in values:
        values["choices"] = list(dict.fromkeys(_text("choices", choice, 80) for choice in values["choices"]))
    if "choices" in values and field.kind != CustomField.Kind.CHOICE and values["choices"]:
        raise Invalid(field="choices", reason=_("A choice needs its choices, and no other kind has any."))
    if "choices" in values and not set(field.choices) <= set(values["choices"]):
        raise Invalid(field="choices", reason=_("Choices can be added, not taken away: customers may have them."))
    for name in ("label", "choices", "in_list", "is_active", "position"):
        if name in values:
            setattr(field, name, _text("label", values[name], 80) if name == "label" else values[name])
    field.save()
    emit(CustomFieldChanged(field.pk, field.key), about=field, by=by)
    return field


@transaction.atomic
def save_view(name: str, query: str, *, by: Actor, is_shared: bool = True) -> SavedView:
    """Keep a list's conditions, columns and order under a name; the same name again replaces it."""
    access.require(by, CUSTOMERS_VIEW)
    if not is_shared and by.kind != "user":
        raise Invalid(field="shared", reason=_("Only a person has views of their own."))
    owner_id = None if is_shared else by.id
    if is_shared:
        access.require(by, CUSTOMERS_EDIT)
    if len(query) > 1000:
        raise Invalid(field="query", reason=_("These are too many conditions for one view."))
    try:
        view, _made = SavedView.objects.update_or_create(
            name=_text("name", name, 60),
            owner_id=owner_id,
            defaults={"organization_id": require_organization(), "query": query},
        )
    except IntegrityError as clash:
        raise Invalid(field="name", reason=_("There is already a view with this name.")) from clash
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: Actor) -> None:
    """Remove a view: a shared one by who may edit, a private one by its owner."""
    access.require(by, CUSTOMERS_VIEW if view.owner_id else CUSTOMERS_EDIT)
    if view.owner_id and view.owner_id != by.id:
        raise NotPermitted
    view.delete()


def _text(field: str, value: Any, longest: int) -> str:
    try:
        text = parse_text(value, longest=longest)
    except ValueRefused as refused:
        raise Invalid(field=field, reason=refusal_words(refused)) from refused
    if not text:
        raise Invalid(field=field, reason=_("Enter a value."))
    return text
