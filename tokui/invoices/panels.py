"""What the invoices room puts into the menu, the palette, the start page and the customer's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VIEW, SALES_RECORD, SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.days import add_months
from tokui.customers.queries import search
from tokui.customers.registry import search_hits
from tokui.invoices.credits import open_credits, open_invoices, paying_accounts
from tokui.invoices.doors import collection_state
from tokui.invoices.models import ClosingProblem, Invoice
from tokui.invoices.queries import InvoiceSearch, find_invoices, typed_number
from tokui.invoices.statements import accounts_of
from tokui.invoices.waiting import waiting_days
from tokui.ledger.accounts import account_of
from tokui.ui import navigation, palette, today
from tokui.ui.panels import panel
from tokui.ui.settings_pages import SettingsPage, settings_page
from tokui.ui.templatetags.tokui import day as day_of

#: How many closing days a card of the start page names.
FEW = 4
#: How many documents a customer's page shows; the rest is a click away.
SHOWN = 8

#: What the page of a document offers to settle it with; more is a matter of the REST interface.
MOST_CREDITS = 12

navigation.register(
    navigation.Entry(
        "money",
        gettext_lazy("Invoices"),
        "invoices:index",
        "doc",
        order=20,
        permission=INVOICES_VIEW,
        go="i",
        phone=gettext_lazy("Invoices"),
    )
)
navigation.register(
    navigation.Entry(
        "money", gettext_lazy("Sale lines"), "invoices:sales", "store", 30, permission=SALES_RECORD, go="u"
    )
)
navigation.register(
    navigation.Entry("money", gettext_lazy("Closing run"), "invoices:closings", "cal", 40, permission=INVOICES_ISSUE)
)
palette.command(
    palette.Command(
        gettext_lazy("New invoice"), "invoices:new", "plus", permission=INVOICES_ISSUE, words="請求書 作成 invoice"
    )
)
palette.command(
    palette.Command(
        gettext_lazy("Record a sale"), "invoices:new_sale", "plus", permission=SALES_RECORD, words="売上 入力 sale"
    )
)
palette.command(
    palette.Command(
        gettext_lazy("Closing run"), "invoices:closings", "cal", permission=INVOICES_ISSUE, words="締め 請求 closing"
    )
)
palette.command(
    palette.Command(
        gettext_lazy("Sales by month"),
        "invoices:sale_report",
        "chart",
        permission=SALES_RECORD,
        words="売上 集計 商品別 月別 report",
    )
)
palette.command(
    palette.Command(
        gettext_lazy("Sales from a file"),
        "invoices:sale_imports",
        "upload",
        permission=SALES_RECORD,
        words="売上 取り込み import",
    )
)
palette.command(
    palette.Command(
        gettext_lazy("Opening receivables"),
        "invoices:opening_imports",
        "upload",
        permission=INVOICES_ISSUE,
        words="開始残高 期首 売掛金 移行 opening",
    )
)
settings_page(
    SettingsPage(
        *("invoicing", gettext_lazy("On documents"), "invoices:terms", 60, SETTINGS_MANAGE),
        words="振込先 口座 備考 繰越 メール文面 文面 terms bank mail",
    )
)
settings_page(
    SettingsPage(
        *("invoicing", gettext_lazy("Numbering"), "invoices:numbering", 61, SETTINGS_MANAGE),
        words="採番 請求書番号 連番 number series",
    )
)
for title, url_name, icon, words in (
    (gettext_lazy("Receipts"), "invoices:receipts", "check", "領収書 再発行 receipt"),
    (gettext_lazy("Delivery notes"), "invoices:delivery_notes", "box", "納品書 delivery"),
    (gettext_lazy("Printed and mailed in sets"), "invoices:dispatches", "send", "一括 印刷 送信 郵送 dispatch print"),
):
    palette.command(palette.Command(title, url_name, icon, permission=INVOICES_VIEW, words=words))


@palette.provider(gettext_lazy("Invoices"), order=30, permission=INVOICES_VIEW)
def find_documents(request: HttpRequest, typed: str) -> Iterable[palette.Hit]:
    """Invoices by number, by amount, or of the customers whose name was typed; the newest first but for numbers."""
    now = clock.today()
    for row in _documents(request, typed):
        disc, word = collection_state(row, now)
        url = reverse("invoices:page", args=[row.public_id])
        yield palette.Hit(
            row.number or word,
            url,
            "doc",
            note=row.customer.name,
            state=disc,
            minor=row.total_minor,
            currency=row.currency,
        )


def _documents(request: HttpRequest, typed: str) -> list[Invoice]:
    most = palette.HITS_PER_GROUP
    minor, number = palette.typed_minor(typed), typed_number(typed)
    found = list(find_invoices(InvoiceSearch(number=number)).order_by("number")[:most]) if number else []
    if minor is not None:
        same = find_invoices(InvoiceSearch(least_minor=minor, most_minor=minor)).order_by("-issued_on", "-id")
        found += list(same[: most - len(found)])
    elif not number and len(typed) > 1:
        ids = search(typed, by=request.visit.actor, most=FEW).ids  # type: ignore[attr-defined]
        found = list(find_invoices(InvoiceSearch()).filter(customer_id__in=ids).order_by("-issued_on", "-id")[:most])
    return found


@search_hits(permission=INVOICES_VIEW)
def customers_by_number(typed: str) -> QuerySet[Invoice, UUID] | None:
    """Whose invoice has this number, or one that begins with it."""
    number = typed_number(typed)
    return (
        find_invoices(InvoiceSearch(number=number)).order_by().values_list("customer_id", flat=True) if number else None
    )


@today.card(order=30, permission=INVOICES_ISSUE)
def sales_to_close(request: HttpRequest) -> today.Card | None:
    """Closing days that have passed with sales still open."""
    passed = [(day, lines) for day, lines in waiting_days() if day <= clock.today()]
    if not passed:
        return None
    lines = sum(count for _day, count in passed)
    return today.Card(
        gettext_lazy("To be closed"),
        f"{reverse('invoices:closings')}?on={passed[0][0]:%Y-%m-%d}",
        "cal",
        sentence=ngettext(
            "%(count)d sale waits for its closing day.", "%(count)d sales wait for their closing days.", lines
        )
        % {"count": lines},
        count=lines,
        tone="yama",
        action=gettext_lazy("To the closing run"),
        rows=[
            (
                day_of(day),
                ngettext("%(count)d line", "%(count)d lines", count) % {"count": count},
                f"{reverse('invoices:closings')}?on={day:%Y-%m-%d}",
            )
            for day, count in passed[:FEW]
        ],
    )


@today.card(order=35, permission=INVOICES_ISSUE)
def problems(request: HttpRequest) -> today.Card | None:
    count = ClosingProblem.objects.filter(resolved_at=None).count()
    if not count:
        return None
    return today.Card(
        gettext_lazy("Could not be closed"),
        reverse("invoices:closings"),
        "alert",
        sentence=gettext_lazy("The last closing run parked these customers with a reason."),
        count=count,
        tone="shu",
        action=gettext_lazy("Look at them"),
    )


@panel("customer", order=30, permission=INVOICES_VIEW)
def invoices_of(request: HttpRequest | None, customer: Any) -> str | None:
    """The customer's documents: what is owed first, the oldest due before the rest, then the latest others."""
    now, every = clock.today(), Invoice.objects.filter(customer=customer)
    owed = every.filter(state=Invoice.State.ISSUED).exclude(settled_minor=F("total_minor")).order_by("due_on", "id")
    found = list(owed[:SHOWN])
    found += every.exclude(pk__in=[row.pk for row in found]).order_by("-issued_on", "-id")[: SHOWN - len(found)]
    rows = [(row, *collection_state(row, now)) for row in found]
    if not rows:
        return None
    context = {"rows": rows, "customer": customer, "from_on": add_months(now.replace(day=1), -2), "to_on": now}
    context["accounts"] = accounts_of(customer)
    return render_to_string("invoices/_customer_panel.html", context, request)


@panel("customer_menu", order=20, permission=INVOICES_ISSUE)
def new_for(request: HttpRequest | None, customer: Any) -> str:
    return render_to_string("invoices/_customer_menu.html", {"customer": customer}, request)


@panel("invoice_rail", order=20, permission=INVOICES_ISSUE)
def credit_use(request: HttpRequest | None, invoice: Invoice) -> str | None:
    """What can be done with a credit note, or with the credit notes that wait for an invoice."""
    if invoice.state != Invoice.State.ISSUED or not invoice.open_minor:
        return None
    is_note = invoice.kind == Invoice.Kind.CREDIT_NOTE
    others = list((open_invoices(invoice) if is_note else open_credits(invoice))[:MOST_CREDITS])
    if not others and not is_note:
        return None
    accounts = [account_of(code) for code in paying_accounts(invoice.currency)] if is_note else []
    context = {"invoice": invoice, "is_note": is_note, "others": others, "accounts": accounts}
    return render_to_string("invoices/_credit_use.html", context, request)
