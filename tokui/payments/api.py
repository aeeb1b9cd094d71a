"""REST for matching, allocations, advances, what is given up and what is sent back: who, which row, which verb."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from tokui import access
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.banking.models import BankAccount, Deposit
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments import actions
from tokui.payments.actions import Allocated, Use
from tokui.payments.actions.matching import Matched
from tokui.payments.api_reports import router as reports_router
from tokui.payments.api_rules import router as rules_router
from tokui.payments.api_shapes import (
    AdvanceApplied,
    AdvanceFilter,
    AdvanceIn,
    AdvanceRefund,
    AdvanceUses,
    AllocatedOut,
    AllocationFilter,
    AllocationIn,
    AllocationOut,
    ApprovalFilter,
    ApprovalOut,
    Confirmation,
    Declining,
    Keeping,
    MatchedOut,
    MatchingRun,
    Refund,
    Release,
    ReturnFilter,
    ReturnIn,
    ReturnOut,
    SuggestionOut,
    Verdict,
    WriteOffIn,
    WriteOffOut,
)
from tokui.payments.api_standing import router as standing_router
from tokui.payments.models import Allocation, Approval, ReturnToDo, Suggestion
from tokui.payments.queries import held_advances
from tokui.ui.rest import Paged, caller, find, find_all, key_of, page

router = Router(tags=["payments"])
router.add_router("", standing_router)
router.add_router("", reports_router)
router.add_router("", rules_router)

RECENT = ("-recorded_at", "-id")
ASKED = ("-asked_at", "-id")


@router.get("/deposits/{deposit_id}/suggestions", response=list[SuggestionOut], summary="How a deposit may be used")
def list_suggestions(request: HttpRequest, deposit_id: str) -> list[Suggestion]:
    """What the last matching run found, the best first."""
    access.require(caller(request), PAYMENTS_VIEW)
    deposit = find(Deposit.objects.all(), deposit_id)
    return list(Suggestion.objects.filter(deposit=deposit).order_by("rank"))


@router.post("/suggestions/{suggestion_id}/confirm", response={201: AllocatedOut}, summary="Post a suggestion")
def confirm(request: HttpRequest, suggestion_id: str, given: Confirmation) -> Allocated:
    suggestion = find(Suggestion.objects.select_related("deposit", "customer"), suggestion_id)
    return actions.confirm_suggestion(suggestion, by=caller(request), **given.dict())


@router.post("/suggestions/confirm-certain", response=MatchedOut, summary="Post all suggestions that are certain")
def confirm_certain(request: HttpRequest) -> Matched:
    return actions.confirm_certain(by=caller(request))


@router.post("/deposits/{deposit_id}/decline", response=list[SuggestionOut], summary="Say which invoices are not paid")
def decline(request: HttpRequest, deposit_id: str, given: Declining) -> list[Suggestion]:
    """They are never proposed for this deposit again. Answers the suggestions that remain."""
    deposit = find(Deposit.objects.all(), deposit_id)
    invoices = find_all(Invoice.objects.all(), given.invoices, field="invoices")
    actions.decline(deposit, [invoice.pk for invoice in invoices], by=caller(request))
    return list(Suggestion.objects.filter(deposit=deposit).order_by("rank"))


@router.post("/matching-runs", response=MatchedOut, summary="Match open deposits with open invoices")
def run_matching(request: HttpRequest, given: MatchingRun) -> Matched:
    """What is certain is allocated when the policy says so; for the rest suggestions are kept."""
    if given.deposits is None:
        return actions.match_all(by=caller(request))
    deposits = find_all(Deposit.objects.all(), given.deposits, field="deposits")
    return actions.match_deposits([deposit.pk for deposit in deposits], by=caller(request))


@router.get("/allocations", response=Paged[AllocationOut], summary="List allocations, newest first")
def list_allocations(request: HttpRequest, given: Query[AllocationFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    rows = Allocation.objects.all()
    if given.deposit:
        rows = rows.filter(deposit=key_of(given.deposit, "dep", "deposit"))
    if given.invoice:
        rows = rows.filter(invoice=key_of(given.invoice, "inv", "invoice"))
    if given.customer:
        rows = rows.filter(customer=key_of(given.customer, "cus", "customer"))
    if given.released is not None:
        rows = rows.filter(released_at__isnull=not given.released)
    return page(rows, given, order=RECENT)


@router.post("/allocations", response={201: AllocatedOut}, summary="Settle invoices with a deposit")
def allocate(request: HttpRequest, given: AllocationIn) -> Allocated:
    """One decision, which one release undoes. What is above the limit to give up waits for approval."""
    deposit = find(Deposit.objects.all(), given.deposit, field="deposit")
    invoices = find_all(Invoice.objects.all(), [use.invoice for use in given.uses], field="uses")
    holder = given.advance_customer
    return actions.allocate(
        deposit,
        [Use(row.pk, use.amount_minor, use.kind) for row, use in zip(invoices, given.uses, strict=True)],
        by=caller(request),
        advance_minor=given.advance_minor or 0,
        advance_customer=find(Customer.objects.all(), holder, field="advance_customer") if holder else None,
        memo=given.memo,
    )


@router.get("/allocations/{allocation_id}", response=AllocationOut, summary="Read an allocation")
def read_allocation(request: HttpRequest, allocation_id: str) -> Allocation:
    access.require(caller(request), PAYMENTS_VIEW)
    return find(Allocation.objects.all(), allocation_id)


@router.post(
    "/allocations/{allocation_id}/release", response=list[AllocationOut], summary="Take an allocation's decision back"
)
def release(request: HttpRequest, allocation_id: str, given: Release) -> list[Allocation]:
    """Everything that was allocated in the same decision is open again. Answers all its rows."""
    allocation = find(Allocation.objects.all(), allocation_id)
    actions.release(allocation.decision, by=caller(request), decline=given.decline)
    return list(Allocation.objects.filter(decision=allocation.decision).order_by("pk"))


@router.get("/advances", response=Paged[AllocationOut], summary="List advances that are not used up, newest first")
def list_advances(request: HttpRequest, given: Query[AdvanceFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    held = held_advances(key_of(given.customer, "cus", "customer") if given.customer else None)
    return page(held, given, order=RECENT)


@router.post("/advances", response={201: AllocatedOut}, summary="Hold a deposit as a customer's advance")
def keep_as_advance(request: HttpRequest, given: AdvanceIn) -> Allocated:
    """前受金: it is known whose the money is, not yet what for."""
    deposit = find(Deposit.objects.all(), given.deposit, field="deposit")
    customer = find(Customer.objects.all(), given.customer, field="customer")
    return actions.keep_as_advance(deposit, customer, by=caller(request), amount_minor=given.amount_minor)


@router.post("/advances/apply", response={201: AdvanceApplied}, summary="Pay invoices from a customer's advance")
def apply_advance(request: HttpRequest, given: AdvanceUses) -> dict[str, Any]:
    """The oldest advance is used first."""
    customer = find(Customer.objects.all(), given.customer, field="customer")
    invoices = find_all(Invoice.objects.all(), [use.invoice for use in given.uses], field="uses")
    sums: dict[Any, int] = {}
    for row, use in zip(invoices, given.uses, strict=True):
        sums[row.pk] = sums.get(row.pk, 0) + use.amount_minor
    decision = actions.apply_advance(customer, list(sums.items()), by=caller(request))
    made = list(Allocation.objects.filter(decision=decision).order_by("pk"))
    return {"decision": public_id("dec", decision), "allocations": made}


@router.post("/advances/{allocation_id}/refund", response={201: AllocationOut}, summary="Send an advance back")
def refund_advance(request: HttpRequest, allocation_id: str, given: AdvanceRefund) -> Allocation:
    """What was kept as an advance, or a part of it, was sent back to the customer."""
    advance = find(Allocation.objects.select_related("deposit"), allocation_id)
    account = find(BankAccount.objects.all(), given.account, field="account")
    return actions.refund_advance(
        advance, account=account, on=given.on, amount_minor=given.amount_minor, note=given.note, by=caller(request)
    )


@router.post("/write-offs", response={201: WriteOffOut}, summary="Close part of an invoice without money")
def write_off(request: HttpRequest, given: WriteOffIn) -> dict[str, Any]:
    """貸倒, 値引, 手数料 or 源泉徴収. Above the policy's limit it asks for approval instead."""
    invoice = find(Invoice.objects.all(), given.invoice, field="invoice")
    approval = actions.write_off(
        invoice, amount_minor=given.amount_minor, kind=given.kind, reason=given.reason, by=caller(request)
    )
    invoice.refresh_from_db()
    return {"open_minor": invoice.open_minor, "approval": approval}


