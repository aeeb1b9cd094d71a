"""Approvals, money to send back, and the organization's policy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_APPROVE, PAYMENTS_VIEW, SETTINGS_MANAGE, SETTINGS_VIEW
from tokui.core.errors import Invalid, Refusal
from tokui.customers.models import Customer
from tokui.payments.actions import decide_approval, drop_return, keep_return, refund
from tokui.payments.forms import PolicyForm, SendingBackForm
from tokui.payments.models import Approval, ReturnToDo
from tokui.payments.policy import change_policy, policy_of_organization
from tokui.payments.views.rows import amount_of, found, refused
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
    }
    return render_page(request, "payments/returns.html", context, fragment="payments/returns.html")


@visited(PAYMENTS_ALLOCATE)
def one(request: HttpRequest, todo: str) -> HttpResponse:
    """One of them: sent back whole or in part, kept as an advance, or reconciled after all."""
    row = found(ReturnToDo, todo)
    code = row.customer.code if row.customer else ""
    form = SendingBackForm(
        request.POST or None,
        minor=row.amount_minor,
        currency=row.deposit.currency,
        customer=code,
        account=str(row.deposit.account_id or ""),
        note=row.note,
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = _finish(request, row, form)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            return sent_on(request, reverse("payments:returns"), said)
    template, status = "payments/return.html", 422 if form.errors else 200
    return render_page(request, template, {"form": form, "row": row}, fragment=template, status=status)


def _finish(request: HttpRequest, row: ReturnToDo, form: SendingBackForm) -> str:
    typed = form.cleaned_data
    by, what = request.visit.actor, request.POST.get("what", "")  # type: ignore[attr-defined]
    customer = Customer.objects.filter(code=typed["customer"].strip()).first() if typed["customer"].strip() else None
    if customer is None and (typed["customer"].strip() or what == "keep"):
        raise Invalid(field="customer", reason=_("Say first whose money it is: a customer's code."))
    if what == "drop":
        drop_return(row, by=by)
        return _("It waits to be reconciled again.")
    if what == "keep":
        keep_return(row, customer=customer, by=by)  # type: ignore[arg-type]  # refused above
        return _("Kept as an advance.")
    amount = amount_of(typed["amount"], row.deposit.currency)
    refund(
        row,
        account=form.chosen_account(),
        customer=customer,
        on=typed["on"],
        amount_minor=amount,
        note=typed["note"],
        by=by,
    )
    return _("Noted as sent back.")


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
