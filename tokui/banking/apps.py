from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "tokui.banking"
    label = "banking"
