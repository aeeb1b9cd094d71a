from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "tokui.invoices"
    label = "invoices"

    def ready(self) -> None:
        from tokui.catalog.registry import price_use
        from tokui.invoices.queries import prices_sold_at

        price_use(prices_sold_at)
