from django.urls import path

from tokui.catalog import views

app_name = "catalog"
urlpatterns = [
    path("products", views.index, name="index"),
    path("products/new", views.edit, name="new"),
    path("products/<str:key>", views.edit, name="product"),
    path("products/<str:key>/price", views.price, name="price"),
    path("settings/tax", views.tax_rates, name="tax"),
]
