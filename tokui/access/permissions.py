"""The permission matrix: what each role may do. docs/permissions.md shows it; a test compares the two."""

from __future__ import annotations

from tokui.access.models import Role

CUSTOMERS_VIEW = "customers.view"
CUSTOMERS_EDIT = "customers.edit"
CUSTOMERS_IMPORT = "customers.import"
CUSTOMERS_EXPORT = "customers.export"
CATALOG_EDIT = "catalog.edit"
SALES_RECORD = "sales.record"
INVOICES_VIEW = "invoices.view"
INVOICES_ISSUE = "invoices.issue"
INVOICES_VOID = "invoices.void"
MESSAGES_SEND = "messages.send"
BANK_VIEW = "bank.view"
BANK_IMPORT = "bank.import"
BANK_MANAGE = "bank.manage"
PAYMENTS_VIEW = "payments.view"
PAYMENTS_RECORD = "payments.record"
PAYMENTS_ALLOCATE = "payments.allocate"
PAYMENTS_WRITE_OFF = "payments.write_off"
PAYMENTS_APPROVE = "payments.approve"
LEDGER_VIEW = "ledger.view"
LEDGER_EXPORT = "ledger.export"
LEDGER_CLOSE = "ledger.close"
SETTINGS_VIEW = "settings.view"
SETTINGS_MANAGE = "settings.manage"
USERS_MANAGE = "users.manage"
KEYS_MANAGE = "keys.manage"

READS = frozenset({CUSTOMERS_VIEW, INVOICES_VIEW, PAYMENTS_VIEW})
MONEY = frozenset(
    {
        *(
            CATALOG_EDIT,
            SALES_RECORD,
            INVOICES_ISSUE,
            INVOICES_VOID,
            MESSAGES_SEND,
            BANK_VIEW,
            BANK_IMPORT,
            BANK_MANAGE,
        ),
        *(PAYMENTS_RECORD, PAYMENTS_ALLOCATE, PAYMENTS_WRITE_OFF, LEDGER_VIEW, LEDGER_EXPORT, LEDGER_CLOSE),
    }
)
CUSTOMERS = frozenset({CUSTOMERS_EDIT, CUSTOMERS_IMPORT, CUSTOMERS_EXPORT})
OWNERS_ONLY = frozenset({PAYMENTS_APPROVE, SETTINGS_MANAGE, USERS_MANAGE, KEYS_MANAGE})
ALL = READS | MONEY | CUSTOMERS | OWNERS_ONLY | {SETTINGS_VIEW}

MATRIX: dict[Role, frozenset[str]] = {
    Role.OWNER: ALL,
    Role.ACCOUNTANT: READS | MONEY | CUSTOMERS | {SETTINGS_VIEW},
    Role.SALES: READS | {CUSTOMERS_EDIT, CUSTOMERS_EXPORT, SALES_RECORD, INVOICES_ISSUE, MESSAGES_SEND},
    Role.MARKETER: READS | {CUSTOMERS_EDIT, CUSTOMERS_IMPORT, CUSTOMERS_EXPORT},
    Role.SUPPORT: READS | {CUSTOMERS_EDIT, PAYMENTS_RECORD},
    Role.VIEWER: READS,
}
