from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "tokui.catalog"
    label = "catalog"
