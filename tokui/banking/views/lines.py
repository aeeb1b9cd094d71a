"""取消・訂正: a line of the bank that took nothing back, and what a person says of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import BANK_IMPORT
from tokui.banking import actions
from tokui.banking.cancellations import proposals, unpaired_lines
from tokui.banking.models import Deposit, StatementLine
from tokui.banking.views.rows import actor, page, row_of
from tokui.core.errors import Invalid, Refusal
from tokui.ui.doors import sent_on


@visited(BANK_IMPORT)
@require_http_methods(["GET", "POST"])
def cancellation(request: HttpRequest, line: str) -> HttpResponse:
    """The deposits that a cancellation may mean; a POST says which one it is, or that it is none of ours."""
    row = _one(line)
    error = ""
    if request.method == "POST":
        try:
            return _said(request, row)
        except Refusal as refused:
            error = refused.message
    context = {
        "line": row,
        "is_waiting": unpaired_lines().filter(pk=row.pk).exists(),
        "cancelled": Deposit.objects.filter(cancelled_by_line=row).select_related("customer").first(),
        "proposals": proposals(row),
        "error": error,
    }
    return page(request, "line_cancellation", context, status=422 if error else 200)


def _said(request: HttpRequest, line: StatementLine) -> HttpResponse:
    address = reverse("banking:statement", args=[line.statement.public_id])
    if "_none" in request.POST:
        actions.set_line_aside(line, by=actor(request))
        return sent_on(request, address, _("The line is set aside."))
    if not request.POST.get("deposit"):
        raise Invalid(field="deposit", reason=_("Choose the deposit that it takes back."))
    deposit = row_of(Deposit.objects.all(), request.POST["deposit"])
    actions.cancel_by_line(line, deposit, by=actor(request))
    return sent_on(request, address, _("The deposit is cancelled."))


@visited(BANK_IMPORT)
@require_POST
def undoing(request: HttpRequest, line: str) -> HttpResponse:
    """What was said of the line was a mistake."""
    row = _one(line)
    actions.undo_cancellation(row, by=actor(request))
    return sent_on(request, reverse("banking:line_cancellation", args=[row.public_id]), _("The line waits again."))


def _one(public: str) -> StatementLine:
    return row_of(StatementLine.objects.select_related("account", "statement__parcel__file"), public)
