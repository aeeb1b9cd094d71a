"""The verbs of banking, by activity."""

from tokui.banking.actions.accounts import NewAccount, add_account, change_account
from tokui.banking.actions.deposits import (
    NewDeposit,
    apply_deposits,
    cancel_deposit,
    cancel_deposits,
    name_payers,
    record_deposit,
    record_deposits,
)
from tokui.banking.actions.results import import_results
from tokui.banking.actions.statements import import_statement, is_read, read_again, read_statement

__all__ = [
    "NewAccount",
    "NewDeposit",
    "add_account",
    "apply_deposits",
    "cancel_deposit",
    "cancel_deposits",
    "change_account",
    "import_results",
    "import_statement",
    "is_read",
    "name_payers",
    "read_again",
    "read_statement",
    "record_deposit",
    "record_deposits",
]
