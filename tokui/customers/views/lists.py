"""The list of customers: conditions, columns, saved views, bulk actions, export."""

from __future__ import annotations

import tempfile
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tokui.access.doors import visited
from tokui.access.models import User
from tokui.access.permissions import CUSTOMERS_EXPORT, CUSTOMERS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.customers import registry
from tokui.customers.actions import change_customers, delete_view, save_view, tag_customers, untag_customers
from tokui.customers.drafts import CustomerChange
from tokui.customers.exporting import FORMATS, export_customers
from tokui.customers.models import Customer, CustomField, SavedView
from tokui.customers.queries import (
    ListQuery,
    cells_of,
    chosen_columns,
    known_columns,
    list_count,
    list_page,
    matching,
    parse_query,
)
from tokui.customers.views.rows import actor, row_of
from tokui.ui.doors import render_page, sent_on

BULK_LIMIT = 10_000


@visited(CUSTOMERS_VIEW)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list; further rows as a fragment."""
    by = actor(request)
    query = parse_query(_values(request))
    page, is_cut = list_page(query, by=by)
    known = known_columns(by=by)
    columns = chosen_columns(query, known)
    context = {
        "page": page,
        "rows": [(row, _drawn(cells)) for row, cells in cells_of(page.rows, columns)],
        "columns": columns,
        "query": query,
        "is_cut": is_cut,
        "span": len(columns) + 2,
    }
    if query.after:
        return render_page(request, "customers/list.html", context, fragment="customers/_rows.html")
    return render_page(
        request, "customers/list.html", context | _around(request, query, known), fragment="customers/_list.html"
    )


def _drawn(cells: list[tuple[registry.ListColumn, str]]) -> SafeString:
    """The cells of a row. Drawn here: fifty rows of template loops would take as long as the queries."""
    return format_html_join(
        "", '<td class="{}">{}</td>', (("num f2" if column.is_number else "soft p2", cell) for column, cell in cells)
    )


def _values(request: HttpRequest) -> dict[str, str]:
    """The address's values; boxes of the columns dialog come as many."""
    values = request.GET.dict()
    chosen = request.GET.getlist("column")
    values.pop("column", None)
    return values | ({"columns": ",".join(chosen)} if chosen else {})


def _around(request: HttpRequest, query: ListQuery, known: list[registry.ListColumn]) -> dict[str, Any]:
    """What stands around the rows: conditions, views, orders."""
    by = actor(request)
    filters = [
        one
        for one in sorted(registry.FILTERS.values(), key=lambda one: one.order)
        if not one.permission or by.can(one.permission)
    ]
    views = SavedView.objects.filter(Q(owner=None) | Q(owner_id=by.id))
    choices = {one.key: list(one.choices()) for one in filters if one.choices}
    return {
        "views": [(view, view.query == _bare(request)) for view in views],
        "filters": [(one, choices.get(one.key), query.conditions.get(one.key, "")) for one in filters],
        "chips": [(key, _label(key), _word(key, value, choices)) for key, value in query.conditions.items()],
        "sorts": [one for one in registry.SORTS.values() if not one.permission or by.can(one.permission)],
        "owners": choices.get("owner", []),
        "all_columns": known,
        "own_fields": CustomField.objects.filter(is_active=True),
        "is_everything": _bare(request) == "",
    }


def _bare(request: HttpRequest) -> str:
    """The list's query without paging: what a saved view keeps."""
    values = request.GET.copy()
    for name in ("after", "view"):
        values.pop(name, None)
    return values.urlencode()


def _label(key: str) -> Any:
    return registry.FILTERS[key].label if key in registry.FILTERS else key.removeprefix("custom.")


def _word(key: str, value: str, choices: dict[str, list[tuple[str, Any]]]) -> Any:
    return dict(choices.get(key, ())).get(value, value)


@visited(CUSTOMERS_VIEW)
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """How many, after the rows: a count never holds the list up."""
    query = parse_query(_values(request))
    return HttpResponse(str(list_count(query, by=actor(request))))


@visited(CUSTOMERS_VIEW)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One action on the chosen customers, or on all that the list's conditions mean."""
    by = actor(request)
    ids = _chosen(request)
    action = request.POST.get("action", "")
    if action == "tag":
        tag_customers(ids, [request.POST.get("tag", "")], by=by)
    elif action == "untag":
        untag_customers(ids, [request.POST.get("tag", "")], by=by)
    elif action == "owner":
        owner = _owner(request.POST.get("owner", ""))
        change_customers([CustomerChange(key, {"owner_id": owner}) for key in ids], by=by)
    elif action == "export":
        return _file(request, Customer.objects.filter(pk__in=ids))
    else:
        raise Invalid(field="action", reason=_("There is no such action."))
    done = ngettext("%(number)d customer changed.", "%(number)d customers changed.", len(ids)) % {"number": len(ids)}
    return sent_on(request, reverse("customers:list") + "?" + request.POST.get("query", ""), done)


def _chosen(request: HttpRequest) -> list[UUID]:
    if request.POST.get("everything"):
        from django.http import QueryDict

        given = QueryDict(request.POST.get("query", "")).dict()
        query = parse_query({name: value for name, value in given.items() if name != "column"})
        rows, _is_cut = matching(query, by=actor(request))
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: BULK_LIMIT + 1])
        if len(ids) > BULK_LIMIT:
            raise Invalid(field="everything", reason=_("These are more than 10,000 customers; narrow the list first."))
        return ids
    try:
        ids = [parse_public_id(key, Customer.PREFIX) for key in request.POST.getlist("pick")]
    except ValueRefused as refused:
        raise NotFound from refused
    if not ids:
        raise Invalid(field="pick", reason=_("Choose customers first."))
    return ids


def _owner(key: str) -> UUID | None:
    if not key:
        return None
    try:
        return parse_public_id(key, User.PREFIX)
    except ValueRefused as refused:
        raise NotFound from refused


@visited(CUSTOMERS_EXPORT)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The listed customers as a file."""
    values = _values(request)
    values.pop("format", None)
    rows, _is_cut = matching(parse_query(values), by=actor(request))
    return _file(request, rows)


def _file(request: HttpRequest, rows: Any) -> HttpResponse:
    wanted = request.POST.get("format") or request.GET.get("format") or "xlsx"
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    export_customers(target, by=actor(request), customers=rows, file_format=wanted)
    target.seek(0)
    name = f"customers-{clock.today():%Y%m%d}.{wanted}"
    response = FileResponse(target, as_attachment=True, filename=name, content_type=FORMATS[wanted])
    return cast("HttpResponse", response)


@visited(CUSTOMERS_VIEW)
@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is under a name."""
    query = request.POST.get("query", "")
    view = save_view(request.POST.get("name", ""), query, by=actor(request), is_shared=bool(request.POST.get("shared")))
    return sent_on(
        request, f"{reverse('customers:list')}?{query}", _("The view “%(name)s” is kept.") % {"name": view.name}
    )


@visited(CUSTOMERS_VIEW)
@require_POST
def view_removal(request: HttpRequest, key: str) -> HttpResponse:
    """Forget a saved view."""
    delete_view(row_of(SavedView, key), by=actor(request))
    return sent_on(request, reverse("customers:list"), _("The view is removed."))
