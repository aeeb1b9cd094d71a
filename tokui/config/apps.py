from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "tokui.config"
    label = "config"

    def ready(self) -> None:
        """Tell the books what stands behind their entries, once every room is there."""
        from tokui.config import sources  # noqa: F401
