"""The list of customers: conditions, columns, saved views, bulk actions, export."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tokui.access.doors import visited
from tokui.access.models import User
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_EXPORT, CUSTOMERS_VIEW
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.customers import registry
from tokui.customers.actions import change_customers, delete_view, save_view, tag_customers, untag_customers
from tokui.customers.choosing import ids_given, ids_meant, query_of
from tokui.customers.conditions import owner_choices
from tokui.customers.drafts import CustomerChange
from tokui.customers.exporting import FORMATS, export_customers
from tokui.customers.models import Customer, SavedView
from tokui.customers.own_fields import PREFIX, own_fields, own_inputs, own_label, own_sorts, own_words
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
from tokui.ui.doors import CappedCount, is_fragment, render_page, sent_on


@visited(CUSTOMERS_VIEW)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list; further rows as a fragment. A condition that nobody knows is a note on the whole list."""
    try:
        return _index(request, parse_query(dict(request.GET.lists())))
    except Invalid as refusal:
        if is_fragment(request):
            raise
        request.GET = QueryDict()  # what the page asks for afterwards (count, sums, actions) means the same list
        return _index(request, parse_query({}), trouble=refusal.message)


def _index(request: HttpRequest, query: ListQuery, *, trouble: str = "") -> HttpResponse:
    by = actor(request)
    page, is_cut = list_page(query, by=by)
    known = known_columns(by=by)
    columns = chosen_columns(query, known)
    context = {
        "page": page,
        "rows": [(row, _drawn(cells)) for row, cells in cells_of(page.rows, columns)],
        "columns": columns,
        "heads": _heads(query, columns),
        "query": query,
        "is_cut": is_cut,
        "span": len(columns) + 2,
        "has_total": any(column.total for column in columns),
    }
    if query.after:
        return render_page(request, "customers/list.html", context, fragment="customers/_rows.html")
    context |= _around(request, query, known) | {"trouble": trouble}
    status = Invalid.status if trouble else 200
    return render_page(request, "customers/list.html", context, fragment="customers/_list.html", status=status)


def _drawn(cells: list[tuple[registry.ListColumn, str]]) -> SafeString:
    """The cells of a row. Drawn here: fifty rows of template loops would take as long as the queries."""
    return format_html_join("", '<td class="{}">{}</td>', ((column.look, cell) for column, cell in cells))


def _around(request: HttpRequest, query: ListQuery, known: list[registry.ListColumn]) -> dict[str, Any]:
    """What stands around the rows: chips, views, orders. The dialog of conditions comes when it is opened."""
    by = actor(request)
    fields = list(own_fields())
    views = SavedView.objects.filter(Q(owner=None) | Q(owner_id=by.id))
    filters = _allowed(registry.FILTERS.values(), by)
    words = {one.key: dict(one.choices()) for one in filters if one.choices and one.key in query.conditions}
    return {
        "views": [(view, view.query == _bare(request)) for view in views],
        "own_views": own_views(request),
        "chips": _chips(query, words | own_words(fields), {one.key: one.label for one in fields}),
        "sorts": [*_allowed(registry.SORTS.values(), by), *own_sorts(fields)],
        "owners": owner_choices() if by.can(CUSTOMERS_EDIT) else [],
        "all_columns": known,
        "own_fields": fields,
        "is_everything": _bare(request) == "",
    }


def _allowed(ones: Iterable[Any], by: Actor) -> list[Any]:
    return [one for one in ones if not one.permission or by.can(one.permission)]


def _bare(request: HttpRequest) -> str:
    """The list's query without paging: what a saved view keeps."""
    values = request.GET.copy()
    for name in ("after", "view"):
        values.pop(name, None)
    return values.urlencode()


def _chips(
    query: ListQuery, words: dict[str, dict[str, Any]], own_labels: dict[str, str]
) -> list[tuple[str, str, Any, Any]]:
    """One chip for each value of each condition: (key, value, label, word)."""
    return [
        (key, value, _label(key, own_labels), words.get(key, {}).get(value, value))
        for key, values in query.conditions.items()
        for value in values
    ]


