from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "tokui.connectors"
    label = "connectors"
