"""Pages of invoices: the list, the document, and the verbs on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VIEW, INVOICES_VOID, MESSAGES_SEND
from tokui.core import clock
from tokui.core.days import add_months
from tokui.core.errors import NotFound, Refusal
from tokui.core.ids import public_id
from tokui.core.money import EXPONENTS
from tokui.customers.models import Customer
from tokui.invoices import actions, papers, sending, statements
from tokui.invoices.documents import render_pdf
from tokui.invoices.doors import (
    MAIL_STATES,
    STATES,
    actor_of,
    collection_state,
    credit_lines,
    day_or_none,
    invoice_of,
    key_of,
)
from tokui.invoices.history import history_of
from tokui.invoices.models import CreditApplication, Invoice, PublicLink, Receipt, SaleLine
from tokui.invoices.public import pdf_response
from tokui.invoices.queries import find_invoices
from tokui.invoices.screen import missing_in, on_screen, paid_stamp, qualified_checks
from tokui.invoices.searching import filter_choices, invoice_search
from tokui.messaging.models import OutgoingMail
from tokui.ui.doors import page_of, render_page, sent_on

MOST_PRINTED = 300


@visited(INVOICES_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Documents, newest first; filters by day, amount, counterparty, number and state hold together."""
    search = invoice_search(request.GET)
    page = page_of(find_invoices(search), order=("-issued_on", "-id"), after=request.GET.get("after", ""))
    today = clock.today()
    context = {
        "page": page,
        "rows": [(row, *collection_state(row, today)) for row in page.rows],
        "states": STATES.items(),
        "chosen": search.state,
        **filter_choices(request),
    }
    return render_page(request, "invoices/index.html", context)


@visited(INVOICES_VIEW)
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The document as it is printed, and beside it what became of it."""
    return _page(request, invoice_of(key))


def _page(request: HttpRequest, invoice: Invoice, *, trouble: str = "") -> HttpResponse:
    state, word = collection_state(invoice, clock.today())
    content = papers.content_of(invoice)
    has_rules = invoice.kind == Invoice.Kind.INVOICE
    receipts_given = list(Receipt.objects.filter(invoice=invoice).order_by("number"))
    corrections = list(Invoice.objects.filter(corrects=invoice).order_by("issued_on", "id"))
    unsent = OutgoingMail.objects.filter(about_id=invoice.pk).exclude(state=OutgoingMail.State.SENT)
    context = {
        "invoice": invoice,
        "state": state,
        "word": word,
        "paper": on_screen(content),
        "stamped": paid_stamp(invoice.paid_on) if state == "paid" and has_rules else "",
        "checks": qualified_checks(content) if has_rules else [],
        "sales": [_creditable(line, request) for line in invoice.lines.order_by("sold_on", "id")],
        "receipts": receipts_given,
        "credits": CreditApplication.objects.filter(invoice=invoice).select_related("credit_note"),
        "corrections": corrections,
        "history": history_of([invoice.pk, *(one.pk for one in receipts_given), *(one.pk for one in corrections)]),
        "mails": [(mail, MAIL_STATES[mail.state]) for mail in unsent.order_by("-queued_at")[:5]],
        "links": _links(invoice),
        "missing": missing_in(content) if invoice.state == Invoice.State.DRAFT else (),
    }
    context |= {"trouble": trouble, "ticked": request.POST.getlist("line"), "reason": request.POST.get("reason", "")}
    return render(request, "invoices/page.html", context, status=422 if trouble else 200)


def _links(invoice: Invoice) -> list[tuple[PublicLink, bool]]:
    """The links to a document, newest first, and whether each still opens."""
    today = clock.today()
    rows = PublicLink.objects.filter(invoice=invoice).order_by("-created_at")[:20]
    return [(row, row.revoked_at is None and (not row.valid_until or row.valid_until >= today)) for row in rows]


def _creditable(line: SaleLine, request: HttpRequest) -> tuple[SaleLine, str, str]:
    """A line with its key and the amount that was typed for it, so that a refusal loses nothing."""
    key = public_id(SaleLine.PREFIX, line.pk)
    return line, key, request.POST.get(f"amount-{key}", "")


@visited(INVOICES_VIEW)
def pdf(request: HttpRequest, key: str) -> HttpResponse:
    return pdf_response(invoice_of(key))


@visited(INVOICES_ISSUE)
@require_POST
def issue(request: HttpRequest, key: str) -> HttpResponse:
    invoice = actions.issue_invoice(invoice_of(key), by=actor_of(request))
    return _back(request, invoice, _("Issued as %(number)s.") % {"number": invoice.number})


@visited(INVOICES_ISSUE)
@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    actions.delete_draft(invoice_of(key), by=actor_of(request))
    return sent_on(request, reverse("invoices:index"), _("The draft was deleted."))


@visited(INVOICES_VOID)
@require_POST
def void(request: HttpRequest, key: str) -> HttpResponse:
    invoice = invoice_of(key)
    note = actions.void_invoice(
        invoice,
        reason=request.POST.get("reason", ""),
        reopens_sales=request.POST.get("drops_sales") != "on",
        by=actor_of(request),
    )
    return _back(request, invoice, _("Voided by %(number)s.") % {"number": note.number})


@visited(INVOICES_VOID)
@require_POST
def credit(request: HttpRequest, key: str) -> HttpResponse:
    """A credit note for the lines whose box is ticked or that have an amount, or for all of them."""
    invoice = invoice_of(key)
    try:
        chosen = credit_lines(request.POST, invoice)
        note = actions.credit_invoice(invoice, chosen, reason=request.POST.get("reason", ""), by=actor_of(request))
    except Refusal as refusal:
        return _page(request, invoice, trouble=refusal.message)
    return _back(request, note, _("Credit note %(number)s was issued.") % {"number": note.number})


@visited(MESSAGES_SEND)
@require_POST
def send(request: HttpRequest, key: str) -> HttpResponse:
    invoice = invoice_of(key)
    mail = sending.send_invoice(invoice, to=request.POST.get("to", ""), by=actor_of(request))
    return _back(request, invoice, _("A mail to %(to)s is on its way.") % {"to": mail.to})


@visited(INVOICES_VIEW)
def statement(request: HttpRequest, key: str) -> HttpResponse:
    """A customer's statement of account as PDF: `account` is business/currency, else that of the latest document; for
    the days asked for, else the last three months."""
    customer = Customer.objects.select_related("business").filter(pk=key_of(key, Customer.PREFIX)).first()
    if customer is None:
        raise NotFound
    to_on = day_or_none(request.GET.get("to", "")) or clock.today()
    from_on = day_or_none(request.GET.get("from", "")) or add_months(to_on.replace(day=1), -2)
    account = _account(customer, request.GET.get("account", ""))
    content = render_pdf(statements.statement_content(account, from_on, to_on))
    return HttpResponse(content, content_type="application/pdf")


def _account(customer: Customer, asked: str) -> statements.Account:
    found = [one for one in statements.accounts_of(customer) if asked in ("", one.name)]
    if found:
        return found[0]
    code, _slash, currency = asked.partition("/")
    business = Business.objects.filter(code=code).first() if code else customer.business
    business = business or Business.objects.order_by("code")[0]
    return statements.Account(customer, business, currency if currency in EXPONENTS else "JPY")


def _back(request: HttpRequest, invoice: Invoice, message: str, **told: Any) -> HttpResponse:
    return sent_on(request, reverse("invoices:page", args=[invoice.public_id]), message, **told)
