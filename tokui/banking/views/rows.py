"""What every page of banking starts with: the row in the address, the actor, a refusal beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.ids import parse_public_id
from tokui.core.tenancy import Owned
from tokui.ui.doors import Page, page_of, render_page
from tokui.ui.paging import InvalidCursor

Row = TypeVar("Row", bound=Owned)


def row_of(rows: QuerySet[Row], public: str) -> Row:
    """The row with a public id. Raises NotFound, also for what is no id of this kind."""
    try:
        row = rows.filter(pk=parse_public_id(public, rows.model.PREFIX)).first()
    except ValueError as wrong:
        raise NotFound from wrong
    if row is None:
        raise NotFound
    return row


def list_page(rows: QuerySet[Row], order: Sequence[str], request: HttpRequest) -> Page[Row]:
    """One page of a list. Raises Invalid for a cursor of another list or another time."""
    try:
        return page_of(rows, order=order, after=request.GET.get("after", ""))
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def tell(form: forms.Form, refusal: Refusal, field: str = "") -> None:
    """Put a refusal beside the field it names, else above the form."""
    name = refusal.field or field
    form.add_error(name if name in form.fields else None, refusal.message)


def page(
    request: HttpRequest, name: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """A page of the room. htmx gets `fragment`, or the whole page where there is no smaller part."""
    template = f"banking/{name}.html"
    return render_page(
        request, template, context, fragment=f"banking/{fragment}.html" if fragment else template, status=status
    )
