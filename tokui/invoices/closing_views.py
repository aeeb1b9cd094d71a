"""Pages of the closing run, its problems, and the numbering of documents."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE, SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.ids import public_id
from tokui.invoices import actions, numbering
from tokui.invoices.doors import actor_of, day_or_none, key_of
from tokui.invoices.models import ClosingProblem, ClosingRun, Invoice, NumberSeries
from tokui.invoices.previewing import PAGE_SIZE, waiting_invoices
from tokui.invoices.searching import DELIVERIES
from tokui.invoices.waiting import preview_closing, waiting_days
from tokui.ui.doors import sent_on


@visited(INVOICES_ISSUE)
def index(request: HttpRequest) -> HttpResponse:
    """What a closing day would invoice, the runs so far, and the payers that could not be closed."""
    on = day_or_none(request.GET.get("on", "")) or day_to_close(clock.today())
    preview, text = preview_closing(on), request.GET.get("page", "1")
    number = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    context = {
        "on": on,
        "preview": preview,
        "waiting": waiting_invoices(on, page=number) if preview.payers else [],
        "number": number,
        "following": number + 1 if preview.payers > number * PAGE_SIZE else None,
        "ahead": on > clock.today(),
        "days": waiting_days(),
        "problems": _problems(),
        "runs": ClosingRun.objects.order_by("-started_at")[:12],
    }
    return render(request, "invoices/closings.html", context)


@visited(INVOICES_ISSUE)
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    on = day_or_none(request.POST.get("on", ""))
    if on is None:
        raise Invalid(field="on", reason=_("Say which day to close."))
    closed = actions.close_sales(on, by=actor_of(request))
    told = _("%(count)s invoices were issued.") % {"count": closed.invoice_count}
    if closed.problem_count:
        told += " " + _("%(count)s could not be closed; see below.") % {"count": closed.problem_count}
    return sent_on(request, reverse("invoices:closing_run", args=[public_id(ClosingRun.PREFIX, closed.run_id)]), told)


@visited(INVOICES_ISSUE)
def run_page(request: HttpRequest, key: str) -> HttpResponse:
    """What a run made, and how its documents leave the house: the paper printed, the rest mailed, each in one go."""
    closed = ClosingRun.objects.filter(pk=key_of(key, ClosingRun.PREFIX)).first()
    if closed is None:
        raise NotFound
    documents = Invoice.objects.filter(closing_run=closed, state=Invoice.State.ISSUED)
    ways = documents.values_list("delivery").annotate(count=Count("pk"), sent=Count("sent_at")).order_by("delivery")
    context = {
        "run": closed,
        "ways": [(way, DELIVERIES[way], count, count - sent) for way, count, sent in ways],
        "problems": _problems(),
    }
    return render(request, "invoices/closing_run.html", context)


def _problems() -> QuerySet[ClosingProblem]:
    return ClosingProblem.objects.filter(resolved_at=None).select_related("customer", "business")[:200]


def day_to_close(today: date) -> date:
    """The latest closing day that has come with sales waiting, else the end of the last month."""
    return next((day for day, _lines in waiting_days() if day <= today), last_month_end(today))


def last_month_end(today: date) -> date:
    return today.replace(day=1) - timedelta(days=1)


SERIES_WORDS = {
    "invoice": gettext_lazy("Invoices"),
    "credit_note": gettext_lazy("Credit notes"),
    "receipt": gettext_lazy("Receipts"),
    "delivery": gettext_lazy("Delivery notes"),
}


class SeriesForm(forms.Form):
    business = forms.ModelChoiceField(label=gettext_lazy("Business"), queryset=Business.objects.none())
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=list(SERIES_WORDS.items()),
    )
    pattern = forms.CharField(label=gettext_lazy("Pattern"), max_length=30, initial="INV-{yy}{month}-{number}")
    digits = forms.IntegerField(label=gettext_lazy("Digits"), min_value=1, max_value=9, initial=4)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        businesses = Business.objects.order_by("code")
        self.fields["business"].queryset = businesses  # type: ignore[attr-defined]
        self.fields["business"].initial = businesses.first()


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def numbering_page(request: HttpRequest) -> HttpResponse:
    """How documents are numbered; a change holds for the next one."""
    form = SeriesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            numbering.change_series(
                told["business"].pk, told["kind"], pattern=told["pattern"], digits=told["digits"], by=actor_of(request)
            )
            return sent_on(request, reverse("invoices:numbering"), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    found = NumberSeries.objects.select_related("business").order_by("business__code", "kind")
    series = [(one, SERIES_WORDS[one.kind], _next_of(one)) for one in found]
    context = {"form": form, "series": series}
    return render(request, "invoices/numbering.html", context, status=422 if form.errors else 200)


def _next_of(one: NumberSeries) -> str:
    return numbering.next_number(one.business_id, one.kind, pattern=one.pattern, digits=one.digits, on=clock.today())


@visited(SETTINGS_MANAGE)
@require_GET
def next_number(request: HttpRequest) -> HttpResponse:
    """What the next document would be called by the pattern that is being typed, as a fragment."""
    form = SeriesForm(request.GET)
    number = ""
    if form.is_valid() and numbering.is_usable(form.cleaned_data["pattern"], form.cleaned_data["digits"]):
        told = form.cleaned_data
        number = numbering.next_number(
            told["business"].pk, told["kind"], pattern=told["pattern"], digits=told["digits"], on=clock.today()
        )
    return render(request, "invoices/_next_number.html", {"number": number})
