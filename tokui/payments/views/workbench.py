"""The reconciliation workbench (入金消込): every answer is the whole bench, so that one key leads to the next deposit."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_VIEW
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.errors import Invalid, Refusal
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.actions import (
    Allocated,
    Use,
    allocate,
    ask_return,
    confirm_certain,
    confirm_suggestion,
    decline,
    keep_as_advance,
    match_deposits,
    release,
    undecline,
)
from tokui.payments.bench import (
    bench,
    difference_of,
    fee_span,
    next_after,
    oldest_first,
    open_invoices,
    reasons_for,
    tied,
)
from tokui.payments.matching import shares
from tokui.payments.models import Allocation, ReturnToDo, Suggestion
from tokui.payments.scorecard import scorecard
from tokui.payments.searching import hits_for, spoken_name
from tokui.payments.views.rows import amount_of, found
from tokui.payments.words import payer_name
from tokui.ui.amounts import grouped
from tokui.ui.doors import is_fragment, render_page, sent_on, toast

DIFFERENCES = ("open", "fee", "discount", "write_off", "withholding")


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest, deposit: str = "") -> HttpResponse:
    row = found(Deposit, deposit) if deposit else None
    return _bench(request, row.pk if row else None, opened=row is not None, pick=_pick(request))


@require_POST
@visited(PAYMENTS_ALLOCATE)
def confirm(request: HttpRequest, deposit: str) -> HttpResponse:
    """Post the chosen candidate, or the amounts typed in the split; then the next deposit."""
    row = found(Deposit, deposit)
    following = next_after(row)
    try:
        made = _split_post(request, row) if request.POST.get("mode") == "split" else _candidate_post(request, row)
    except Refusal as refusal:
        return toast(_bench(request, row.pk, opened=True, pick=_pick(request)), refusal.message, tone="bad")
    following = row.pk if made.left_minor and request.POST.get("mode") == "split" else following
    undoing = reverse("payments:release", args=[made.decision_id])
    return toast(_moved_on(request, following), _told(row, made), undo=undoing)


def _told(row: Deposit, made: Allocated) -> str:
    """What was done, with what the invoices still lack."""
    words = {"payer": payer_name(row.payer_raw) or _("Deposit"), "amount": _written(row.amount_minor, row.currency)}
    paid = Allocation.objects.filter(decision=made.decision_id, invoice__isnull=False).values("invoice")
    left = sum(one.open_minor for one in Invoice.objects.filter(pk__in=paid))
    if not left:
        return _("%(payer)s %(amount)s reconciled") % words
    return _("%(payer)s %(amount)s: part payment, %(left)s left") % {**words, "left": _written(left, row.currency)}


@require_POST
@visited(PAYMENTS_ALLOCATE)
def undo(request: HttpRequest, decision: UUID) -> HttpResponse:
    rows = release(decision, by=request.visit.actor)  # type: ignore[attr-defined]
    deposit = next((row.deposit_id for row in rows if row.deposit_id), None)
    if deposit:
        match_deposits([deposit], by=request.visit.actor)  # type: ignore[attr-defined]
    return toast(_moved_on(request, deposit), _("Undone. The deposit is open again."))


@visited(PAYMENTS_VIEW)
def split(request: HttpRequest, deposit: str) -> HttpResponse:
    """The open invoices of one customer with an amount each, the oldest filled first."""
    row = found(Deposit, deposit)
    customer = found(Customer, request.GET["customer"]) if request.GET.get("customer") else _best_customer(row)
    if customer is None:
        return cast(HttpResponse, search(request, deposit))
    named = request.GET.get("invoice", "")
    chosen = found(Invoice, named) if named else None
    invoices = open_invoices(customer)
    spread = _suggested_spread(row, customer) or oldest_first(invoices, row.left_minor)
    if chosen is not None:
        spread = {chosen.pk: min(chosen.open_minor, row.left_minor)}
    if request.GET.get("order") == "oldest":
        spread = oldest_first(invoices, row.left_minor)
    extra = {
        "split": {
            "customer": customer,
            "lines": [(one, spread.get(one.pk, 0)) for one in invoices],
            "owed": sum(one.open_minor for one in invoices),
            "total": sum(spread.values()),
            "closes": _closes(row),
            "reasons": reasons_for(row, customer),
            "fees": fee_span(),
        }
    }
    return _bench(request, row.pk, opened=True, extra=extra)


@visited(PAYMENTS_VIEW)
def search(request: HttpRequest, deposit: str) -> HttpResponse:
    row = found(Deposit, deposit)
    words = request.GET.get("q", spoken_name(row))
    extra = {"searching": {"q": words, "hits": hits_for(words, row), "why": request.GET.get("why", "")}}
    if request.headers.get("HX-Target") == "hits":
        return render_page(request, "payments/_hits.html", {"deposit": row, **extra}, fragment="payments/_hits.html")
    return _bench(request, row.pk, opened=True, extra=extra)


@require_POST
@visited(PAYMENTS_ALLOCATE)
def advance(request: HttpRequest, deposit: str) -> HttpResponse:
    """Keep all that is left as the customer's advance."""
    row, by = found(Deposit, deposit), request.visit.actor  # type: ignore[attr-defined]
    customer = found(Customer, request.POST["customer"]) if request.POST.get("customer") else _best_customer(row)
    if customer is None:
        words = spoken_name(row)
        extra = {"searching": {"q": words, "hits": hits_for(words, row), "why": "advance"}}
        return _bench(request, row.pk, opened=True, extra=extra)
    following = next_after(row)
    owed = sum(one.open_minor for one in open_invoices(customer))
    made = keep_as_advance(row, customer, by=by)
    said = _("Kept as an advance of %(name)s") % {"name": customer.name}
    if owed:
        said = _("Kept as an advance of %(name)s, who owes %(amount)s") % {
            "name": customer.name,
            "amount": _written(owed, row.currency),
        }
    undoing = reverse("payments:release", args=[made.decision_id])
    return toast(_moved_on(request, following), said, undo=undoing)


