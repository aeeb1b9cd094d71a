from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "tokui.customers"
    label = "customers"

    def ready(self) -> None:
        from tokui.customers import conditions, invariants, list_columns, menu, tasks, tellers

        self.filled = (conditions, invariants, list_columns, menu, tasks, tellers)
