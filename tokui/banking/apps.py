from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "tokui.banking"
    label = "banking"

    def ready(self) -> None:
        from tokui.banking import invariants, menu, tasks

        self.filled = (invariants, menu, tasks)
