"""Words of files of sales and receivables: their fields, and why a row was refused, known or kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tokui.invoices.recording import REASONS
from tokui.ui import reasons
from tokui.ui.reasons import table_words as table_words

FIELD_WORDS: dict[str, Promise] = {
    "customer_code": gettext_lazy("Customer code"),
    "customer_name": gettext_lazy("Customer name"),
    "sold_on": gettext_lazy("Day of sale"),
    "product_code": gettext_lazy("Product code"),
    "description": gettext_lazy("What was sold"),
    "quantity": gettext_lazy("Quantity"),
    "unit": gettext_lazy("Unit of quantity"),
    "unit_price": gettext_lazy("Unit price"),
    "amount": gettext_lazy("Amount without tax"),
    "amount_included": gettext_lazy("Amount with tax"),
    "rate": gettext_lazy("Tax rate"),
    "business_code": gettext_lazy("Business code"),
    "external_id": gettext_lazy("Slip number"),
    "channel": gettext_lazy("Sales channel"),
    "region": gettext_lazy("Sales region"),
    "currency": gettext_lazy("Currency code"),
    "number": gettext_lazy("Document number"),
    "issued_on": gettext_lazy("Day of issue"),
    "due_on": gettext_lazy("To be paid by"),
    "open_minor": gettext_lazy("Still owed"),
    "subject": gettext_lazy("Subject"),
}
_OWN: dict[str, Promise] = {
    **REASONS,
    "missing": gettext_lazy("This is missing."),
    "name_of_several": gettext_lazy("More than one customer is called “%(found)s”; give the code."),
    "unknown_business": gettext_lazy("There is no business “%(found)s”."),
    "unknown_rate": gettext_lazy("“%(found)s” was no tax rate on this day."),
    "slip_held": gettext_lazy("Slip %(found)s waits as a whole, because another of its lines is refused."),
    "slip_known": gettext_lazy("Slip %(found)s is recorded already."),
    "row_known": gettext_lazy("The same sale is recorded already. If this is another one, give it a slip number."),
    "recorded_otherwise": gettext_lazy(
        "Slip %(found)s is recorded with other values (%(expected)s). Change the recorded sale, or give a new number."
    ),
    "line_invoiced": gettext_lazy("On document %(found)s; it stays."),
    "twice_in_file": gettext_lazy("“%(found)s” stands in the file twice."),
    "number_taken": gettext_lazy("There is already a document with the number %(found)s."),
    "opening_known": gettext_lazy("The receivable %(found)s is here already."),
    "nothing_owed": gettext_lazy("A balance of zero leaves nothing to bring over."),
}


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why a row was refused, is known, or was kept."""
    return reasons.reason_words(reason, _OWN)
