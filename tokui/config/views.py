"""Pages of the assembly itself: the start page, errors, health."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.actions import leave_first_steps
from tokui.access.doors import visited
from tokui.access.permissions import SETTINGS_MANAGE
from tokui.banking.models import BankAccount
from tokui.config.first_steps import first_steps, reconciled_first
from tokui.config.printing import print_on_invoices
from tokui.core.errors import NotFound
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.ui.doors import sent_on
from tokui.ui.today import cards


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or came from elsewhere."""
    return render(request, "403.html", {"reason": "csrf"}, status=403)


def alive(request: HttpRequest) -> JsonResponse:
    """Liveness: this process answers."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """Readiness: the database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})


@visited()
def today(request: HttpRequest) -> HttpResponse:
    """The start page: what waits for this person, by what their role may see."""
    visit = request.visit  # type: ignore[attr-defined]
    steps = first_steps(visit)
    is_first = not steps and reconciled_first(visit)
    context = {"cards": cards(request), "steps": steps, "is_first_reconciled": is_first}
    return render(request, "config/today.html", context)


@visited(SETTINGS_MANAGE)
@require_POST
def first_steps_departure(request: HttpRequest) -> HttpResponse:
    """Put the list of first steps away."""
    visit = request.visit  # type: ignore[attr-defined]
    leave_first_steps(visit.organization, by=visit.actor)
    return sent_on(request, reverse("today"))


@visited(SETTINGS_MANAGE)
@require_POST
def bank_on_invoices(request: HttpRequest, key: str) -> HttpResponse:
    """Print a bank account on invoices that name none; the page of the wording shows the result."""
    try:
        account = BankAccount.objects.filter(pk=parse_public_id(key, BankAccount.PREFIX)).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if account is None:
        raise NotFound
    print_on_invoices(account, by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(
        request, reverse("invoices:terms"), _("The account stands on the invoices that are issued from now on.")
    )