@router.get("/approvals", response=Paged[ApprovalOut], summary="List requests for approval, newest first")
def list_approvals(request: HttpRequest, given: Query[ApprovalFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    rows = Approval.objects.filter(state=given.state) if given.state else Approval.objects.all()
    return page(rows, given, order=ASKED)


@router.get("/approvals/{approval_id}", response=ApprovalOut, summary="Read a request for approval")
def read_approval(request: HttpRequest, approval_id: str) -> Approval:
    access.require(caller(request), PAYMENTS_VIEW)
    return find(Approval.objects.all(), approval_id)


@router.post("/approvals/{approval_id}/decide", response=ApprovalOut, summary="Approve or refuse")
def decide(request: HttpRequest, approval_id: str, given: Verdict) -> Approval:
    """Nobody decides what they or a key of theirs asked for; the only person who may approve does, signed in."""
    approval = find(Approval.objects.select_related("invoice"), approval_id)
    return actions.decide_approval(approval, approve=given.approve, by=caller(request))


@router.get("/returns", response=Paged[ReturnOut], summary="List money to be sent back or kept, newest first")
def list_returns(request: HttpRequest, given: Query[ReturnFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    rows = ReturnToDo.objects.filter(state=given.state) if given.state else ReturnToDo.objects.all()
    return page(rows, given, order=ASKED)


@router.post("/returns", response={201: ReturnOut}, summary="Note that a deposit came twice or by mistake")
def ask_return(request: HttpRequest, given: ReturnIn) -> ReturnToDo:
    """A deposit is on the list once: asked again, the open note is answered as it is."""
    deposit = find(Deposit.objects.all(), given.deposit, field="deposit")
    customer = find(Customer.objects.all(), given.customer, field="customer") if given.customer else None
    return actions.ask_return(
        deposit,
        why=given.why,
        customer=customer,
        amount_minor=given.amount_minor,
        note=given.note,
        by=caller(request),
    )


@router.get("/returns/{return_id}", response=ReturnOut, summary="Read a return")
def read_return(request: HttpRequest, return_id: str) -> ReturnToDo:
    access.require(caller(request), PAYMENTS_VIEW)
    return find(ReturnToDo.objects.all(), return_id)


@router.post("/returns/{return_id}/refund", response=ReturnOut, summary="Write down that it was sent back")
def refund(request: HttpRequest, return_id: str, given: Refund) -> ReturnToDo:
    """A part leaves the rest on the list."""
    todo = find(ReturnToDo.objects.select_related("deposit"), return_id)
    account = find(BankAccount.objects.all(), given.account, field="account")
    customer = find(Customer.objects.all(), given.customer, field="customer") if given.customer else None
    return actions.refund(
        todo,
        account=account,
        customer=customer,
        on=given.on,
        amount_minor=given.amount_minor,
        note=given.note,
        by=caller(request),
    )


@router.post("/returns/{return_id}/keep", response=ReturnOut, summary="Keep it as the customer's advance")
def keep_return(request: HttpRequest, return_id: str, given: Keeping) -> ReturnToDo:
    todo = find(ReturnToDo.objects.select_related("deposit"), return_id)
    customer = find(Customer.objects.all(), given.customer, field="customer")
    return actions.keep_return(todo, customer=customer, by=caller(request))


@router.post("/returns/{return_id}/drop", response=ReturnOut, summary="Reconcile it after all")
def drop_return(request: HttpRequest, return_id: str) -> ReturnToDo:
    todo = find(ReturnToDo.objects.select_related("deposit"), return_id)
    return actions.drop_return(todo, by=caller(request))
