"""Remitter codes by which a customer's transfers are known: typed in and taken away on the customer's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.customers.models import Customer
from tokui.payments.actions import learn_remitter_code, revoke_remitter_code
from tokui.payments.models import PayerSign
from tokui.payments.views.rows import found
from tokui.ui.doors import sent_on


@require_POST
@visited(PAYMENTS_ALLOCATE)
def add(request: HttpRequest, customer: str) -> HttpResponse:
    row = found(Customer, customer)
    learn_remitter_code(row, request.POST.get("value", ""), by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, resolve_url("customers:customer", row.public_id), _("The remitter code was remembered."))


@require_POST
@visited(PAYMENTS_ALLOCATE)
def revoke(request: HttpRequest, sign: str) -> HttpResponse:
    row = found(PayerSign, sign)
    revoke_remitter_code(row, by=request.visit.actor)  # type: ignore[attr-defined]
    back = resolve_url("customers:customer", row.customer.public_id)
    return sent_on(request, back, _("The remitter code was forgotten."))
