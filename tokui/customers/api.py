"""REST: customers, relationships, imports. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from tokui import access
from tokui.access.models import Business, User
from tokui.access.permissions import CUSTOMERS_IMPORT, CUSTOMERS_VIEW
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.core.money import exponent_of
from tokui.core.refused import ValueRefused
from tokui.customers.actions import (
    add_relationship,
    apply_import,
    change_customer,
    choose_columns,
    create_customer,
    end_relationship,
    receive_import,
    undo_import,
)
from tokui.customers.actions.derived import custom_values_of
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.drafts import PARSERS, CustomerDraft
from tokui.customers.exporting import FORMATS, export_customers
from tokui.customers.models import Customer, CustomField, Import, ImportRow, Relationship, Tagging
from tokui.customers.own_fields import currency
from tokui.customers.queries import ListQuery, matching, parse_query, whole_page
from tokui.customers.shapes import (
    ColumnsIn,
    CustomerChangeIn,
    CustomerIn,
    CustomerList,
    CustomerOut,
    ExportFilters,
    Filters,
    ImportOut,
    ImportRows,
    RelationshipIn,
    RelationshipList,
    RelationshipOut,
)
from tokui.customers.words import reason_words, table_words
from tokui.ui.paging import InvalidCursor, page_of
from tokui.ui.rest import Paged, Paging, own_conditions, page

router = Router(tags=["customers"])
relationships = Router(tags=["relationships"])
imports = Router(tags=["imports"])


@router.get("", response=CustomerList, summary="List customers")
@own_conditions
def list_customers(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_VIEW)
    query = list_query(request, filters)
    found = whole_page(query, by=_actor(request), size=filters.limit)
    return {"data": _told(list(found.rows)), "next_cursor": found.next_cursor or None}


def list_query(request: HttpRequest, filters: Filters) -> ListQuery:
    """The conditions of a list; a parameter given twice means either value."""
    return parse_query({**dict(request.GET.lists()), "after": [filters.cursor]})


@router.post("", response={201: CustomerOut}, summary="Enter a customer")
def enter_customer(request: HttpRequest, customer: CustomerIn) -> Status[Any]:
    values = _values(customer.dict(exclude_unset=True))
    if not values.get("name"):
        raise Invalid(field="name", reason=_("Enter a value."))
    values = {key: value for key, value in values.items() if value is not None}
    return Status(201, _told([create_customer(CustomerDraft(**values), by=_actor(request))])[0])


@router.get(
    "/export",
    summary="Export customers as a file that an import reads back",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {kind: {"schema": {"type": "string"}} for kind in FORMATS.values()},
            }
        }
    },
)
@own_conditions
def export(request: HttpRequest, filters: Query[ExportFilters]) -> FileResponse:
    """Every customer that the conditions mean, in the columns of the page's export."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    rows = matching(list_query(request, filters), by=_actor(request))
    export_customers(target, by=_actor(request), customers=rows, file_format=filters.format)
    target.seek(0)
    name = f"customers-{clock.today():%Y%m%d}.{filters.format}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=FORMATS[filters.format])


@router.get("/{customer_id}", response=CustomerOut, summary="One customer")
def get_customer(request: HttpRequest, customer_id: str) -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_VIEW)
    return _told([_customer(customer_id)])[0]


@router.patch("/{customer_id}", response=CustomerOut, summary="Change a customer")
def patch_customer(request: HttpRequest, customer_id: str, customer: CustomerChangeIn) -> dict[str, Any]:
    values = _values(customer.dict(exclude_unset=True))
    version = values.pop("version", None)
    row = change_customer(_customer(customer_id), by=_actor(request), version=version, **values)
    return _told([row])[0]


@relationships.get("", response=RelationshipList, summary="List relationships")
def list_relationships(request: HttpRequest, customer: str = "", limit: int = 50, cursor: str = "") -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_VIEW)
    rows: QuerySet[Relationship] = Relationship.objects.all()
    if customer:
        key = _customer(customer).pk
        rows = rows.filter(from_customer_id=key) | rows.filter(to_customer_id=key)
    found = _page(rows, cursor, limit)
    return {"data": [_relationship(row) for row in found.rows], "next_cursor": found.next_cursor or None}


