"""REST: what hangs on a customer. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from tokui import access
from tokui.access.permissions import CUSTOMERS_VIEW
from tokui.core.files import open_file
from tokui.customers import registry
from tokui.customers.actions import (
    add_contact_person,
    add_contact_point,
    add_note,
    attach_file,
    detach_file,
    learn_payer_name,
    remove_contact_person,
    remove_contact_point,
    remove_note,
    revoke_payer_name,
    tag_customers,
    untag_customers,
)
from tokui.customers.models import Attachment, Customer, PayerName, Tag
from tokui.customers.queries import hierarchy_of, kin_of
from tokui.customers.shapes_parts import (
    ContactPersonIn,
    ContactPersonOut,
    ContactPointIn,
    ContactPointOut,
    FileOut,
    HierarchyOut,
    NoteIn,
    NoteOut,
    PayerNameIn,
    PayerNameOut,
    PayerNames,
    TagOut,
    TagsIn,
)
from tokui.ui.rest import Paged, Paging, caller, find, page

router = Router(tags=["customers"])
NEWEST = ("-created_at", "-id")


@router.get("/{customer_id}/hierarchy", response=HierarchyOut, summary="A customer's group of companies")
def get_hierarchy(request: HttpRequest, customer_id: str) -> dict[str, Any]:
    customer = _seen(request, customer_id)
    parents, children = kin_of(customer)
    group = [{"id": one.public_id, "name": one.name, "depth": one.depth} for one in hierarchy_of(customer)]
    return {
        "parents": [one.public_id for one in parents],
        "children": [one.public_id for one in children],
        "group": group,
    }


@router.get("/{customer_id}/contact-points", response=Paged[ContactPointOut], summary="List further contacts")
def list_points(request: HttpRequest, customer_id: str, given: Query[Paging]) -> dict[str, Any]:
    return _page(_seen(request, customer_id).contact_points.all(), given)


@router.post("/{customer_id}/contact-points", response={201: ContactPointOut}, summary="Add a contact")
def post_point(request: HttpRequest, customer_id: str, point: ContactPointIn) -> Status[Any]:
    values = point.dict()
    row = add_contact_point(
        _customer(customer_id), values.pop("kind"), values.pop("value"), by=caller(request), **values
    )
    return Status(201, _shown(row))


@router.delete("/{customer_id}/contact-points/{point_id}", response={204: None}, summary="Remove a contact")
def delete_point(request: HttpRequest, customer_id: str, point_id: str) -> Status[None]:
    remove_contact_point(find(_customer(customer_id).contact_points.all(), point_id), by=caller(request))
    return Status(204, None)


@router.get("/{customer_id}/contact-persons", response=Paged[ContactPersonOut], summary="List contact persons")
def list_persons(request: HttpRequest, customer_id: str, given: Query[Paging]) -> dict[str, Any]:
    return _page(_seen(request, customer_id).contact_persons.all(), given)


@router.post("/{customer_id}/contact-persons", response={201: ContactPersonOut}, summary="Add a contact person")
def post_person(request: HttpRequest, customer_id: str, person: ContactPersonIn) -> Status[Any]:
    values = person.dict()
    return Status(
        201, _shown(add_contact_person(_customer(customer_id), values.pop("name"), by=caller(request), **values))
    )


@router.delete("/{customer_id}/contact-persons/{person_id}", response={204: None}, summary="Remove a contact person")
def delete_person(request: HttpRequest, customer_id: str, person_id: str) -> Status[None]:
    remove_contact_person(find(_customer(customer_id).contact_persons.all(), person_id), by=caller(request))
    return Status(204, None)


@router.get("/{customer_id}/payer-names", response=Paged[PayerNameOut], summary="List known payer names")
def list_payer_names(request: HttpRequest, customer_id: str, given: Query[PayerNames]) -> dict[str, Any]:
    rows = _seen(request, customer_id).payer_names.all()
    found = page(rows if given.revoked else rows.filter(revoked_at=None), given, order=("-confirmed_at", "-id"))
    accounts = registry.accounts()
    return found | {"data": [_payer_name(row, accounts) for row in found["data"]]}


@router.post("/{customer_id}/payer-names", response={201: PayerNameOut}, summary="Remember a payer's name")
def post_payer_name(request: HttpRequest, customer_id: str, name: PayerNameIn) -> Status[Any]:
    account = registry.account_of(name.account) if name.account else None
    customer, account_id = _customer(customer_id), account.id if account else None
    row = learn_payer_name(customer, name.name, by=caller(request), bank_account_id=account_id)
    return Status(201, _payer_name(row, registry.accounts()))


@router.delete("/{customer_id}/payer-names/{name_id}", response={204: None}, summary="Forget a payer's name")
def delete_payer_name(request: HttpRequest, customer_id: str, name_id: str) -> Status[None]:
    revoke_payer_name(find(_customer(customer_id).payer_names.all(), name_id), by=caller(request))
    return Status(204, None)


@router.get("/{customer_id}/notes", response=Paged[NoteOut], summary="List notes, newest first")
def list_notes(request: HttpRequest, customer_id: str, given: Query[Paging]) -> dict[str, Any]:
    return _page(_seen(request, customer_id).notes.all(), given)


@router.post("/{customer_id}/notes", response={201: NoteOut}, summary="Write a note")
def post_note(request: HttpRequest, customer_id: str, note: NoteIn) -> Status[Any]:
    return Status(201, _shown(add_note(_customer(customer_id), note.text, by=caller(request))))


@router.delete("/{customer_id}/notes/{note_id}", response={204: None}, summary="Remove a note")
def delete_note(request: HttpRequest, customer_id: str, note_id: str) -> Status[None]:
    remove_note(find(_customer(customer_id).notes.all(), note_id), by=caller(request))
    return Status(204, None)


@router.get("/{customer_id}/files", response=Paged[FileOut], summary="List files, newest first")
def list_files(request: HttpRequest, customer_id: str, given: Query[Paging]) -> dict[str, Any]:
    found = page(_seen(request, customer_id).attachments.select_related("file"), given, order=NEWEST)
    return found | {"data": [_file(row) for row in found["data"]]}


@router.post("/{customer_id}/files", response={201: FileOut}, summary="Attach a file")
def post_file(request: HttpRequest, customer_id: str, file: File[UploadedFile]) -> Status[Any]:
    row = attach_file(
        _customer(customer_id),
        file.read(),
        name=file.name or "file",
        content_type=file.content_type or "application/octet-stream",
        by=caller(request),
    )
    return Status(201, _file(row))


@router.get(
    "/{customer_id}/files/{file_id}",
    summary="Download a file",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file as it came",
                "content": {"application/octet-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
def get_file(request: HttpRequest, customer_id: str, file_id: str) -> FileResponse:
    row = find(_seen(request, customer_id).attachments.select_related("file"), file_id)
    return FileResponse(
        open_file(row.file), as_attachment=True, filename=row.file.name, content_type="application/octet-stream"
    )


@router.delete("/{customer_id}/files/{file_id}", response={204: None}, summary="Take a file off")
def delete_file(request: HttpRequest, customer_id: str, file_id: str) -> Status[None]:
    detach_file(find(_customer(customer_id).attachments.all(), file_id), by=caller(request))
    return Status(204, None)


@router.get("/{customer_id}/tags", response=list[TagOut], summary="A customer's tags")
def list_customer_tags(request: HttpRequest, customer_id: str) -> list[dict[str, Any]]:
    return _tags(_seen(request, customer_id))


@router.post("/{customer_id}/tags", response={201: list[TagOut]}, summary="Tag a customer")
def post_tags(request: HttpRequest, customer_id: str, given: TagsIn) -> Status[Any]:
    customer = _customer(customer_id)
    tag_customers([customer.pk], given.tags, by=caller(request))
    return Status(201, _tags(customer))


@router.delete("/{customer_id}/tags/{tag_id}", response={204: None}, summary="Take a tag off a customer")
def delete_tag(request: HttpRequest, customer_id: str, tag_id: str) -> Status[None]:
    customer = _customer(customer_id)
    tag = find(Tag.objects.filter(taggings__customer=customer), tag_id)
    untag_customers([customer.pk], [tag.name], by=caller(request))
    return Status(204, None)


def _customer(key: str) -> Customer:
    return find(Customer.objects.all(), key)


def _seen(request: HttpRequest, key: str) -> Customer:
    access.require(caller(request), CUSTOMERS_VIEW)
    return _customer(key)


def _page(rows: Any, given: Paging) -> dict[str, Any]:
    found = page(rows, given, order=NEWEST)
    return found | {"data": [_shown(row) for row in found["data"]]}


def _shown(row: Any) -> dict[str, Any]:
    """A row whose columns are called as in its shape."""
    return {
        **{one.name: getattr(row, one.name) for one in row._meta.local_concrete_fields if not one.is_relation},
        "id": row.public_id,
    }


def _payer_name(row: PayerName, accounts: Any) -> dict[str, Any]:
    account = accounts.get(row.bank_account_id)
    return {**_shown(row), "name": row.raw, "account": account.public_id if account else None}


def _file(row: Attachment) -> dict[str, Any]:
    return {**_shown(row), "name": row.file.name, "size_bytes": row.file.size_bytes}


def _tags(customer: Customer) -> list[dict[str, Any]]:
    return [
        {"id": one.public_id, "name": one.name}
        for one in Tag.objects.filter(taggings__customer=customer).order_by("name")
    ]
