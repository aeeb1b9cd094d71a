"""What a person asks of the lists of documents and receipts, as it stands in an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.access.models import Business
from tokui.core import clock
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.customers.models import Customer
from tokui.invoices.doors import STATES, day_or_none, whole_or_none
from tokui.invoices.models import ClosingRun, Invoice
from tokui.invoices.queries import InvoiceSearch, ReceiptSearch

KINDS: dict[str, str | Promise] = {
    "invoice": _("Invoices"),
    "credit_note": _("Credit notes"),
    "opening": _("Brought forward"),
}
DELIVERIES: dict[str, str | Promise] = {"mail": _("By mail"), "paper": _("On paper"), "none": _("No sending")}
SENT = {"yes": True, "no": False}


def invoice_search(told: QueryDict) -> InvoiceSearch:
    """The conditions in an address; what is not one of ours does not restrict."""
    state, typed = told.get("state", ""), told.get("q", "").strip()
    return InvoiceSearch(
        from_on=day_or_none(told.get("from", "")),
        to_on=day_or_none(told.get("to", "")),
        least_minor=whole_or_none(told.get("least", ""), "least"),
        most_minor=whole_or_none(told.get("most", ""), "most"),
        text=typed,
        state=state if state in STATES else "",
        kind=told.get("kind", "") if told.get("kind", "") in Invoice.Kind.values else "",
        delivery=told.get("delivery", "") if told.get("delivery", "") in Customer.Delivery.values else "",
        business_id=_key_or_none(told.get("business", ""), Business.PREFIX),
        run_id=_key_or_none(told.get("run", ""), ClosingRun.PREFIX),
        is_sent=SENT.get(told.get("sent", "")),
        today=clock.today(),
    )


def receipt_search(told: QueryDict) -> ReceiptSearch:
    return ReceiptSearch(
        from_on=day_or_none(told.get("from", "")),
        to_on=day_or_none(told.get("to", "")),
        least_minor=whole_or_none(told.get("least", ""), "least"),
        most_minor=whole_or_none(told.get("most", ""), "most"),
        text=told.get("q", "").strip(),
        business_id=_key_or_none(told.get("business", ""), Business.PREFIX),
    )


def receipts_beside(search: InvoiceSearch) -> ReceiptSearch | None:
    """The receipts that belong into the same archive: by day, amount, counterparty, number and business.

    Conditions that receipts do not have leave them out.
    """
    if search.state or search.kind or search.delivery or search.run_id or search.is_sent is not None:
        return None
    names = ("from_on", "to_on", "least_minor", "most_minor", "counterparty", "number", "text", "business_id")
    return ReceiptSearch(**{name: getattr(search, name) for name in names})


def filter_choices(request: HttpRequest) -> dict[str, Any]:
    """What the filters of the lists offer, for their templates."""
    run_id = _key_or_none(request.GET.get("run", ""), ClosingRun.PREFIX)
    return {
        "kinds": KINDS.items(),
        "deliveries": DELIVERIES.items(),
        "businesses": list(Business.objects.order_by("code")),
        "run": ClosingRun.objects.filter(pk=run_id).first() if run_id else None,
        "told": request.GET,
    }


def _key_or_none(text: str, prefix: str) -> UUID | None:
    try:
        return parse_public_id(text, prefix) if text else None
    except ValueRefused:
        return None
