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


class ResultListRefused(Refusal):
    """Nothing was imported: {count} rows cannot be understood."""

    status = 422


class StatementNotWaiting(Refusal):
    """This file was read already."""
