"""A customer's payment terms in words."""

from __future__ import annotations

from tokui.core.days import ClosingRule, DueRule, PaymentTerm, Shift, format_term
from tokui.customers.models import Customer


def terms_of(customer: Customer) -> str:
    """月末締め翌月末払い, as the customer's settings say. Empty for those kept from before a rule refused them."""
    shift = Shift(customer.due_shift) if customer.due_shift in set(Shift) else Shift.NONE
    try:
        due = DueRule(customer.due_months, customer.due_day, shift)
        return format_term(PaymentTerm(due, ClosingRule(customer.closing_day) if customer.closing_day else None))
    except ValueError:
        return ""
