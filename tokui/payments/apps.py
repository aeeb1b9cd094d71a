from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "tokui.payments"
    label = "payments"
