"""What each permission lets a person or a program do, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.access import permissions as held

PERMISSION_WORDS: dict[str, Promise] = {
    held.CUSTOMERS_VIEW: _("See customers"),
    held.CUSTOMERS_EDIT: _("Enter and change customers"),
    held.CUSTOMERS_IMPORT: _("Bring lists of customers"),
    held.CUSTOMERS_EXPORT: _("Take lists of customers out"),
    held.CATALOG_EDIT: _("Change products and prices"),
    held.SALES_RECORD: _("Record sales"),
    held.INVOICES_VIEW: _("See sales and invoices"),
    held.INVOICES_ISSUE: _("Issue and send invoices, close sales"),
    held.INVOICES_VOID: _("Void and credit invoices"),
    held.MESSAGES_SEND: _("Send mail and see the outbox"),
    held.BANK_VIEW: _("See bank accounts and statements"),
    held.BANK_IMPORT: _("Bring the bank's files"),
    held.BANK_MANAGE: _("Change bank accounts"),
    held.PAYMENTS_VIEW: _("See deposits and who has paid"),
    held.PAYMENTS_RECORD: _("Record deposits by hand"),
    held.PAYMENTS_ALLOCATE: _("Reconcile deposits"),
    held.PAYMENTS_WRITE_OFF: _("Write off differences and bad debts"),
    held.PAYMENTS_APPROVE: _("Approve write-offs above the limit"),
    held.LEDGER_VIEW: _("See the books"),
    held.LEDGER_EXPORT: _("Export the journal"),
    held.LEDGER_CLOSE: _("Close and reopen months"),
    held.SETTINGS_VIEW: _("See the settings"),
    held.SETTINGS_MANAGE: _("Change the settings"),
    held.USERS_MANAGE: _("Invite people and change their roles"),
    held.KEYS_MANAGE: _("Hand out and close API keys"),
}
