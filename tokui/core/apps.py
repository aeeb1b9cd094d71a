from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "tokui.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every room register what it has to say: events, handlers, tasks, panels."""
        autodiscover_modules("events", "handlers", "tasks", "panels", "menu", "timeline", "invariants")
