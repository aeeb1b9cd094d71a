"""What several stories do in the same way: a day at the office, a workbook, the merchant's own particulars, a bank's file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from tokui.access.actions import change_business
from tokui.access.models import Business
from tokui.banking.models import BankAccount, Statement
from tokui.banking.statements import StatementLine
from tokui.banking.tests.world import notice, take
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.jobs import run_pending
from tokui.core.tables import NewSheet, write_xlsx
from tokui.invoices.models import Invoice
from tokui.invoices.sending import send_invoices
from tokui.payments.actions import confirm_suggestion
from tokui.payments.actions.allocating import Allocated
from tokui.payments.models import CustomerStanding, Suggestion

Rows = Sequence[tuple[object, ...]]


def at_the_office(day: date) -> AbstractContextManager[None]:
    """It is ten in the morning of this day."""
    return clock.at(clock.at_day(day, 10))


def become_a_qualified_issuer(name: str, *, by: Actor) -> Business:
    """What the law wants to read on an invoice: name, address, registration number."""
    business = Business.objects.get()
    change_business(
        business,
        by=by,
        name=name,
        legal_name="株式会社あおば",
        registration_number="T6000020261120",
        postal_code="000-0001",
        address="青葉市みどり町1-2-3 あおばビル",
    )
    return business


def workbook(path: Path, **sheets: Rows) -> Path:
    """An Excel file; the first row of each sheet is its headings."""
    with path.open("wb") as file:
        write_xlsx(file, [NewSheet(name, rows[1:], rows[0]) for name, rows in sheets.items()])  # type: ignore[arg-type]
    return path


def drop_file(account: BankAccount, *lines: StatementLine, by: Actor) -> Statement:
    """The bank's file (振込入金通知) is read, and the matcher has done what it may do by itself."""
    read = take(notice(*lines), account, by=by)
    run_pending()
    return read


def mail(invoice: Invoice, *, by: Actor) -> str:
    """Mail an invoice; returns the address of the page behind the link in the mail."""
    from django.core.mail import outbox

    assert send_invoices([invoice.pk], by=by) == (1, {})
    run_pending()
    return "/i/" + outbox[-1].body.split("/i/")[1].split()[0]


def best_answer(payer: str) -> Suggestion:
    """What is proposed first for the deposit that waits under this name."""
    return Suggestion.objects.get(deposit__payer_raw=payer, rank=0)


def confirm(payer: str, *, by: Actor, **how: str) -> Allocated:
    """Press Enter on the deposit that waits under this name."""
    return confirm_suggestion(best_answer(payer), by=by, **how)  # type: ignore[arg-type]


def codes(suggestion: Suggestion) -> list[str]:
    """The matcher's reasons, as codes."""
    return [reason["code"] for reason in suggestion.reasons]


def standing_of(name: str) -> tuple[str, int]:
    """How a customer stands, and what is still open."""
    row = CustomerStanding.objects.get(customer__name=name)
    return row.state, row.open_minor
