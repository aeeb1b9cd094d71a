"""Pages of what goes along with invoices: receipts, delivery notes, links for customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VIEW, MESSAGES_SEND, SALES_RECORD
from tokui.core import files
from tokui.core.errors import NotFound, Refusal
from tokui.core.refused import ValueRefused
from tokui.core.values.numbers import parse_amount
from tokui.invoices import receipts
from tokui.invoices.delivering import issue_delivery_note
from tokui.invoices.doors import DayInput, actor_of, invoice_of, key_of, receipt_of
from tokui.invoices.handing_out import left_to_receipt, next_copy
from tokui.invoices.links import close_link, close_links
from tokui.invoices.models import DeliveryNote, Invoice, PublicLink, SaleLine
from tokui.invoices.queries import find_receipts
from tokui.invoices.searching import filter_choices, receipt_search
from tokui.ui.amounts import grouped
from tokui.ui.doors import page_of, render_page, sent_on

CARD = "クレジットカード"
#: How it was paid, as the receipt prints it.
METHODS = [
    ("", gettext_lazy("Not printed")),
    ("銀行振込", gettext_lazy("By bank transfer")),
    ("現金", gettext_lazy("Cash")),
    (CARD, gettext_lazy("Credit card")),
    ("口座振替", gettext_lazy("Direct debit")),
    ("コンビニ決済", gettext_lazy("Convenience store")),
    ("電子マネー・コード決済", gettext_lazy("Electronic money or code")),
]


class ReceiptForm(forms.Form):
    """A receipt for all or part of what was received on an invoice."""

    amount = forms.CharField(label=gettext_lazy("Amount received"), max_length=20)
    received_on = forms.DateField(label=gettext_lazy("Day of receipt"), widget=DayInput)
    addressee = forms.CharField(
        label=gettext_lazy("Addressee"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, the name on the invoice."),
    )
    purpose = forms.CharField(label=gettext_lazy("For what (但し書き)"), max_length=80, required=False)
    method = forms.ChoiceField(label=gettext_lazy("Paid by"), choices=METHODS, required=False)
    on_paper = forms.BooleanField(
        label=gettext_lazy("Written on paper"),
        required=False,
        help_text=gettext_lazy("Paper of ¥50,000 and more without tax needs a revenue stamp; not when paid by card."),
    )

    def __init__(self, invoice: Invoice, told: Mapping[str, Any] | None = None) -> None:
        self.invoice = invoice
        left = grouped(left_to_receipt(invoice), invoice.currency)
        start = {"amount": left, "received_on": invoice.paid_on, "purpose": invoice.subject}
        super().__init__(told, initial=start)

    def clean_amount(self) -> int:
        try:
            return parse_amount(self.cleaned_data["amount"], self.invoice.currency).minor
        except ValueRefused:
            raise ValidationError(_("This is not a number.")) from None


@visited(INVOICES_VIEW)
def receipt_list(request: HttpRequest) -> HttpResponse:
    """Receipts, newest first; by day, amount, customer and number, as the e-book law wants to search."""
    rows = find_receipts(receipt_search(request.GET))
    page = page_of(rows, order=("-issued_on", "-id"), after=request.GET.get("after", ""))
    context = {"page": page, **filter_choices(request)}
    return render_page(request, "invoices/receipts.html", context)


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """Write a receipt for an invoice."""
    invoice = invoice_of(key)
    form = ReceiptForm(invoice, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            made = receipts.issue_receipt(
                invoice,
                amount_minor=told.pop("amount"),
                by_credit_card=told["method"] == CARD,
                by=actor_of(request),
                **told,
            )
            return sent_on(request, _page_of(invoice), _("Receipt %(number)s was issued.") % {"number": made.number})
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {"form": form, "invoice": invoice}
    return render(request, "invoices/receipt.html", context, status=422 if form.errors else 200)


@visited(INVOICES_ISSUE)
@require_POST
def receipt_copy(request: HttpRequest, key: str) -> HttpResponse:
    """The original the first time; from then on a paper marked 再発行."""
    return HttpResponse(next_copy(receipt_of(key), by=actor_of(request)), content_type="application/pdf")


@visited(INVOICES_VIEW)
def delivery_notes(request: HttpRequest) -> HttpResponse:
    """Delivery notes, newest first."""
    rows = DeliveryNote.objects.select_related("customer", "business", "invoice")
    page = page_of(rows, order=("-issued_on", "-id"), after=request.GET.get("after", ""))
    return render_page(request, "invoices/delivery_notes.html", {"page": page})


@visited(SALES_RECORD)
@require_POST
def deliver(request: HttpRequest) -> HttpResponse:
    """A delivery note for the chosen sales, invoiced or not."""
    keys = [key_of(text, SaleLine.PREFIX) for text in request.POST.getlist("chosen")]
    if not keys:
        return redirect("invoices:sales")
    note = issue_delivery_note(keys, by=actor_of(request))
    return redirect("invoices:delivery_note", note.public_id)


@visited(INVOICES_VIEW)
def delivery_note(request: HttpRequest, key: str) -> HttpResponse:
    """The delivery note as it was handed out."""
    note = DeliveryNote.objects.select_related("document").filter(pk=key_of(key, DeliveryNote.PREFIX)).first()
    if note is None:
        raise NotFound
    response = HttpResponse(files.read(note.document), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{note.document.name}"
    return response


@visited(SALES_RECORD)
@require_POST
def deliver_invoice(request: HttpRequest, key: str) -> HttpResponse:
    """The delivery note for what an invoice collects: the one that exists, else a new one."""
    invoice = invoice_of(key)
    note = DeliveryNote.objects.filter(invoice=invoice).order_by("-issued_at").first()
    if note is None:
        note = issue_delivery_note(list(invoice.lines.values_list("pk", flat=True)), by=actor_of(request))
    return redirect("invoices:delivery_note", note.public_id)


@visited(MESSAGES_SEND)
@require_POST
def close_all_links(request: HttpRequest, key: str) -> HttpResponse:
    invoice = invoice_of(key)
    count = close_links(invoice, by=actor_of(request))
    return sent_on(request, _page_of(invoice), _("%(count)s links were closed.") % {"count": count})


@visited(MESSAGES_SEND)
@require_POST
def close_one_link(request: HttpRequest, key: str) -> HttpResponse:
    link = PublicLink.objects.select_related("invoice").filter(pk=key_of(key, PublicLink.PREFIX)).first()
    if link is None:
        raise NotFound
    close_link(link, by=actor_of(request))
    return sent_on(request, _page_of(link.invoice), _("The link was closed."))


def _page_of(invoice: Invoice) -> str:
    return reverse("invoices:page", args=[invoice.public_id])
