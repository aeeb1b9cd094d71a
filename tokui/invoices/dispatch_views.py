"""Pages that print and mail documents in sets, and hand them out for the tax office."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui import access
from tokui.access.doors import visited
from tokui.access.permissions import INVOICES_VIEW, MESSAGES_SEND
from tokui.core import files
from tokui.core.errors import NotFound, Refusal
from tokui.invoices import exporting, papers
from tokui.invoices.dispatching import MAILED_PER_PART, PERMISSIONS, PRINTED_PER_FILE, dispatch_invoices
from tokui.invoices.doors import actor_of, key_of
from tokui.invoices.models import Dispatch, DispatchPart, Invoice
from tokui.invoices.queries import find_invoices, find_receipts, sums_of
from tokui.invoices.searching import filter_choices, invoice_search, receipts_beside
from tokui.ui.doors import page_of, render_page, sent_on

HOW_WORDS: dict[str, Promise] = {"print": gettext_lazy("Print documents"), "mail": gettext_lazy("Mail documents")}
ORDER_WORDS: dict[str, Promise] = {
    "number": gettext_lazy("By document number"),
    "postal_code": gettext_lazy("By postal code"),
    "customer_code": gettext_lazy("By customer code"),
}


@visited(INVOICES_VIEW)
def sums(request: HttpRequest) -> HttpResponse:
    """What the documents of a search sum to; asked for after the rows, so that a sum never holds the list up."""
    found, is_cut = sums_of(find_invoices(invoice_search(request.GET)))
    return render(request, "invoices/_sums.html", {"sums": found, "is_cut": is_cut})


@visited(INVOICES_VIEW)
@require_POST
def print_many(request: HttpRequest) -> HttpResponse:
    """The chosen documents in one PDF; more than a file holds are printed behind the page."""
    chosen = _chosen(request).exclude(state=Invoice.State.DRAFT).order_by("number")
    count = chosen.count()
    if not count:
        return redirect("invoices:index")
    if count > PRINTED_PER_FILE:
        return _started(request, dispatch_invoices(chosen, how=Dispatch.How.PRINT, by=actor_of(request)))
    return HttpResponse(papers.print_pdf(list(chosen)), content_type="application/pdf")


@visited(MESSAGES_SEND)
@require_POST
def send_many(request: HttpRequest) -> HttpResponse:
    """Mail the chosen documents behind the page; what could not go is named there."""
    chosen = _chosen(request)
    if not chosen.exists():
        return redirect("invoices:index")
    return _started(request, dispatch_invoices(chosen, how=Dispatch.How.MAIL, by=actor_of(request)))


@visited(INVOICES_VIEW)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Look at what would be printed or mailed, all that fits the conditions in the address; then order it."""
    how = request.GET.get("how", "print")
    if how not in Dispatch.How.values:
        raise NotFound
    by, trouble = actor_of(request), ""
    access.require(by, PERMISSIONS[Dispatch.How(how)])
    chosen = _all_that_fit(request.GET)
    order = request.POST.get("order", "number")
    if request.method == "POST":
        try:
            kept = order if order in Dispatch.Order.values else Dispatch.Order.NUMBER
            return _started(request, dispatch_invoices(chosen, how=how, order=kept, by=by))
        except Refusal as refusal:
            trouble = refusal.message
    counts = _counts(chosen, how)
    context = {"how": how, "orders": ORDER_WORDS.items(), "order": order, "trouble": trouble, **counts}
    context |= {**filter_choices(request), "per_file": PRINTED_PER_FILE, "asks": counts["count"] > MAILED_PER_PART}
    return render(request, "invoices/dispatch_new.html", context, status=422 if trouble else 200)


def _all_that_fit(told: QueryDict) -> QuerySet[Invoice]:
    return find_invoices(invoice_search(told)).exclude(state=Invoice.State.DRAFT)


def _counts(chosen: QuerySet[Invoice], how: str) -> dict[str, int]:
    """How many, and of those to be mailed how many cannot go or went before."""
    if how == Dispatch.How.PRINT:
        return {"count": chosen.count()}
    return {
        "count": chosen.count(),
        "without_address": chosen.filter(customer__email="").count(),
        "sent_before": chosen.filter(sent_at__isnull=False).count(),
    }


@visited(INVOICES_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """What was printed and mailed in sets, newest first."""
    page = page_of(Dispatch.objects.all(), order=("-ordered_at", "-id"), after=request.GET.get("after", ""))
    rows = [(row, HOW_WORDS[row.how], ORDER_WORDS[row.order]) for row in page.rows]
    return render_page(request, "invoices/dispatches.html", {"page": page, "rows": rows})


@visited(INVOICES_VIEW)
def page(request: HttpRequest, key: str) -> HttpResponse:
    """How far a dispatch has come. While it runs, the page asks again by itself."""
    dispatch = _dispatch_of(key)
    parts = list(dispatch.parts.select_related("file").order_by("place"))
    context = {
        "dispatch": dispatch,
        "how": HOW_WORDS[dispatch.how],
        "order": ORDER_WORDS[dispatch.order],
        "settled": dispatch.done_count + dispatch.refused_count,
        "files": _files(parts),
        "refused": [one for part in parts for one in part.refused],
    }
    return render_page(request, "invoices/dispatch.html", context)


def _files(parts: list[DispatchPart]) -> list[tuple[DispatchPart, int, int]]:
    """The files of a dispatch with the places of their first and last document."""
    starts = [sum(len(part.invoices) for part in parts[:place]) for place in range(len(parts))]
    return [
        (part, start + 1, start + len(part.invoices)) for part, start in zip(parts, starts, strict=True) if part.file_id
    ]


@visited(INVOICES_VIEW)
def file(request: HttpRequest, key: str, place: int) -> HttpResponse:
    """One file of a printed dispatch."""
    part = _dispatch_of(key).parts.select_related("file").filter(place=place, file__isnull=False).first()
    if part is None or part.file is None:
        raise NotFound
    response = HttpResponse(files.read(part.file), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{part.file.name}"
    return response


@visited(INVOICES_VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """Everything that fits the search, for the tax office: an index as CSV and every PDF, receipts too, streamed."""
    by = actor_of(request)
    access.require(by, INVOICES_VIEW)
    search = invoice_search(request.GET)
    keys = find_invoices(search).exclude(state=Invoice.State.DRAFT).values_list("pk", flat=True)
    beside = receipts_beside(search)
    receipts: Any = find_receipts(beside).values_list("pk", flat=True) if beside else []
    return exporting.zip_response(keys, receipts=receipts, by=by)  # type: ignore[return-value]  # a stream answers too


def _chosen(request: HttpRequest) -> QuerySet[Invoice]:
    keys = [key_of(text, Invoice.PREFIX) for text in request.POST.getlist("chosen")]
    return Invoice.objects.filter(pk__in=keys)


def _dispatch_of(text: str) -> Dispatch:
    dispatch = Dispatch.objects.filter(pk=key_of(text, Dispatch.PREFIX)).first()
    if dispatch is None:
        raise NotFound
    return dispatch


def _started(request: HttpRequest, dispatch: Dispatch) -> HttpResponse:
    told = _("%(count)s documents are being worked off.") % {"count": dispatch.document_count}
    return sent_on(request, reverse("invoices:dispatch", args=[dispatch.public_id]), told)
