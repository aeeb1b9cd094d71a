from django.urls import path

from tokui.catalog import import_views, views

app_name = "catalog"
urlpatterns = [
    path("products", views.index, name="list"),
    path("products/new", views.new, name="new"),
    path("settings/tax-rates", views.tax_rates, name="tax_rates"),
    path("products/export", import_views.export, name="export"),
    path("products/import", import_views.product_imports, name="imports"),
    path("products/import/<str:key>", import_views.product_import, name="import"),
    path("products/import/<str:key>/columns", import_views.columns, name="import_columns"),
    path("products/import/<str:key>/application", import_views.application, name="import_application"),
    path("products/<str:key>", views.product, name="product"),
    path("products/<str:key>/prices", views.prices, name="prices"),
    path("products/<str:key>/prices/<str:price>", views.price_page, name="price"),
    path("products/<str:key>/prices/<str:price>/withdrawal", views.price_withdrawal, name="price_withdrawal"),
    path("products/<str:key>/activity", views.activity, name="activity"),
]
