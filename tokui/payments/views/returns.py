"""Approvals, money to send back, and the organization's policy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_APPROVE, PAYMENTS_VIEW, SETTINGS_MANAGE, SETTINGS_VIEW
from tokui.banking.models import BankAccount
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.payments.actions import decide_approval, keep_return, refund
from tokui.payments.forms import PolicyForm
from tokui.payments.models import Approval, ReturnToDo
from tokui.payments.policy import change_policy, policy_of_organization
from tokui.payments.views.rows import found
from tokui.ui.doors import render_page, sent_on


@visited(PAYMENTS_VIEW)
def approvals(request: HttpRequest) -> HttpResponse:
    """Write-offs above the limit, the waiting ones first."""
    rows = Approval.objects.select_related("invoice__customer")
    waiting = list(rows.filter(state=Approval.State.WAITING).order_by("asked_at"))
    decided = list(rows.exclude(state=Approval.State.WAITING).order_by("-decided_at")[:50])
    return render_page(
        request, "payments/approvals.html", {"waiting": waiting, "decided": decided}, fragment="payments/approvals.html"
    )


@require_POST
@visited(PAYMENTS_APPROVE)
def decide(request: HttpRequest, approval: str) -> HttpResponse:
    row = decide_approval(
        found(Approval, approval),
        approve=request.POST.get("approve") == "yes",
        by=request.visit.actor,  # type: ignore[attr-defined]
    )
    said = _("Approved") if row.state == Approval.State.APPROVED else _("Turned down")
    return sent_on(request, reverse("payments:approvals"), said)


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest) -> HttpResponse:
    """Money that came twice or by mistake."""
    rows = ReturnToDo.objects.select_related("deposit", "customer")
    context = {
        "waiting": list(rows.filter(state=ReturnToDo.State.OPEN).order_by("asked_at")),
        "done": list(rows.exclude(state=ReturnToDo.State.OPEN).order_by("-done_at")[:50]),
        "accounts": list(BankAccount.objects.filter(is_active=True).order_by("code")),
        "today": clock.today(),
    }
    return render_page(request, "payments/returns.html", context, fragment="payments/returns.html")


@require_POST
@visited(PAYMENTS_ALLOCATE)
def finish(request: HttpRequest, todo: str) -> HttpResponse:
    row, by = found(ReturnToDo, todo), request.visit.actor  # type: ignore[attr-defined]
    if row.customer is None:
        raise Invalid(
            field="customer", reason=_("Say first whose money it is: keep it as an advance from the workbench.")
        )
    if request.POST.get("what") == "refund":
        account = found(BankAccount, request.POST.get("account", ""))
        refund(row, account=account, customer=row.customer, on=clock.today(), by=by)
        return sent_on(request, reverse("payments:returns"), _("Noted as sent back."))
    keep_return(row, customer=row.customer, by=by)
    return sent_on(request, reverse("payments:returns"), _("Kept as an advance."))


@visited(SETTINGS_VIEW)
def policy(request: HttpRequest) -> HttpResponse:
    row = policy_of_organization()
    form = PolicyForm(request.POST or None, instance=row)
    if not request.visit.actor.can(SETTINGS_MANAGE):  # type: ignore[attr-defined]
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid():
        change_policy(form.cleaned_data, by=request.visit.actor)  # type: ignore[attr-defined]
        return sent_on(request, reverse("payments:policy"), _("Saved"))
    status = 422 if form.errors else 200
    return render_page(request, "payments/policy.html", {"form": form}, fragment="payments/policy.html", status=status)
