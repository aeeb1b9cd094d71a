"""REST: what the list of customers shares: tags, own fields, saved views, changes to many at once; postal codes."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from tokui import access
from tokui.access.models import User
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_VIEW
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.postal_codes import address_of, places_of
from tokui.core.refused import ValueRefused
from tokui.core.values import parse_postal_code
from tokui.customers.actions import (
    change_customers,
    change_field,
    define_field,
    delete_view,
    save_view,
    tag_customers,
    untag_customers,
)
from tokui.customers.api import custom_in
from tokui.customers.choosing import ids_given, ids_meant, query_of
from tokui.customers.drafts import CustomerChange
from tokui.customers.models import CustomField, SavedView, Tag
from tokui.customers.shapes_parts import (
    FieldChangeIn,
    FieldIn,
    FieldOut,
    ManyIn,
    ManyOut,
    PostalCodeOut,
    TagOut,
    ViewIn,
    ViewOut,
)
from tokui.customers.words import refusal_words
from tokui.ui.rest import Paged, Paging, caller, find, key_of, page

router = Router(tags=["customers"])


@router.post("/customers/changes", response=ManyOut, summary="Tag, assign or set own fields of many customers")
def change_many(request: HttpRequest, given: ManyIn) -> dict[str, Any]:
    """All of it, or nothing when one of them is refused."""
    by = caller(request)
    access.require(by, CUSTOMERS_EDIT)
    if (given.query is None) == (not given.customers):
        raise Invalid(field="customers", reason=_("Name customers, or a query, not both."))
    ids = (
        ids_given(given.customers, field="customers")
        if given.query is None
        else ids_meant(query_of(given.query), by=by)
    )
    with transaction.atomic():
        _change(ids, given, by)
    return {"customers": len(ids)}


def _change(ids: list[UUID], given: ManyIn, by: Actor) -> None:
    values: dict[str, Any] = {}
    if "owner" in given.model_fields_set:
        values["owner_id"] = key_of(given.owner, User.PREFIX, "owner") if given.owner else None
    if given.custom:
        values["custom"] = custom_in(given.custom)
    change_customers([CustomerChange(key, values) for key in ids], by=by)
    if given.add_tags:
        tag_customers(ids, given.add_tags, by=by)
    if given.remove_tags:
        untag_customers(ids, given.remove_tags, by=by)


@router.get("/tags", response=Paged[TagOut], summary="List the tags of customers")
def list_tags(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), CUSTOMERS_VIEW)
    found = page(Tag.objects.all(), given, order=("name", "id"))
    return found | {"data": [{"id": row.public_id, "name": row.name} for row in found["data"]]}


@router.get("/customer-fields", response=Paged[FieldOut], summary="List own fields")
def list_fields(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    access.require(caller(request), CUSTOMERS_VIEW)
    found = page(CustomField.objects.all(), given, order=("position", "id"))
    return found | {"data": [_field(row) for row in found["data"]]}


@router.post("/customer-fields", response={201: FieldOut}, summary="Give customers a field of your own")
def post_field(request: HttpRequest, field: FieldIn) -> Status[Any]:
    values = field.dict()
    return Status(201, _field(define_field(values.pop("key"), by=caller(request), **values)))


@router.patch("/customer-fields/{field_id}", response=FieldOut, summary="Change an own field")
def patch_field(request: HttpRequest, field_id: str, field: FieldChangeIn) -> dict[str, Any]:
    row = find(CustomField.objects.all(), field_id)
    return _field(change_field(row, by=caller(request), **field.dict(exclude_unset=True)))


@router.get("/customer-views", response=Paged[ViewOut], summary="List saved views")
def list_views(request: HttpRequest, given: Query[Paging]) -> dict[str, Any]:
    by = caller(request)
    access.require(by, CUSTOMERS_VIEW)
    rows = SavedView.objects.filter(Q(owner=None) | Q(owner_id=by.id))
    found = page(rows, given, order=("name", "id"))
    return found | {"data": [_view(row) for row in found["data"]]}


@router.post("/customer-views", response={201: ViewOut}, summary="Save a view; the same name again replaces it")
def post_view(request: HttpRequest, view: ViewIn) -> Status[Any]:
    query_of(view.query)
    return Status(201, _view(save_view(view.name, view.query, by=caller(request), is_shared=view.shared)))


@router.delete("/customer-views/{view_id}", response={204: None}, summary="Remove a saved view")
def remove_view(request: HttpRequest, view_id: str) -> Status[None]:
    delete_view(find(SavedView.objects.all(), view_id), by=caller(request))
    return Status(204, None)


@router.get("/postal-codes/{code}", response=PostalCodeOut, summary="Where a postal code lies")
def get_postal_code(request: HttpRequest, code: str) -> dict[str, Any]:
    access.require(caller(request), CUSTOMERS_VIEW)
    try:
        known = parse_postal_code(code)
    except ValueRefused as refused:
        raise Invalid(field="code", reason=refusal_words(refused)) from refused
    places = places_of(known)
    if not places:
        raise NotFound
    return {"postal_code": known, "address": address_of(known), "places": [dataclasses.asdict(one) for one in places]}


def _field(row: CustomField) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FieldOut.model_fields if name != "id"} | {"id": row.public_id}


def _view(row: SavedView) -> dict[str, Any]:
    return {"id": row.public_id, "name": row.name, "query": row.query, "shared": row.owner_id is None}
