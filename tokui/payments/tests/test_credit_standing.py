"""What is done with a credit note stands at once in the customer's standing, and as of any day."""

from __future__ import annotations

from datetime import date

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.invoices.actions import apply_credit, close_sales, credit_invoice, refund_credit, take_back_credit
from tokui.invoices.models import Invoice
from tokui.invoices.tests.world import DAY, make_customer, sell
from tokui.payments.actions.allocating import Use, allocate
from tokui.payments.models import CustomerStanding
from tokui.payments.queries import standing_of
from tokui.payments.standings import rebuild_standings
from tokui.payments.tests.world import make_deposit, make_invoice

NOW = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(NOW)):
        yield


def test_a_credit_used_taken_back_and_paid_out_is_known_to_the_standing(organization):
    customer = make_customer()
    sell(customer, 10_000)
    close_sales(DAY, by=SYSTEM)
    paid = Invoice.objects.get()
    allocate(make_deposit(11_000, on=NOW), [Use(paid.pk, 11_000)], by=SYSTEM)
    note = credit_invoice(Invoice.objects.get(pk=paid.pk), reason="返品", by=SYSTEM)
    other = make_invoice(customer, 5_000, issued_on=NOW, due_on=date(2026, 12, 31))

    def stands() -> tuple[int, int]:
        row = CustomerStanding.objects.get(customer=customer)
        assert rebuild_standings() == 0
        assert find_offences() == []
        return row.open_minor, row.advance_minor

    assert stands() == (5_000, 11_000)
    apply_credit(note, other, 5_000, on=NOW, by=SYSTEM)
    assert stands() == (0, 6_000)
    take_back_credit(note, other, by=SYSTEM)
    assert stands() == (5_000, 11_000)
    refund_credit(note, account="cash", amount_minor=4_000, by=SYSTEM)
    assert stands() == (5_000, 7_000)
    refund_credit(note, account="cash", by=SYSTEM)
    assert stands() == (5_000, 0)
    line = standing_of(customer.pk)
    assert (line.standing.open_minor, line.advance_minor) == (5_000, 0)
