"""The verbs of an import: bring a file, choose its columns, check, apply, undo."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import CUSTOMERS_IMPORT, PAYMENTS_ALLOCATE
from tokui.core import clock, states
from tokui.core.actors import SYSTEM, Actor, actor_facts
from tokui.core.errors import Invalid, Refusal, StateChanged
from tokui.core.files import open_file
from tokui.core.inbox import receive
from tokui.core.locks import advisory_lock, lock
from tokui.core.tables import TableRefused, Vocabulary, open_table, propose_columns, signature, table_facts
from tokui.core.tenancy import require_organization
from tokui.core.vault import encrypt
from tokui.customers.importing.columns import (
    IDENTIFYING,
    SavedColumns,
    recall_columns,
    vocabulary,
)
from tokui.customers.importing.heads import read_headings
from tokui.customers.models import CustomField, Import, ImportMapping, ImportRow

SOURCE = "customers.import"
FILE_LIMIT_BYTES = 512 * 1024 * 1024


class ImportRefused(Refusal):
    """{reason}

    The file cannot be read; `reason` is already in the reader's language and names the place.
    """

    status = 422


@transaction.atomic
def receive_import(content: bytes, *, name: str, by: Actor, sender: str = "") -> Import:
    """Bring a file of customers: kept as it is, its headings read, its columns proposed, as the sender's last time.

    The same file again is the same import, unless that one was undone or refused. A file that cannot be read
    becomes an import in the state refused, with the place and the reason.
    """
    access.require(by, CUSTOMERS_IMPORT)
    if len(content) > FILE_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is larger than 512 MB."))
    # Before anything is written: the same file dropped twice at once must wait here, not collide in the store.
    advisory_lock("customer import", [require_organization(), hashlib.sha256(content).hexdigest()])
    parcel = receive(content, source=SOURCE, name=_file_name(name), by=by)
    over = (Import.State.UNDONE, Import.State.REFUSED)
    known = Import.objects.filter(parcel=parcel).exclude(state__in=over).order_by("-created_at").first()
    if known is not None:
        return known
    batch = Import(parcel=parcel, name=_file_name(name), created_at=clock.now(), created_by=by.name)
    _read_headings(batch)
    if batch.state != Import.State.REFUSED:
        _recall(batch, sender.strip()[:120], by)
    batch.save()
    return batch


def is_applied(content: bytes) -> bool:
    """Whether these bytes were taken over before, so that bringing them again adds nothing."""
    digest = hashlib.sha256(content).hexdigest()
    rows = Import.objects.filter(parcel__source=SOURCE, parcel__external_id=digest)
    return rows.filter(state=Import.State.APPLIED).exists()


@transaction.atomic
def choose_sender(batch: Import, sender: str, *, by: Actor) -> Import:
    """Say whose file it is: the columns are proposed as this sender's last time. What was checked before counts no more."""
    access.require(by, CUSTOMERS_IMPORT)
    lock(batch)
    if not batch.headings:
        raise StateChanged
    _recall(batch, sender.strip()[:120], by)
    if batch.state == Import.State.UPLOADED:
        batch.save(update_fields=["sender", "mapping"])
    else:
        states.move(batch, to=Import.State.UPLOADED, sender=batch.sender, mapping=batch.mapping, refusal=None)
    return batch


def _read_headings(batch: Import) -> None:
    try:
        with open_file(batch.parcel.file) as stream:
            table = open_table(_raw(stream), name=batch.name)
            batch.encoding = table.encoding
            found = read_headings(table, known_fields())
    except TableRefused as refused:
        batch.state, batch.refusal = Import.State.REFUSED, table_facts(refused)
        return
    batch.headings = list(found)
    batch.samples = encrypt(json.dumps(found).encode(), batch.pk.bytes)


def _recall(batch: Import, sender: str, by: Actor) -> None:
    """The choice of this sender for these headings, else the sender's last; without a sender, who had these headings."""
    saved = ImportMapping.objects.order_by("-saved_at", "-pk")
    alike = saved.filter(signature=signature(batch.headings))
    last = (alike.filter(sender=sender).first() or saved.filter(sender=sender).first()) if sender else alike.first()
    batch.sender = sender or (last.sender if last else "")
    known = known_fields()
    if last is None:
        batch.mapping = propose_columns(batch.headings, known)
    else:
        batch.mapping = recall_columns(SavedColumns(last.columns, last.headings, last.fields), batch.headings, known)
    if not by.can(PAYMENTS_ALLOCATE):
        batch.mapping.pop("payer_names", None)


def known_fields() -> Vocabulary:
    """What a column may hold, the organization's own fields among them."""
    return vocabulary(dict(CustomField.objects.filter(is_active=True).values_list("key", "label")))


def _raw(stream: Any) -> Any:
    """Django's file wraps the real one, which the readers of tables want."""
    return getattr(stream, "file", stream)


