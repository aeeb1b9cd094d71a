"""The steps of an import that a person takes. Rooms' verbs ask for permission and call these."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tokui.core import clock, inbox, jobs, states
from tokui.core.actors import Actor, actor_facts, actor_of_facts
from tokui.core.errors import Invalid
from tokui.core.files import open_file
from tokui.core.importing.models import TableImport
from tokui.core.importing.roads import Road, road_of
from tokui.core.importing.runs import raw_of, run_apply, run_check, run_take_back
from tokui.core.locks import advisory_lock, lock
from tokui.core.tables import TableRefused, headings_of, open_table, propose_columns, signature, table_facts
from tokui.core.tenancy import require_organization

FILE_LIMIT_BYTES = 512 * 1024 * 1024
_OVER = (TableImport.State.APPLIED, TableImport.State.REFUSED, TableImport.State.UNDOING, TableImport.State.UNDONE)


@transaction.atomic
def receive(road: Road, content: bytes, *, name: str, by: Actor) -> Any:
    """Bring a file: kept as it is, its headings read, its columns proposed.

    While an import of the same bytes is under way, that one is answered: a double click is one import. Once it is
    over, the file is looked at anew, and what was taken over then is known now. A file that cannot be read becomes an
    import in the state refused, with place and reason.
    """
    if len(content) > FILE_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is larger than 512 MB."))
    # Before anything is written: the same file dropped twice at once must wait here, not collide in the store.
    advisory_lock(f"{road.name} import", [require_organization(), hashlib.sha256(content).hexdigest()])
    parcel = inbox.receive(content, source=road.source, name=_file_name(name), by=by)
    known = road.imports._default_manager.filter(parcel=parcel, **road.fixed).exclude(state__in=_OVER)
    under_way = known.order_by("-created_at").first()
    if under_way is not None:
        return under_way
    made: dict[str, Any] = {"parcel": parcel, "name": _file_name(name), "created_at": clock.now()}
    batch = road.imports(**made, created_by=by.name, **road.fixed)
    _read_headings(road, batch)
    batch.save(force_insert=True)
    return batch


def _read_headings(road: Road, batch: TableImport) -> None:
    try:
        with open_file(batch.parcel.file) as stream:
            table = open_table(raw_of(stream), name=batch.name)
            batch.encoding = table.encoding
            batch.headings = headings_of(table, road.vocabulary)
    except TableRefused as refused:
        batch.state, batch.refusal = TableImport.State.REFUSED, table_facts(refused)
        return
    batch.mapping = _proposed(road, batch.headings)


def _proposed(road: Road, headings: list[str]) -> dict[str, str]:
    """As a person confirmed it for files with these headings, else by what the headings seem to say."""
    saved = road.mappings._default_manager.filter(kind=road.name, signature=signature(headings)).first()
    return dict(saved.columns) if saved else propose_columns(headings, road.vocabulary)


@transaction.atomic
def check(road: Road, batch: Any) -> Any:
    """Check a file with the columns as they are proposed; an import that is past that is left alone."""
    lock(batch)
    if batch.state == TableImport.State.UPLOADED:
        _begin_check(road, batch, dict(batch.mapping))
    return batch


@transaction.atomic
def choose(road: Road, batch: Any, mapping: Mapping[str, str]) -> Any:
    """Say which heading holds which field ({field: heading}); kept for the next such file. The check begins."""
    lock(batch)
    clean = {name: heading for name, heading in mapping.items() if heading}
    _begin_check(road, batch, clean)
    _remember(road, batch)
    return batch


def _begin_check(road: Road, batch: Any, mapping: dict[str, str]) -> None:
    require_mapping(road, mapping, batch.headings)
    states.move(batch, to=TableImport.State.CHECKING, mapping=mapping, refusal=None)
    check_table.later(road=road.name, batch=str(batch.pk))


def _remember(road: Road, batch: Any) -> None:
    """Corrected or confirmed by taking the file over, the columns are those of the next file with these headings."""
    road.mappings._default_manager.update_or_create(
        kind=road.name,
        signature=signature(batch.headings),
        defaults={"organization_id": require_organization(), "columns": batch.mapping, "saved_at": clock.now()},
    )


def require_mapping(road: Road, mapping: Mapping[str, str], headings: list[str]) -> None:
    for name, heading in mapping.items():
        if name not in road.vocabulary:
            raise Invalid(field=name, reason=_("There is no such field."))
        if heading not in headings:
            raise Invalid(field=name, reason=_("The file has no column “%(heading)s”.") % {"heading": heading[:60]})
    for group in road.wanted:
        if not any(name in mapping for name in group):
            raise Invalid(field=group[0], reason=_("Choose the column that holds this."))
    taken: dict[str, str] = {}
    for name, heading in mapping.items():
        if taken.setdefault(heading, name) != name:
            raise Invalid(field=name, reason=_("The column “%(heading)s” is used twice.") % {"heading": heading[:60]})


@transaction.atomic
def begin(road: Road, batch: Any, *, by: Actor) -> Any:
    """Take a checked import over, in the background, batch by batch. Asking twice starts it once."""
    lock(batch)
    if batch.state in (TableImport.State.APPLYING, TableImport.State.APPLIED):
        return batch
    fresh = dict.fromkeys(("cursor", "new_count", "changed_count", "known_count", "refused_count"), 0)
    states.move(batch, to=TableImport.State.APPLYING, field="state", **fresh)
    road.rows.objects.filter(batch=batch).delete()
    _remember(road, batch)
    apply_table.later(road=road.name, batch=str(batch.pk), by=actor_facts(by))
    return batch


@transaction.atomic
def take_back(road: Road, batch: Any, *, by: Actor) -> Any:
    """Take an applied import back, in the background; what cannot be taken back any more is named."""
    lock(batch)
    if batch.state in (TableImport.State.UNDOING, TableImport.State.UNDONE):
        return batch
    states.move(batch, to=TableImport.State.UNDOING)
    take_back_table.later(road=road.name, batch=str(batch.pk), by=actor_facts(by))
    return batch


@jobs.job(queue="imports", atomic=False)
def check_table(organization: Any, road: str, batch: str) -> None:
    run_check(road_of(road), organization, batch)


@jobs.job(queue="imports", atomic=False)
def apply_table(organization: Any, road: str, batch: str, by: dict[str, str]) -> None:
    run_apply(road_of(road), organization, batch, actor_of_facts(by))


@jobs.job(queue="imports", atomic=False)
def take_back_table(organization: Any, road: str, batch: str, by: dict[str, str]) -> None:
    run_take_back(road_of(road), organization, batch, actor_of_facts(by))


def _file_name(name: str) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in bare if letter.isprintable())[:200] or "table"
