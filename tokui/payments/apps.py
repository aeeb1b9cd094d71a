from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "tokui.payments"
    label = "payments"

    def ready(self) -> None:
        from tokui.payments import handlers, invariants, listing, menu, panels

        self.filled = (handlers, invariants, listing, menu, panels)
