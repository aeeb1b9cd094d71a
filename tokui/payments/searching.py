"""Finding whom a deposit could be from, as people type: an invoice number, a customer's name or kana, an amount."""

from __future__ import annotations

from dataclasses import dataclass

from tokui.banking.models import Deposit
from tokui.core.money import EXPONENTS
from tokui.core.values import ValueRefused, parse_amount
from tokui.customers.models import Customer
from tokui.customers.names import name_key
from tokui.customers.queries import search as search_customers
from tokui.invoices.models import Invoice
from tokui.payments.candidates import invoice_key
from tokui.payments.models import InvoiceKey

LIMIT = 12


@dataclass(frozen=True)
class Hit:
    customer: Customer
    open_minor: int
    invoice: Invoice | None = None


def hits_for(words: str, deposit: Deposit) -> list[Hit]:
    """Invoices by number first, then customers by name, with what each owes. Two characters are enough."""
    typed = words.strip()[:80]
    if len(typed) < 2:
        return []
    found = _by_number(typed) + _by_amount(typed, deposit) + _by_name(typed)
    if typed == spoken_name(deposit):
        found += _of_amount(deposit.left_minor, deposit.currency)
    return list(dict.fromkeys(found))[:LIMIT]


def spoken_name(deposit: Deposit) -> str:
    """What a search for the payer begins with: the name without the bank's legal form and words."""
    return name_key(deposit.payer_raw).strict[:40] if deposit.payer_raw else ""


def _by_number(typed: str) -> list[Hit]:
    keys = InvoiceKey.objects.filter(key=invoice_key(typed)).values_list("invoice_id", flat=True)[:LIMIT]
    found = Invoice.objects.filter(pk__in=list(keys), state=Invoice.State.ISSUED).select_related("customer")
    return [Hit(one.customer, one.open_minor, one) for one in found if one.open_minor > 0]


def _by_amount(typed: str, deposit: Deposit) -> list[Hit]:
    try:
        wanted = parse_amount(typed, deposit.currency if deposit.currency in EXPONENTS else "JPY").minor
    except ValueRefused:
        return []
    return _of_amount(wanted, deposit.currency)


def _of_amount(minor: int, currency: str) -> list[Hit]:
    """Invoices over just this amount of which nothing is paid yet, the oldest due first."""
    rows = Invoice.objects.filter(total_minor=minor, settled_minor=0, state=Invoice.State.ISSUED, currency=currency)
    found = rows.exclude(kind=Invoice.Kind.CREDIT_NOTE).select_related("customer").order_by("due_on", "id")[:LIMIT]
    return [Hit(one.customer, one.open_minor, one) for one in found]


def _by_name(typed: str) -> list[Hit]:
    customers = Customer.objects.in_bulk(list(search_customers(typed).ids[:LIMIT]))
    owed: dict[object, int] = dict.fromkeys(customers, 0)
    for invoice in Invoice.objects.filter(customer__in=list(customers), state=Invoice.State.ISSUED):
        owed[invoice.customer_id] += max(0, invoice.open_minor)
    return sorted((Hit(one, owed[key]) for key, one in customers.items()), key=lambda hit: -hit.open_minor)