@relationships.post("", response={201: RelationshipOut}, summary="Record a relationship")
def record_relationship(request: HttpRequest, relationship: RelationshipIn) -> Status[Any]:
    pair = _customer(relationship.from_customer), _customer(relationship.to_customer)
    row = add_relationship(*pair, relationship.kind, by=_actor(request), note=relationship.note)
    return Status(201, _relationship(row))


@relationships.delete("/{relationship_id}", response={204: None}, summary="End a relationship")
def remove_relationship(request: HttpRequest, relationship_id: str) -> Status[None]:
    end_relationship(_row(Relationship, relationship_id), by=_actor(request))
    return Status(204, None)


@imports.get("", response=Paged[ImportOut], summary="List imports, newest first")
def list_imports(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_IMPORT)
    found = page(Import.objects.all(), given, order=("-id",))
    return found | {"data": [_import(row) for row in found["data"]]}


@imports.post("", response={201: ImportOut}, summary="Bring a file; its columns are proposed")
def bring_file(request: HttpRequest, file: File[UploadedFile]) -> Status[Any]:
    return Status(201, _import(receive_import(file.read(), name=file.name or "customers", by=_actor(request))))


@imports.get("/{import_id}", response=ImportOut, summary="Where an import stands")
def get_import(request: HttpRequest, import_id: str) -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_IMPORT)
    return _import(_row(Import, import_id))


