"""What the invoices room puts into the menu, the palette, the start page and the customer's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VIEW, SALES_RECORD, SETTINGS_MANAGE
from tokui.core import clock
from tokui.core.days import add_months
from tokui.invoices.doors import collection_state
from tokui.invoices.models import ClosingProblem, Invoice
from tokui.invoices.queries import InvoiceSearch, find_invoices, waiting_days
from tokui.ui import navigation, palette, today
from tokui.ui.panels import panel
from tokui.ui.settings_pages import SettingsPage, settings_page

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
        gettext_lazy("Opening receivables"),
        "invoices:openings",
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


@palette.provider(gettext_lazy("Invoices"), order=30, permission=INVOICES_VIEW)
def find_by_number(request: HttpRequest, typed: str) -> Iterable[palette.Hit]:
    """Invoices whose number begins with what was typed."""
    if not typed.isascii() or not any(letter.isdigit() for letter in typed):
        return
    now = clock.today()
    for row in find_invoices(InvoiceSearch(number=typed.upper())).order_by("number")[:6]:
        url = reverse("invoices:page", args=[row.public_id])
        yield palette.Hit(
            row.number or "",
            url,
            "doc",
            note=row.customer.name,
            state=collection_state(row, now)[0],
            minor=row.total_minor,
            currency=row.currency,
        )


@today.card(order=30, permission=INVOICES_ISSUE)
def sales_to_close(request: HttpRequest) -> today.Card | None:
    """Closing days that have passed with sales still open."""
    passed = [(day, lines) for day, lines in waiting_days() if day <= clock.today()]
    if not passed:
        return None
    day, lines = passed[0]
    return today.Card(
        gettext_lazy("To be closed"),
        f"{reverse('invoices:closings')}?on={day:%Y-%m-%d}",
        "cal",
        sentence=_("%(count)s sales wait for the closing of %(day)s.") % {"count": lines, "day": f"{day:%m/%d}"},
        count=lines,
        tone="yama",
        action=gettext_lazy("To the closing run"),
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
    """The customer's latest documents."""
    now = clock.today()
    found = Invoice.objects.filter(customer=customer).order_by("-issued_on", "-id")[:8]
    rows = [(row, *collection_state(row, now)) for row in found]
    if not rows:
        return None
    context = {"rows": rows, "customer": customer, "from_on": add_months(now.replace(day=1), -2), "to_on": now}
    return render_to_string("invoices/_customer_panel.html", context, request)
