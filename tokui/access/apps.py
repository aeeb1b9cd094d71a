from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tokui.access"
    label = "access"
