"""REST of files on their way in, the same operations for every road: bring, look, choose columns, take over, undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, File, Query, Router, Status
from ninja import Schema as Shown
from ninja.files import UploadedFile

from tokui.core.actors import Actor
from tokui.core.importing import Road
from tokui.ui.reasons import table_words
from tokui.ui.rest import Given, Paged, Paging, caller, find, page


class FileImportOut(Shown):
    """A file on its way in. `columns` says which heading holds which field; `done` counts rows taken over."""

    id: str
    name: str
    state: str = Field(
        description="uploaded, checking, ready, applying, applied, refused, undoing or undone", examples=["ready"]
    )
    headings: list[str]
    columns: dict[str, str]
    rows: int
    done: int
    new: int
    changed: int
    known: int = Field(description="Recorded already; they add nothing")
    refused: int
    reverted: int
    kept: int = Field(description="Not taken back by the undo")
    refusal: str = Field(description="Why the file cannot be read; empty if it can")
    created_at: datetime
    finished_at: datetime | None


class FileRowOut(Shown):
    """A row to look at; a row with several problems stands here several times."""

    sheet: str
    row: int
    outcome: str = Field(description="refused, known or kept")
    column: str
    value: str
    code: str
    reason: str


class FileColumnsIn(Given):
    """Which heading holds which field; what is left out is not read."""

    model_config = {"extra": "forbid"}

    columns: dict[str, str] = Field(max_length=60, examples=[{"sold_on": "売上日"}])


class RowFilter(Paging):
    outcome: str = Field("", max_length=10, description="Only refused, known or kept rows")


@dataclass(frozen=True)
class ImportDoors:
    """What the operations of a road call. `may_look` refuses who may not see its imports."""

    road: Road
    what: str
    may_look: Callable[[Actor], None]
    reason_words: Callable[[Mapping[str, Any]], str]
    receive: Callable[..., Any]
    choose: Callable[..., Any]
    apply: Callable[..., Any]
    undo: Callable[..., Any] | None = None

    def find(self, key: str) -> Any:
        return find(self.road.imports._default_manager.filter(**self.road.fixed), key)


def import_router(doors: ImportDoors) -> Router:
    """The operations of one road. Nothing is taken over before it is asked for (`application`)."""
    router, name = Router(tags=["imports"]), doors.road.name
    _add_reading(router, name, doors)
    _add_steps(router, name, doors)
    return router


def _add_reading(router: Router, name: str, doors: ImportDoors) -> None:
    @router.get(
        "", response=Paged[FileImportOut], operation_id=f"list_{name}_imports", summary=f"Files of {doors.what}"
    )
    def list_imports(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
        doors.may_look(caller(request))
        rows = doors.road.imports._default_manager.filter(**doors.road.fixed)
        found = page(rows, given, order=("-created_at", "-id"))
        return found | {"data": [shown_import(row) for row in found["data"]]}

    @router.get(
        "/{import_id}",
        response=FileImportOut,
        operation_id=f"get_{name}_import",
        summary=f"Where a file of {doors.what} stands",
    )
    def get_import(request: HttpRequest, import_id: str) -> dict[str, Any]:
        doors.may_look(caller(request))
        return shown_import(doors.find(import_id))

    @router.get(
        "/{import_id}/rows",
        response=Paged[FileRowOut],
        operation_id=f"list_{name}_import_rows",
        summary="Rows that were refused, known already or kept",
    )
    def list_rows(request: HttpRequest, import_id: str, given: Query[RowFilter]) -> dict[str, Any]:
        doors.may_look(caller(request))
        rows = doors.road.rows.objects.filter(batch=doors.find(import_id))
        if given.outcome:
            rows = rows.filter(outcome=given.outcome)
        found = page(rows, given, order=("id",))
        return found | {"data": [_row(row, doors) for row in found["data"]]}


def _add_steps(router: Router, name: str, doors: ImportDoors) -> None:
    @router.post(
        "",
        response={201: FileImportOut},
        operation_id=f"bring_{name}",
        summary=f"Bring a file of {doors.what}; its columns are proposed",
    )
    def bring(request: HttpRequest, file: File[UploadedFile]) -> Status[Any]:
        return Status(201, shown_import(doors.receive(file.read(), name=file.name or "", by=caller(request))))

    @router.put(
        "/{import_id}/columns",
        response=FileImportOut,
        operation_id=f"choose_{name}_columns",
        summary="Say which column holds what; the check begins",
    )
    def put_columns(request: HttpRequest, import_id: str, given: FileColumnsIn) -> dict[str, Any]:
        return shown_import(doors.choose(doors.find(import_id), given.columns, by=caller(request)))

    @router.post(
        "/{import_id}/application",
        response={202: FileImportOut},
        operation_id=f"apply_{name}",
        summary="Take a checked file over",
    )
    def apply(request: HttpRequest, import_id: str) -> Status[Any]:
        return Status(202, shown_import(doors.apply(doors.find(import_id), by=caller(request))))

    if doors.undo is None:
        return
    undo = doors.undo

    @router.post(
        "/{import_id}/undo",
        response={202: FileImportOut},
        operation_id=f"undo_{name}",
        summary="Take the whole file back; what cannot be taken back any more is named",
    )
    def take_back(request: HttpRequest, import_id: str) -> Status[Any]:
        return Status(202, shown_import(undo(doors.find(import_id), by=caller(request))))


def shown_import(batch: Any) -> dict[str, Any]:
    counts = ("new", "changed", "known", "refused", "reverted", "kept")
    return {
        **{name: getattr(batch, f"{name}_count") for name in counts},
        **{name: getattr(batch, name) for name in ("name", "state", "headings", "created_at", "finished_at")},
        "id": batch.public_id,
        "columns": batch.mapping,
        "rows": batch.row_count,
        "done": batch.cursor,
        "refusal": table_words(batch.refusal) if batch.refusal else "",
    }


def _row(row: Any, doors: ImportDoors) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("sheet", "row", "outcome", "column", "value")}
    return told | {"code": str(row.reason.get("code", "")), "reason": doors.reason_words(row.reason)}
