from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "tokui.config"
    label = "config"
