"""What the verbs of payments answer when they will not do what was asked."""

from __future__ import annotations

from tokui.core.errors import Refusal


class MoreThanReceived(Refusal):
    """You are using {asked} of {left} that this deposit has left."""


class MoreThanOwed(Refusal):
    """Invoice {number} has only {open} open."""


class NothingToAllocate(Refusal):
    """Choose at least one invoice and an amount."""

    status = 422


class InvoiceNotOpen(Refusal):
    """Invoice {number} cannot be paid: it is not issued, or was cancelled."""


class OtherCurrency(Refusal):
    """The deposit and the invoice are in different currencies."""


class AlreadyReleased(Refusal):
    """This was taken back already."""


class AdvanceUsed(Refusal):
    """This advance has already paid invoices. Take those payments back first."""


class AdvanceTooSmall(Refusal):
    """The customer's advance has only {left} left."""


class OtherCustomersAdvance(Refusal):
    """The advance belongs to another customer."""


class ApprovalWaiting(Refusal):
    """For this invoice an approval is waiting already."""


class OwnApproval(Refusal):
    """Someone else must approve what you asked for."""


class MoreThanToReturn(Refusal):
    """You are sending back {asked} of {left} that wait to be sent back."""


class OtherAccountCurrency(Refusal):
    """{account} does not hold {currency}. Choose the account from which the money was sent."""

    status = 422