@require_POST
@visited(PAYMENTS_ALLOCATE)
def decline_best(request: HttpRequest, deposit: str) -> HttpResponse:
    """Not this one: the invoices of the shown candidate are set aside for this deposit, until Z or `undecline`."""
    row = found(Deposit, deposit)
    suggestion = _suggestion(request, row)
    decision = decline(row, [UUID(key) for key, _amount in suggestion.allocations], by=request.visit.actor)  # type: ignore[attr-defined]
    said = _("Set aside for %(payer)s") % {"payer": payer_name(row.payer_raw) or _("Deposit")}
    undoing = reverse("payments:undecline_one", args=[row.public_id, decision.pk])
    return toast(_bench(request, row.pk, opened=True), said, undo=undoing)


@require_POST
@visited(PAYMENTS_ALLOCATE)
def take_back_declines(request: HttpRequest, deposit: str, decision: UUID | None = None) -> HttpResponse:
    """What was set aside for a deposit may be proposed again: by one answer, or all of it."""
    row = found(Deposit, deposit)
    undecline(row, decision=decision, by=request.visit.actor)  # type: ignore[attr-defined]
    return toast(_moved_on(request, row.pk), _("What was set aside is proposed again."))


@require_POST
@visited(PAYMENTS_ALLOCATE)
def give_back(request: HttpRequest, deposit: str) -> HttpResponse:
    """Paid twice or by mistake: onto the list of what is sent back or kept."""
    row = found(Deposit, deposit)
    why = request.POST.get("why", ReturnToDo.Why.MISTAKE)
    ask_return(row, why=why, customer=_best_customer(row), by=request.visit.actor)  # type: ignore[attr-defined]
    following = next_after(row)
    return toast(_moved_on(request, following), _("Put on the list of returns."))


@require_POST
@visited(PAYMENTS_ALLOCATE)
def confirm_all_certain(request: HttpRequest) -> HttpResponse:
    done = confirm_certain(by=request.visit.actor)  # type: ignore[attr-defined]
    said = ngettext("%(n)d deposit reconciled", "%(n)d deposits reconciled", done.posted) % {"n": done.posted}
    return toast(_bench(request, None), said)


@require_POST
@visited(PAYMENTS_ALLOCATE)
def match_again(request: HttpRequest) -> HttpResponse:
    """Run the matcher over everything that is open."""
    done = match_deposits(None, by=request.visit.actor)  # type: ignore[attr-defined]
    said = _("%(posted)d reconciled, %(suggested)d proposed") % {"posted": done.posted, "suggested": done.suggested}
    return sent_on(request, reverse("payments:reconciliation"), said)