@transaction.atomic
def choose_columns(batch: Import, mapping: Mapping[str, str], *, by: Actor, sender: str = "") -> Import:
    """Say which heading holds which field ({field: heading}); the others are ignored. Kept for the sender's next file.

    The check begins. Payers' names may be brought only by who may reconcile payments.
    """
    from tokui.customers.tasks import check_customers

    access.require(by, CUSTOMERS_IMPORT)
    lock(batch)
    known = known_fields()
    clean = {field: heading for field, heading in mapping.items() if heading}
    _require_mapping(clean, set(known), set(batch.headings), by)
    sender = sender.strip()[:120] or batch.sender
    ImportMapping.objects.update_or_create(
        signature=signature(batch.headings),
        sender=sender,
        defaults={
            "organization_id": require_organization(),
            "columns": clean,
            "headings": batch.headings,
            "fields": sorted(known),
            "saved_at": clock.now(),
        },
    )
    states.move(batch, to=Import.State.CHECKING, mapping=clean, sender=sender, refusal=None)
    check_customers.later(batch=str(batch.pk))
    return batch


def _require_mapping(mapping: Mapping[str, str], fields: set[str], headings: set[str], by: Actor) -> None:
    for field, heading in mapping.items():
        if field not in fields:
            raise Invalid(field=field, reason=_("There is no such field."))
        if heading not in headings:
            raise Invalid(field=field, reason=_("The file has no column “%(heading)s”.") % {"heading": heading[:60]})
    if not any(field in mapping for field in IDENTIFYING):
        raise Invalid(field="name", reason=_("Choose the column that holds the name."))
    if "payer_names" in mapping and not by.can(PAYMENTS_ALLOCATE):
        raise Invalid(
            field="payer_names",
            reason=_("Names of payers are brought by who may reconcile payments. Ignore this column."),
        )
    twice = [heading for heading in mapping.values() if list(mapping.values()).count(heading) > 1]
    if twice:
        raise Invalid(field="mapping", reason=_("The column “%(heading)s” is used twice.") % {"heading": twice[0]})


@transaction.atomic
def decide_conflicts(batch: Import, decision: str, *, by: Actor, rows: Sequence[UUID] | None = None) -> int:
    """Say of rows in conflict (all of them, when none are named) whose values count: the file's or ours.

    The decision holds for the customer as it was seen; whoever is changed again meanwhile stays in conflict.
    """
    access.require(by, CUSTOMERS_IMPORT)
    lock(batch)
    if batch.state != Import.State.READY:
        raise StateChanged
    if decision not in ImportRow.Decision.values:
        raise Invalid(field="decision", reason=_("Choose the file's values or ours."))
    told = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.CONFLICT)
    return (told if rows is None else told.filter(pk__in=rows)).update(decision=decision)


@transaction.atomic
def apply_import(batch: Import, *, by: Actor) -> Import:
    """Take a checked import over, in the background, batch by batch. Asking twice starts it once."""
    from tokui.customers.tasks import apply_customers

    access.require(by, CUSTOMERS_IMPORT)
    lock(batch)
    if batch.state in (Import.State.APPLYING, Import.State.APPLIED):
        return batch
    fresh: dict[str, Any] = {"cursor": 0, "new_count": 0, "changed_count": 0, "unchanged_count": 0}
    states.move(batch, to=Import.State.APPLYING, field="state", refused_count=0, conflict_count=0, **fresh)
    apply_customers.later(batch=str(batch.pk), by=actor_facts(by))
    return batch


@transaction.atomic
def undo_import(batch: Import, *, by: Actor) -> Import:
    """Take an applied import back, in the background: rows that nobody touched since; the others are named."""
    from tokui.customers.tasks import undo_customers

    access.require(by, CUSTOMERS_IMPORT)
    lock(batch)
    if batch.state in (Import.State.UNDOING, Import.State.UNDONE):
        return batch
    states.move(batch, to=Import.State.UNDOING)
    undo_customers.later(batch=str(batch.pk), by=actor_facts(by))
    return batch


def import_file(path: Path | str, mapping: Mapping[str, str] | None = None, *, by: Actor = SYSTEM) -> Import:
    """Bring, check and apply a file here and now (the `tokui customers import` command), within a scope.

    Raises ImportRefused when the file cannot be read; refused rows are in `batch.rows`.
    """
    from tokui.customers.importing.runs import apply_batches, check_batch
    from tokui.customers.words import table_words

    path = Path(path)
    batch = receive_import(path.read_bytes(), name=path.name, by=by)
    if batch.state in (Import.State.UPLOADED, Import.State.READY):
        choose_columns(batch, mapping or batch.mapping, by=by)
    if batch.state == Import.State.CHECKING:
        check_batch(require_organization(), batch.pk)
        batch.refresh_from_db()
    if batch.state == Import.State.REFUSED:
        raise ImportRefused(reason=table_words(batch.refusal or {}))
    if batch.state == Import.State.READY:
        apply_import(batch, by=by)
    apply_batches(require_organization(), batch.pk, by)
    batch.refresh_from_db()
    return batch


def _file_name(name: str) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in bare if letter.isprintable())[:200] or "customers"
