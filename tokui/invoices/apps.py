from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "tokui.invoices"
    label = "invoices"
