from django.urls import path

from tokui.ledger import views

app_name = "ledger"
urlpatterns = [
    path("ledger", views.trial, name="trial"),
    path("ledger/journal", views.journal, name="journal"),
    path("ledger/account", views.account, name="account"),
    path("ledger/months", views.months, name="months"),
    path("ledger/export", views.export, name="export"),
    path("ledger/export/<str:key>", views.export_file, name="export_file"),
    path("ledger/mapping", views.mapping, name="mapping"),
]