@imports.get("/{import_id}/rows", response=ImportRows, summary="Rows that were refused, in conflict or kept")
def get_import_rows(request: HttpRequest, import_id: str, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    access.require(_actor(request), CUSTOMERS_IMPORT)
    told = [ImportRow.Outcome.REFUSED, ImportRow.Outcome.CONFLICT, ImportRow.Outcome.KEPT]
    found = _page(ImportRow.objects.filter(batch=_row(Import, import_id), outcome__in=told), cursor, limit)
    return {"data": [_import_row(row) for row in found.rows], "next_cursor": found.next_cursor or None}


@imports.put("/{import_id}/columns", response=ImportOut, summary="Say which column holds what; the check begins")
def put_columns(request: HttpRequest, import_id: str, columns: ColumnsIn) -> dict[str, Any]:
    batch = choose_columns(_row(Import, import_id), columns.columns, by=_actor(request), sender=columns.sender)
    return _import(batch)


@imports.post("/{import_id}/application", response={202: ImportOut}, summary="Take a checked import over")
def post_application(request: HttpRequest, import_id: str) -> Status[Any]:
    return Status(202, _import(apply_import(_row(Import, import_id), by=_actor(request))))


@imports.post("/{import_id}/undo", response={202: ImportOut}, summary="Take an applied import back")
def post_undo(request: HttpRequest, import_id: str) -> Status[Any]:
    return Status(202, _import(undo_import(_row(Import, import_id), by=_actor(request))))


def _actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _row(model: Any, key: str) -> Any:
    try:
        found = model.objects.filter(pk=parse_public_id(key, model.PREFIX)).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if found is None:
        raise NotFound
    return found


def _customer(key: str) -> Customer:
    row: Customer = _row(Customer, key)
    return row


def _page(rows: Any, cursor: str, limit: int) -> Any:
    if not 1 <= limit <= 200:
        raise Invalid(field="limit", reason=_("Between 1 and 200."))
    try:
        return page_of(rows, order=("id",), after=cursor, size=limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not valid.")) from trouble


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What a program sent as the verbs take it: ids as keys, null as empty."""
    values = {key: value for key, value in given.items() if key not in ("business", "owner", "bill_to")}
    for name, prefix in (("business", Business.PREFIX), ("owner", User.PREFIX), ("bill_to", Customer.PREFIX)):
        if name in given:
            values[f"{name}_id"] = _key(name, prefix, given[name])
    for name in PARSERS:
        if name in values and values[name] is None and name != "closing_day":
            values[name] = ""
    if "tags" in values:
        values["tags"] = tuple(values["tags"] or ())
    if "custom" in values:
        values["custom"] = custom_in(values["custom"] or {})
    return values


def custom_in(given: dict[str, Any]) -> dict[str, Any]:
    """Amounts come in minor units, as everywhere in this API; other numbers as they are read."""
    values = {key: Decimal(str(value)) if isinstance(value, float) else value for key, value in given.items()}
    money = set(CustomField.objects.filter(kind=CustomField.Kind.MONEY, key__in=given).values_list("key", flat=True))
    if not money:
        return values
    exponent = exponent_of(currency())
    return {
        key: Decimal(value).scaleb(-exponent) if key in money and isinstance(value, int) else value
        for key, value in values.items()
    }


def _key(field: str, prefix: str, text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return parse_public_id(text, prefix)
    except ValueRefused as refused:
        raise Invalid(field=field, reason=_("There is no such record here.")) from refused


def _told(rows: list[Customer]) -> list[dict[str, Any]]:
    """Customers with their tags and own fields, in constant queries."""
    keys = [row.pk for row in rows]
    tags: dict[UUID, list[str]] = {key: [] for key in keys}
    taggings = Tagging.objects.filter(customer_id__in=keys).order_by("tag__name")
    for key, name in taggings.values_list("customer_id", "tag__name"):
        tags[key].append(name)
    fields = {field.pk: field for field in CustomField.objects.filter(is_active=True)}
    custom = custom_values_of(keys) if fields else {key: {} for key in keys}
    in_currency = currency()
    return [_customer_out(row, tags[row.pk], _custom_out(fields, custom[row.pk], in_currency)) for row in rows]


def _custom_out(fields: dict[UUID, CustomField], values: Any, in_currency: str) -> dict[str, Any]:
    found = {}
    for key, field in fields.items():
        if key in values:
            typed = Typed(values[key].text, values[key].number, values[key].day)
            kind = CustomKind(field.kind)
            found[field.key] = typed.number if kind is CustomKind.MONEY else value_of(kind, typed, in_currency)
    return found


def _customer_out(row: Customer, tags: list[str], custom: dict[str, Any]) -> dict[str, Any]:
    names = [
        name
        for name in CustomerOut.model_fields
        if name not in ("id", "business", "owner", "bill_to", "tags", "custom")
    ]
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.public_id,
        "business": public_id(Business.PREFIX, row.business_id) if row.business_id else None,
        "owner": public_id(User.PREFIX, row.owner_id) if row.owner_id else None,
        "bill_to": public_id(Customer.PREFIX, row.bill_to_id) if row.bill_to_id else None,
        "tags": tags,
        "custom": custom,
    }


def _relationship(row: Relationship) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "from_customer": public_id(Customer.PREFIX, row.from_customer_id),
        "to_customer": public_id(Customer.PREFIX, row.to_customer_id),
        "kind": row.kind,
        "note": row.note,
    }


def _import(batch: Import) -> dict[str, Any]:
    counts = ("new", "changed", "unchanged", "refused", "reverted", "kept")
    return {
        **{name: getattr(batch, f"{name}_count") for name in counts},
        "conflicts": batch.conflict_count,
        "id": batch.public_id,
        "name": batch.name,
        "state": batch.state,
        "headings": batch.headings,
        "columns": batch.mapping,
        "rows": batch.row_count,
        "done": batch.cursor,
        "refusal": table_words(batch.refusal) if batch.refusal else "",
    }


def _import_row(row: ImportRow) -> dict[str, Any]:
    code = str(row.reason.get("code", ""))
    names = ("sheet", "row", "outcome", "column", "value")
    return {**{name: getattr(row, name) for name in names}, "code": code, "reason": reason_words(row.reason)}
