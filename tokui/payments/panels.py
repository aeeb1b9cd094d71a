"""What payments shows on a customer's page: standing with its evidence, what is owed, what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string

from tokui.access.permissions import PAYMENTS_VIEW
from tokui.banking.models import BankAccount, Deposit, Statement
from tokui.core import clock
from tokui.core.ids import public_id
from tokui.customers.models import Customer, PayerName
from tokui.invoices.accounts import tax_code
from tokui.invoices.models import Invoice, InvoiceTax
from tokui.invoices.registry import tell_settlements
from tokui.ledger.registry import share_by_rate
from tokui.payments.evidence import evidence_of, open_fees
from tokui.payments.models import Allocation, Approval, CustomerStanding, PayerSign
from tokui.payments.outcomes import outcome_of
from tokui.payments.queries import held_advances, invoice_standings
from tokui.ui.panels import panel

SHOWN = 8


def rates_behind(allocation_ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    """The tax codes and sums of the invoice that each allocation settles; none for receivables from the old books."""
    found = Allocation.objects.filter(pk__in=list(allocation_ids)).exclude(invoice__kind=Invoice.Kind.OPENING)
    invoices = dict(found.values_list("pk", "invoice_id"))
    codes: dict[UUID, list[tuple[str, int]]] = {}
    taxes = InvoiceTax.objects.filter(invoice__in=set(invoices.values()), net_minor__gt=0)
    for tax in taxes.order_by("-rate_bp", "tax_kind"):
        code = tax_code(tax.tax_kind, tax.rate_bp)
        codes.setdefault(tax.invoice_id, []).append((code, tax.net_minor + tax.tax_minor))
    return {key: codes.get(invoice, []) for key, invoice in invoices.items()}


share_by_rate("payments.allocation", rates_behind)

tell_settlements(
    "SELECT invoice_id, kind, amount_minor, kind = 'payment', \"on\", recorded_at, released_on, released_at "
    "FROM payments_allocation WHERE invoice_id IS NOT NULL"
)


@panel("customer_status", order=10, permission=PAYMENTS_VIEW)
def status(request: HttpRequest | None, customer: Customer) -> str | None:
    return _drawn("_customer_status", request, customer)


@panel("customer_metrics", order=10, permission=PAYMENTS_VIEW)
def metrics(request: HttpRequest | None, customer: Customer) -> str | None:
    return _drawn("_customer_metrics", request, customer)


@panel("customer_rail", order=10, permission=PAYMENTS_VIEW)
def owed(request: HttpRequest | None, customer: Customer) -> str | None:
    """The open invoices, oldest first, each with the evidence for what is open."""
    lines = [one for one in invoice_standings(customers=[customer.pk]) if one.standing.open_minor > 0]
    fees = open_fees([one.invoice_id for one in lines[:SHOWN]])
    explained = [
        (one, evidence_of(one.invoice_id), fees.get(one.invoice_id), public_id(Invoice.PREFIX, one.invoice_id))
        for one in lines[:SHOWN]
    ]
    context = {"customer": customer, "lines": explained, "more": len(lines) - SHOWN, "held": _held(customer)}
    return _rendered("_customer_owed", request, context)


@panel("customer_rail", order=20, permission=PAYMENTS_VIEW)
def paid(request: HttpRequest | None, customer: Customer) -> str | None:
    rows = Allocation.objects.filter(customer=customer, released_at=None, kind__in=Allocation.FROM_DEPOSIT)
    found = list(rows.select_related("deposit", "invoice").order_by("-on", "-id")[:SHOWN])
    return _rendered("_customer_paid", request, {"customer": customer, "rows": found}) if found else None


@panel("customer_rail", order=40, permission=PAYMENTS_VIEW)
def recognised(request: HttpRequest | None, customer: Customer) -> str | None:
    """By what this customer's transfers are known: codes, and learned names with the account on which each was seen."""
    accounts = dict(BankAccount.objects.values_list("pk", "name"))
    names = [
        (one, accounts.get(one.bank_account_id) if one.bank_account_id else None)
        for one in PayerName.objects.filter(customer=customer).order_by("confirmed_at")
    ]
    codes = PayerSign.objects.filter(customer=customer, kind=PayerSign.Kind.REMITTER_CODE).order_by("confirmed_at")
    context = {
        "customer": customer,
        "codes": [one for one in codes if one.revoked_at is None],
        "names": [(one, account) for one, account in names if one.revoked_at is None],
        "forgotten_codes": [one for one in codes if one.revoked_at is not None],
        "forgotten_names": [(one, account) for one, account in names if one.revoked_at is not None],
    }
    return _rendered("_customer_recognised", request, context)


@panel("invoice_rail", order=20, permission=PAYMENTS_VIEW)
def settled(request: HttpRequest | None, invoice: Invoice) -> str | None:
    """What settled an invoice and what waits for approval, with the way to give the rest up."""
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return None
    context = {
        "invoice": invoice,
        "rows": list(
            Allocation.objects.filter(invoice=invoice, released_at=None).select_related("deposit").order_by("on", "pk")
        ),
        "waiting": Approval.objects.filter(invoice=invoice, state=Approval.State.WAITING).first(),
    }
    return _rendered("_invoice_settled", request, context)


@panel("customer_actions", order=10, permission=PAYMENTS_VIEW)
def ledger_link(request: HttpRequest | None, customer: Customer) -> str:
    return _rendered("_customer_ledger", request, {"customer": customer})


@panel("customer_menu", order=10, permission=PAYMENTS_VIEW)
def ledger_entry(request: HttpRequest | None, customer: Customer) -> str:
    return _rendered("_customer_menu", request, {"customer": customer})


@panel("deposit", order=10, permission=PAYMENTS_VIEW)
def used(request: HttpRequest | None, deposit: Deposit) -> str | None:
    """What a deposit paid, decision by decision: why, by whom, when."""
    rows = Allocation.objects.filter(deposit=deposit, released_at=None).select_related("invoice", "customer")
    found = list(rows.order_by("recorded_at", "decision", "pk"))
    return _rendered("_deposit_used", request, {"deposit": deposit, "rows": found}) if found else None


@panel("statement", order=10, permission=PAYMENTS_VIEW)
def matched(request: HttpRequest | None, statement: Statement) -> str | None:
    """What became of a file's deposits; asks again until they are matched."""
    if statement.state != Statement.State.READ or not statement.deposit_count:
        return None
    return _rendered("_statement_matched", request, {"statement": statement, "outcome": outcome_of(statement)})


def _drawn(name: str, request: HttpRequest | None, customer: Customer) -> str | None:
    row = CustomerStanding.objects.filter(customer=customer).first()
    if row is None:
        return None
    late = max(0, (clock.today() - row.oldest_due_on).days) if row.oldest_due_on else 0
    return _rendered(name, request, {"standing": row, "late": late, "customer": customer})


def _held(customer: Customer) -> int:
    """What is held as advance, in minor units."""
    return sum(one.unused_minor for one in held_advances(customer.pk))


def _rendered(name: str, request: HttpRequest | None, context: dict[str, Any]) -> str:
    return render_to_string(f"payments/{name}.html", context, request)
