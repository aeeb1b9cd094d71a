from django.urls import path

from tokui.catalog import views

app_name = "catalog"
urlpatterns = [
    path("products", views.index, name="list"),
    path("products/new", views.new, name="new"),
    path("settings/tax-rates", views.tax_rates, name="tax_rates"),
    path("products/<str:key>", views.product, name="product"),
    path("products/<str:key>/prices", views.prices, name="prices"),
    path("products/<str:key>/activity", views.activity, name="activity"),
]
