"""Pages of banking."""

from __future__ import annotations

from django.urls import path

from tokui.banking.views import accounts, columns, deposits, lines, results, statements, virtual_accounts

app_name = "banking"
urlpatterns = [
    path("bank", accounts.accounts, name="accounts"),
    path("bank/new", accounts.new_account, name="new_account"),
    path("bank/names", accounts.bank_names, name="bank_names"),
    # Not under statements/: there invoices keeps the statements of account (残高) of customers.
    path("bank/statements/<str:statement>", statements.statement, name="statement"),
    path("bank/statements/<str:statement>/row", statements.row, name="statement_row"),
    path("bank/statements/<str:statement>/original", statements.original, name="original"),
    path("bank/statements/<str:statement>/again", statements.read_once_more, name="read_again"),
    path("bank/statements/<str:statement>/taking-back", statements.take_back, name="take_back"),
    path("bank/lines/<str:line>/cancellation", lines.cancellation, name="line_cancellation"),
    path("bank/lines/<str:line>/cancellation/undoing", lines.undoing, name="line_undoing"),
    path("bank/virtual-accounts/<str:virtual>/assignment", virtual_accounts.assignment, name="virtual_assignment"),
    path("bank/virtual-accounts/<str:virtual>/state", virtual_accounts.state, name="virtual_state"),
    path("bank/<str:account>/virtual-accounts", virtual_accounts.pool, name="virtual_accounts"),
    path("bank/<str:account>", accounts.account, name="account"),
    path("bank/<str:account>/change", accounts.change_account, name="change_account"),
    path("bank/<str:account>/columns", columns.columns, name="columns"),
    path("statements", statements.statements, name="statements"),
    path("deposits", deposits.deposits, name="deposits"),
    path("deposits/new", deposits.new_deposit, name="new_deposit"),
    path("deposits/payers", deposits.payers, name="payers"),
    path("deposits/results", results.results, name="results"),
    path("deposits/<str:deposit>", deposits.deposit, name="deposit"),
    path("deposits/<str:deposit>/cancellation", deposits.cancel, name="cancel"),
]
