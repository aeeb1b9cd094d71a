from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tokui.ledger"
    label = "ledger"
