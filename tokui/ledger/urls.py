from django.urls import path

from tokui.ledger import views

app_name = "ledger"
urlpatterns = [
    path("ledger", views.journal, name="journal"),
    path("ledger/accounts/<str:code>", views.account, name="account"),
    path("ledger/trial-balance", views.trial_balance, name="trial_balance"),
    path("ledger/months", views.months, name="months"),
    path("ledger/months/closing", views.closing, name="closing"),
    path("ledger/months/reopening", views.reopening, name="reopening"),
    path("ledger/exports", views.exports, name="exports"),
    path("ledger/exports/<str:key>", views.export_file, name="export_file"),
    path("ledger/mapping", views.mapping, name="mapping"),
    path("ledger/mapping/<uuid:key>/removal", views.mapping_removal, name="mapping_removal"),
]
