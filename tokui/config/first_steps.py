"""The way from an empty installation to the first reconciled deposit, shown on the start page until it was gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.middleware import Visit
from tokui.access.models import Business
from tokui.access.permissions import BANK_IMPORT, CUSTOMERS_IMPORT, INVOICES_ISSUE, PAYMENTS_ALLOCATE, SETTINGS_MANAGE
from tokui.banking.models import BankAccount, Deposit
from tokui.core import clock
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice, SaleLine
from tokui.payments.models import Allocation


@dataclass(frozen=True)
class Step:
    """One thing to do once: what, why, where, and whether it is done."""

    title: Any
    why: Any
    url_name: str
    permission: str
    is_done: Callable[[], bool]


@dataclass(frozen=True)
class Shown:
    title: Any
    why: Any
    url: str
    done: bool
    next: bool


STEPS = (
    Step(
        _("Enter your business details"),
        _("Name, address and registration number stand on every invoice."),
        "access:businesses",
        SETTINGS_MANAGE,
        lambda: Business.objects.exclude(address="").exists(),
    ),
    Step(
        _("Bring your customers"),
        _("The Excel sheet that you have; columns are found by their headings."),
        "customers:imports",
        CUSTOMERS_IMPORT,
        lambda: Customer.objects.exists(),
    ),
    Step(
        _("Add the bank account"),
        _("So that files of that account can be read, and invoices say where to pay."),
        "banking:accounts",
        BANK_IMPORT,
        lambda: BankAccount.objects.exists(),
    ),
    Step(
        _("Bring this month's sales"),
        _("As a sheet, or line by line."),
        "invoices:sales",
        INVOICES_ISSUE,
        lambda: SaleLine.objects.exists() or Invoice.objects.exists(),
    ),
    Step(
        _("Issue invoices"),
        _("Close the month, after a look at the preview."),
        "invoices:closings",
        INVOICES_ISSUE,
        lambda: Invoice.objects.filter(state=Invoice.State.ISSUED).exists(),
    ),
    Step(
        _("Drop the bank's file"),
        _("Zengin, your bank's CSV, camt, MT940 or OFX."),
        "banking:statements",
        BANK_IMPORT,
        lambda: Deposit.objects.exists(),
    ),
    Step(
        _("Confirm the first deposit"),
        _("What is certain is posted by itself; the rest waits for one key."),
        "payments:reconciliation",
        PAYMENTS_ALLOCATE,
        lambda: Allocation.objects.exists(),
    ),
)


def first_steps(visit: Visit) -> list[Shown]:
    """The steps that this visitor may take; none once all are done or the list was put away."""
    if visit.organization.first_steps_left_at or not visit.actor.can(PAYMENTS_ALLOCATE):
        return []
    done = [step.is_done() for step in STEPS]
    if all(done):
        return []
    held = [(step, is_done) for step, is_done in zip(STEPS, done, strict=True) if visit.actor.can(step.permission)]
    following = next((step for step, is_done in held if not is_done), None)
    return [Shown(step.title, step.why, reverse(step.url_name), is_done, step is following) for step, is_done in held]


def next_step(visit: Visit) -> Shown | None:
    """What to do after this, while the list of first steps is not finished."""
    return next((step for step in first_steps(visit) if step.next), None)


def reconciled_first(visit: Visit) -> bool:
    """Whether the first deposit was reconciled today: said on that day only, and until the list is put away."""
    if visit.organization.first_steps_left_at or not visit.actor.can(PAYMENTS_ALLOCATE):
        return False
    first = Allocation.objects.order_by("id").only("recorded_at", "organization_id").first()
    return first is not None and first.recorded_at.astimezone(clock.TOKYO).date() == clock.today()
