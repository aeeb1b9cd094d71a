from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "tokui.ui"
    label = "ui"
