"""Pages of banking."""

from __future__ import annotations

from django.urls import path

from tokui.banking import views

app_name = "banking"
urlpatterns = [
    path("bank", views.accounts, name="accounts"),
    path("bank/new", views.new_account, name="new_account"),
    path("bank/<str:account>", views.account, name="account"),
    path("statements", views.statements, name="statements"),
    path("statements/<str:statement>", views.statement, name="statement"),
    path("statements/<str:statement>/again", views.read_once_more, name="read_again"),
    path("deposits", views.deposits, name="deposits"),
    path("deposits/new", views.new_deposit, name="new_deposit"),
    path("deposits/results", views.results, name="results"),
    path("deposits/<str:deposit>/cancellation", views.cancel, name="cancel"),
]