def _label(key: str, own_labels: dict[str, str]) -> Any:
    return registry.FILTERS[key].label if key in registry.FILTERS else own_label(key, own_labels)


def _heads(query: ListQuery, columns: list[registry.ListColumn]) -> list[tuple[registry.ListColumn, str, str]]:
    """Each column with the order that its heading asks for next, and the direction in which the list is in now."""
    return [(column, *_next_order(query.sort, column.sort)) for column in columns]


def _next_order(now: str, sort: str) -> tuple[str, str]:
    """An own field's order can be turned round; the others have one direction each."""
    if not sort or now.removeprefix("-") != sort:
        return sort, ""
    if not sort.startswith(PREFIX):
        return sort, "descending" if registry.SORTS[sort].order[0].startswith("-") else "ascending"
    return (sort, "descending") if now.startswith("-") else (f"-{sort}", "ascending")


@visited(CUSTOMERS_VIEW)
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """The dialog of conditions with what is asked already, as a fragment."""
    query = parse_query(dict(request.GET.lists()))
    filters = _allowed(sorted(registry.FILTERS.values(), key=lambda one: one.order), actor(request))
    context = {
        "query": query,
        "filters": [
            (one, list(one.choices()) if one.choices else None, query.conditions.get(one.key, ())) for one in filters
        ],
        "own_filters": [own_inputs(one, query.conditions) for one in own_fields()],
    }
    return render(request, "customers/_conditions.html", context)


@visited(CUSTOMERS_VIEW)
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """How many, after the rows: a count never holds the list up."""
    query = parse_query(dict(request.GET.lists()))
    return HttpResponse(str(list_count(query, by=actor(request))))


def own_views(request: HttpRequest) -> list[tuple[registry.ListView, bool, CappedCount | None]]:
    """The views that the list has of itself, and which of them is shown."""
    by, bare = actor(request), _bare(request)
    views = sorted(_allowed(registry.VIEWS.values(), by), key=lambda one: one.order)
    return [(view, view.query == bare, None) for view in views]


@visited(CUSTOMERS_VIEW)
@require_GET
def view_counts(request: HttpRequest) -> HttpResponse:
    """The list's own views with how many each means, capped, after the rows."""
    by = actor(request)
    counted = [(view, now, list_count(query_of(view.query), by=by)) for view, now, _late in own_views(request)]
    return render(request, "customers/_own_views.html", {"own_views": counted})


@visited(CUSTOMERS_VIEW)
@require_GET
def totals(request: HttpRequest) -> HttpResponse:
    """The closing line: how many the list means and what their columns come to, as long as the count is not capped."""
    by, query = actor(request), parse_query(dict(request.GET.lists()))
    columns, counted = chosen_columns(query, known_columns(by=by)), list_count(query, by=by)
    rows = matching(query, by=by)
    sums = [(one.look, one.total(rows) if one.total and not counted.capped else "") for one in columns]
    return render(request, "customers/_totals.html", {"count": counted, "sums": sums})


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
    elif action == "field":
        own = {request.POST.get("field", ""): request.POST.get("value", "")}
        change_customers([CustomerChange(key, {"custom": own}) for key in ids], by=by)
    elif action == "export":
        return _file(request, Customer.objects.filter(pk__in=ids))
    else:
        raise Invalid(field="action", reason=_("There is no such action."))
    done = ngettext("%(number)d customer changed.", "%(number)d customers changed.", len(ids)) % {"number": len(ids)}
    return sent_on(request, reverse("customers:list") + "?" + request.POST.get("query", ""), done)


def _chosen(request: HttpRequest) -> list[UUID]:
    if request.POST.get("everything"):
        return ids_meant(query_of(request.POST.get("query", "")), by=actor(request))
    return ids_given(request.POST.getlist("pick"), field="pick")


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
    return _file(request, matching(parse_query(dict(request.GET.lists())), by=actor(request)))


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