def _bench(
    request: HttpRequest,
    deposit_id: UUID | None,
    *,
    opened: bool = False,
    pick: int | None = None,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    done = request.GET.get("show") == "done"
    shown = bench(deposit_id, shows_done=done, typed=request.GET.get("q", "")[:40] if done else "", pick=pick)
    context = {
        "bench": shown,
        "opened": opened,
        "differences": DIFFERENCES,
        "fees": fee_span(),
        "swapped": is_fragment(request),
        **(extra or {}),
    }
    if not request.headers.get("HX-Request"):
        context |= {"score": scorecard(), "today": clock.today()}
    return render_page(request, "payments/reconciliation.html", context, fragment="payments/_bench.html")


def _moved_on(request: HttpRequest, deposit_id: UUID | None) -> HttpResponse:
    """The bench at another deposit, with its address in the browser, so that reloading shows the same one."""
    answer = _bench(request, deposit_id, opened=deposit_id is not None)
    public = f"/{public_id(Deposit.PREFIX, deposit_id)}" if deposit_id else ""
    answer["HX-Replace-Url"] = reverse("payments:reconciliation") + public
    return answer


def _written(minor: int, currency: str) -> str:
    return f"¥{minor:,}" if currency == "JPY" else f"{currency} {grouped(minor, currency)}"


def _pick(request: HttpRequest) -> int | None:
    text = request.POST.get("pick") or request.GET.get("pick") or ""
    return int(text) if text.isdecimal() and len(text) < 3 else None


def _suggestion(request: HttpRequest, row: Deposit) -> Suggestion:
    """The candidate that was picked; without a pick the best one, unless several customers fit equally well."""
    rows = list(Suggestion.objects.filter(deposit=row).select_related("customer", "deposit").order_by("rank"))
    pick = _pick(request)
    if pick is None and tied([(one, bool(one.allocations)) for one in rows]):
        raise Invalid(field="pick", reason=_("Several customers fit equally well. Choose one of them."))
    wanted = [one for one in rows if one.allocations and pick in (None, one.rank)]
    if not wanted:
        raise Invalid(field="pick", reason=_("There is no candidate to confirm. Search for the invoice."))
    return wanted[0]


def _candidate_post(request: HttpRequest, row: Deposit) -> Allocated:
    suggestion = _suggestion(request, row)
    difference = request.POST.get("difference", "")
    return confirm_suggestion(
        suggestion,
        by=request.visit.actor,  # type: ignore[attr-defined]
        difference=difference if difference in DIFFERENCES else "",
        memo=request.POST.get("memo", "")[:200],
        keep_rest=request.POST.get("rest") == "advance",
    )


def _split_post(request: HttpRequest, row: Deposit) -> Allocated:
    customer = found(Customer, request.POST.get("customer", ""))
    uses = []
    for name in request.POST:
        text = str(request.POST[name])
        if name.startswith("inv_") and text.strip():
            uses.append(Use(found(Invoice, name).pk, amount_of(text, row.currency)))
    uses = [use for use in uses if use.amount_minor]
    difference = request.POST.get("difference", "open")
    if difference in DIFFERENCES[1:]:
        uses += _closing(uses, difference)
    advance_minor = 0
    if request.POST.get("rest") == "advance":
        advance_minor = row.left_minor - sum(use.amount_minor for use in uses if use.kind == Allocation.Kind.PAYMENT)
    return allocate(
        row,
        uses,
        by=request.visit.actor,  # type: ignore[attr-defined]
        advance_minor=max(0, advance_minor),
        advance_customer=customer,
        memo=request.POST.get("memo", "")[:200],
    )


def _closing(uses: list[Use], difference: str) -> list[Use]:
    """What the paid invoices still lack, closed as the difference that was chosen."""
    invoices = Invoice.objects.in_bulk([use.invoice_id for use in uses])
    missing = [(use, invoices[use.invoice_id].open_minor - use.amount_minor) for use in uses]
    return [Use(use.invoice_id, amount, difference) for use, amount in missing if amount > 0]


def _best_customer(row: Deposit) -> Customer | None:
    if row.customer_id:
        return Customer.objects.get(pk=row.customer_id)
    best = Suggestion.objects.filter(deposit=row, rank=0).select_related("customer").first()
    return best.customer if best else None


def _closes(row: Deposit) -> str:
    """The difference that the split starts with: what the matcher found to be missing, as the policy says."""
    return difference_of(list(Suggestion.objects.filter(deposit=row, rank=0))).get(0, "open")


def _suggested_spread(row: Deposit, customer: Customer) -> dict[UUID, int]:
    best = Suggestion.objects.filter(deposit=row, customer=customer).order_by("rank").first()
    if best is None:
        return {}
    found = shares(best.allocations, dict(best.withheld), row.left_minor)
    return {UUID(share.invoice): share.paid_minor for share in found if share.paid_minor}
