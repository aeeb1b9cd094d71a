"""How the room's own events are told on a customer's history."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.models import Event, StoredFile
from tokui.core.vault import decrypt_personal_many
from tokui.customers.models import Attachment, Customer, Note, PayerName
from tokui.customers.shown import names_behind, shown
from tokui.customers.timeline import Line, tell_simply, tells
from tokui.customers.words import FIELD_WORDS, RELATIONSHIP_WORDS

SHOWN_FIELDS = 12


@tells("customers.CustomerChanged")
def _changes(events: Sequence[Event]) -> Mapping[UUID, Line]:
    """What was changed, with the values before and after as far as the person's key still exists."""
    sealed = [(event.pk, event.customer_id, event.payload.get("sealed", "")) for event in events if event.customer_id]
    opened = decrypt_personal_many({(pk, subject): text for pk, subject, text in sealed if subject and text})
    names = names_behind(json.loads(text) for text in opened.values() if text)
    return {event.pk: _change(event, opened.get(event.pk), names) for event in events}


def _change(event: Event, text: str | None, names: Mapping[str, str]) -> Line:
    fields = [str(FIELD_WORDS.get(name, name)) for name in event.payload.get("fields", [])]
    title = _("Changed: %(fields)s") % {"fields": _(", ").join(fields)}
    values = json.loads(text) if text else {}
    facts = [
        (str(FIELD_WORDS.get(name, name)), f"{shown(name, old, names)} → {shown(name, new, names)}")
        for name, (old, new) in list(values.items())[:SHOWN_FIELDS]
    ]
    return Line("edit", title, facts=facts)


@tells("customers.NoteAdded", group="talk")
def _notes(events: Sequence[Event]) -> Mapping[UUID, Line]:
    notes = Note.objects.in_bulk([event.payload["note_id"] for event in events])
    return {event.pk: _note(event, notes.get(UUID(event.payload["note_id"]))) for event in events}


def _note(event: Event, note: Note | None) -> Line:
    title = _("Note by %(name)s") % {"name": event.by_name}
    if note is None:
        return Line("note", title, body=_("Removed since"))
    removal = reverse("customers:note_removal", args=[_public(note.customer_id), note.public_id])
    return Line("note", title, quote=note.text, removal=removal)


@tells("customers.FileAttached", group="talk")
def _files(events: Sequence[Event]) -> Mapping[UUID, Line]:
    rows = Attachment.objects.select_related("file").in_bulk([event.payload["attachment_id"] for event in events])
    told = {}
    for event in events:
        row = rows.get(UUID(event.payload["attachment_id"]))
        url = reverse("customers:file", args=[_public(row.customer_id), row.public_id]) if row else ""
        body = row.file.name if row else _("Removed since")
        told[event.pk] = Line("clip", _("A file was added"), body=body, url=url)
    return told


@tells("customers.FileDetached", group="talk")
def _detached(events: Sequence[Event]) -> Mapping[UUID, Line]:
    names = dict(
        StoredFile.objects.filter(pk__in=[event.payload["file_id"] for event in events]).values_list("pk", "name")
    )
    return {
        event.pk: Line("clip", _("A file was removed"), body=names.get(UUID(event.payload["file_id"]), ""))
        for event in events
    }


@tells("customers.RelationshipAdded", "customers.RelationshipEnded")
def _relationships(events: Sequence[Event]) -> Mapping[UUID, Line]:
    others = dict(
        Customer.objects.filter(pk__in=[event.payload["other_id"] for event in events]).values_list("pk", "name")
    )
    told = {}
    for event in events:
        other = others.get(UUID(event.payload["other_id"]), "–")
        word = RELATIONSHIP_WORDS[event.payload["kind"]][1 if event.payload["is_from"] else 0]
        ended = event.type.endswith("Ended")
        title = _("Relationship ended") if ended else _("Relationship recorded")
        told[event.pk] = Line("link", title, body=f"{word}: {other}")
    return told


@tells("customers.PayerNameLearned", "customers.PayerNameRevoked", group="money")
def _payer_names(events: Sequence[Event]) -> Mapping[UUID, Line]:
    names = PayerName.objects.in_bulk([event.payload["payer_name_id"] for event in events])
    told = {}
    for event in events:
        row = names.get(UUID(event.payload["payer_name_id"]))
        learned = event.type.endswith("Learned")
        title = _("A payer's name was learned") if learned else _("A payer's name was forgotten")
        told[event.pk] = Line("bank", title, body=row.raw if row else "")
    return told


@tells("customers.CustomersTagged")
def _tags(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {
        event.pk: Line(
            "tag",
            (_("Tagged “%(tag)s”") if event.payload["is_on"] else _("Tag “%(tag)s” removed"))
            % {"tag": event.payload["tag"]},
        )
        for event in events
    }


def _contacts(title: Any) -> Callable[[Sequence[Event]], Mapping[UUID, Line]]:
    return lambda events: {event.pk: Line("user", title) for event in events}


def _public(customer_id: UUID) -> str:
    return Customer(id=customer_id).public_id


tells("customers.ContactAdded")(_contacts(gettext_lazy("A contact was added")))
tell_simply("customers.DocumentsAddressed", "mail", gettext_lazy("Documents are addressed to another person"))
tells("customers.ContactRemoved")(_contacts(gettext_lazy("A contact was removed")))
tell_simply("customers.NoteRemoved", "note", gettext_lazy("A note was removed"), group="talk")
tell_simply("customers.CustomerCreated", "plus", gettext_lazy("Entered in Tokui"))
tell_simply("customers.CustomerRemoved", "trash", gettext_lazy("Removed: the import was undone"))
