"""Which room answers what."""

from django.urls import URLPattern, URLResolver, include, path

from tokui.config import views
from tokui.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.today, name="today"),
    path("first-steps/departure", views.first_steps_departure, name="first_steps_departure"),
    path("bank/<str:key>/on-invoices", views.bank_on_invoices, name="bank_on_invoices"),
    path("healthz", views.alive),
    path("readyz", views.ready),
    path("api/v1/", api.urls),
    path("", include("tokui.ui.urls")),
    path("", include("tokui.access.urls")),
    path("", include("tokui.customers.urls")),
    path("", include("tokui.ledger.urls")),
    path("", include("tokui.catalog.urls")),
    path("", include("tokui.messaging.urls")),
    path("", include("tokui.invoices.urls")),
    path("", include("tokui.banking.urls")),
    path("", include("tokui.payments.urls")),
]
