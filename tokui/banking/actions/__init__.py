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
from tokui.banking.actions.pairing import cancel_by_line, set_line_aside, undo_cancellation
from tokui.banking.actions.results import import_results
from tokui.banking.actions.statements import import_statement, is_read, read_again, read_statement
from tokui.banking.actions.taking_back import take_back_deposit, take_back_statement
from tokui.banking.actions.virtual_accounts import (
    NewNumber,
    assign_virtual_account,
    close_virtual_account,
    free_virtual_account,
    register_virtual_accounts,
    release_virtual_account,
)

__all__ = [
    "NewAccount",
    "NewDeposit",
    "NewNumber",
    "add_account",
    "apply_deposits",
    "assign_virtual_account",
    "cancel_by_line",
    "cancel_deposit",
    "cancel_deposits",
    "change_account",
    "close_virtual_account",
    "free_virtual_account",
    "import_results",
    "import_statement",
    "is_read",
    "name_payers",
    "read_again",
    "read_statement",
    "record_deposit",
    "record_deposits",
    "register_virtual_accounts",
    "release_virtual_account",
    "set_line_aside",
    "take_back_deposit",
    "take_back_statement",
    "undo_cancellation",
]
