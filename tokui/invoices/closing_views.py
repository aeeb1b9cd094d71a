"""Pages of the closing run, its problems, and the numbering of documents."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE, SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.errors import Invalid, Refusal
from tokui.invoices import actions, numbering
from tokui.invoices.doors import actor_of, day_or_none
from tokui.invoices.models import ClosingProblem, ClosingRun, NumberSeries
from tokui.invoices.queries import preview_closing, waiting_days
from tokui.ui.doors import sent_on


@visited(INVOICES_ISSUE)
def index(request: HttpRequest) -> HttpResponse:
    """What a closing day would invoice, the runs so far, and the payers that could not be closed."""
    on = day_or_none(request.GET.get("on", "")) or day_to_close(clock.today())
    context = {
        "on": on,
        "preview": preview_closing(on),
        "ahead": on > clock.today(),
        "days": waiting_days(),
        "problems": ClosingProblem.objects.filter(resolved_at=None).select_related("customer", "business")[:200],
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
    return sent_on(request, f"{reverse('invoices:closings')}?on={on:%Y-%m-%d}", told)


def day_to_close(today: date) -> date:
    """The latest closing day that has come with sales waiting, else the end of the last month."""
    return next((day for day, _lines in waiting_days() if day <= today), last_month_end(today))


def last_month_end(today: date) -> date:
    return today.replace(day=1) - timedelta(days=1)


SERIES_WORDS = {
    "invoice": gettext_lazy("Invoices"),
    "credit_note": gettext_lazy("Credit notes"),
    "receipt": gettext_lazy("Receipts"),
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
        self.fields["business"].queryset = Business.objects.order_by("code")  # type: ignore[attr-defined]


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
    found = NumberSeries.objects.select_related("business").prefetch_related("counters")
    series = [
        (one, SERIES_WORDS[one.kind], max(one.counters.all(), key=lambda counter: counter.period, default=None))
        for one in found.order_by("business__code", "kind")
    ]
    context = {"form": form, "series": series}
    return render(request, "invoices/numbering.html", context, status=422 if form.errors else 200)
