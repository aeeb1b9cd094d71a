"""What banking's verbs answer when they will not do what was asked."""

from __future__ import annotations

from tokui.core.errors import Refusal


class AccountCodeTaken(Refusal):
    """There is already a bank account called {code}."""


class DepositUsed(Refusal):
    """More would be used than this deposit holds."""


class DepositNotOpen(Refusal):
    """This deposit was cancelled."""


class DepositFromBank(Refusal):
    """This deposit comes from the bank's file. Only the bank can cancel it."""


class StatementNotCounting(Refusal):
    """Only a file that was taken in can be taken back."""


class LineCancelsNothing(Refusal):
    """This line of the bank takes nothing back, or has done so already."""


class NothingCancelled(Refusal):
    """Nothing was said of this line, or its deposit came with a file that was taken back."""


class VirtualAccountTaken(Refusal):
    """The virtual account {code} is registered already."""


class VirtualAccountInUse(Refusal):
    """The virtual account {code} is not free."""


class VirtualAccountNotAssigned(Refusal):
    """The virtual account {code} is nobody's."""


class StatementNotWaiting(Refusal):
    """This file was read already."""
