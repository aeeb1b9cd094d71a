from django.apps import AppConfig
from django.core import checks


class UiConfig(AppConfig):
    name = "tokui.ui"
    label = "ui"

    def ready(self) -> None:
        from tokui.ui.navigation import check_entries

        checks.register(check_entries, "tokui_ui")
